//! The visible form of a text: without control sequences and zero-width characters, with escapes of
//! JSON and YAML decoded. Secrets are searched for in this form too: a terminal shows two halves of
//! a token with a colour sequence between them as one word, and a JSON parser reads `\u0065` as
//! `e`.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// A longer control sequence is malformed: a terminal would not execute it.
const LONGEST_SEQUENCE: usize = 512;

#[derive(Debug)]
pub(super) struct Plain {
    pub(super) text: Vec<u8>,
    parts: Vec<Part>,
    /// The position of an incomplete escape, sequence or character at the end, or the length.
    complete: usize,
}

#[derive(Debug)]
struct Part {
    /// In the visible form.
    plain: usize,
    original: Range<usize>,
    is_decoded: bool,
}

impl Plain {
    /// `None` if it equals the text. With `is_last`, nothing can complete the end.
    pub(super) fn of(text: &[u8], is_last: bool) -> Option<Plain> {
        let mut plain = Plain {
            text: Vec::new(),
            parts: Vec::new(),
            complete: text.len(),
        };
        let (mut from, mut at) = (0, 0);
        loop {
            at += printable_length(&text[at..]);
            let rest = &text[at..];
            match rest.first() {
                None => break,
                Some(b'\n' | b'\r' | b'\t') => {
                    at += 1;
                    continue;
                }
                Some(_) => {}
            }
            match element(rest) {
                Element::Kept(length) => at += length,
                Element::Left(length) => {
                    plain.copy(text, from..at);
                    at += length;
                    from = at;
                }
                Element::Decoded(c, length) => {
                    plain.copy(text, from..at);
                    plain.decode(c, at..at + length);
                    at += length;
                    from = at;
                }
                Element::Open if is_last => {
                    at += rest.iter().take_while(|byte| **byte == rest[0]).count();
                }
                Element::Open => {
                    plain.complete = at;
                    break;
                }
            }
        }
        if from == 0 && plain.complete == text.len() {
            return None;
        }
        plain.copy(text, from..plain.complete);
        Some(plain)
    }

    /// The original position of a byte, or of the end.
    pub(super) fn start(&self, at: usize) -> usize {
        match self.part(at) {
            Some(part) if at < self.text.len() => part.original_of(at).start,
            _ => self.complete,
        }
    }

    /// The original range of a non-empty range.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let last = range.end - 1;
        let end = self
            .part(last)
            .map_or(self.complete, |part| part.original_of(last).end);
        self.start(range.start)..end
    }

    fn part(&self, at: usize) -> Option<&Part> {
        let after = self.parts.partition_point(|part| part.plain <= at);
        self.parts.get(after.checked_sub(1)?)
    }

    fn copy(&mut self, text: &[u8], range: Range<usize>) {
        if !range.is_empty() {
            self.push(&text[range.clone()], range, false);
        }
    }

    fn decode(&mut self, c: char, range: Range<usize>) {
        self.push(c.encode_utf8(&mut [0; 4]).as_bytes(), range, true);
    }

    fn push(&mut self, bytes: &[u8], original: Range<usize>, is_decoded: bool) {
        let plain = self.text.len();
        self.parts.push(Part {
            plain,
            original,
            is_decoded,
        });
        self.text.extend_from_slice(bytes);
    }
}

impl Part {
    fn original_of(&self, at: usize) -> Range<usize> {
        if self.is_decoded {
            return self.original.clone();
        }
        let start = self.original.start + at - self.plain;
        start..start + 1
    }
}

pub(super) fn colours(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = text.iter().enumerate().filter(|(_, byte)| **byte == 0x1b);
    starts.filter_map(|(start, _)| {
        let rest = &text[start..];
        let parameters = rest.strip_prefix(b"\x1b[")?;
        let is_parameter = |byte: &&u8| matches!(**byte, b'0'..=b';');
        let length = parameters.iter().take_while(is_parameter).count();
        (parameters.get(length) == Some(&b'm')).then(|| &rest[..length + 3])
    })
}

/// The number of visible ASCII characters at the start, up to a backslash. Most of a text is such a
/// run, so this compares eight bytes at a time.
pub(crate) fn printable_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let is_other = |word: u64| {
        let below = word.wrapping_sub(ONES * 0x20) & !word;
        let equal = has_zero(word ^ (ONES * 0x7f)) | has_zero(word ^ (ONES * 0x5c));
        (word | below | equal) & HIGH != 0
    };
    let mut at = 0;
    while let Some(word) = text[at..].first_chunk() {
        if is_other(u64::from_ne_bytes(*word)) {
            break;
        }
        at += word.len();
    }
    let is_printable = |byte: &&u8| matches!(**byte, b' '..=b'~') && **byte != b'\\';
    at + text[at..].iter().take_while(is_printable).count()
}

enum Element {
    Kept(usize),
    Left(usize),
    Decoded(char, usize),
    Open,
}

