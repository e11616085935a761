//! Lagoon's objects and rules as pure values, without input or output.

#[cfg(feature = "cli")]
pub(crate) mod document;
#[cfg(test)]
pub(crate) mod field_names;
#[cfg(feature = "cli")]
pub(crate) mod manifest;
pub(crate) mod names;
#[cfg(feature = "cli")]
pub(crate) mod person;
pub(crate) mod place;
#[cfg(feature = "cli")]
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod task;
#[cfg(feature = "cli")]
pub(crate) mod yaml;

#[cfg(feature = "cli")]
pub(crate) use person::Person;
pub(crate) use place::role::{Role, Roles};
#[cfg(feature = "cli")]
pub(crate) use place::ssh_endpoint::SshEndpoint;
pub(crate) use place::{Environment, Project};
#[cfg(feature = "cli")]
pub(crate) use run::Outcome;
pub(crate) use run::Run;
#[cfg(feature = "cli")]
pub(crate) use run::reference::RunRef;
pub(crate) use task::argument::{Argument, ArgumentKind};
pub(crate) use task::definition::{Definition, Permission, Scope, Work};
#[cfg(feature = "cli")]
pub(crate) use task::reference::TaskRef;
#[cfg(feature = "cli")]
pub(crate) use yaml::YamlFault;
