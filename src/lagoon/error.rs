//! Failures of requests.

use std::time::Duration;

use super::transport::{root_cause, seconds};
use super::{Measure, SizeLimit};
use crate::domain::run::files::SignedUrl;
use crate::lagoon::network::certificates::CertificateError;
use crate::lagoon::transport::request::LONGEST_BODY;

#[derive(Debug, Clone, thiserror::Error)]
pub enum LagoonError {
    /// Not connected: nothing was sent.
    #[error("cannot reach {address}: {reason}")]
    NotReached {
        /// Without path.
        address: String,
        reason: String,
        certificate: Option<CertificateError>,
    },
    /// The request was sent, and there is no usable reply: it may have been carried out.
    #[error("{address} {reason}")]
    NoAnswer {
        /// Without path.
        address: String,
        /// The predicate of a sentence about the address.
        reason: String,
    },
    /// The reply is from a gateway or another server.
    #[error("{address} answered {reason}")]
    NotLagoon {
        /// Without path.
        address: String,
        status: u16,
        reason: String,
    },
    /// The token is missing, expired or refused (401).
    #[error("not signed in: {message}")]
    NotSignedIn {
        message: String,
        hints: Vec<String>,
        /// The request was answered with 401; otherwise there was no token to send.
        sent: bool,
    },
    /// The token server cannot be reached: nothing was sent.
    #[error("could not get a token: {reason}")]
    NoToken { reason: String },
    #[error("not allowed: {message}")]
    NotAllowed {
        /// The first line of Lagoon's message.
        message: String,
    },
    #[error("Lagoon refused: {message}")]
    Refused {
        /// The first line of Lagoon's message.
        message: String,
        status: u16,
    },
    /// The reply lacks a value of the schema.
    #[error("unexpected response from Lagoon: {0}")]
    Unusable(String),
    /// The body is longer than its limit; the rest was not read.
    #[error("{address} sent more than {}", limit.in_words(*measure))]
    TooLarge {
        /// Without path.
        address: String,
        limit: SizeLimit,
        measure: Measure,
    },
    /// The receiver of a long text refused a part of it.
    #[error("cannot store the response: {0}")]
    NotKept(String),
    #[error("the file store {address} {reason}")]
    Storage {
        /// Without path: the rest gives access.
        address: String,
        status: Option<u16>,
        /// The predicate of a sentence about the store.
        reason: String,
    },
    /// Lagoon would not read the request; nothing was sent.
    #[error("the request has {0} bytes; Lagoon accepts at most {LONGEST_BODY}")]
    TooLong(usize),
    /// Outside Lagoon's 32 bits.
    #[error("{0} is outside Lagoon's range of numbers")]
    OutOfRange(i64),
    /// Plain http to another machine, or an unusable address.
    #[error("{message}")]
    Address { message: String, hint: String },
    /// The trusted certificate authorities cannot be used.
    #[error("{message}")]
    Authorities { message: String, hint: String },
}

impl LagoonError {
    /// The status of a gateway, after which the request may succeed later.
    pub fn is_passing_status(status: u16) -> bool {
        matches!(status, 429 | 502..=504)
    }

    pub(super) fn unanswered(address: String, error: &reqwest::Error) -> LagoonError {
        let reason = root_cause(error);
        if error.is_connect() {
            LagoonError::NotReached {
                address,
                reason,
                certificate: CertificateError::of(error),
            }
        } else {
            let reason = format!("did not answer: {reason}");
            LagoonError::NoAnswer { address, reason }
        }
    }

    pub(super) fn timed_out(address: String, limit: Duration) -> LagoonError {
        let reason = not_within(limit);
        LagoonError::NoAnswer { address, reason }
    }

    pub(crate) fn storage(url: &SignedUrl, status: Option<u16>, reason: String) -> LagoonError {
        LagoonError::Storage {
            address: url.address(),
            status,
            reason,
        }
    }

    /// The mutation may have been carried out: there is no reply that tells. See also
    /// [`LagoonError::is_doubtful_refusal`].
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

    /// The mutation was refused, but may have been carried out: with 401, 413 or 429 (which a
    /// gateway can add to a request that it passed on), as not allowed, or by a GraphQL error. The
    /// caller looks for the result once; without one, the refusal is the outcome.
    pub fn is_doubtful_refusal(&self) -> bool {
        match self {
            LagoonError::NotSignedIn { sent, .. } => *sent,
            LagoonError::NotAllowed { .. } => true,
            LagoonError::NotLagoon { .. } | LagoonError::Refused { .. } => !self.leaves_unknown(),
            _ => false,
        }
    }

    /// Refused by Lagoon itself: not by a gateway, and not because of the token.
    pub fn is_from_lagoon(&self) -> bool {
        let is_refusal = matches!(
            self,
            LagoonError::Refused { .. } | LagoonError::NotAllowed { .. }
        );
        is_refusal && !self.leaves_unknown()
    }
}

/// An entry of `errors`.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct GraphqlError {
    /// May have many lines of SQL with submitted values.
    #[serde(default)]
    pub message: String,
    /// The field that failed; empty for the whole request.
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
    /// Without the SQL, which repeats submitted values.
    pub(crate) fn first_line(&self) -> String {
        let line = self.message.lines().next().unwrap_or_default().trim();
        if line.is_empty() {
            return "an error without a message".to_owned();
        }
        shortened(line)
    }

    pub(crate) fn into_error(self, status: u16) -> LagoonError {
        let message = self.first_line();
        if message.starts_with("Unauthorized") || message == "You do not have permission" {
            LagoonError::NotAllowed { message }
        } else {
            LagoonError::Refused { message, status }
        }
    }
}

/// The predicate of a sentence about a server that timed out.
pub(crate) fn not_within(limit: Duration) -> String {
    format!("did not answer within {}", seconds(limit))
}

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
    fn each_mutation_failure_tells_if_its_effect_is_unknown() {
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
            (
                LagoonError::NotReached {
                    address,
                    reason,
                    certificate: None,
                },
                false,
                false,
            ),
        ] {
            assert_eq!(error.leaves_unknown(), unknown, "{error}");
            assert_eq!(error.is_doubtful_refusal(), doubtful, "{error}");
        }
    }
}
