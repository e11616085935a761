//! The view of one object for people: a title, labelled values, blocks of text, small tables.

use unicode_width::UnicodeWidthStr;

use super::grid::{Cell, Grid};
use super::table::{self, TableStyle};
use crate::terminal::{Style, clean_line, clean_text};

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Detail {
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
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Detail {
            title: Some(Cell::Name(title.into().into())),
            parts: Vec::new(),
        }
    }

    /// A view that begins with this cell.
    pub(crate) fn headed(title: Cell) -> Self {
        Detail {
            title: Some(title),
            parts: Vec::new(),
        }
    }

    pub(crate) fn untitled() -> Self {
        Detail::default()
    }

    /// Leaves out a missing value; a text of several lines becomes a block.
    #[must_use]
    pub(crate) fn field(mut self, label: impl Into<String>, value: impl Into<Cell>) -> Self {
        match value.into() {
            Cell::Missing => self,
            Cell::Text(text) if text.contains('\n') => self.block(label, text),
            value => {
                self.parts.push(Part::Field(label.into(), value));
                self
            }
        }
    }

    #[must_use]
    pub(crate) fn block(mut self, label: impl Into<String>, text: impl Into<String>) -> Self {
        self.parts.push(Part::Block(label.into(), text.into()));
        self
    }

    #[must_use]
    pub(crate) fn section(mut self, heading: impl Into<String>, grid: Grid) -> Self {
        if !grid.is_empty() {
            self.parts.push(Part::Section(heading.into(), grid));
        }
        self
    }

    pub(super) fn render(&self, look: &TableStyle) -> String {
        let mut text = String::new();
        if let Some(title) = &self.title {
            let (title, style) = table::words(title, look);
            text.push_str(&look.palette.paint(style, &title));
            text.push('\n');
        }
        let label_width = self.label_width();
        for group in self.parts.chunk_by(|a, b| a.is_field() && b.is_field()) {
            match &group[0] {
                Part::Field(..) => {
                    let fields = group.iter().filter_map(Part::as_field);
                    text.push_str(&table::pairs(fields, label_width, look));
                }
                Part::Block(label, block) => {
                    text.push_str(&look.palette.paint(Style::Dim, &clean_line(label)));
                    text.push('\n');
                    for line in clean_text(block).lines() {
                        text.push_str(format!("  {line}").trim_end());
                        text.push('\n');
                    }
                }
                Part::Section(heading, grid) => {
                    text.push('\n');
                    text.push_str(&look.palette.paint(Style::Heading, &clean_line(heading)));
                    text.push('\n');
                    text.push_str(&table::render(grid, look));
                }
            }
        }
        text
    }

    fn label_width(&self) -> usize {
        let labels = self.parts.iter().filter_map(Part::as_field);
        let widths = labels.map(|(label, _)| clean_line(label).width());
        widths.max().unwrap_or(0)
    }
}

impl Part {
    fn is_field(&self) -> bool {
        matches!(self, Part::Field(..))
    }

    fn as_field(&self) -> Option<(&str, &Cell)> {
        match self {
            Part::Field(label, value) => Some((label, value)),
            Part::Block(..) | Part::Section(..) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Column;
    use crate::terminal::Palette;

    fn look(width: Option<u16>, colour: bool) -> TableStyle {
        TableStyle {
            now: "2024-05-01T10:03:00Z".parse().unwrap(),
            width,
            palette: Palette::new(colour),
        }
    }

    fn task() -> Detail {
        let arguments =
            Grid::new(["name", "type"].map(Column::new)).with(["LEVEL".into(), "string".into()]);
        let created: jiff::Timestamp = "2024-05-01T10:00:00Z".parse().unwrap();
        Detail::new("Run yarn audit")
            .field("id", Cell::id(42))
            .field("permission", "developer")
            .field(
                "description",
                "looks for holes in what we depend on, every night",
            )
            .field("image", None::<String>)
            .field("created", created)
            .field("command", "cd /app\n\nyarn audit\u{1b}[2J\n")
            .section("Arguments", arguments)
            .section("Runs", Grid::new([Column::new("id")]))
    }

    #[test]
    fn a_detail_view_shows_all_fields() {
        assert_eq!(
            task().render(&look(None, false)),
            "Run yarn audit\n\
             id           42\n\
             permission   developer\n\
             description  looks for holes in what we depend on, every night\n\
             created      3 min ago (2024-05-01T10:00:00Z)\n\
             command\n  cd /app\n\n  yarn audit\\u{1b}[2J\n\
             \n\
             Arguments\n\
             NAME   TYPE\n\
             LEVEL  string\n"
        );
    }

    #[test]
    fn values_are_wrapped_beside_their_labels() {
        let text = task().render(&look(Some(45), false));
        let wrapped = "description  looks for holes in what we\n             depend on, every";
        assert!(text.contains(wrapped), "{text}");
    }

    #[test]
    fn details_are_complete_without_colour() {
        let coloured = task().render(&look(None, true));
        assert_ne!(coloured, task().render(&look(None, false)));
        assert_eq!(
            console::strip_ansi_codes(&coloured),
            task().render(&look(None, false))
        );
    }
}
