//! What is wrong with JSON, in the words of V8's `JSON.parse` (as seen on Lagoon 2.33.1).

use serde_json::Error;

/// V8's complaint about what serde does not take.
pub(super) fn complaint(bytes: &[u8], error: &Error) -> String {
    let text = String::from_utf8_lossy(bytes);
    let said = error.to_string();
    let within_string = said.starts_with("EOF while parsing a string");
    if error.is_eof() && !within_string {
        return "Unexpected end of JSON input".to_owned();
    }
    let at = position(&text, error);
    let before = text[..at].trim_end();
    let words = match said.split(" at line").next().unwrap_or_default() {
        _ if within_string => {
            return format!("Unterminated string in JSON at position {}", text.len());
        }
        "key must be a string" if before.ends_with('{') => "Expected property name or '}' in JSON",
        "key must be a string" | "trailing comma"
            if before.ends_with(',') && !text[at..].starts_with(']') =>
        {
            "Expected double-quoted property name in JSON"
        }
        "expected `,` or `}`" => "Expected ',' or '}' after property value in JSON",
        "expected `,` or `]`" => "Expected ',' or ']' after array element in JSON",
        "expected `:`" => "Expected ':' after property name in JSON",
        said if said.starts_with("control character") => {
            "Bad control character in string literal in JSON"
        }
        "trailing characters" => "Unexpected non-whitespace character after JSON",
        _ => return unexpected(&text, at),
    };
    // JavaScript counts in UTF-16.
    let at = text[..at].encode_utf16().count();
    format!("{words} at position {at}")
}

fn unexpected(text: &str, at: usize) -> String {
    // V8 shows a short text whole, and of a long one what is near.
    const NEAR: usize = 10;
    let token = text[at..].chars().next();
    let Some(token) = token else {
        return "Unexpected end of JSON input".to_owned();
    };
    let chars: Vec<char> = text.chars().collect();
    let index = text[..at].chars().count();
    if chars.len() <= 2 * NEAR + 20 {
        return format!("Unexpected token '{token}', \"{text}\" is not valid JSON");
    }
    let (from, to) = (index.saturating_sub(NEAR), (index + NEAR).min(chars.len()));
    let near: String = chars[from..to].iter().collect();
    let start = if from > 0 { "..." } else { "" };
    let end = if to < chars.len() { "..." } else { "" };
    format!("Unexpected token '{token}', {start}\"{near}\"{end} is not valid JSON")
}

/// The byte that serde stopped at.
fn position(text: &str, error: &Error) -> usize {
    let lines = text.split_inclusive('\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let at = before + error.column().saturating_sub(1);
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn faults_are_told_as_v8_tells_them() {
        for (text, words) in [
            ("", "Unexpected end of JSON input"),
            ("{\"query\":", "Unexpected end of JSON input"),
            (
                "{nope",
                "Expected property name or '}' in JSON at position 1",
            ),
            (
                "not json",
                "Unexpected token 'o', \"not json\" is not valid JSON",
            ),
            (
                "{\"a\" 1}",
                "Expected ':' after property name in JSON at position 5",
            ),
            (
                "{\"a\":1 2}",
                "Expected ',' or '}' after property value in JSON at position 7",
            ),
            (
                "[1 2]",
                "Expected ',' or ']' after array element in JSON at position 3",
            ),
            ("[1,]", "Unexpected token ']', \"[1,]\" is not valid JSON"),
            (
                "{\"ü\":1 2}",
                "Expected ',' or '}' after property value in JSON at position 7",
            ),
            (
                "{\"a\":\"x\ty\"}",
                "Bad control character in string literal in JSON at position 7",
            ),
            (
                "{}x",
                "Unexpected non-whitespace character after JSON at position 2",
            ),
        ] {
            let error = serde_json::from_str::<Value>(text).unwrap_err();
            assert_eq!(complaint(text.as_bytes(), &error), words, "{text}");
        }
    }
}
