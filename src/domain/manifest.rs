//! Tasks as a file: what a team wants to be defined, and where.
//!
//! A file is read in three steps: its keys (`shape`), its form (`form`, every value with its place),
//! then its meaning (`header` and `expand`: projects, variables, scopes). Files are read and written elsewhere: here are only
//! their texts.

mod entry;
mod expand;
mod fault;
mod form;
mod header;
mod keys;
mod scope;
mod shape;
mod task;
mod variables;
mod write;

use crate::domain::names::each_once;
use crate::domain::task::definition::Definition;
use crate::domain::task::hidden::Hidden;

pub use expand::{Around, read};
pub use fault::{Fault, Position};
pub use scope::ScopeName;
pub use write::{Exported, unwritable, write};

/// The version of the form that this program reads.
pub const VERSION: u64 = 1;

/// The JSON Schema of the form, for editors.
pub const SCHEMA: &str = include_str!("manifest/schema.json");

/// A file's text under the name by which it is spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name, a path mostly.
    pub name: String,
    /// The text.
    pub text: String,
}

/// A task that should be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where it should be defined.
    pub scope: ScopeName,
    /// What it should be; id 0, and the scope's id is not known yet.
    pub definition: Definition,
    /// What in it comes from the process's environment.
    pub hidden: Vec<Hidden>,
    /// Where the file says so.
    pub position: Position,
    /// Why Lagoon would not take it, or should not.
    pub violations: Vec<Fault>,
}

/// A task that should be gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// Where it should not be defined.
    pub scope: ScopeName,
    /// Its name.
    pub name: String,
    /// Where the file says so.
    pub position: Position,
}

/// What files want, all together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desired {
    /// The addresses that the files are for.
    pub lagoons: Vec<(String, Position)>,
    /// Every scope that the files name, each once, in order.
    pub scopes: Vec<ScopeName>,
    /// The tasks that should be there.
    pub tasks: Vec<Wanted>,
    /// The tasks that should be gone.
    pub retired: Vec<Retired>,
}

impl Desired {
    /// Every violation of every task, each once.
    pub fn violations(&self) -> Vec<Fault> {
        each_once(self.tasks.iter().flat_map(|task| task.violations.clone()))
    }
}

#[cfg(test)]
mod tests;
