//! stdout and stderr behind a lock, or two buffers in their place.

use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

/// A stream that can be printed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// stdout: the answer.
    Out,
    /// stderr: everything else.
    Err,
}

/// Why something could not be printed.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// Nobody reads any more (`tasks … | head`): a quiet end, not a failure.
    #[error("the reader of the output went away")]
    Closed,
    /// The output cannot be written: a full disk, say.
    #[error("cannot write the output: {0}")]
    Io(#[source] io::Error),
}

impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => StreamError::Closed,
            _ => StreamError::Io(error),
        }
    }
}

/// Where the two streams lead; a lock keeps what is printed at once together.
pub(super) struct Streams(Mutex<Sink>);

enum Sink {
    Process,
    Memory { out: Vec<u8>, err: Vec<u8> },
}

impl Streams {
    pub(super) fn process() -> Self {
        Streams(Mutex::new(Sink::Process))
    }

    pub(super) fn memory() -> Self {
        let (out, err) = (Vec::new(), Vec::new());
        Streams(Mutex::new(Sink::Memory { out, err }))
    }

    #[allow(clippy::disallowed_methods, reason = "the one place that prints")]
    pub(super) fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), StreamError> {
        // A panic elsewhere must not silence the error message that follows it.
        let mut sink = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (&mut *sink, stream) {
            (Sink::Process, Stream::Out) => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes)?;
                stdout.flush()?;
            }
            (Sink::Process, Stream::Err) => io::stderr().lock().write_all(bytes)?,
            (Sink::Memory { out, .. }, Stream::Out) => out.extend_from_slice(bytes),
            (Sink::Memory { err, .. }, Stream::Err) => err.extend_from_slice(bytes),
        }
        Ok(())
    }

    pub(super) fn printed(&self, stream: Stream) -> String {
        let sink = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*sink, stream) {
            (Sink::Process, _) => String::new(),
            (Sink::Memory { out, .. }, Stream::Out) => String::from_utf8_lossy(out).into_owned(),
            (Sink::Memory { err, .. }, Stream::Err) => String::from_utf8_lossy(err).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_told_from_a_failure() {
        let closed = StreamError::from(io::Error::from(ErrorKind::BrokenPipe));
        assert!(matches!(closed, StreamError::Closed));
        let full = StreamError::from(io::Error::from(ErrorKind::StorageFull));
        assert!(matches!(full, StreamError::Io(_)));
    }

    #[test]
    fn memory_keeps_the_streams_apart() {
        let streams = Streams::memory();
        streams.write(Stream::Out, b"answer").unwrap();
        streams.write(Stream::Err, b"note").unwrap();
        assert_eq!(streams.printed(Stream::Out), "answer");
        assert_eq!(streams.printed(Stream::Err), "note");
    }
}
