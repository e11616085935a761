//! GraphQL documents that users write, sent as they are.

use serde_json::Value;

use crate::domain::document::Document;
use crate::error::Error;
use crate::lagoon::Lagoon;

/// Lagoon's answer to a document.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body as it came.
    pub text: String,
    /// The same, parsed.
    pub value: Value,
    /// The error that the answer amounts to, if it does.
    pub failure: Option<Error>,
}

/// Sends a document.
///
/// # Errors
/// No answer, or one that is not GraphQL's.
pub async fn ask(lagoon: &Lagoon, document: &Document) -> Result<Answer, Error> {
    let answer = lagoon.ask(document).await?;
    let failure = answer.failure.map(|error| match answer.errors {
        0 | 1 => Error::from(error),
        many => Error::from(error).hint(format!("the answer holds {many} errors")),
    });
    Ok(Answer {
        status: answer.status,
        text: answer.text,
        value: answer.value,
        failure,
    })
}
