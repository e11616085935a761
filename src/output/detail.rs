//! The view of one thing for people: a title, labelled values, blocks of text, small tables.

use super::grid::{Cell, Grid};
use super::table::Look;

/// One thing, for people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detail {
    title: Option<Cell>,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Field(String, Cell),
    Block(String, String),
    Section(String, Grid),
}

impl Detail {
    /// A view with a title: the thing's name, mostly.
    pub fn new(title: impl Into<String>) -> Self {
        Detail {
            title: Some(Cell::name(title)),
            parts: Vec::new(),
        }
    }

    /// A view without a title.
    #[must_use]
    pub fn untitled() -> Self {
        Detail::default()
    }

    /// Adds a labelled value; a missing one is left out.
    #[must_use]
    pub fn field(mut self, label: impl Into<String>, value: impl Into<Cell>) -> Self {
        let value = value.into();
        if value != Cell::Missing {
            self.parts.push(Part::Field(label.into(), value));
        }
        self
    }

    /// Adds a text that keeps its lines, indented under its label: a command, a description.
    #[must_use]
    pub fn block(mut self, label: impl Into<String>, text: impl Into<String>) -> Self {
        self.parts.push(Part::Block(label.into(), text.into()));
        self
    }

    /// Adds a table under a heading; one without rows is left out.
    #[must_use]
    pub fn section(mut self, heading: impl Into<String>, grid: Grid) -> Self {
        if !grid.is_empty() {
            self.parts.push(Part::Section(heading.into(), grid));
        }
        self
    }

    pub(super) fn render(&self, look: &Look) -> String {
        let _ = (look, &self.title, &self.parts);
        String::new()
    }
}
