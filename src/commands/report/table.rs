//! Tables, each column declared together with its cells.

use crate::output::{Cell, Column, Grid};

type CellOf<'a, T> = Box<dyn Fn(&T) -> Cell + 'a>;

/// A grid in the making: a row for each element.
pub(crate) struct Table<'a, T> {
    rows: &'a [T],
    columns: Vec<Column>,
    cells: Vec<CellOf<'a, T>>,
}

impl<'a, T> Table<'a, T> {
    pub(crate) fn of(rows: &'a [T]) -> Self {
        Table {
            rows,
            columns: Vec::new(),
            cells: Vec::new(),
        }
    }

    pub(crate) fn column<C: Into<Cell>>(
        mut self,
        column: impl Into<Column>,
        cell: impl Fn(&T) -> C + 'a,
    ) -> Self {
        self.columns.push(column.into());
        self.cells.push(Box::new(move |row| cell(row).into()));
        self
    }

    /// A column that the table for people has only if a cell has a value.
    pub(crate) fn if_any<C: Into<Cell>>(
        self,
        column: impl Into<Column>,
        cell: impl Fn(&T) -> C + 'a,
    ) -> Self {
        self.column(column.into().if_any(), cell)
    }

    pub(crate) fn not_in_table<C: Into<Cell>>(
        self,
        column: impl Into<Column>,
        cell: impl Fn(&T) -> C + 'a,
    ) -> Self {
        self.column(column.into().not_in_table(), cell)
    }

    pub(crate) fn grid(self) -> Grid {
        let mut grid = Grid::new(self.columns);
        for row in self.rows {
            grid.row(self.cells.iter().map(|cell| cell(row)));
        }
        grid
    }
}
