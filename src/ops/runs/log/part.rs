//! Parts of a log in a temporary file.

use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

use super::file::{LogFile, unreadable};
use crate::domain::run::Log;
use crate::domain::task::exit_status::{self, LONGEST_MARKER};
use crate::error::Error;

/// In bytes.
const BLOCK: usize = 64 * 1024;

/// In bytes; a longer line is printed in pieces.
const LONGEST_LINE: usize = 1 << 20;

impl LogFile {
    /// The log in bytes, Lagoon's banner included.
    pub(crate) fn whole(&self) -> Range<u64> {
        0..self.length
    }

    /// The log without Lagoon's banner and without the exit code of `exec --exit-status`.
    pub(crate) fn content(&self) -> Result<Range<u64>, Error> {
        let content = self.without_banner()?;
        let (end, at) = self.end(content.start)?;
        let kept = exit_status::without_marker(&end).len() as u64;
        Ok(content.start..at + kept)
    }

    pub(super) fn exit_code(&self, nonce: &str) -> Result<Option<u8>, Error> {
        Ok(exit_status::code(&self.end(0)?.0, nonce))
    }

    /// The end of the log, not before `start`, and its position.
    fn end(&self, start: u64) -> Result<(String, u64), Error> {
        let length = self.whole().end;
        let mut at = length.saturating_sub(LONGEST_MARKER as u64 + 4).max(start);
        let mut bytes = vec![0; usize::try_from(length - at).unwrap_or_default()];
        self.read_at(at, &mut bytes).map_err(unreadable)?;
        // Not from within a character.
        let within = bytes.iter().take_while(|byte| (0x80..0xc0).contains(*byte));
        let within = if at == start { 0 } else { within.count() };
        at += within as u64;
        Ok((String::from_utf8_lossy(&bytes[within..]).into_owned(), at))
    }

    /// The last lines of the content.
    pub(crate) fn tail(&self, lines: usize) -> Result<Range<u64>, Error> {
        let content = self.content()?;
        if lines == 0 || content.is_empty() {
            return Ok(content.end..content.end);
        }
        // The end of the last line begins no other.
        let inner = content.start..content.end - 1;
        let before = self.newline_from_end(&inner, lines - 1)?;
        Ok(before.map_or(content.start, |at| at + 1)..content.end)
    }

    /// The position of a newline, counted from the end of the range.
    fn newline_from_end(&self, range: &Range<u64>, skip: usize) -> Result<Option<u64>, Error> {
        let mut left = skip;
        let mut end = range.end;
        let mut block = vec![0; BLOCK];
        while end > range.start {
            let start = end.saturating_sub(BLOCK as u64).max(range.start);
            let block = &mut block[..usize::try_from(end - start).unwrap_or(BLOCK)];
            self.read_at(start, block).map_err(unreadable)?;
            for at in memchr::memrchr_iter(b'\n', block) {
                if left == 0 {
                    return Ok(Some(start + at as u64));
                }
                left -= 1;
            }
            end = start;
        }
        Ok(None)
    }

    /// The whole lines of a range.
    pub(crate) fn lines(&self, range: &Range<u64>) -> Result<Range<u64>, Error> {
        let last = self.newline_from_end(range, 0)?;
        Ok(range.start..last.map_or(range.start, |at| at + 1))
    }

    /// Passes on a part in pieces of whole lines, unless a line is very long.
    pub(crate) fn pieces(
        &self,
        range: &Range<u64>,
        mut each: impl FnMut(&str) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut held: Vec<u8> = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let from = held.len();
            let length = usize::try_from(range.end - at).map_or(BLOCK, |left| left.min(BLOCK));
            held.resize(from + length, 0);
            let read = self.read_at(at, &mut held[from..]).map_err(unreadable)?;
            if read < length {
                return Err(unreadable(std::io::ErrorKind::UnexpectedEof.into()));
            }
            at += read as u64;
            let newline = memchr::memrchr(b'\n', &held[from..]);
            let end = match newline {
                _ if at == range.end => held.len(),
                Some(newline) => from + newline + 1,
                None if held.len() < LONGEST_LINE => continue,
                None => whole_characters(&held),
            };
            each(&String::from_utf8_lossy(&held[..end]))?;
            held.drain(..end);
        }
        Ok(())
    }

    /// The length of the common beginning of two parts.
    pub(crate) fn common(
        &self,
        range: &Range<u64>,
        other: &LogFile,
        others: &Range<u64>,
    ) -> Result<u64, Error> {
        let length = (range.end - range.start).min(others.end - others.start);
        let (mut ours, mut theirs) = (vec![0; BLOCK], vec![0; BLOCK]);
        let mut at = 0;
        while at < length {
            let size = usize::try_from(length - at).map_or(BLOCK, |left| left.min(BLOCK));
            let (ours, theirs) = (&mut ours[..size], &mut theirs[..size]);
            self.read_at(range.start + at, ours).map_err(unreadable)?;
            other
                .read_at(others.start + at, theirs)
                .map_err(unreadable)?;
            if ours != theirs {
                let equal = ours.iter().zip(theirs.iter()).take_while(|(a, b)| a == b);
                return Ok(at + equal.count() as u64);
            }
            at += size as u64;
        }
        Ok(length)
    }
}

