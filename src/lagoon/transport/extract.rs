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
mod tests;
