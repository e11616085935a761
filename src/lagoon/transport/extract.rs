//! Takes one long value out of a JSON document while it arrives: a text, or the elements of an array.

use memchr::memchr2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    Text,
    Elements,
}

impl ValueKind {
    fn first(self) -> u8 {
        self.empty()[0]
    }

    fn empty(self) -> &'static [u8; 2] {
        match self {
            ValueKind::Text => b"\"\"",
            ValueKind::Elements => b"[]",
        }
    }
}

/// The document without the value stays in memory; the value leaves in pieces.
pub(crate) struct Extractor {
    kind: ValueKind,
    /// The names of the objects around the value, and its own name.
    path: &'static [&'static str],
    /// The document so far, with an empty value.
    rest: Vec<u8>,
    depth: usize,
    /// The number of open objects that are on the path, without the outermost.
    on_path: usize,
    /// The last string, if it is short: a name, if a colon follows.
    word: Vec<u8>,
    /// The next value is on the path.
    is_next: bool,
    state: State,
    /// An incomplete element; of a text, an incomplete character or escape sequence.
    held: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Word {
        is_escaped: bool,
    },
    /// Before the value: the caller decides.
    Undecided,
    Text,
    /// Between or in elements.
    Elements {
        depth: usize,
        is_string: bool,
        is_escaped: bool,
    },
    /// The value is invalid, so the document ends here.
    Broken,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The value begins. The caller takes it or keeps it in the document.
    Begin,
    Text(String),
    /// An element as JSON.
    Element(String),
}

/// A longer string is not the name of a field.
const LONGEST_NAME: usize = 64;

impl Extractor {
    pub(crate) fn new(kind: ValueKind, path: &'static [&'static str]) -> Self {
        Extractor {
            kind,
            path,
            rest: Vec::new(),
            depth: 0,
            on_path: 0,
            word: Vec::new(),
            is_next: false,
            state: State::Outside,
            held: Vec::new(),
        }
    }

    /// Reads to the next event and removes what was read; `None` if all was.
    pub(crate) fn next(&mut self, input: &mut &[u8]) -> Option<Part> {
        if self.state == State::Text
            && let Some(text) = self.text(input)
        {
            return Some(Part::Text(text));
        }
        if matches!(self.state, State::Elements { .. })
            && let Some(element) = self.element(input)
        {
            return Some(Part::Element(element));
        }
        while let (false, Some((byte, after))) = (self.state == State::Broken, input.split_first())
        {
            if self.state == State::Outside && *byte == self.kind.first() && self.is_value() {
                self.state = State::Undecided;
                return Some(Part::Begin);
            }
            self.step(*byte);
            *input = after;
        }
        None
    }

    /// The document up to the value as a whole one.
    pub(crate) fn so_far(&self) -> Vec<u8> {
        let closing = std::iter::repeat_n(b'}', self.depth);
        let rest = self.rest.iter().copied();
        rest.chain(*self.kind.empty()).chain(closing).collect()
    }

    /// Takes the value out. `input` begins with it.
    pub(crate) fn take(&mut self, input: &mut &[u8]) {
        *input = &input[1..];
        self.rest.extend(self.kind.empty());
        self.is_next = false;
        self.state = match self.kind {
            ValueKind::Text => State::Text,
            ValueKind::Elements => State::Elements {
                depth: 0,
                is_string: false,
                is_escaped: false,
            },
        };
    }

    /// Leaves the value in the document. `input` begins with it.
    pub(crate) fn keep(&mut self, input: &mut &[u8]) {
        *input = &input[1..];
        self.is_next = false;
        self.state = State::Outside;
        self.step(self.kind.first());
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.rest
    }

    fn is_value(&self) -> bool {
        self.is_next && self.on_path + 1 == self.path.len()
    }

    /// Reads a byte outside the value.
    fn step(&mut self, byte: u8) {
        self.rest.push(byte);
        if let State::Word { is_escaped } = self.state {
            if !is_escaped && byte == b'"' {
                self.state = State::Outside;
                return;
            }
            let is_escaped = !is_escaped && byte == b'\\';
            self.state = State::Word { is_escaped };
            if self.word.len() < LONGEST_NAME {
                self.word.push(byte);
            }
            return;
        }
        match byte {
            b'"' => {
                self.word.clear();
                self.state = State::Word { is_escaped: false };
            }
            b':' => {
                let name = self.path.get(self.on_path).map(|name| name.as_bytes());
                self.is_next = self.depth == self.on_path + 1 && name == Some(&self.word);
            }
            b',' => self.is_next = false,
            b'{' | b'[' => {
                self.on_path += usize::from(self.is_next && byte == b'{');
                self.is_next = false;
                self.depth += 1;
            }
            b'}' | b']' => {
                if self.depth == self.on_path + 1 {
                    self.on_path = self.on_path.saturating_sub(1);
                }
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
    }

    /// The next piece of the text; `None` if there is none in this input.
    fn text(&mut self, input: &mut &[u8]) -> Option<String> {
        let joined = (!self.held.is_empty()).then(|| {
            let mut joined = std::mem::take(&mut self.held);
            joined.extend_from_slice(input);
            joined
        });
        let raw = joined.as_deref().unwrap_or(*input);
        let (end, is_end) = complete(raw);
        let text = match unescaped(&raw[..end]) {
            Ok(text) => text,
            Err(_) => {
                self.state = State::Broken;
                return None;
            }
        };
        if is_end {
            self.state = State::Outside;
            let left = raw.len() - end - 1;
            *input = &input[input.len() - left..];
        } else {
            self.held = raw[end..].to_vec();
            *input = &[];
        }
        (!text.is_empty()).then_some(text)
    }

    /// The next element; `None` if it is incomplete, or if there is no other.
    fn element(&mut self, input: &mut &[u8]) -> Option<String> {
        let State::Elements {
            mut depth,
            mut is_string,
            mut is_escaped,
        } = self.state
        else {
            return None;
        };
        let mut at = 0;
        let (mut is_last, mut is_whole) = (false, false);
        while let (false, Some(byte)) = (is_whole || is_last, input.get(at)) {
            at += 1;
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_string => is_escaped = true,
                b'"' => is_string = !is_string,
                _ if is_string => {}
                b'{' | b'[' => depth += 1,
                b']' if depth == 0 => is_last = true,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b',' => is_whole = depth == 0,
                _ => {}
            }
        }
        let end = at - usize::from(is_whole || is_last);
        self.held.extend_from_slice(&input[..end]);
        *input = &input[at..];
        self.state = State::Elements {
            depth,
            is_string,
            is_escaped,
        };
        if !is_whole && !is_last {
            return None;
        }
        if is_last {
            self.state = State::Outside;
        }
        match String::from_utf8(std::mem::take(&mut self.held)) {
            Ok(element) if is_last && element.trim().is_empty() => None,
            Ok(element) => Some(element),
            Err(_) => {
                self.state = State::Broken;
                None
            }
        }
    }
}