/// The length without an incomplete character at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    let start = bytes.iter().rposition(|byte| !(0x80..0xc0).contains(byte));
    start.unwrap_or(bytes.len())
}

pub(crate) fn is_empty(log: &Log<LogFile>) -> Result<bool, Error> {
    match log {
        Log::Text(file) => Ok(file.content()?.is_empty()),
        Log::Empty => Ok(true),
        Log::Unavailable(_) => Ok(false),
    }
}

pub(crate) fn nothing_printed(id: i64) -> String {
    format!("run {id} printed nothing")
}

/// A part as a text, which is read as it is formatted.
pub(crate) struct LogPart {
    file: LogFile,
    range: Range<u64>,
    /// A formatter cannot carry the reason.
    failure: OnceLock<Error>,
}

impl LogPart {
    pub(crate) fn new(file: LogFile, range: Range<u64>) -> Self {
        LogPart {
            file,
            range,
            failure: OnceLock::new(),
        }
    }

    /// The reason why the text was formatted incompletely.
    pub(crate) fn into_failure(self) -> Option<Error> {
        self.failure.into_inner()
    }
}

impl fmt::Display for LogPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        let read = self.file.pieces(&self.range, |piece| {
            written = f.write_str(piece);
            written.map_err(|_| Error::failed("output closed"))
        });
        if let (Ok(()), Err(error)) = (written, read) {
            self.failure.get_or_init(|| error);
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::holding;
    use super::*;
    use proptest::prelude::*;

    fn tail(log: &str, lines: usize) -> String {
        let file = holding(log);
        file.text(&file.tail(lines).unwrap()).unwrap()
    }

    #[test]
    fn a_tail_of_zero_lines_is_empty() {
        assert_eq!(tail("a\nb\n", 0), "");
        assert_eq!(tail("", 1), "");
    }

    #[test]
    fn a_tail_is_whole_lines() {
        assert_eq!(tail("a\nb\n", 1), "b\n");
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc\n");
        assert_eq!(tail("a\nb\nc", 2), "b\nc");
        assert_eq!(tail("a\n", 5), "a\n");
        assert_eq!(tail("a\n\n", 1), "\n");
        let line = "x".repeat(BLOCK * 2);
        let log = format!("{line}\n{line}\n{line}\n");
        assert_eq!(tail(&log, 2), format!("{line}\n{line}\n"));
    }

    #[test]
    fn lines_longer_than_memory_are_printed_in_pieces() {
        let log = "ä€😀".repeat(LONGEST_LINE / 3);
        let file = holding(&log);
        let mut pieces = Vec::new();
        let each = |piece: &str| {
            pieces.push(piece.to_owned());
            Ok(())
        };
        file.pieces(&file.whole(), each).unwrap();
        assert!(pieces.len() > 1);
        assert_eq!(pieces.concat(), log);
        assert_eq!(LogPart::new(file, 0..log.len() as u64).to_string(), log);
    }

    #[test]
    fn pieces_are_whole_lines() {
        let log = format!("{}\n", "a line of the log\n".repeat(20_000));
        let file = holding(&log);
        let mut all = String::new();
        let each = |piece: &str| {
            assert!(piece.ends_with('\n'));
            all.push_str(piece);
            Ok(())
        };
        file.pieces(&file.whole(), each).unwrap();
        assert_eq!(all, log);
    }

    proptest! {
        #[test]
        fn the_common_beginning_ends_at_the_first_difference(
            before in 0..3 * BLOCK,
            a in "[ab]{0,4}",
            b in "[ab]{0,4}",
        ) {
            let start = "x".repeat(before);
            let (a, b) = (format!("{start}{a}"), format!("{start}{b}"));
            let equal = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count() as u64;
            let (a, b) = (holding(&a), holding(&b));
            prop_assert_eq!(a.common(&a.whole(), &b, &b.whole()).unwrap(), equal);
        }

        #[test]
        fn the_content_ends_before_the_exit_code(log in "(\\PC|\n|tasks-exit-status:){0,40}", nonce in "[0-9a-f]{15,17}", code in "[0-9]{0,4}") {
            for log in [format!("{log}tasks-exit-status:{nonce}:{code}\n"), log] {
                let file = holding(&log);
                let content = file.text(&file.content().unwrap()).unwrap();
                prop_assert_eq!(content, exit_status::without_marker(&log));
                prop_assert_eq!(file.exit_code(&nonce).unwrap(), exit_status::code(&log, &nonce));
            }
        }
    }
}
