//! Rows of named columns with typed cells, the source of tables, tsv and csv.

use std::fmt::Display;
use std::time::Duration;

use jiff::Timestamp;
use smol_str::{SmolStr, ToSmolStr};

use crate::terminal::Style;

/// The width to which a text is cut unless its column says otherwise.
const READABLE: u16 = 12;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Grid {
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl Grid {
    pub(crate) fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Grid {
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Pads or cuts the row to the number of columns.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let mut cells: Vec<Cell> = cells.into_iter().collect();
        cells.resize(self.columns.len(), Cell::Missing);
        self.rows.push(cells);
    }

    #[must_use]
    pub(crate) fn with(mut self, cells: impl IntoIterator<Item = Cell>) -> Self {
        self.row(cells);
        self
    }

    #[must_use]
    pub(super) fn and(mut self, other: Grid) -> Self {
        self.rows.extend(other.rows);
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(super) name: String,
    pub(super) heading: String,
    pub(super) in_table: ColumnVisibility,
    pub(super) is_for_programs: bool,
    /// The width to which a text is cut.
    pub(super) minimum: u16,
    pub(super) is_whole: bool,
    /// If space is short, the columns with the lowest number are left out first.
    pub(super) priority: u8,
}

/// The table's columns; tsv and csv have all of them but those for people only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnVisibility {
    Always,
    IfAny,
    Never,
}

impl Column {
    /// The table's heading is the name in upper case.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Column {
            heading: name.to_uppercase(),
            name,
            in_table: ColumnVisibility::Always,
            is_for_programs: true,
            minimum: READABLE,
            is_whole: false,
            priority: u8::MAX,
        }
    }

    #[must_use]
    pub(crate) fn heading(mut self, heading: impl Into<String>) -> Self {
        self.heading = heading.into();
        self
    }

    #[must_use]
    pub(crate) fn if_any(mut self) -> Self {
        self.in_table = ColumnVisibility::IfAny;
        self
    }

    #[must_use]
    pub(crate) fn not_in_table(mut self) -> Self {
        self.in_table = ColumnVisibility::Never;
        self
    }

    /// The width to which the texts of the column may be cut, instead of 12.
    #[must_use]
    pub(crate) fn minimum(mut self, width: u16) -> Self {
        self.minimum = width;
        self
    }

    /// If the table is too wide, columns are left out from the lowest priority up until the minimums fit,
    /// and cut in the same order. The default is the highest.
    #[must_use]
    pub(crate) fn priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }

    /// The column is never cut, such as an address to copy. Lines may be wider than the terminal.
    #[must_use]
    pub(crate) fn whole(mut self) -> Self {
        self.is_whole = true;
        self
    }

    /// tsv and csv lack it.
    #[must_use]
    pub(crate) fn only_in_table(mut self) -> Self {
        self.is_for_programs = false;
        self
    }

    #[must_use]
    pub(crate) fn in_table_if(self, is_shown: bool) -> Self {
        if is_shown { self } else { self.not_in_table() }
    }
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Column::new(name)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Missing,
    Text(SmolStr),
    Name(SmolStr),
    Id(SmolStr),
    Status(SmolStr, Style),
    /// A word for programs; the symbol of the style and another word for people.
    Marked {
        word: SmolStr,
        shown: SmolStr,
        style: Style,
    },
    /// Relative for people, RFC 3339 in UTC for programs.
    Time(Timestamp),
    /// `1m 23s` for people, seconds for programs.
    Duration(Duration),
    Number(i64),
    /// `yes` and `no` for people, `true` and `false` for programs.
    Flag(bool),
}

impl Cell {
    pub(crate) fn text(text: impl Into<SmolStr>) -> Self {
        Cell::Text(text.into())
    }

    pub(crate) fn name(name: impl Into<SmolStr>) -> Self {
        Cell::Name(name.into())
    }

    pub(crate) fn id(id: impl Display) -> Self {
        Cell::Id(id.to_smolstr())
    }

    pub(crate) fn status(text: impl Into<SmolStr>, style: Style) -> Self {
        Cell::Status(text.into(), style)
    }

    pub(crate) fn marked(
        word: impl Into<SmolStr>,
        shown: impl Into<SmolStr>,
        style: Style,
    ) -> Self {
        let (word, shown) = (word.into(), shown.into());
        Cell::Marked { word, shown, style }
    }
}

macro_rules! cell_from {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<$type> for Cell {
            fn from(value: $type) -> Self {
                Cell::$variant(value.into())
            }
        }
    )*};
}

cell_from!(&str => Text, String => Text, SmolStr => Text, Timestamp => Time, Duration => Duration);
cell_from!(i64 => Number, bool => Flag);

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Missing, Into::into)
    }
}
