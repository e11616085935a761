//! Environments with the tasks that the signed-in user can see there.

use crate::domain::{Definition, Environment, Run};

#[derive(Debug, Clone)]
pub(crate) struct EnvironmentView {
    /// Includes the services.
    pub environment: Environment,
    /// The invokable tasks, sorted by scope (environment, project, group, system-wide) and id; of
    /// several with one name only the first.
    pub definitions: Vec<Definition>,
    /// The number of definitions with an unknown type.
    #[cfg(feature = "cli")]
    pub unknown: usize,
    /// Newest first; empty unless requested.
    pub runs: Vec<Run>,
}
