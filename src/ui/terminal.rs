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
    /// Columns, where they are known.
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
        let stdout = std::io::stdout().is_terminal();
        let stderr = std::io::stderr().is_terminal();
        let measured = || {
            let term = if stdout {
                console::Term::stdout()
            } else {
                console::Term::stderr()
            };
            term.size_checked().map(|(_, columns)| columns)
        };
        Terminal {
            stdin: std::io::stdin().is_terminal(),
            stdout,
            stderr,
            width: columns.or_else(measured).filter(|width| *width > 0),
        }
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
