//! Shadowing: of several tasks with one name, an environment shows only the one of the narrowest
//! scope.

use crate::domain::names::{each_once, same_in_database};
use crate::domain::{Definition, Environment, Scope};

/// Returns true if tasks of this scope hide those of the other one.
pub(crate) fn is_before(scope: &Scope, other: &Scope) -> bool {
    // A project can be in several groups, and Lagoon does not define their order.
    scope != other && scope.rank() <= other.rank()
}

/// Returns true if these definitions may hide a task of this name and scope.
pub(crate) fn hides(definitions: &[Definition], name: &str, scope: &Scope) -> bool {
    let mut before = definitions.iter().filter(|d| is_before(&d.scope, scope));
    before.any(|d| same_in_database(&d.name, name))
}

/// Sentences about tasks that hide, or are hidden by, a task of this name and scope.
pub(crate) fn notes<'a>(
    shown: impl IntoIterator<Item = (&'a Environment, &'a Vec<Definition>)>,
    name: &str,
    scope: &Scope,
) -> Vec<String> {
    let hidden = shown.into_iter().flat_map(|(environment, definitions)| {
        let same_name = definitions
            .iter()
            .filter(|d| d.name == name && d.scope != *scope);
        same_name.map(|other| {
            let (id, word, on) = (other.id, other.scope.word(), environment.label());
            if other.scope.rank() < scope.rank() {
                format!("on {on}, the task {id} of the scope {word} hides it")
            } else {
                format!("on {on}, it hides the task {id} of the scope {word}")
            }
        })
    });
    each_once(hidden)
}
