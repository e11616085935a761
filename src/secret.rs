//! Masking of secrets in everything that this process prints.
//!
//! A [`Secret`] is registered when it is created and stays registered: a token that was replaced
//! may still be echoed. Every piece of a secret of [`SHORTEST`] bytes or more is masked, because
//! texts are cut and wrapped on their way to the output. Pieces are one piece if only control
//! sequences or zero-width characters separate them. Escaped characters are recognised too.

mod plain;
mod recognize;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::sync::{LazyLock, PoisonError, RwLock};

pub(crate) use plain::printable_length;
use plain::{Plain, colours};
pub(crate) use recognize::{conceal_key, conceal_recognized, may_be_secret, shown_address};

/// In bytes. Shorter secrets, and shorter pieces of secrets, are not masked.
const SHORTEST: usize = 16;

const MASK: &[u8] = b"***";

/// The length of the words in the index, in bytes. Any piece of [`SHORTEST`] bytes contains such a
/// word at a multiple of its length, so only every eighth position of a text is looked up.
const WORD: usize = 8;

/// Only a repetitive secret has more positions for one word.
const MOST_PLACES: usize = 8;

/// In bytes. The longest secret, a private key, is shorter.
const MOST_HELD: usize = 16 * 1024;

const BLOCK: usize = 1 << 20;

const FILTER: usize = 1 << 16;

/// `Debug` and `Display` do not show it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Registers the text: everything that is printed from now on masks it.
    pub(crate) fn new(text: String) -> Self {
        conceal(&text);
        Secret(text)
    }

    /// Not masked, because it may be a path or is to be printed.
    pub(crate) fn unregistered(text: String) -> Self {
        Secret(text)
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// Also registers the form in JSON.
pub(crate) fn conceal(text: &str) {
    let text = text.trim();
    if text.is_empty() {
        return;
    }
    if text.len() < SHORTEST {
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        known.short.insert(text.to_owned());
        return;
    }
    let json = serde_json::Value::from(text).to_string();
    let json = json.trim_matches('"');
    let forms = [text, json, &json.replace('/', "\\/")];
    let is_new = {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        forms.map(|form| !known.has(form.as_bytes()))
    };
    for (form, _) in forms.iter().zip(is_new).filter(|(_, is_new)| *is_new) {
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        known.add(form.as_bytes());
    }
}

pub(crate) fn is_registered(text: &str) -> bool {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.short.contains(text.trim()) || !known.runs(text.as_bytes()).is_empty()
}

pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    let runs = known.runs(text.as_bytes());
    if runs.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    known.replace(text.as_bytes(), &runs, text.len(), &mut out);
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

#[derive(Debug, Default)]
pub(crate) struct Masker {
    held: Vec<u8>,
}

impl Masker {
    /// Holds back an end that may be the beginning of a secret, until the next call or the end.
    pub(crate) fn feed<'a>(&mut self, piece: &'a [u8]) -> Cow<'a, [u8]> {
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        if known.words.is_empty() {
            return Cow::Borrowed(piece);
        }
        if piece.len() <= BLOCK {
            return self.feed_block(&known, piece);
        }
        let mut out = Vec::with_capacity(piece.len());
        for block in piece.chunks(BLOCK) {
            out.extend_from_slice(&self.feed_block(&known, block));
        }
        Cow::Owned(out)
    }

    fn feed_block<'a>(&mut self, known: &Known, block: &'a [u8]) -> Cow<'a, [u8]> {
        let text: Cow<'a, [u8]> = if self.held.is_empty() {
            Cow::Borrowed(block)
        } else {
            let mut text = std::mem::take(&mut self.held);
            text.extend_from_slice(block);
            Cow::Owned(text)
        };
        let (runs, end) = known.scan(&text, false);
        if runs.is_empty() && end == text.len() {
            return text;
        }
        let mut out = Vec::with_capacity(text.len());
        known.replace(&text, &runs, end, &mut out);
        self.held = text[end..].to_vec();
        Cow::Owned(out)
    }

    /// The masked form of the text that is held back; it stays held back.
    #[cfg(test)]
    pub(crate) fn rest(&self) -> String {
        masked(&String::from_utf8_lossy(&self.held)).into_owned()
    }

    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let text = std::mem::take(&mut self.held);
        let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
        let mut out = Vec::with_capacity(text.len());
        known.replace(&text, &known.runs(&text), text.len(), &mut out);
        out
    }
}

type Place = (usize, usize);

struct Known {
    /// Secrets that are too short to be masked.
    short: HashSet<String>,
    texts: Vec<Vec<u8>>,
    words: HashMap<u64, Vec<Place>>,
    /// Possible words of the index; most words of a text are not.
    filter: Vec<bool>,
    /// Bytes that occur in secrets. Line ends do not, so a complete line is never held back.
    bytes: [bool; 256],
}

impl Default for Known {
    fn default() -> Self {
        Known {
            short: HashSet::new(),
            texts: Vec::new(),
            words: HashMap::new(),
            filter: vec![false; FILTER],
            bytes: [false; 256],
        }
    }
}

