//! A document of the user's own.

use crate::error::Error;
use crate::lagoon::Lagoon;

pub use crate::lagoon::document::{Document, Purpose, WholeAnswer};

/// Sends it.
///
/// # Errors
/// When nothing came back, or not from GraphQL.
pub async fn ask(lagoon: &Lagoon, document: &Document) -> Result<WholeAnswer, Error> {
    Ok(lagoon.ask(document).await?)
}

/// The error that the answer amounts to, if it does.
#[must_use]
pub fn failure(answer: WholeAnswer) -> Option<Error> {
    let error = Error::from(answer.failure?);
    Some(match answer.errors {
        0 | 1 => error,
        many => error.hint(format!("the answer holds {many} errors")),
    })
}
