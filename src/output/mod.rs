//! Answers: a command hands over a [`Report`], and this room writes it as the user asked.
//!
//! A report lives beside its command; here is only what all of them have in common. A report says
//! everything twice: as a value for programs and as a grid (for one thing, a detail view) for
//! people and line tools.

use jiff::Timestamp;
use serde_json::Value;

use crate::ui::{Stream, Ui};

mod detail;
mod error;
mod format;
mod grid;
mod jq;
mod json;
mod lines;
mod separated;
mod table;
pub mod time;
mod yaml;

pub use detail::Detail;
pub use error::OutputError;
pub use format::Format;
pub use grid::{Cell, Column, Grid};
pub use jq::Jq;

/// The answer of a command.
pub trait Report {
    /// The whole answer for programs: an object for one thing, an array for a listing. The shape
    /// follows from the command line, never from the count.
    fn value(&self) -> Value;

    /// The answer as rows of named columns; their order is a contract.
    fn grid(&self) -> Grid;

    /// The view of one thing for people, where a table with one row would not do.
    fn detail(&self) -> Option<Detail> {
        None
    }

    /// What to say on stderr when the table is empty.
    fn empty_note(&self) -> Option<String> {
        None
    }
}

/// How an answer is to be written.
#[derive(Debug)]
pub struct Emit {
    format: Format,
    jq: Option<Jq>,
    now: Timestamp,
    stream: Stream,
}

impl Emit {
    /// What `-o` and `--jq` ask for; without them a table at a terminal and tsv elsewhere. `now`
    /// is what relative times refer to.
    ///
    /// Make it before the work begins: a wrong `--jq` should stop a command, not hide its result.
    ///
    /// # Errors
    /// [`OutputError::Usage`] for a bad expression, and for `--jq` with a format that is not JSON.
    pub fn choose(
        format: Option<Format>,
        jq: Option<&str>,
        ui: &Ui,
        now: Timestamp,
    ) -> Result<Self, OutputError> {
        let format = match (format, jq) {
            (Some(format), Some(_)) if !format.is_json() => {
                return Err(OutputError::usage(format!(
                    "--jq works on JSON and cannot be used with -o {format}"
                ))
                .hint("leave out -o, or use -o json"));
            }
            (Some(format), _) => format,
            (None, Some(_)) => Format::Json,
            (None, None) if ui.terminal().stdout => Format::Table,
            (None, None) => Format::Tsv,
        };
        let jq = jq.map(Jq::compile).transpose()?;
        let stream = Stream::Out;
        Ok(Emit {
            format,
            jq,
            now,
            stream,
        })
    }

    /// The same on another stream (`--follow`: stdout is the log, the result goes to stderr).
    #[must_use]
    pub fn on(mut self, stream: Stream) -> Self {
        self.stream = stream;
        self
    }

    /// The format that was chosen.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }
}

/// Writes a report.
///
/// # Errors
/// [`OutputError::Closed`] when nobody reads any more: end quietly. [`OutputError::Usage`] when
/// `--jq` fails on this answer, or it has no id or name to print.
pub fn emit(report: &dyn Report, how: &Emit, ui: &Ui) -> Result<(), OutputError> {
    let on_terminal = ui.terminal().is(how.stream);
    if let Some(jq) = &how.jq {
        return jq.run(&report.value(), |piece| {
            let piece = if on_terminal {
                piece.for_terminal()
            } else {
                piece.plain()
            };
            Ok(ui.write(how.stream, piece.as_bytes())?)
        });
    }
    let text = match how.format {
        Format::Table => return people(report, how, ui),
        Format::Tsv => separated::tsv(&report.grid(), on_terminal),
        Format::Csv => separated::csv(&report.grid(), on_terminal)?,
        Format::Json => json::pretty(&report.value(), on_terminal),
        Format::Jsonl => json::lines(&report.value(), on_terminal),
        Format::Yaml => yaml::write(&report.value(), on_terminal)?,
        Format::Name => lines::field(&report.value(), "name", on_terminal)?,
        Format::Id => lines::field(&report.value(), "id", on_terminal)?,
    };
    Ok(ui.write(how.stream, text.as_bytes())?)
}

/// The view for people: a detail view where there is one, else a table, else a note.
fn people(report: &dyn Report, how: &Emit, ui: &Ui) -> Result<(), OutputError> {
    let look = table::Look {
        now: how.now,
        width: ui.terminal().width,
        palette: ui.palette(how.stream),
    };
    let text = match report.detail() {
        Some(detail) => detail.render(&look),
        None => table::render(&report.grid(), &look),
    };
    if text.is_empty() {
        if let Some(note) = report.empty_note() {
            ui.note(&note);
        }
        return Ok(());
    }
    Ok(ui.write(how.stream, text.as_bytes())?)
}
