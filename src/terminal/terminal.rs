//! What kind of terminal there is, if any.

use std::io::IsTerminal;

use super::Stream;

/// Which standard streams are terminals, and how wide the one that is printed to is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terminal {
    /// stdin is a terminal.
    pub stdin: bool,
    /// stdout is a terminal.
    pub stdout: bool,
    /// stderr is a terminal.
    pub stderr: bool,
    /// Columns, where they are said; else those that the terminal has at the moment.
    pub width: Option<u16>,
}

impl Terminal {
    /// The facts of this process; `columns` wins over what the terminal says of its width.
    #[allow(
        clippy::disallowed_methods,
        reason = "facts of the streams that ui owns"
    )]
    #[must_use]
    pub fn detect(columns: Option<u16>) -> Self {
        Terminal {
            stdin: std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
            stderr: std::io::stderr().is_terminal(),
            width: columns.filter(|width| *width > 0),
        }
    }

    /// The columns that a stream has at the moment; without them nothing is wrapped.
    #[must_use]
    pub fn columns(self, stream: Stream) -> Option<u16> {
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

    /// Whether this stream is a terminal.
    #[must_use]
    pub fn is(self, stream: Stream) -> bool {
        match stream {
            Stream::Out => self.stdout,
            Stream::Err => self.stderr,
        }
    }
}
