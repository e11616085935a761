//! What can go wrong between this program and a Lagoon.

use super::{Measure, SizeLimit};
use crate::domain::run::files::Signed;
use crate::lagoon::transport::request::LONGEST_BODY;

/// A failure of one request.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LagoonError {
    /// The connection never stood: nothing was sent.
    #[error("cannot reach {address}: {reason}")]
    NotReached {
        /// The address, without path.
        address: String,
        /// Why, in the network's words.
        reason: String,
    },
    /// The request was sent, and there is no usable answer: it may have been carried out.
    #[error("no answer from {address}: {reason}")]
    NoAnswer {
        /// The address, without path.
        address: String,
        /// Why.
        reason: String,
    },
    /// Something answered that is not a Lagoon API, or a gateway before it.
    #[error("{address} answered {reason}")]
    NotLagoon {
        /// The address, without path.
        address: String,
        /// The HTTP status.
        status: u16,
        /// What came back, in words.
        reason: String,
    },
    /// The token is missing, expired or refused (401).
    #[error("not signed in: {message}")]
    NotSignedIn {
        /// Lagoon's words.
        message: String,
        /// What to do about it.
        hints: Vec<String>,
        /// Whether a request was sent and answered with 401; otherwise there was no token to send.
        sent: bool,
    },
    /// Whoever gives out tokens cannot be reached: nothing was sent.
    #[error("no token for now: {reason}")]
    NoToken {
        /// Why.
        reason: String,
    },
    /// Signed in, but not allowed.
    #[error("not allowed: {message}")]
    NotAllowed {
        /// Lagoon's words, first line.
        message: String,
    },
    /// Lagoon refused the request.
    #[error("Lagoon refused: {message}")]
    Refused {
        /// Lagoon's words, first line.
        message: String,
        /// The HTTP status that came with it.
        status: u16,
    },
    /// The answer lacks what the schema promises or this program needs.
    #[error("Lagoon's answer cannot be used: {0}")]
    Unusable(String),
    /// The body of a response is longer than its limit; the rest was not read.
    #[error("{address} sent more than {}", limit.in_words(*measure))]
    TooLarge {
        /// The address, without path.
        address: String,
        /// The limit.
        limit: SizeLimit,
        /// What of the body exceeds it.
        measure: Measure,
    },
    /// What holds the files of runs cannot be reached, or refuses.
    #[error("the file store {address} {reason}")]
    Storage {
        /// The address, without path: the rest is as good as a password.
        address: String,
        /// The HTTP status, where there was an answer.
        status: Option<u16>,
        /// What happened, going on after the address.
        reason: String,
    },
    /// A request that Lagoon would not read; nothing was sent.
    #[error("the request would have {0} bytes, Lagoon takes {LONGEST_BODY}")]
    TooLong(usize),
    /// A number that does not fit Lagoon's 32 bits.
    #[error("{0} is out of Lagoon's range for numbers")]
    OutOfRange(i64),
    /// Plain http to another machine, or an address that cannot be used.
    #[error("{message}")]
    Address {
        /// What is wrong with it.
        message: String,
        /// What to do about it.
        hint: String,
    },
}

impl LagoonError {
    /// Whether a gateway's status says nothing about the request, which may succeed later.
    #[must_use]
    pub fn is_passing_status(status: u16) -> bool {
        matches!(status, 429 | 502..=504)
    }

    /// A failure at the file store.
    pub(crate) fn storage(url: &Signed, status: Option<u16>, reason: String) -> LagoonError {
        LagoonError::Storage {
            address: url.address(),
            status,
            reason,
        }
    }

    /// Whether a mutation has no reply that tells what became of it, so it may have been carried
    /// out. See also [`LagoonError::is_doubtful_refusal`].
    #[must_use]
    pub fn leaves_unknown(&self) -> bool {
        match self {
            LagoonError::NoAnswer { .. }
            | LagoonError::TooLarge { .. }
            | LagoonError::Unusable(_) => true,
            LagoonError::NotLagoon { status, .. } => *status != 429 && *status != 413,
            LagoonError::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// Whether a mutation was refused in a way that does not exclude that it was carried out:
    /// with 401, 413 or 429 (which a gateway can add to a request that it passed on), as not
    /// allowed, or by a GraphQL error. The caller looks for the result once; if there is none, the
    /// refusal is the outcome.
    #[must_use]
    pub fn is_doubtful_refusal(&self) -> bool {
        match self {
            LagoonError::NotSignedIn { sent, .. } => *sent,
            LagoonError::NotAllowed { .. } => true,
            LagoonError::NotLagoon { .. } | LagoonError::Refused { .. } => !self.leaves_unknown(),
            _ => false,
        }
    }

    /// Whether Lagoon itself refused: not a gateway, and not because of the token.
    #[must_use]
    pub fn is_from_lagoon(&self) -> bool {
        let is_refusal = matches!(
            self,
            LagoonError::Refused { .. } | LagoonError::NotAllowed { .. }
        );
        is_refusal && !self.leaves_unknown()
    }
}

/// One entry of `errors` in an answer.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct GraphqlError {
    /// Lagoon's words; may be many lines of SQL that repeat what was submitted.
    #[serde(default)]
    pub message: String,
    /// The field that failed; empty when the whole request did.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub path: Vec<serde_json::Value>,
}

fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    Ok(<Option<Vec<T>> as serde::Deserialize>::deserialize(deserializer)?.unwrap_or_default())
}

impl GraphqlError {
    /// The first line: the rest is SQL that repeats submitted values.
    #[must_use]
    pub fn first_line(&self) -> String {
        let line = self.message.lines().next().unwrap_or_default().trim();
        if line.is_empty() {
            return "an error without a message".to_owned();
        }
        shortened(line)
    }

    /// The error as this program's own.
    #[must_use]
    pub fn into_error(self, status: u16) -> LagoonError {
        let message = self.first_line();
        if message.starts_with("Unauthorized") || message == "You do not have permission" {
            LagoonError::NotAllowed { message }
        } else {
            LagoonError::Refused { message, status }
        }
    }
}

/// What a server says, cut where its reader has long understood.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 500;
    match text.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_a_mutation_fails_says_whether_to_look_for_its_result() {
        let address = || "http://lagoon".to_owned();
        let reason = || "x".to_owned();
        let refused = |status| LagoonError::Refused {
            message: reason(),
            status,
        };
        let gateway = |status| LagoonError::NotLagoon {
            address: address(),
            status,
            reason: reason(),
        };
        let not_signed_in = |sent| LagoonError::NotSignedIn {
            message: reason(),
            hints: Vec::new(),
            sent,
        };
        let not_allowed = LagoonError::NotAllowed { message: reason() };
        let too_large = LagoonError::TooLarge {
            address: address(),
            limit: SizeLimit::Mutation,
            measure: Measure::Bytes,
        };
        let (address, reason) = (address(), reason());
        for (error, unknown, doubtful) in [
            (LagoonError::Unusable("x".to_owned()), true, false),
            (too_large, true, false),
            (gateway(200), true, false),
            (gateway(502), true, false),
            (refused(500), true, false),
            (gateway(413), false, true),
            (gateway(429), false, true),
            (refused(200), false, true),
            (refused(400), false, true),
            (not_signed_in(true), false, true),
            (not_allowed, false, true),
            (not_signed_in(false), false, false),
            (LagoonError::TooLong(1), false, false),
            (LagoonError::NotReached { address, reason }, false, false),
        ] {
            assert_eq!(error.leaves_unknown(), unknown, "{error}");
            assert_eq!(error.is_doubtful_refusal(), doubtful, "{error}");
        }
    }
}
