//! Tasks of one name: an environment shows only the one of the narrowest scope.

use super::{Definition, Environment, Scope};

/// Which tasks stand before a task of this name and scope, or behind it, as sentences, each once:
/// as far as what these environments show tells.
#[must_use]
pub fn notes<'a>(
    shown: impl IntoIterator<Item = (&'a Environment, &'a Vec<Definition>)>,
    name: &str,
    scope: &Scope,
) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for (environment, definitions) in shown {
        for other in definitions
            .iter()
            .filter(|d| d.name == name && d.scope != *scope)
        {
            let (id, word, on) = (other.id, other.scope.word(), environment.label());
            let note = if other.scope.rank() < scope.rank() {
                format!("on {on} the task {id} of scope {word} stands before it")
            } else {
                format!("on {on} it stands before the task {id} of scope {word}")
            };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes
}
