//! The user's pager.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};

use super::bottom::Hidden;
use super::{Inner, Ui};

const DEFAULT: &str = "less";

/// The options of `less`, as in git: exit if the text fits on the screen, show colours, and leave
/// the text on the screen.
const LESS: &str = "FRX";

/// All output goes to the pager until drop, which waits until the user has quit it.
pub(crate) struct Pager {
    ui: Ui,
    child: Child,
    _no_progress: Hidden,
}

/// The input of a pager.
pub(super) struct PagerInput {
    pub(super) input: ChildStdin,
    /// Messages on stderr would be drawn over by the pager, so it shows them, too.
    pub(super) has_stderr: bool,
}

impl Pager {
    /// `None` if stdout is not a terminal, or if the user wants no pager. A pager that cannot be
    /// started is only a warning.
    pub(super) fn start(ui: &Ui) -> Option<Pager> {
        let Inner {
            options, terminal, ..
        } = &*ui.inner;
        if !terminal.stdout || options.dumb {
            return None;
        }
        let given = options.pager.as_deref();
        let spawned = match shlex::split(given.unwrap_or(DEFAULT)) {
            Some(words) => spawn(&words, options.has_less_options)?,
            None => Err(std::io::Error::other("a quote is not closed")),
        };
        match spawned {
            Ok(mut child) => {
                let input = child.stdin.take()?;
                let no_progress = ui.inner.bottom.hide();
                ui.inner.streams.page(Some(PagerInput {
                    input,
                    has_stderr: terminal.stderr,
                }));
                Some(Pager {
                    ui: ui.clone(),
                    child,
                    _no_progress: no_progress,
                })
            }
            Err(error) => {
                // `less` is not installed everywhere.
                if let Some(given) = given {
                    ui.warn(&format!("cannot start the pager `{given}`: {error}"));
                }
                None
            }
        }
    }
}

/// `None` without a program, and for `cat`.
fn spawn(words: &[String], has_less_options: bool) -> Option<std::io::Result<Child>> {
    let (program, args) = words.split_first()?;
    if program == "cat" && args.is_empty() {
        return None;
    }
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::piped())
        // The pager needs neither.
        .env_remove("TASKS_TOKEN")
        .env_remove("TASKS_SSH_KEY");
    if !has_less_options {
        command.env("LESS", LESS);
    }
    Some(command.spawn())
}

impl Drop for Pager {
    fn drop(&mut self) {
        let streams = &self.ui.inner.streams;
        // The user may have quit the pager before the end.
        let _ = streams.finish();
        streams.page(None);
        let _ = self.child.wait();
    }
}

impl PagerInput {
    pub(super) fn write(&self, bytes: &[u8]) -> std::io::Result<()> {
        (&self.input).write_all(bytes)
    }
}
