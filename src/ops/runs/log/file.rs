//! A log in a temporary file, because it may be longer than memory.

use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use tempfile::SpooledTempFile;

use super::banner::{Banner, LONGEST_BANNER, banner};
use crate::domain::run::Log;
use crate::error::Error;
use crate::lagoon::{Lagoon, LagoonError, Receiver};

/// In bytes; a shorter log stays in memory.
const SHORT: usize = 256 * 1024;

pub(crate) struct LogFile {
    file: Mutex<SpooledTempFile>,
    pub(super) length: u64,
    hasher: DefaultHasher,
}

impl LogFile {
    fn new() -> Self {
        LogFile {
            file: Mutex::new(SpooledTempFile::new(SHORT)),
            length: 0,
            hasher: DefaultHasher::new(),
        }
    }

    /// Two logs with the same hash are equal.
    pub(super) fn print(&self) -> u64 {
        self.hasher.finish()
    }

    /// Fills the buffer from there, unless the log ends before.
    pub(super) fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        let mut read = 0;
        while read < buffer.len() {
            match file.read(&mut buffer[read..])? {
                0 => break,
                more => read += more,
            }
        }
        Ok(read)
    }

    /// A part that begins and ends between two characters.
    pub(crate) fn text(&self, range: &Range<u64>) -> Result<String, Error> {
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        self.read_at(range.start, &mut bytes).map_err(unreadable)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The log without Lagoon's banner.
    pub(crate) fn without_banner(&self) -> Result<Range<u64>, Error> {
        let mut head = [0; LONGEST_BANNER];
        let read = self.read_at(0, &mut head).map_err(unreadable)?;
        let start = match banner(&String::from_utf8_lossy(&head[..read])) {
            Banner::Length(length) => length as u64,
            Banner::None | Banner::Open => 0,
        };
        Ok(start..self.length)
    }
}

impl Receiver for LogFile {
    fn begin(&mut self) -> Result<(), LagoonError> {
        *self = LogFile::new();
        Ok(())
    }

    fn write(&mut self, piece: &str) -> Result<(), LagoonError> {
        let file = self.file.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.length += piece.len() as u64;
        self.hasher.write(piece.as_bytes());
        let written = file.write_all(piece.as_bytes());
        written.map_err(|error| LagoonError::NotKept(error.to_string()))
    }
}

pub(super) fn unreadable(error: io::Error) -> Error {
    Error::failed("cannot read the temporary copy of the log").because(error)
}

/// Reads the log once; `None` if there is no such run.
pub(super) async fn read(lagoon: &Lagoon, id: i64) -> Result<Option<Log<LogFile>>, LagoonError> {
    let mut file = LogFile::new();
    let log = lagoon.run_log(id, &mut file).await?;
    Ok(log.map(|log| match log {
        Log::Text(()) => Log::Text(file),
        Log::Empty => Log::Empty,
        Log::Unavailable(words) => Log::Unavailable(words),
    }))
}

#[cfg(test)]
pub(crate) fn holding(text: &str) -> LogFile {
    let mut file = LogFile::new();
    file.write(text).expect("a temporary file");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_begins_again_replaces_the_earlier_one() {
        let mut file = holding(&"an earlier log\n".repeat(SHORT / 10));
        file.begin().expect("begin");
        file.write("a").expect("write");
        file.write("b").expect("write");
        assert_eq!(file.text(&(0..file.length)).expect("text"), "ab");
        assert_eq!(file.print(), holding("ab").print());
        assert_ne!(file.print(), holding("ac").print());
    }

    #[test]
    fn long_logs_are_read_from_a_file() {
        let rule = "=".repeat(80);
        let lines = "ä line of the log\n".repeat(SHORT / 10);
        let file = holding(&format!("{rule}\nLogs on pod x\n{rule}\n{lines}"));
        let content = file.without_banner().expect("content");
        assert_eq!(file.text(&content).expect("text"), lines);
    }
}
