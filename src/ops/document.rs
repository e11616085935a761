//! GraphQL documents that users write.

use serde_json::Value;

use crate::domain::document::Document;
use crate::error::Error;
use crate::lagoon::Lagoon;

#[derive(Debug)]
pub(crate) struct DocumentResponse {
    pub status: u16,
    /// The body as received.
    pub text: String,
    /// The body, parsed.
    pub value: Value,
    /// The first error of the answer, or its status.
    pub failure: Option<Error>,
}

pub(crate) async fn ask(lagoon: &Lagoon, document: &Document) -> Result<DocumentResponse, Error> {
    let answer = lagoon.ask(document).await?;
    let failure = answer.failure.map(|error| match answer.errors {
        0 | 1 => Error::from(error),
        many => Error::from(error).hint(format!("the response contains {many} errors")),
    });
    Ok(DocumentResponse {
        status: answer.status,
        text: answer.text,
        value: answer.value,
        failure,
    })
}