fn unescaped(raw: &[u8]) -> serde_json::Result<String> {
    let mut json = Vec::with_capacity(raw.len() + 2);
    json.push(b'"');
    json.extend_from_slice(raw);
    json.push(b'"');
    serde_json::from_slice(&json)
}

/// The length of the complete characters and escape sequences, and if the string ends there.
fn complete(raw: &[u8]) -> (usize, bool) {
    let mut at = 0;
    while let Some(next) = memchr2(b'"', b'\\', &raw[at..]) {
        at += next;
        if raw[at] == b'"' {
            return (at, true);
        }
        match escape_length(&raw[at..]) {
            Some(length) => at += length,
            None => return (at, false),
        }
    }
    // A character has at most four bytes.
    let last = raw.len().saturating_sub(3).max(at);
    let open = raw[last..].iter().rposition(|byte| *byte >= 0xc0);
    let cut = open.map(|open| last + open).filter(|start| {
        std::str::from_utf8(&raw[*start..]).is_err_and(|error| error.error_len().is_none())
    });
    (cut.unwrap_or(raw.len()), false)
}

/// The length of an escape sequence, or of two that are one character; `None` if it is incomplete.
fn escape_length(raw: &[u8]) -> Option<usize> {
    const UNIT: usize = 6;
    if *raw.get(1)? != b'u' {
        return Some(2);
    }
    let (unit, after) = raw.split_at_checked(UNIT)?;
    let is_first_half = matches!(
        unit[2..4],
        [b'd' | b'D', b'8'..=b'9' | b'a'..=b'b' | b'A'..=b'B']
    );
    if !is_first_half || *after.first()? != b'\\' || *after.get(1)? != b'u' {
        return Some(UNIT);
    }
    (after.len() >= UNIT).then_some(2 * UNIT)
}

#[cfg(test)]
mod tests {
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
}
