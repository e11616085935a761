//! Logs, which may be very long.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

use super::fields::same;
use super::{int, operations};
use crate::domain::run::Log;
use crate::lagoon::{Lagoon, LagoonError};

/// Replaces `String` in the generated types of this file.
type String = LongText;
operations! {
    RunLog: "graphql/runs/run_log.graphql",
}

/// Lagoon's text for a log that it cannot load (seen on Lagoon 2.33.1).
const LOG_ERROR: &str = "There was an error loading the logs";

impl Lagoon {
    /// `None` if there is no such run.
    pub(crate) async fn run_log(&self, id: i64) -> Result<Option<Log>, LagoonError> {
        let variables = run_log::Variables { id: int(id)? };
        let data = self.query::<RunLog>(variables).await?;
        let Some(found) = data.task_by_id else {
            return Ok(None);
        };
        same("run", id, found.id)?;
        Ok(Some(match found.logs {
            None => Log::Empty,
            Some(LongText(text)) if text.is_empty() => Log::Empty,
            Some(LongText(text)) if text.starts_with(LOG_ERROR) => {
                Log::Unavailable(text.lines().next().unwrap_or_default().to_owned())
            }
            Some(LongText(text)) => Log::Text(text),
        }))
    }
}

/// A text that is unescaped piece by piece; a `String` would be in memory three times.
#[derive(Debug, Default)]
struct LongText(std::string::String);

impl<'de> Deserialize<'de> for LongText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        unescape(raw.get()).map(LongText).map_err(D::Error::custom)
    }
}

/// In bytes.
const PIECE: usize = 64 * 1024;

fn unescape(json: &str) -> serde_json::Result<std::string::String> {
    let inner = json.strip_prefix('"').and_then(|j| j.strip_suffix('"'));
    let Some(mut rest) = inner.filter(|inner| inner.len() > PIECE) else {
        return serde_json::from_str(json);
    };
    let mut text = std::string::String::with_capacity(rest.len());
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(first_piece(rest));
        text.push_str(&serde_json::from_str::<std::string::String>(&format!(
            "\"{piece}\""
        ))?);
        rest = after;
    }
    Ok(text)
}

/// The length of a piece that does not end in an escape sequence or between two, which may be one
/// character.
fn first_piece(text: &str) -> usize {
    /// `\uXXXX`
    const ESCAPE: usize = 6;
    let bytes = text.as_bytes();
    let can_end =
        |at: &usize| text.is_char_boundary(*at) && !bytes[at - ESCAPE..=*at].contains(&b'\\');
    (PIECE..text.len()).find(can_end).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_other_than_strings_are_refused() {
        for json in ["1", "[]", "{\"a\": 1}", "\"\\ud800\""] {
            assert!(serde_json::from_str::<LongText>(json).is_err(), "{json}");
        }
        let none: Option<LongText> = serde_json::from_str("null").expect("null");
        assert!(none.is_none());
    }

    #[test]
    fn a_lone_surrogate_far_inside_is_refused() {
        let json = format!("\"{}\\ud83d{}\"", "x".repeat(PIECE), "y".repeat(PIECE));
        assert!(serde_json::from_str::<LongText>(&json).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn chunked_decoding_yields_the_whole_text(
            before in (PIECE - 20)..(PIECE + 20),
            middle in "(\\PC|[\\\\\"\n\u{1b}é😀]){0,60}",
            after in 0..PIECE,
        ) {
            let text = format!("{}{middle}{}", "x".repeat(before), "\n".repeat(after));
            let plain = serde_json::to_string(&text).expect("json");
            // As some servers write it: nothing but ASCII.
            let ascii: std::string::String = plain
                .chars()
                .map(|c| match c {
                    ' '..='~' => c.to_string(),
                    c => c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04x}")).collect(),
                })
                .collect();
            for json in [plain, ascii] {
                let LongText(read) = serde_json::from_str(&json).expect("a text");
                prop_assert_eq!(&read, &text);
            }
        }
    }
}
