//! Results: a command passes a [`Report`], and this module writes it in the selected format.
//!
//! A report is defined beside its command. It has a value for programs and a grid (or, for one
//! object, a detail view) for people and line-based tools.

use std::borrow::Cow;
use std::convert::Infallible;

use jiff::Timestamp;
use serde_json::Value;

use crate::terminal::{Stream, Ui};

mod detail;
mod error;
mod format;
mod grid;
mod jq;
mod json;
mod lines;
pub(crate) mod markdown;
mod separated;
pub(crate) mod status;
mod table;
pub(crate) mod test_report;
pub(crate) mod time;
mod yaml;

pub(crate) use detail::Detail;
pub(crate) use error::OutputError;
pub(crate) use format::Format;
pub(crate) use grid::{Cell, Column, Grid};
pub(crate) use jq::Jq;
pub(crate) use json::Pieces;

pub(crate) trait Report {
    /// An object for one thing, an array for a listing. The shape depends on the command line,
    /// never on the count.
    fn value(&self) -> Value;

    /// Streams the elements of [`Report::value`]; `None` if that is not supported.
    fn stream(&self, _to: Pieces<'_>) -> Option<Result<(), OutputError>> {
        None
    }

    /// The order of the columns must not change.
    fn grid(&self) -> Grid;

    /// [`Report::grid`] in parts; `None` if that is not supported.
    fn blocks(&self, _now: Timestamp) -> Option<Box<dyn Iterator<Item = Grid> + '_>> {
        None
    }

    fn detail(&self) -> Option<Detail> {
        None
    }

    fn empty_note(&self) -> Option<String> {
        None
    }
}

pub(crate) struct ReportList<R>(pub Vec<R>);

impl<R: Report> Report for ReportList<R> {
    fn value(&self) -> Value {
        self.0.iter().map(R::value).collect()
    }

    fn grid(&self) -> Grid {
        let grids = self.0.iter().map(R::grid);
        grids.reduce(Grid::and).unwrap_or_default()
    }
}

#[derive(Debug)]
pub(crate) struct Emitter {
    format: Format,
    /// Neither `-o` nor `--jq` selects the format.
    is_default: bool,
    jq: Option<Jq>,
    stream: Stream,
}

impl Emitter {
    /// Call it before the work begins: an invalid `--jq` should stop a command, not hide its
    /// result.
    pub(crate) fn choose(
        format: Option<Format>,
        jq: Option<&str>,
        ui: &Ui,
    ) -> Result<Self, OutputError> {
        let is_default = format.is_none() && jq.is_none();
        let format = match (format, jq) {
            (Some(format), Some(_)) if !format.is_json() => {
                return Err(OutputError::usage(format!(
                    "--jq requires JSON and cannot be used with -o {format}"
                ))
                .hint("omit -o, or use -o json"));
            }
            (Some(format), _) => format,
            (None, Some(_)) => Format::Json,
            (None, None) => default_format(ui, Stream::Out),
        };
        let jq = jq.map(Jq::compile).transpose()?;
        let stream = Stream::Out;
        Ok(Emitter {
            format,
            is_default,
            jq,
            stream,
        })
    }

    /// Refuses `-o id` and `-o name`, before the work begins, if the result will lack that field.
    pub(crate) fn require(self, fields: &[&str]) -> Result<Self, OutputError> {
        let field = match self.format {
            Format::Id => "id",
            Format::Name => "name",
            _ => return Ok(self),
        };
        if fields.contains(&field) {
            return Ok(self);
        }
        Err(lines::missing(field))
    }

    /// With `--follow`, stdout is the log and the result is written to stderr.
    #[must_use]
    pub(crate) fn on(mut self, stream: Stream, ui: &Ui) -> Self {
        if self.is_default {
            self.format = default_format(ui, stream);
        }
        self.stream = stream;
        self
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }
}

fn default_format(ui: &Ui, stream: Stream) -> Format {
    if ui.terminal().is(stream) {
        Format::Table
    } else {
        Format::Tsv
    }
}

/// Times are relative to `now`.
pub(crate) fn emit(
    report: &dyn Report,
    how: &Emitter,
    ui: &Ui,
    now: Timestamp,
) -> Result<(), OutputError> {
    let Some(jq) = &how.jq else {
        return write(report, how, ui, now);
    };
    let ran = jq.emit(document(report)?, how.stream, ui);
    if let Err(OutputError::Filter(_)) = &ran {
        write(report, how, ui, now)?;
    }
    ran
}

