//! Printing the logs of runs.

use std::collections::HashSet;

use crate::app::App;
use crate::commands::launch::Watch;
use crate::domain::Run;
use crate::error::Error;
use crate::ops::runs::follow::LogSink;
use crate::terminal::{LogCleaner, Stream, StreamError, Style};

/// The number of bytes that are cleaned at a time, because a log may be long.
const PIECE: usize = 64 * 1024;

/// A log on a stream: cleaned, or raw.
pub(crate) struct LogOutput<'a> {
    app: &'a App,
    stream: Stream,
    /// `None` for a raw log.
    cleaner: Option<LogCleaner>,
    closed: bool,
    /// The last line is incomplete.
    open_line: bool,
    /// Writing fails once the output is closed.
    quits: bool,
    /// With several logs on one stream, the name of this one and the start of each line.
    prefix: Option<(String, String)>,
}

impl<'a> LogOutput<'a> {
    pub(crate) fn new(app: &'a App, stream: Stream, raw: bool) -> Self {
        let keep_colour = app.ui.palette(stream).is_enabled();
        LogOutput {
            app,
            stream,
            cleaner: (!raw).then(|| LogCleaner::new(keep_colour)),
            closed: false,
            open_line: false,
            quits: false,
            prefix: None,
        }
    }

    /// The end of a log on stderr, with a gutter on its left.
    pub(super) fn tail(app: &'a App) -> Self {
        let palette = app.ui.palette(Stream::Err);
        let gutter = palette.paint(Style::Dim, palette.symbols().gutter());
        LogOutput {
            prefix: Some((String::new(), format!("{gutter} "))),
            ..LogOutput::new(app, Stream::Err, false)
        }
    }

    /// The log of each run. Each line of several logs begins with the name of its run.
    pub(super) fn all(watch: &Watch<'a>, stream: Stream, runs: &[Run]) -> Vec<LogOutput<'a>> {
        let names = names(runs);
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        let palette = watch.app.ui.palette(stream);
        let one = |name: String| {
            // A width in a format has a limit, and a name from Lagoon has none.
            let gap = " ".repeat(width - name.chars().count());
            let start = palette.paint(Style::Dim, &format!("{name}{gap} |"));
            LogOutput {
                quits: watch.quits,
                prefix: (runs.len() > 1).then(|| (name, format!("{start} "))),
                ..LogOutput::new(watch.app, stream, watch.raw)
            }
        };
        names.into_iter().map(one).collect()
    }

    /// Writes a part of the log. Fails if the output is closed and the log is the whole output.
    pub(crate) fn print(&mut self, text: &str) -> Result<(), Error> {
        for piece in text.as_bytes().chunks(PIECE) {
            if self.closed {
                return Ok(());
            }
            match &mut self.cleaner {
                Some(cleaner) => {
                    let clean = cleaner.feed(piece);
                    self.put(clean.as_bytes())?;
                }
                None => self.put(piece)?,
            }
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<(), Error> {
        if let Some(cleaner) = self.cleaner.take() {
            self.put(cleaner.finish().as_bytes())?;
        }
        // The next message begins on a new line; a file gets the exact log.
        let shared = self.stream == Stream::Err || self.app.ui.terminal().is(self.stream);
        if self.open_line && shared {
            self.put(b"\n")?;
        }
        Ok(())
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    fn named(&self, text: &str) -> String {
        match &self.prefix {
            Some((name, _)) => format!("{name}: {text}"),
            None => text.to_owned(),
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.open_line = !bytes.ends_with(b"\n");
        match self.app.ui.write(self.stream, bytes) {
            Ok(()) => Ok(()),
            // The run continues without its output, and so does waiting: the exit code still counts.
            Err(StreamError::Closed | StreamError::Io(_)) => {
                self.closed = true;
                if self.quits {
                    return Err(Error::failed("output closed"));
                }
                Ok(())
            }
        }
    }
}

/// `project/environment` of each run, with its id if two are the same.
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

impl LogSink for LogOutput<'_> {
    fn write(&mut self, piece: &str) -> Result<(), Error> {
        let Some((_, prefix)) = &self.prefix else {
            return self.print(piece);
        };
        let mut text = String::with_capacity(piece.len());
        for line in piece.lines() {
            text.push_str(prefix);
            text.push_str(line);
            // Colours end with the line, because the next line may be of another run.
            if line.contains('\u{1b}') {
                text.push_str("\u{1b}[0m");
            }
            text.push('\n');
        }
        self.print(&text)
    }

    fn takes_banner(&self) -> bool {
        self.cleaner.is_none()
    }

    fn note(&mut self, text: &str) {
        let text = self.named(text);
        self.app.ui.note(&text);
    }

    fn trace(&mut self, text: &str) {
        let text = self.named(text);
        self.app.ui.trace(&text);
    }
}
