//! The text of logs.

use std::io::{self, Read, Write};

/// The first three lines of a log, as written by the cluster.
pub(super) fn header(task_name: &str) -> String {
    let rule = "=".repeat(80);
    format!(
        "{rule}\nLogs on pod {task_name}, assigned to node sandbox on cluster sandbox\n{rule}\n"
    )
}

/// Copies output to the log. Output after `limit` bytes is dropped, and the command continues.
pub(super) fn copy(from: &mut impl Read, to: &mut impl Write, limit: u64) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    let mut left = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut cut = false;
    loop {
        let output = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => &buffer[..read],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let kept = &output[..left.min(output.len())];
        to.write_all(kept)?;
        left -= kept.len();
        if kept.len() < output.len() && !cut {
            cut = true;
            to.write_all(b"\n[sandbox] The log is cut off here: too much output.\n")?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_starts_with_the_cluster_header() {
        let header = header("lagoon-task-1a2b3c");
        let lines: Vec<&str> = header.lines().collect();
        assert_eq!(lines[0], "=".repeat(80));
        assert!(lines[1].starts_with("Logs on pod lagoon-task-1a2b3c, assigned to "));
        assert_eq!(lines[2], lines[0]);
        assert!(header.ends_with("=\n"));
    }

    #[test]
    fn log_bytes_are_copied_unchanged() {
        let mut out = Vec::new();
        copy(&mut &b"a\x1b[1m\r\n\xff"[..], &mut out, 100).unwrap();
        assert_eq!(out, b"a\x1b[1m\r\n\xff");
    }

    #[test]
    fn empty_output_stays_empty() {
        let mut out = Vec::new();
        copy(&mut io::empty(), &mut out, 100).unwrap();
        assert!(out.is_empty());
    }

    #[test]
    fn a_truncated_log_says_so() {
        let mut out = Vec::new();
        copy(&mut &b"abc"[..], &mut out, 3).unwrap();
        assert_eq!(out, b"abc");
        out.clear();
        copy(&mut &b"abcdef\nghi\n"[..], &mut out, 3).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "abc\n[sandbox] The log is cut off here: too much output.\n"
        );
    }
}
