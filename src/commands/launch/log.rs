//! A run's log on its way out.

use crate::app::App;
use crate::error::Error;
use crate::ops::runs::follow::Sink;
use crate::terminal::{LogCleaner, Stream, StreamError};

/// How much of a log is made safe at a time: it may be long.
const PIECE: usize = 64 * 1024;

/// Where a log goes: made safe, with colour where the stream has some; or as it is.
pub struct LogOut<'a> {
    app: &'a App,
    stream: Stream,
    /// None: as it is.
    cleaner: Option<LogCleaner>,
    closed: bool,
    /// What was written last did not end its line.
    open_line: bool,
    /// Writing fails when nobody reads any more.
    pub quits: bool,
}

impl<'a> LogOut<'a> {
    /// A log that begins on this stream.
    #[must_use]
    pub fn new(app: &'a App, stream: Stream, raw: bool) -> Self {
        let keep_colour = app.ui.palette(stream).is_enabled();
        LogOut {
            app,
            stream,
            cleaner: (!raw).then(|| LogCleaner::new(keep_colour)),
            closed: false,
            open_line: false,
            quits: false,
        }
    }

    /// Writes a part of the log.
    ///
    /// # Errors
    /// When the command ends because the output is closed or cannot be written to.
    pub fn give(&mut self, text: &str) -> Result<(), Error> {
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

    /// Writes what was still undecided at the end.
    ///
    /// # Errors
    /// As [`LogOut::give`].
    pub fn finish(mut self) -> Result<(), Error> {
        if let Some(cleaner) = self.cleaner.take() {
            self.put(cleaner.finish().as_bytes())?;
        }
        // What is said next begins a line of its own; a file gets the log as it is.
        let shared = self.stream == Stream::Err || self.app.ui.terminal().is(self.stream);
        if self.open_line && shared {
            self.put(b"\n")?;
        }
        Ok(())
    }

    /// Whether nobody reads any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
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

impl Sink for LogOut<'_> {
    fn write(&mut self, piece: &str) -> Result<(), Error> {
        self.give(piece)
    }

    fn takes_banner(&self) -> bool {
        self.cleaner.is_none()
    }

    fn note(&mut self, text: &str) {
        self.app.ui.note(text);
    }

    fn trace(&mut self, text: &str) {
        self.app.ui.trace(text);
    }
}
