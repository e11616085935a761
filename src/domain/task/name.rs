//! Tasks by name.

use crate::domain::names::{nearest, nfc, same_in_database};
use crate::domain::task::definition::Definition;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// None is spelled exactly so.
    #[error("`{name}` matches several tasks: {}", matches.join(", "))]
    Several { name: String, matches: Vec<String> },
    #[error("task `{name}` not found")]
    Missing {
        name: String,
        nearest: Vec<String>,
        /// The listed names, if they are few.
        known: Vec<String>,
    },
}

/// Prefers an exact match to the only one that the database treats as equal.
pub(crate) fn find_named<'a>(
    name: &str,
    listed: &'a [Definition],
) -> Result<&'a Definition, NameError> {
    let exact = listed.iter().find(|d| d.name == name);
    // A decomposed name on the server is found by its composed form.
    if let Some(found) = exact.or_else(|| listed.iter().find(|d| nfc(&d.name) == name)) {
        return Ok(found);
    }
    let matches: Vec<&Definition> = listed
        .iter()
        .filter(|d| same_in_database(&d.name, name))
        .collect();
    match matches.as_slice() {
        [one] => Ok(one),
        [] => Err(missing(name, listed)),
        several => Err(NameError::Several {
            name: name.to_owned(),
            matches: several.iter().map(|d| d.name.clone()).collect(),
        }),
    }
}

/// The number of names that an error lists.
const FEW: usize = 5;

pub(super) fn missing(name: &str, listed: &[Definition]) -> NameError {
    let near = nearest(name, listed.iter().map(|d| d.name.as_str()));
    let few = listed.iter().take(FEW).filter(|_| listed.len() <= FEW);
    NameError::Missing {
        name: name.to_owned(),
        nearest: near.into_iter().map(str::to_owned).collect(),
        known: few.map(|d| d.name.clone()).collect(),
    }
}
