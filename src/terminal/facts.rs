//! Facts about the terminal.

use std::io::IsTerminal;

use super::Stream;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Terminal {
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    /// If `None`, the terminal is asked at each use.
    pub width: Option<u16>,
}

impl Terminal {
    #[allow(
        clippy::disallowed_methods,
        reason = "facts of the streams that ui owns"
    )]
    pub(crate) fn detect(columns: Option<u16>) -> Self {
        Terminal {
            stdin: std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
            width: columns.filter(|width| *width > 0),
        }
    }

    /// `None` disables wrapping.
    pub(crate) fn columns(self, stream: Stream) -> Option<u16> {
        let measured = || {
            let term = match stream {
                Stream::Out => console::Term::stdout(),
                Stream::Err => console::Term::stderr(),
            };
            let (_, columns) = self.is(stream).then(|| term.size_checked())??;
            Some(columns).filter(|width| *width > 0)
        };
        self.width.or_else(measured)
    }

    pub(crate) fn is(self, stream: Stream) -> bool {
        match stream {
            Stream::Out => self.stdout,
            Stream::Err => self.stderr,
        }
    }
}
