//! Limits for responses in memory, after decompression.

use crate::lagoon::LagoonError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Bytes,
    /// JSON values: an empty object has two bytes in the body and a hundred in memory.
    Values,
}

/// The share of the limit that a JSON value takes up.
const BYTES_PER_VALUE: u64 = 32;

/// The longest body in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeLimit {
    /// Our mutations, which return at most one definition.
    Mutation,
    /// Mutations of the user's own; a setting, in bytes.
    UserMutation(u64),
    /// Other replies of the API; the same setting.
    Response(u64),
    /// Discovery documents and tokens.
    Document,
}

impl SizeLimit {
    /// A mutation whose reply exceeds it may have been carried out.
    pub fn is_for_mutations(self) -> bool {
        matches!(self, SizeLimit::Mutation | SizeLimit::UserMutation(_))
    }

    pub fn is_setting(self) -> bool {
        matches!(self, SizeLimit::UserMutation(_) | SizeLimit::Response(_))
    }

    pub(crate) fn bytes(self) -> u64 {
        match self {
            SizeLimit::Mutation => 1_000_000,
            SizeLimit::UserMutation(bytes) | SizeLimit::Response(bytes) => bytes,
            SizeLimit::Document => 256 << 10,
        }
    }

    /// Reads the body into one growing buffer, so that a long log is not in memory twice.
    pub(crate) async fn read(
        self,
        response: &mut reqwest::Response,
        failure: impl Fn(&reqwest::Error) -> LagoonError,
    ) -> Result<Vec<u8>, LagoonError> {
        let mut body = Vec::new();
        let address = response.url().origin().ascii_serialization();
        let too_large = |measure| self.exceeded(address.clone(), measure);
        while let Some(piece) = response.chunk().await.map_err(|error| failure(&error))? {
            if (body.len() + piece.len()) as u64 > self.bytes() {
                return Err(too_large(Measure::Bytes));
            }
            body.extend_from_slice(&piece);
        }
        if self.has_too_many_values(&body) {
            return Err(too_large(Measure::Values));
        }
        Ok(body)
    }

    pub(crate) fn exceeded(self, address: String, measure: Measure) -> LagoonError {
        LagoonError::TooLarge {
            address,
            limit: self,
            measure,
        }
    }

    /// The values would take more memory than the limit allows.
    pub(crate) fn has_too_many_values(self, body: &[u8]) -> bool {
        let most = self.bytes() / BYTES_PER_VALUE;
        // Each value but the first has one byte and a comma or bracket before it.
        body.len() as u64 / 2 > most && values_in(body) > most
    }

    pub(crate) fn is_exceeded_by_values(self, count: u64) -> bool {
        count > self.bytes() / BYTES_PER_VALUE
    }

    pub(crate) fn in_words(self, measure: Measure) -> String {
        let size = match measure {
            Measure::Bytes => spelled(self.bytes()),
            Measure::Values => match self.bytes() / BYTES_PER_VALUE {
                1 => "1 value".to_owned(),
                many => format!("{many} values"),
            },
        };
        let of = match self {
            SizeLimit::Mutation => "replies to changes",
            SizeLimit::UserMutation(_) | SizeLimit::Response(_) => "responses",
            SizeLimit::Document => "sign-in documents",
        };
        format!("{size}, the limit for {of}")
    }
}

/// The number of values, give or take one per list and object.
pub(crate) fn values_in(json: &[u8]) -> u64 {
    let (mut count, mut is_text) = (0, false);
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if is_text => drop(bytes.next()),
            b'"' => is_text = !is_text,
            b',' | b'{' | b'[' if !is_text => count += 1,
            _ => {}
        }
    }
    count
}

/// In the largest unit that divides the number.
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
        || match bytes {
            1 => "1 byte".to_owned(),
            many => format!("{many} bytes"),
        },
        |(size, name)| format!("{} {name}", bytes / size),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_printed_as_configured() {
        for (limit, text) in [
            (
                SizeLimit::Mutation,
                "1 MB, the limit for replies to changes",
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
            (SizeLimit::Response(1), "1 byte, the limit for responses"),
        ] {
            assert_eq!(limit.in_words(Measure::Bytes), text);
        }
    }

    #[test]
    fn values_inside_strings_are_not_counted() {
        for (json, count) in [
            ("1", 0),
            (r#"{"a": [1, 2, {"b": null}], "c": {}}"#, 7),
            (r#""a, [ { \" , \\""#, 0),
            (r#"["\\", "a"]"#, 2),
            (r#"["never ended,,"#, 1),
        ] {
            assert_eq!(values_in(json.as_bytes()), count, "{json}");
        }
    }

    #[test]
    fn many_small_values_count_against_the_size_limit() {
        let limit = SizeLimit::Response(32 * 1000);
        let objects = |count: usize| format!("[{}{{}}]", "{},".repeat(count - 1));
        assert!(!limit.has_too_many_values(objects(400).as_bytes()));
        assert!(limit.has_too_many_values(objects(1000).as_bytes()));
        let text = format!("\"{}\"", ",".repeat(31_000));
        assert!(!limit.has_too_many_values(text.as_bytes()));
        let words = limit.in_words(Measure::Values);
        assert_eq!(words, "1000 values, the limit for responses");
    }
}
