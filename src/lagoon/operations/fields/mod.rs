//! Selections that several operations share, and their conversion to `domain`.
//!
//! graphql_client generates a fragment for each operation again. These types replace the generated
//! ones (`Name: "file" => "Type"` in `operations!`). A test compares their fields with the
//! documents.
//!
//! Lagoon guarantees the order of few lists, so all are sorted: arguments and services by name,
//! environments by name, projects by id, definitions by scope and id, runs by creation time and id,
//! newest first.

mod definition;
mod place;
mod run;
#[cfg(test)]
mod tests;

use crate::lagoon::LagoonError;

pub(super) use definition::{DefinitionFields, definitions};
pub(super) use place::{EnvironmentFields, ProjectFields};
#[cfg(feature = "cli")]
pub(super) use place::{environment, project};
pub(super) use run::{RunFields, newest_first, started};

/// A list of the schema.
pub(super) type List<T> = Option<Vec<Option<T>>>;

pub(super) fn need<T>(value: Option<T>, what: &str) -> Result<T, LagoonError> {
    value.ok_or_else(|| LagoonError::Unusable(format!("{what} is missing")))
}

/// Skips absent items.
pub(super) fn all<F, T>(
    list: List<F>,
    convert: impl FnMut(F) -> Result<T, LagoonError>,
) -> Result<Vec<T>, LagoonError> {
    let items = list.unwrap_or_default().into_iter().flatten();
    items.map(convert).collect()
}

/// Checks that a reply is about the requested object. The tie protects against mixed-up replies;
/// this protects against a server that mixes objects up.
pub(super) fn same<T: PartialEq + std::fmt::Display>(
    what: &str,
    asked: T,
    sent: Option<T>,
) -> Result<(), LagoonError> {
    let sent = need(sent, &format!("the {what} of the reply"))?;
    if sent == asked {
        return Ok(());
    }
    Err(LagoonError::Unusable(format!(
        "requested {what} {asked}, received {what} {sent}"
    )))
}