/// The result as JSON.
fn document(report: &dyn Report) -> Result<Vec<u8>, OutputError> {
    let mut json = Vec::new();
    let mut put = |text: &[u8]| {
        json.extend_from_slice(text);
        Ok(())
    };
    let pieces = Pieces::of(Format::Json, false, &mut put);
    match pieces.and_then(|pieces| report.stream(pieces)) {
        Some(end) => end.map(|()| json),
        None => Ok(report.value().to_string().into_bytes()),
    }
}

fn write(report: &dyn Report, how: &Emitter, ui: &Ui, now: Timestamp) -> Result<(), OutputError> {
    let on_terminal = ui.terminal().is(how.stream);
    let mut put = |text: &[u8]| Ok(ui.write(how.stream, text)?);
    if let Some(pieces) = Pieces::of(how.format, on_terminal, &mut put)
        && let Some(end) = report.stream(pieces)
    {
        return end;
    }
    let text = match how.format {
        Format::Table => return write_table(report, how, ui, now),
        Format::Tsv => {
            return each_block(report, now, |grid, _| {
                put(separated::tsv(grid, on_terminal).as_bytes())
            });
        }
        Format::Csv => {
            return each_block(report, now, |grid, is_first| {
                put(separated::csv(grid, is_first, on_terminal)?.as_bytes())
            });
        }
        Format::Json => json::pretty(&report.value(), on_terminal),
        Format::Jsonl => json::lines(&report.value(), on_terminal),
        Format::Yaml => yaml::write(&report.value(), on_terminal)?,
        Format::Name => lines::field(&report.value(), "name", on_terminal)?,
        Format::Id => lines::field(&report.value(), "id", on_terminal)?,
    };
    put(text.as_bytes())
}

/// Calls `write` for each part of the grid, and tells if it is the first.
fn each_block(
    report: &dyn Report,
    now: Timestamp,
    mut write: impl FnMut(&Grid, bool) -> Result<(), OutputError>,
) -> Result<(), OutputError> {
    let Some(blocks) = report.blocks(now) else {
        return write(&report.grid(), true);
    };
    let mut is_first = true;
    for grid in blocks {
        write(&grid, is_first)?;
        is_first = false;
    }
    Ok(())
}

/// Writes the detail view, else the table, else the note.
fn write_table(
    report: &dyn Report,
    how: &Emitter,
    ui: &Ui,
    now: Timestamp,
) -> Result<(), OutputError> {
    let mut is_empty = true;
    view(report, ui, how.stream, now, &mut |text| {
        is_empty &= text.is_empty();
        Ok::<_, OutputError>(ui.write(how.stream, text.as_bytes())?)
    })?;
    if is_empty && let Some(note) = report.empty_note() {
        ui.note(&note);
    }
    Ok(())
}

pub(crate) fn rendered(report: &dyn Report, ui: &Ui, stream: Stream, now: Timestamp) -> String {
    let mut text = String::new();
    let end: Result<(), Infallible> = view(report, ui, stream, now, &mut |part| {
        text.push_str(part);
        Ok(())
    });
    match end {
        Ok(()) if text.is_empty() => report.empty_note().unwrap_or_default(),
        Ok(()) => text,
        Err(never) => match never {},
    }
}

fn view<E>(
    report: &dyn Report,
    ui: &Ui,
    stream: Stream,
    now: Timestamp,
    put: &mut dyn FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let look = table::TableStyle {
        now,
        width: ui.terminal().columns(stream),
        palette: ui.palette(stream),
    };
    if let Some(detail) = report.detail() {
        return put(&detail.render(&look));
    }
    let whole = report.blocks(now).is_none().then(|| report.grid());
    let blocks = || -> table::Blocks<'_> {
        match &whole {
            Some(grid) => Box::new(std::iter::once(Cow::Borrowed(grid))),
            None => Box::new(report.blocks(now).into_iter().flatten().map(Cow::Owned)),
        }
    };
    table::draw(&blocks, &look, put)
}

#[cfg(test)]
mod tests;
