//! The logs of several runs at once, each line with where it is from.

use std::collections::HashSet;

use crate::commands::launch::Watch;
use crate::commands::launch::log::LogOut;
use crate::domain::Run;
use crate::error::Error;
use crate::ops::runs::follow::Sink;
use crate::terminal::{Stream, Style};

/// A log of which each line is told from those of others.
pub struct Prefixed<'a> {
    out: LogOut<'a>,
    name: String,
    prefix: String,
}

impl<'a> Prefixed<'a> {
    /// One for each run.
    pub fn all(watch: &Watch<'a>, stream: Stream, runs: &[Run]) -> Vec<Prefixed<'a>> {
        let names = names(runs);
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        let palette = watch.app.ui.palette(stream);
        let one = |name: &String| {
            let mut out = LogOut::new(watch.app, stream, watch.raw);
            out.quits = watch.quits;
            let prefix = palette.paint(Style::Dim, &format!("{name:width$} |"));
            Prefixed {
                out,
                name: name.clone(),
                prefix: format!("{prefix} "),
            }
        };
        names.iter().map(one).collect()
    }

    /// Whether nobody reads any more.
    pub fn is_closed(&self) -> bool {
        self.out.is_closed()
    }

    /// Writes what was still undecided at the end.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<(), Error> {
        self.out.finish()
    }
}

/// `project/environment` of each run; with its id where two would have the same.
fn names(runs: &[Run]) -> Vec<String> {
    let place = |run: &Run| match &run.environment {
        Some(environment) => format!("{}/{}", environment.project.name, environment.name),
        None => format!("run {}", run.id),
    };
    let distinct: HashSet<String> = runs.iter().map(place).collect();
    let named = |run: &Run| {
        if distinct.len() == runs.len() {
            place(run)
        } else {
            format!("{} {}", place(run), run.id)
        }
    };
    runs.iter().map(named).collect()
}

impl Sink for Prefixed<'_> {
    fn write(&mut self, piece: &str) -> Result<(), Error> {
        let mut text = String::with_capacity(piece.len());
        for line in piece.lines() {
            text.push_str(&self.prefix);
            text.push_str(line);
            // A colour ends with its line: the next one is of another run.
            if line.contains('\u{1b}') {
                text.push_str("\u{1b}[0m");
            }
            text.push('\n');
        }
        self.out.give(&text)
    }

    fn takes_banner(&self) -> bool {
        self.out.takes_banner()
    }

    fn note(&mut self, text: &str) {
        self.out.note(&format!("{}: {text}", self.name));
    }

    fn trace(&mut self, text: &str) {
        self.out.trace(&format!("{}: {text}", self.name));
    }
}
