//! Results that are small enough to be prepared in every form before one is written.

use serde_json::Value;

use crate::output::{Detail, Grid, Report};

pub(crate) struct PreparedReport {
    value: Value,
    grid: Grid,
    detail: Option<Detail>,
    empty_note: Option<String>,
}

impl PreparedReport {
    pub(crate) fn new(value: Value, grid: Grid) -> Self {
        PreparedReport {
            value,
            grid,
            detail: None,
            empty_note: None,
        }
    }

    #[cfg(feature = "sandbox")]
    pub(crate) fn object<const N: usize>(fields: [(&str, String); N]) -> Self {
        let grid = Grid::new(fields.each_ref().map(|(name, _)| (*name).into()));
        let grid = grid.with(
            fields
                .each_ref()
                .map(|(_, text)| crate::output::Cell::text(text)),
        );
        let fields = fields.into_iter();
        let value = fields.map(|(name, text)| (name.to_owned(), Value::from(text)));
        Self::new(value.collect(), grid)
    }

    pub(crate) fn detail(self, detail: Detail) -> Self {
        let detail = Some(detail);
        PreparedReport { detail, ..self }
    }

    /// The note that people get in place of an empty table.
    pub(crate) fn when_empty(self, note: impl Into<String>) -> Self {
        let empty_note = Some(note.into());
        PreparedReport { empty_note, ..self }
    }
}

impl Report for PreparedReport {
    fn value(&self) -> Value {
        self.value.clone()
    }

    fn grid(&self) -> Grid {
        self.grid.clone()
    }

    fn detail(&self) -> Option<Detail> {
        self.detail.clone()
    }

    fn empty_note(&self) -> Option<String> {
        self.empty_note.clone()
    }
}