fn element(text: &[u8]) -> Element {
    let Some(first) = character(text) else {
        return Element::Open;
    };
    let left = match first.value {
        '\u{1b}' => sequence(text, first.length),
        '\u{9b}' => control_sequence(text, first.length),
        c if is_invisible(c) => Some(first.length),
        c if first.is_decoded => return Element::Decoded(c, first.length),
        _ => return Element::Kept(first.length),
    };
    match left {
        Some(length) if length <= LONGEST_SEQUENCE => Element::Left(length),
        Some(_) => Element::Left(first.length),
        None if text.len() > LONGEST_SEQUENCE => Element::Left(first.length),
        None => Element::Open,
    }
}

/// The length of a sequence with ESC before `at`; `None` if it is incomplete.
fn sequence(text: &[u8], at: usize) -> Option<usize> {
    let second = character(&text[at..])?;
    let after = at + second.length;
    match second.value {
        '[' => control_sequence(text, after),
        ']' | 'P' | 'X' | '^' | '_' => control_string(text, after),
        ' '..='/' => match skip(text, after, ' '..='/')? {
            (end, last) if matches!(last.value, '0'..='~') => Some(end + last.length),
            (end, _) => Some(end),
        },
        _ => Some(at),
    }
}

fn control_sequence(text: &[u8], at: usize) -> Option<usize> {
    match skip(text, at, ' '..='?')? {
        (end, last) if matches!(last.value, '@'..='~') => Some(end + last.length),
        (end, _) => Some(end),
    }
}

fn skip(
    text: &[u8],
    mut at: usize,
    range: std::ops::RangeInclusive<char>,
) -> Option<(usize, Character)> {
    loop {
        let next = character(&text[at..])?;
        if !range.contains(&next.value) || at > LONGEST_SEQUENCE {
            return Some((at, next));
        }
        at += next.length;
    }
}

/// A string such as the target of a link, up to BEL or ST.
fn control_string(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let next = character(&text[at..])?;
        match next.value {
            '\n' => return Some(at),
            '\u{1b}' => {
                let end = at + next.length;
                let last = character(&text[end..])?;
                return Some(if last.value == '\\' {
                    end + last.length
                } else {
                    at
                });
            }
            _ if at > LONGEST_SEQUENCE => return Some(at),
            '\u{7}' | '\u{9c}' => return Some(at + next.length),
            _ => at += next.length,
        }
    }
}

struct Character {
    value: char,
    length: usize,
    is_decoded: bool,
}

/// The first character of a text, which may be an escape; `None` if it is incomplete.
fn character(text: &[u8]) -> Option<Character> {
    let first = *text.first()?;
    if first == b'\\' {
        return escape(text);
    }
    let plain = |value, length| Character {
        value,
        length,
        is_decoded: false,
    };
    if first.is_ascii() {
        return Some(plain(char::from(first), 1));
    }
    let start = &text[..text.len().min(4)];
    let (valid, error) = match std::str::from_utf8(start) {
        Ok(valid) => (valid, None),
        Err(error) => {
            let valid = std::str::from_utf8(&start[..error.valid_up_to()]);
            (valid.unwrap_or_default(), Some(error))
        }
    };
    match (valid.chars().next(), error.map(|e| e.error_len())) {
        (Some(value), _) => Some(plain(value, value.len_utf8())),
        (None, Some(None)) => None,
        (None, _) => Some(plain(char::REPLACEMENT_CHARACTER, 1)),
    }
}

/// Backslashes and the escape that they introduce. JSON within JSON has several of them.
fn escape(text: &[u8]) -> Option<Character> {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    let rest = &text[slashes..];
    let character = |value, length, is_decoded| {
        Some(Character {
            value,
            length: slashes + length,
            is_decoded,
        })
    };
    let (prefix, digits, suffix): (usize, usize, &[u8]) = match rest.first()? {
        b'/' => return character('/', 1, true),
        b'e' if *rest.get(1)? == b'[' => return character('\u{1b}', 1, true),
        b'u' if *rest.get(1)? == b'{' => {
            let digits = rest[2..].iter().take_while(|byte| byte.is_ascii_hexdigit());
            (2, digits.take(9).count(), b"}")
        }
        b'u' => (1, 4, b""),
        b'x' => (1, 2, b""),
        b'U' => (1, 8, b""),
        _ => return character('\\', 0, false),
    };
    let end = prefix + digits;
    let hex = &rest[prefix..rest.len().min(end)];
    let is_hex = hex.iter().all(u8::is_ascii_hexdigit);
    if is_hex && rest.len() < end + suffix.len() {
        return None;
    }
    let hex = std::str::from_utf8(hex).ok().filter(|_| is_hex);
    let code = hex.and_then(|hex| u32::from_str_radix(hex, 16).ok());
    match code.filter(|_| rest[end..].starts_with(suffix)) {
        Some(code) => {
            // Half of a surrogate pair is not a character and is left out.
            let value = char::from_u32(code).unwrap_or('\u{200b}');
            character(value, end + suffix.len(), true)
        }
        None => character('\\', 0, false),
    }
}

/// Returns true if a terminal shows nothing for a character.
fn is_invisible(c: char) -> bool {
    match c {
        '\n' | '\r' | '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' => true,
        c => c.width().unwrap_or(0) == 0,
    }
}
