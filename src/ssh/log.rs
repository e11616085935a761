//! Live logs from the ssh portal of the environment's cluster.

use std::process::ExitStatus;

use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::ChildStdout;
use tokio::task::JoinHandle;

use super::error::from_words;
use super::process::{LONGEST_WORDS, Process, beginning};
use super::{Destination, Ssh, SshError};
use crate::domain::RunRef;

/// The maximum that a portal accepts for `tailLines`.
pub(crate) const LONGEST_TAIL: usize = 1024;

/// In bytes; the rest of a longer line is dropped.
const LONGEST_LINE: usize = 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogLine {
    /// Pod and container, as in `lagoon-task-abc-xyz/cli`.
    pub source: String,
    pub at: Timestamp,
    pub text: String,
}

impl LogLine {
    /// Parses `[pod/<pod>/<container>] <RFC 3339 time> <text>`.
    fn parse(line: &str) -> Option<LogLine> {
        let (source, rest) = line.strip_prefix("[pod/")?.split_once("] ")?;
        let (at, text) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(LogLine {
            source: source.to_owned(),
            at: at.parse().ok()?,
            text: text.to_owned(),
        })
    }
}

/// Dropping it ends the process.
pub(crate) struct LogStream {
    // Dropped before the reader of its stderr: fields are dropped in this order.
    process: Process,
    lines: Option<Lines<ChildStdout>>,
    stderr: JoinHandle<Vec<u8>>,
    to: Destination,
}

/// Starts with the last `tail` lines. The stream never ends by itself, and shows nothing of a
/// finished run (from the portal's sources).
pub(crate) fn follow_log(
    ssh: &Ssh,
    to: &Destination,
    task_name: &str,
    tail: usize,
) -> Result<LogStream, SshError> {
    if !matches!(RunRef::parse(task_name), Ok(RunRef::TaskName(_))) {
        return Err(SshError::invalid_name("task name", task_name));
    }
    let words = [
        "lagoonSystem=task".to_owned(),
        format!("name={task_name}"),
        format!("logs=tailLines={},follow", tail.clamp(1, LONGEST_TAIL)),
    ];
    let words = words.each_ref().map(String::as_str);
    let mut process = Process::start(ssh.command(to, &words)?)?;
    let stderr = process.stderr();
    Ok(LogStream {
        lines: process.stdout().map(Lines::new),
        stderr: tokio::spawn(async move {
            let mut kept = Vec::new();
            let _ = beginning(stderr, LONGEST_WORDS, &mut kept).await;
            kept
        }),
        process,
        to: to.clone(),
    })
}

impl LogStream {
    /// Skips other output. Cancel-safe. The error at the end has the message of `ssh` or the
    /// portal.
    pub(crate) async fn next(&mut self) -> Result<LogLine, SshError> {
        if let Some(lines) = &mut self.lines {
            while let Some(line) = lines.next().await.map_err(SshError::Run)? {
                if let Some(line) = LogLine::parse(&String::from_utf8_lossy(&line)) {
                    return Ok(line);
                }
            }
        }
        let status = self.process.wait().await.map_err(SshError::Run)?;
        let stderr = (&mut self.stderr).await.unwrap_or_default();
        Err(self.ended(status, &stderr))
    }

    fn ended(&self, status: ExitStatus, stderr: &[u8]) -> SshError {
        match from_words(&self.to, status, stderr) {
            // A portal that is restarted closes the stream without a message.
            SshError::Refused { host, .. } if status.success() => SshError::Failed {
                host,
                words: "the connection was closed".to_owned(),
            },
            error => error,
        }
    }
}

struct Lines<R> {
    reader: BufReader<R>,
    begun: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    fn new(stream: R) -> Self {
        Lines {
            reader: BufReader::new(stream),
            begun: Vec::new(),
        }
    }

    /// `None` at the end. Cancel-safe.
    async fn next(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        loop {
            let piece = self.reader.fill_buf().await?;
            if piece.is_empty() {
                let last = std::mem::take(&mut self.begun);
                return Ok((!last.is_empty()).then_some(last));
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let text = &piece[..end.unwrap_or(piece.len())];
            let room = LONGEST_LINE - self.begun.len();
            self.begun.extend_from_slice(&text[..text.len().min(room)]);
            let consumed = text.len() + usize::from(end.is_some());
            self.reader.consume(consumed);
            if end.is_some() {
                return Ok(Some(std::mem::take(&mut self.begun)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_log_line_is_parsed() {
        let line = LogLine::parse(
            "[pod/lagoon-task-abc-x7/cli] 2026-05-04T10:00:00.123456789Z  hello] world ",
        )
        .unwrap();
        assert_eq!(line.source, "lagoon-task-abc-x7/cli");
        assert_eq!(line.at.subsec_nanosecond(), 123_456_789);
        assert_eq!(line.text, " hello] world ");
        let empty = LogLine::parse("[pod/a/b] 2026-05-04T10:00:00Z").unwrap();
        assert_eq!(empty.text, "");
    }

    #[tokio::test]
    async fn overlong_lines_are_truncated() {
        let text = format!("one\n\n{}\ntwo\nlast", "x".repeat(LONGEST_LINE + 10));
        let mut lines = Lines::new(text.as_bytes());
        let mut found = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            found.push(line);
        }
        let lengths: Vec<usize> = found.iter().map(Vec::len).collect();
        assert_eq!(lengths, [3, 0, LONGEST_LINE, 3, 4]);
        assert_eq!(found[4], b"last");
    }

    #[test]
    fn other_text_is_no_log_line() {
        for text in ["", "hello", "[pod/a/b] hello", "[pod/a/b]", "[pod/a/b 2026"] {
            assert_eq!(LogLine::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_of_a_line_is_kept(text in "[^\n]*", nanos in 0i128..2_000_000_000_000_000_000) {
            let at = Timestamp::from_nanosecond(nanos).unwrap();
            let line = LogLine::parse(&format!("[pod/p/c] {at} {text}")).unwrap();
            prop_assert_eq!((line.at, line.text), (at, text));
        }

        #[test]
        fn parsing_never_panics(line in any::<String>()) {
            let _ = LogLine::parse(&line);
        }
    }
}
