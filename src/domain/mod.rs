//! Lagoon's objects and rules as pure values, without input or output.

pub mod argument;
pub mod coverage;
pub mod definition;
pub mod difference;
pub mod document;
pub mod features;
#[cfg(test)]
pub(crate) mod field_names;
pub mod file_name;
pub mod files;
pub mod git_url;
pub mod hidden;
pub mod live;
pub mod manifest;
pub mod names;
pub mod one_off;
pub mod person;
pub mod place;
pub mod plan;
pub mod quoting;
pub mod reach;
pub mod recorded;
pub mod reference;
pub mod role;
pub mod rules;
pub mod run;
pub mod run_ref;
pub mod script;
pub mod selection;
pub mod shadow;
pub mod ssh_endpoint;
pub mod text;
pub mod values;
pub mod view;
pub mod yaml;

pub use argument::{Argument, ArgumentKind};
pub use definition::{Definition, Permission, Scope, Work};
pub use person::Person;
pub use place::{Environment, Project};
pub use reference::TaskRef;
pub use role::{Role, Roles};
pub use run::{Outcome, Run};
pub use run_ref::RunRef;
pub use ssh_endpoint::SshEndpoint;
pub use yaml::YamlFault;
