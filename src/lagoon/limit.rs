//! How much of a reply is held in memory, counted after decompression.

use std::fmt;

use super::LagoonError;

/// The longest body that is held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeLimit {
    /// For the reply to an operation of ours that changes something: at most one definition.
    Mutation,
    /// For the reply to a mutation of the user's own: a setting, in bytes.
    UserMutation(u64),
    /// For every other reply of the API: the same setting.
    Response(u64),
    /// For what is not the API: discovery documents, tokens.
    Document,
}

impl SizeLimit {
    /// Whether a mutation whose reply exceeds it may have been carried out.
    #[must_use]
    pub fn is_for_mutations(self) -> bool {
        matches!(self, SizeLimit::Mutation | SizeLimit::UserMutation(_))
    }

    /// Whether the user can raise it.
    #[must_use]
    pub fn is_setting(self) -> bool {
        matches!(self, SizeLimit::UserMutation(_) | SizeLimit::Response(_))
    }

    fn bytes(self) -> u64 {
        match self {
            SizeLimit::Mutation => 1_000_000,
            SizeLimit::UserMutation(bytes) | SizeLimit::Response(bytes) => bytes,
            SizeLimit::Document => 256 << 10,
        }
    }

    /// The whole body of a response. It is one buffer that grows, so that a long log is not there in
    /// pieces and as a whole at the same time.
    ///
    /// # Errors
    /// [`LagoonError::TooLarge`], or what `failure` makes of a lost connection.
    pub(super) async fn read(
        self,
        response: &mut reqwest::Response,
        failure: impl Fn(&reqwest::Error) -> LagoonError,
    ) -> Result<Vec<u8>, LagoonError> {
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| failure(&error))? {
            if (body.len() + piece.len()) as u64 > self.bytes() {
                return Err(LagoonError::TooLarge {
                    address: response.url().origin().ascii_serialization(),
                    limit: self,
                });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

impl fmt::Display for SizeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = spelled(self.bytes());
        match self {
            SizeLimit::Mutation => write!(f, "{size}, the limit for the reply to a change"),
            SizeLimit::UserMutation(_) | SizeLimit::Response(_) => {
                write!(f, "{size}, the limit for responses")
            }
            SizeLimit::Document => write!(f, "{size}, the limit for documents about signing in"),
        }
    }
}

/// A number of bytes in the largest unit that divides it.
fn spelled(bytes: u64) -> String {
    let units = [
        (1 << 30, "GiB"),
        (1 << 20, "MiB"),
        (1 << 10, "KiB"),
        (1_000_000, "MB"),
    ];
    let unit = units
        .into_iter()
        .find(|(size, _)| bytes.is_multiple_of(*size));
    unit.map_or_else(
        || format!("{bytes} bytes"),
        |(size, name)| format!("{} {name}", bytes / size),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_spelled_as_they_are_set() {
        for (limit, text) in [
            (
                SizeLimit::Mutation,
                "1 MB, the limit for the reply to a change",
            ),
            (
                SizeLimit::Response(256 << 20),
                "256 MiB, the limit for responses",
            ),
            (
                SizeLimit::Response(3 << 30),
                "3 GiB, the limit for responses",
            ),
            (
                SizeLimit::Response(1001),
                "1001 bytes, the limit for responses",
            ),
        ] {
            assert_eq!(limit.to_string(), text);
        }
    }
}
