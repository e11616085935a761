use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const PATH: &[&str] = &["data", "taskById", "logs"];

/// The document without the text, and the text, if all arrives in these pieces.
fn extracted<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, Option<String>) {
    let (rest, _, text) = taken(ValueKind::Text, pieces);
    (rest, text)
}

fn taken<'a>(
    kind: ValueKind,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<u8>, Vec<String>, Option<String>) {
    let mut extractor = Extractor::new(kind, PATH);
    let mut elements = Vec::new();
    let mut text: Option<String> = None;
    for mut piece in pieces {
        while let Some(part) = extractor.next(&mut piece) {
            match part {
                Part::Begin => {
                    text.get_or_insert_default();
                    extractor.take(&mut piece);
                }
                Part::Text(part) => text.get_or_insert_default().push_str(&part),
                Part::Element(element) => elements.push(element),
            }
        }
    }
    (extractor.finish(), elements, text)
}

/// As some servers write it: nothing but ASCII.
fn ascii(json: &str) -> String {
    let unit = |c: char| -> String {
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units).iter();
        units.map(|unit| format!("\\u{unit:04X}")).collect()
    };
    json.chars()
        .map(|c| if c.is_ascii() { c.to_string() } else { unit(c) })
        .collect()
}

#[test]
fn only_the_text_at_the_path_is_taken() {
    for (json, rest, text) in [
        (
            r#"{"data":{"t":"Query","taskById":{"id":1,"logs":"a\nb"}}}"#,
            r#"{"data":{"t":"Query","taskById":{"id":1,"logs":""}}}"#,
            Some("a\nb"),
        ),
        (
            r#" { "errors" : [ { "data" : { "logs" : "x" } } ] , "data" : { "taskById" : { "logs" : "y" } } } "#,
            r#" { "errors" : [ { "data" : { "logs" : "x" } } ] , "data" : { "taskById" : { "logs" : "" } } } "#,
            Some("y"),
        ),
        (r#"{"data":{"taskById":{"logs":null,"id":1}}}"#, "", None),
        (r#"{"data":{"taskById":[{"logs":"x"}]}}"#, "", None),
        (r#"[{"data":{"taskById":{"logs":"x"}}}]"#, "", None),
        (r#"{"taskById":{"logs":"x"},"logs":"data"}"#, "", None),
        (r#"{"data":"taskById","a":{"logs":"x"}}"#, "", None),
        (
            r#"{"a":"\"data","data\"":{"taskById":{"logs":"x"}}}"#,
            "",
            None,
        ),
        ("<html>", "", None),
    ] {
        let rest = if rest.is_empty() { json } else { rest };
        let expected = (rest.as_bytes().to_vec(), text.map(str::to_owned));
        assert_eq!(extracted([json.as_bytes()]), expected, "{json}");
    }
}

#[test]
fn a_text_that_is_no_json_ends_the_document() {
    for text in ["\\ud800", "\\ud83dx", "\\x", "\n", "\\u12"] {
        let json = format!("{{\"data\":{{\"taskById\":{{\"logs\":\"{text}\"}}}}}}");
        let (rest, _) = extracted([json.as_bytes()]);
        assert!(serde_json::from_slice::<Value>(&rest).is_err(), "{text:?}");
    }
    let invalid = [b"{\"data\":{\"taskById\":{\"logs\":\"a\xff\"}}}".as_slice()];
    assert!(serde_json::from_slice::<Value>(&extracted(invalid).0).is_err());
}

#[test]
fn a_text_can_be_kept_in_the_document() {
    let json = br#"{"data":{"taskById":{"logs":"a\"b","id":1}}}"#;
    let mut extractor = Extractor::new(ValueKind::Text, PATH);
    let mut input = json.as_slice();
    assert_eq!(extractor.next(&mut input), Some(Part::Begin));
    assert_eq!(extractor.so_far(), br#"{"data":{"taskById":{"logs":""}}}"#);
    extractor.keep(&mut input);
    assert_eq!(extractor.next(&mut input), None);
    assert_eq!(extractor.finish(), json);
}

fn cut<'a>(mut bytes: &'a [u8], sizes: &[usize]) -> Vec<&'a [u8]> {
    let mut sizes = sizes.iter().cycle();
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let (piece, after) = bytes.split_at((*sizes.next().unwrap()).min(bytes.len()));
        pieces.push(piece);
        bytes = after;
    }
    pieces
}

proptest! {
    #[test]
    fn pieces_of_any_size_yield_all_elements(
        texts in prop::collection::vec("([\\[\\]{}\",\\\\é]){0,6}", 0..8),
        sizes in prop::collection::vec(1usize..9, 1..40),
        is_indented in any::<bool>(),
    ) {
        let elements = texts.iter().map(|text| match text.len() {
            0 => Value::Null,
            1 => json!(text),
            2 => json!([text, []]),
            _ => json!({text.clone(): {"a": [1, text]}, "b": 1.5}),
        });
        let elements: Vec<Value> = elements.collect();
        let body = |logs: &[Value]| json!({"data": {"taskById": {"id": 1, "logs": logs, "b": [2]}}});
        let value = body(&elements);
        let json = if is_indented { format!("{value:#}") } else { value.to_string() };
        let (rest, found, _) = taken(ValueKind::Elements, cut(json.as_bytes(), &sizes));
        let found: Vec<Value> = found.iter().map(|json| serde_json::from_str(json).unwrap()).collect();
        prop_assert_eq!(found, elements);
        prop_assert_eq!(serde_json::from_slice::<Value>(&rest).unwrap(), body(&[]));
    }

    #[test]
    fn pieces_of_any_size_yield_the_whole_text(
        text in "(\\PC|[\\\\\"/\n\u{1b}\u{0}é😀]){0,80}",
        message in "(\\PC|[\\\\\"{}:,]){0,20}",
        sizes in prop::collection::vec(1usize..9, 1..40),
        is_indented in any::<bool>(),
        is_ascii in any::<bool>(),
    ) {
        let body = |logs: &str| {
            let errors = json!([{"message": message, "path": ["data", {"logs": message}]}]);
            json!({"errors": errors, "data": {"t": message, "taskById": {"id": 1, "logs": logs, "b": 2}}})
        };
        let value = body(&text);
        let plain = if is_indented { format!("{value:#}") } else { value.to_string() };
        let json = if is_ascii { ascii(&plain) } else { plain };
        let (rest, found) = extracted(cut(json.as_bytes(), &sizes));
        prop_assert_eq!(found, Some(text));
        prop_assert_eq!(serde_json::from_slice::<Value>(&rest).unwrap(), body(""));
    }

    #[test]
    fn no_bytes_make_it_panic(json in "[{}\\[\\]\":,\\\\udat8logskByI1é ]{0,80}", size in 1usize..5) {
        for kind in [ValueKind::Text, ValueKind::Elements] {
            taken(kind, json.as_bytes().chunks(size));
        }
    }
}
