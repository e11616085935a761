//! What is wrong with a request, and where.

use async_graphql::Pos;
use serde_json::{Value, json};

/// An error before anything is executed.
pub(super) struct Fault {
    pub(super) message: String,
    /// Where in the document; nowhere where graphql-js does not say.
    pub(super) at: Vec<Pos>,
}

impl Fault {
    /// At these places.
    pub(super) fn at(message: impl Into<String>, at: impl IntoIterator<Item = Pos>) -> Fault {
        Fault {
            message: message.into(),
            at: at.into_iter().collect(),
        }
    }

    /// As answers have it.
    pub(super) fn value(&self) -> Value {
        let mut error = json!({"message": self.message});
        if !self.at.is_empty() {
            error["locations"] = places(&self.at);
        }
        error
    }
}

/// Places in a document, as answers have them.
pub(super) fn places(at: &[Pos]) -> Value {
    let places = at.iter();
    places
        .map(|at| json!({"line": at.line, "column": at.column}))
        .collect()
}
