//! The selections that several operations share, and their conversion to `domain`.
//!
//! graphql_client generates a fragment anew for each operation. These types replace the generated
//! ones (`operation!(Name, "file", "Type")`), so that there is one conversion. A test compares their
//! fields with the documents.
//!
//! Lagoon guarantees the order of few lists, so all lists are sorted: arguments and services by
//! name, environments by name, projects by id, definitions by scope and id, runs by creation time
//! and id, newest first.

mod definition;
mod place;
mod run;
#[cfg(test)]
mod tests;

use crate::lagoon::LagoonError;
use crate::lagoon::error::GraphqlError;

pub(super) use definition::{DefinitionFields, definitions};
pub(super) use place::{EnvironmentFields, ProjectFields, environment, project};
pub(super) use run::{RunFields, newest_first, started};

/// A list as Lagoon's schema has it: absent, or with absent items.
pub(super) type List<T> = Option<Vec<Option<T>>>;

/// The value, or that Lagoon's answer lacks it.
pub(super) fn need<T>(value: Option<T>, what: &str) -> Result<T, LagoonError> {
    value.ok_or_else(|| LagoonError::Unusable(format!("{what} is missing")))
}

/// Converts the items of a list that are there.
pub(super) fn all<F, T>(
    list: List<F>,
    convert: impl FnMut(F) -> Result<T, LagoonError>,
) -> Result<Vec<T>, LagoonError> {
    let items = list.unwrap_or_default().into_iter().flatten();
    items.map(convert).collect()
}

/// Checks that a reply is about the object that was asked for. The transport ties a reply to its
/// request; this protects against a server that mixes objects up itself.
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
        "asked for {what} {asked}, it has {what} {sent}"
    )))
}

/// Removes the errors that concern one environment of a project, and returns them by its position in
/// the reply.
pub(super) fn errors_by_environment(errors: &mut Vec<GraphqlError>) -> Vec<(usize, LagoonError)> {
    let mut taken = Vec::new();
    errors.retain(|error| {
        let at = error.path.get(2).and_then(serde_json::Value::as_u64);
        let Some(at) = at.and_then(|at| usize::try_from(at).ok()) else {
            return true;
        };
        taken.push((at, error.clone().into_error(200)));
        false
    });
    taken
}
