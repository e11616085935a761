//! Environments and projects together with what they show to the signed-in user.

use super::{Definition, Environment, Project, Run};

/// An environment and what can be invoked on it.
#[derive(Debug, Clone)]
pub struct EnvironmentView {
    /// The environment, its services filled.
    pub environment: Environment,
    /// What the signed-in user can invoke there, by scope (environment, project, group,
    /// system-wide) and id; of one name only the first.
    pub definitions: Vec<Definition>,
    /// How many definitions are of a kind that this program does not know.
    pub unknown: usize,
    /// The newest runs, newest first, where they were asked for.
    pub runs: Vec<Run>,
}

/// A project with all that its live environments show.
#[derive(Debug, Clone)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// Its live environments.
    pub environments: Vec<EnvironmentView>,
}
