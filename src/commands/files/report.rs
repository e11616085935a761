//! The reports of `files`.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::report::{Table, moment_of};
use crate::domain::run::files::RunFile;
use crate::domain::run::rfc3339;
use crate::output::{Cell, Column, Grid, Report};
use crate::terminal::clean_line;

pub(super) struct FileList {
    pub(super) run: i64,
    pub(super) files: Vec<RunFile>,
    pub(super) with_url: bool,
}

impl Report for FileList {
    fn value(&self) -> Value {
        let one = |file: &RunFile| {
            let created = file.created.as_deref().and_then(rfc3339);
            let mut value = json!({"filename": file.name, "created": created});
            if self.with_url {
                value["download"] = json!(file.url.expose().as_str());
            }
            value
        };
        self.files.iter().map(one).collect()
    }

    fn grid(&self) -> Grid {
        let table = Table::of(&self.files)
            .column("filename", |file| Cell::name(&file.name))
            .column(Column::new("created").priority(1), |file| {
                moment_of(&file.created)
            });
        if self.with_url {
            let url = |file: &RunFile| Cell::text(file.url.expose().as_str());
            return table.column(Column::new("download").whole(), url).grid();
        }
        table.grid()
    }

    fn empty_note(&self) -> Option<String> {
        let run = self.run;
        Some(format!(
            "{}; its task can upload files to it, and so can you: tasks files put {run} FILE",
            no_files(run)
        ))
    }
}

pub(super) fn no_files(run: i64) -> String {
    format!("run {run} has no files")
}

#[derive(Serialize)]
pub(super) struct TransferredFile {
    #[serde(rename = "filename")]
    name: String,
    path: String,
    bytes: u64,
}

impl TransferredFile {
    pub(super) fn new(name: String, path: &Path, bytes: u64) -> Self {
        let path = path.display().to_string();
        TransferredFile { name, path, bytes }
    }
}

pub(super) struct Transfers(pub(super) Vec<TransferredFile>);

impl Transfers {
    /// `saved dump.sql (34 bytes)`, one line for each file.
    pub(super) fn lines(&self, done: &str) -> String {
        let line = |file: &TransferredFile| {
            let path = clean_line(&file.path);
            format!("{done} {path} ({})\n", size(file.bytes))
        };
        self.0.iter().map(line).collect()
    }
}

impl Report for Transfers {
    fn value(&self) -> Value {
        json!(self.0)
    }

    fn grid(&self) -> Grid {
        let bytes = |file: &TransferredFile| i64::try_from(file.bytes).unwrap_or(i64::MAX);
        Table::of(&self.0)
            .column("filename", |file| Cell::name(&file.name))
            .column(Column::new("path").priority(2), |file| file.path.clone())
            .column(Column::new("bytes").priority(1), bytes)
            .grid()
    }
}

pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    #[allow(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mut size = bytes as f64 / 1000.0;
    let mut unit = 0;
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_human_readable() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (999_999, "1.0 MB"),
            (12_345_678, "12.3 MB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
