//! Task files: their texts are parsed and written here, and read from disk elsewhere.
//!
//! Parsing has three steps: keys and types (`shape`), values with their positions (`form`), then
//! projects, variables and scopes (`header` and `expand`).

mod entry;
pub(crate) mod expand;
pub(crate) mod fault;
mod form;
mod header;
mod keys;
pub(crate) mod scope;
mod shape;
mod task;
mod variables;
pub(crate) mod write;

use crate::domain::names::each_once;
use crate::domain::task::definition::Definition;
use crate::domain::task::hidden::Hidden;

pub(crate) use expand::{ExpandContext, read};
pub(crate) use fault::{Fault, Position};
pub(crate) use scope::ScopeName;
pub(crate) use write::{ExportedFile, unwritable, write};

pub(crate) const VERSION: u64 = 1;

pub(crate) const SCHEMA: &str = include_str!("manifest/schema.json");

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Usually a path.
    pub name: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredTask {
    pub scope: ScopeName,
    /// Its id is 0, and its scope has no ids yet.
    pub definition: Definition,
    pub hidden: Vec<Hidden>,
    pub position: Position,
    /// Reasons why Lagoon would refuse the task, or should.
    pub violations: Vec<Fault>,
}

/// A task that is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetiredTask {
    pub scope: ScopeName,
    pub name: String,
    pub position: Position,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Desired {
    /// The addresses of the Lagoons that the files are for.
    pub lagoons: Vec<(String, Position)>,
    /// Each scope that the files name, once, in order.
    pub scopes: Vec<ScopeName>,
    pub tasks: Vec<DesiredTask>,
    pub retired: Vec<RetiredTask>,
}

impl Desired {
    pub fn violations(&self) -> Vec<Fault> {
        each_once(self.tasks.iter().flat_map(|task| task.violations.clone()))
    }
}

#[cfg(test)]
mod tests;
