//! stdout and stderr behind a lock, or two buffers instead.

use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::pager::PagerInput;
use crate::secret::Masker;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// stdout: the result.
    Out,
    Err,
}

#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// Output closed (broken pipe); exit quietly.
    #[error("output closed")]
    Closed,
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

/// A lock keeps each message together.
pub(super) struct Streams {
    both: Mutex<StreamPair>,
    failure: OnceLock<String>,
}

struct StreamPair {
    sink: StreamSink,
    /// One for each [`Stream`].
    maskers: [Masker; 2],
    /// The last line of each [`Stream`] is incomplete.
    open_lines: [bool; 2],
    pager: Option<PagerInput>,
    /// The output during the full-screen interface, for later.
    #[cfg(feature = "ui")]
    held: Option<Vec<(Stream, Vec<u8>)>>,
}

enum StreamSink {
    Process,
    /// The output of each [`Stream`].
    Memory([Vec<u8>; 2]),
}

impl Streams {
    pub(super) fn process() -> Self {
        Streams::to(StreamSink::Process)
    }

    pub(super) fn memory() -> Self {
        Streams::to(StreamSink::Memory(Default::default()))
    }

    fn to(sink: StreamSink) -> Self {
        Streams {
            both: Mutex::new(StreamPair {
                sink,
                maskers: Default::default(),
                open_lines: Default::default(),
                pager: None,
                #[cfg(feature = "ui")]
                held: None,
            }),
            failure: OnceLock::new(),
        }
    }

    pub(super) fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), StreamError> {
        let both = &mut *self.lock();
        let masked = both.maskers[stream as usize].feed(bytes);
        self.put(both, stream, &masked)
    }

    pub(super) fn write_unmasked(&self, stream: Stream, bytes: &[u8]) -> Result<(), StreamError> {
        let both = &mut *self.lock();
        let held = both.maskers[stream as usize].finish();
        self.put(both, stream, &held)?;
        self.put(both, stream, bytes)
    }

    pub(super) fn finish(&self) -> Result<(), StreamError> {
        let both = &mut *self.lock();
        for stream in [Stream::Err, Stream::Out] {
            let held = both.maskers[stream as usize].finish();
            self.put(both, stream, &held)?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn printed(&self, stream: Stream) -> String {
        let both = &mut *self.lock();
        let printed = both.sink.printed(stream);
        format!("{printed}{}", both.maskers[stream as usize].rest())
    }

    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.get().map(String::as_str)
    }

    /// Redirects all output to a pager, or no longer.
    pub(super) fn page(&self, pager: Option<PagerInput>) {
        self.lock().pager = pager;
    }

    /// Holds all output back until [`Streams::release`].
    #[cfg(feature = "ui")]
    pub(super) fn hold(&self) {
        self.lock().held.get_or_insert_default();
    }

    /// Writes what was held back.
    #[cfg(feature = "ui")]
    pub(super) fn release(&self) {
        let both = &mut *self.lock();
        for (stream, bytes) in both.held.take().unwrap_or_default() {
            // A failure to write messages cannot be reported.
            let _ = both.put(stream, &bytes);
        }
    }

    pub(super) fn has_open_line(&self, stream: Stream) -> bool {
        self.lock().open_lines[stream as usize]
    }

    fn put(&self, both: &mut StreamPair, stream: Stream, bytes: &[u8]) -> Result<(), StreamError> {
        if let Some(last) = bytes.last() {
            both.open_lines[stream as usize] = *last != b'\n';
        }
        let written = both.put(stream, bytes).map_err(StreamError::from);
        if let (Stream::Out, Err(StreamError::Io(error))) = (stream, &written) {
            self.failure.get_or_init(|| error.to_string());
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, StreamPair> {
        // A panic elsewhere must not suppress the error message that follows it.
        self.both.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamPair {
    fn put(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        #[cfg(feature = "ui")]
        if let Some(held) = &mut self.held {
            held.push((stream, bytes.to_vec()));
            return Ok(());
        }
        match (&self.pager, stream) {
            (Some(pager), Stream::Out) => pager.write(bytes),
            // A message must not be lost because the user has quit the pager.
            (Some(pager), Stream::Err) if pager.has_stderr && pager.write(bytes).is_ok() => Ok(()),
            _ => self.sink.put(stream, bytes),
        }
    }
}

impl StreamSink {
    #[allow(clippy::disallowed_methods, reason = "the one place that prints")]
    fn put(&mut self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        match (self, stream) {
            (StreamSink::Process, Stream::Out) => write_stdout(bytes)?,
            (StreamSink::Process, Stream::Err) => io::stderr().lock().write_all(bytes)?,
            (StreamSink::Memory(printed), _) => printed[stream as usize].extend_from_slice(bytes),
        }
        Ok(())
    }

    #[cfg(test)]
    fn printed(&self, stream: Stream) -> String {
        match self {
            StreamSink::Process => String::new(),
            StreamSink::Memory(printed) => {
                String::from_utf8_lossy(&printed[stream as usize]).into()
            }
        }
    }
}

/// The standard library's handle reports success if stdout is not open for writing (EBADF), so this
/// writes to the descriptor.
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "the one place that prints")]
fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    use std::os::fd::AsFd;
    let stdout = io::stdout().lock();
    let mut descriptor = std::fs::File::from(stdout.as_fd().try_clone_to_owned()?);
    descriptor.write_all(bytes)
}

#[cfg(not(unix))]
#[allow(clippy::disallowed_methods, reason = "the one place that prints")]
fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_pipe_differs_from_other_failures() {
        let closed = StreamError::from(io::Error::from(ErrorKind::BrokenPipe));
        assert!(matches!(closed, StreamError::Closed));
        let full = StreamError::from(io::Error::from(ErrorKind::StorageFull));
        assert!(matches!(full, StreamError::Io(_)));
    }

    #[test]
    fn in_memory_streams_are_separate() {
        let streams = Streams::memory();
        streams.write(Stream::Out, b"answer").unwrap();
        streams.write(Stream::Err, b"note").unwrap();
        assert_eq!(streams.printed(Stream::Out), "answer");
        assert_eq!(streams.printed(Stream::Err), "note");
    }
}
