//! A command that no task defines.

/// A command to be run once in a service's container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOff {
    /// What the run is called.
    pub name: String,
    /// The id of the environment.
    pub environment: i64,
    /// The service whose container runs it.
    pub service: String,
    /// What its shell is given.
    pub command: String,
}