impl Known {
    fn has(&self, text: &[u8]) -> bool {
        text.len() < SHORTEST || self.texts.iter().any(|known| known == text)
    }

    fn add(&mut self, text: &[u8]) {
        if self.has(text) {
            return;
        }
        let number = self.texts.len();
        for (at, word) in text.windows(WORD).filter_map(word).enumerate() {
            self.filter[slot(word)] = true;
            let places = self.words.entry(word).or_default();
            if places.len() < MOST_PLACES {
                places.push((number, at));
            }
        }
        for byte in text {
            self.bytes[usize::from(*byte)] = true;
        }
        self.texts.push(text.to_vec());
    }

    /// In order, each of [`SHORTEST`] visible bytes or more.
    fn runs(&self, text: &[u8]) -> Vec<Range<usize>> {
        self.scan(text, true).0
    }

    /// The pieces of secrets, and the length of the text that can be printed now.
    fn scan(&self, text: &[u8], is_last: bool) -> (Vec<Range<usize>>, usize) {
        if self.words.is_empty() {
            return (Vec::new(), text.len());
        }
        let (mut runs, mut end) = self.scan_bytes(text);
        if let Some(plain) = Plain::of(text, is_last) {
            let (more, end_in_plain) = self.scan_bytes(&plain.text);
            runs.extend(more.iter().map(|run| plain.original(run)));
            runs = united(runs);
            end = end.min(plain.start(end_in_plain));
        }
        let split = runs.iter().find(|run| run.start < end && end < run.end);
        end = split.map_or(end, |run| run.start);
        if text.len() - end > MOST_HELD {
            end = text.len();
        }
        (runs, end)
    }

    /// Like `scan`, but on the bytes themselves, not on the visible text.
    fn scan_bytes(&self, text: &[u8]) -> (Vec<Range<usize>>, usize) {
        let runs = self.runs_of_bytes(text);
        let open = self.open_end(text);
        let end = match runs.last() {
            // A run that may continue is held back as a whole.
            Some(run) if run.end == text.len() && open >= SHORTEST => run.start,
            Some(run) => run.end.max(text.len() - open),
            None => text.len() - open,
        };
        (runs, end)
    }

    fn runs_of_bytes(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let (mut at, mut floor) = (0, 0);
        while let Some(word) = text.get(at..).and_then(word) {
            let found = self.filter[slot(word)].then(|| self.words.get(&word));
            let places = found.flatten().map_or(&[][..], Vec::as_slice);
            let longest = places
                .iter()
                .map(|place| self.around(text, at, floor, *place))
                .max_by_key(Range::len)
                .filter(|run| run.len() >= SHORTEST);
            match longest {
                Some(run) => {
                    (at, floor) = (run.end, run.end);
                    runs.push(run);
                }
                None => at += WORD,
            }
        }
        runs
    }

    /// The range in which a text and a secret agree around a common word, not before `floor`.
    fn around(&self, text: &[u8], at: usize, floor: usize, (number, place): Place) -> Range<usize> {
        let secret = &self.texts[number];
        let before = text[floor..at].iter().rev();
        let before = before.zip(secret[..place].iter().rev());
        let after = text[at..].iter().zip(&secret[place..]);
        let start = at - before.take_while(|(a, b)| a == b).count();
        start..at + after.take_while(|(a, b)| a == b).count()
    }

    /// The length of the longest end of a text that a secret continues.
    fn open_end(&self, text: &[u8]) -> usize {
        let Some(last) = text.last().filter(|last| self.bytes[usize::from(**last)]) else {
            return 0;
        };
        let ends = self.texts.iter().flat_map(|secret| {
            let inner = &secret[..secret.len() - 1];
            let ends = inner.iter().enumerate().filter(|(_, byte)| *byte == last);
            ends.map(|(at, _)| {
                let both = inner[..=at].iter().rev().zip(text.iter().rev());
                both.take_while(|(a, b)| a == b).count()
            })
        });
        ends.max().unwrap_or(0)
    }

    fn replace(&self, text: &[u8], runs: &[Range<usize>], end: usize, out: &mut Vec<u8>) {
        let mut from = 0;
        for run in runs.iter().filter(|run| run.end <= end) {
            out.extend_from_slice(&text[from..run.start]);
            // Adjacent pieces appear as one secret.
            if from == 0 || run.start > from {
                out.extend_from_slice(MASK);
            }
            // Keeps the colour of the text after it.
            colours(&text[run.clone()]).for_each(|colour| out.extend_from_slice(colour));
            from = run.end;
        }
        out.extend_from_slice(&text[from..end]);
    }
}

fn united(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut united: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match united.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => united.push(range),
        }
    }
    united
}

fn word(text: &[u8]) -> Option<u64> {
    text.first_chunk::<WORD>()
        .map(|bytes| u64::from_be_bytes(*bytes))
}

fn slot(word: u64) -> usize {
    let mixed = word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    usize::try_from(mixed).unwrap_or_default() % FILTER
}

#[cfg(test)]
mod tests;
