//! Lagoon's objects and rules as pure values, without input or output.

#[cfg(feature = "cli")]
pub mod document;
#[cfg(test)]
pub(crate) mod field_names;
#[cfg(feature = "cli")]
pub mod manifest;
pub mod names;
pub mod person;
pub mod place;
#[cfg(feature = "cli")]
pub mod plan;
pub mod run;
pub mod task;
#[cfg(feature = "cli")]
pub mod yaml;

pub use person::Person;
pub use place::role::{Role, Roles};
#[cfg(feature = "cli")]
pub use place::ssh_endpoint::SshEndpoint;
pub use place::{Environment, Project};
pub use run::reference::RunRef;
pub use run::{Outcome, Run};
pub use task::argument::{Argument, ArgumentKind};
pub use task::definition::{Definition, Permission, Scope, Work};
pub use task::reference::TaskRef;
#[cfg(feature = "cli")]
pub use yaml::YamlFault;
