//! A run in the container of a compose service.

use std::process::Command;

use rustix::process::Signal;

use crate::engine::compose::{COLLECT, Container, PREPARE, RUN, STOP};
use crate::engine::{ComposeError, standins};

pub(super) struct RunInContainer<'a> {
    pub(super) container: &'a Container,
    /// The name of the run's folder in the container, which no other run has.
    pub(super) name: &'a str,
}

/// The exit status and files of a run that has ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Remains {
    /// `None` if the command did not end by itself.
    pub(super) status: Option<u8>,
    /// Names and contents of the attached files.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

impl RunInContainer<'_> {
    pub(super) fn prepare(&self) -> Result<(), ComposeError> {
        let args = [self.name, standins::ATTACH_TO_RUN];
        self.container.capture(PREPARE, &args).map(drop)
    }

    pub(super) fn command(&self, shell: &str, variables: &[(&str, String)]) -> Command {
        let pairs = variables.iter();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut args = vec![self.name, shell];
        args.extend(pairs.iter().map(String::as_str));
        self.container.exec(RUN, &args)
    }

    /// A failure has no effect: the process may have ended, and SIGKILL follows SIGTERM.
    pub(super) fn signal(&self, signal: Signal) {
        let name = if signal == Signal::KILL {
            "KILL"
        } else {
            "TERM"
        };
        let _ = self.container.capture(STOP, &[self.name, name]);
    }

    /// Removes the run's folder, too.
    pub(super) fn collect(&self) -> Result<Remains, ComposeError> {
        let output = self.container.capture(COLLECT, &[self.name])?;
        Ok(parse(&output))
    }
}

/// Reads the lines `status NUMBER` and `file SIZE NAME`, the latter followed by the contents. Ends
/// where the output is incomplete.
fn parse(mut output: &[u8]) -> Remains {
    let mut found = Remains::default();
    while let Some(end) = output.iter().position(|byte| *byte == b'\n') {
        let line = String::from_utf8_lossy(&output[..end]);
        output = &output[end + 1..];
        if let Some(status) = line.strip_prefix("status ") {
            found.status = status.trim().parse().ok();
            continue;
        }
        let file = line
            .strip_prefix("file ")
            .and_then(|rest| rest.split_once(' '));
        let Some((size, name)) = file else {
            return found;
        };
        let Some(body) = size.parse().ok().and_then(|size| output.get(..size)) else {
            return found;
        };
        found.files.push((name.to_owned(), body.to_vec()));
        output = &output[body.len()..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_status_and_files_are_parsed() {
        let file = |name: &str, body: &[u8]| (name.to_owned(), body.to_vec());
        let files = vec![
            file("a b.txt", b"one\ntwo"),
            file("empty", b""),
            file("c", b"\xff\n"),
        ];
        let output = b"status 3\nfile 7 a b.txt\none\ntwofile 0 empty\nfile 2 c\n\xff\n";
        let status = Some(3);
        assert_eq!(parse(output), Remains { status, files });
    }

    #[test]
    fn incomplete_output_yields_what_is_complete() {
        for output in [
            "",
            "status",
            "status \n",
            "status \nfile 9 a\nshort",
            "file x a\n",
            "?\n",
        ] {
            assert_eq!(parse(output.as_bytes()), Remains::default(), "{output}");
        }
    }
}
