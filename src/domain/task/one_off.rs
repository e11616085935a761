//! A command without a task definition.

#[cfg(feature = "cli")]
use crate::domain::task::exit_status;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOff {
    pub name: String,
    pub environment: i64,
    pub service: String,
    pub command: String,
}

impl OneOff {
    /// The command that the user gave.
    #[cfg(feature = "cli")]
    pub(crate) fn plain_command(&self) -> String {
        exit_status::plain(&self.command)
    }
}
