//! The language of texts that people read: plain technical English, as CONTRIBUTING.md describes it.

use std::path::Path;

use regex::RegexSet;

use crate::support::source::{SourceFacts, files_under, module_of};

/// Phrases that must not appear in a text, each with an example.
const PHRASES: &[(&str, &str)] = &[
    (
        r"(?i)\bnobody[ ,;.]",
        "no terminal, and nobody can be asked",
    ),
    (r"(?i)\bsomebody\b", "somebody must confirm it"),
    (r"(?i)\bwhoever\b", "whoever runs it needs a role"),
    (
        r"\b(holds|goes|stands) before\b",
        "the variable holds before it",
    ),
    (r"(?i)\bwrong use\b", "wrong use of a flag"),
    (
        r"\bis meant\b|\bare meant\b",
        "the environment that is meant",
    ),
    (
        r"\b(is|are|was) told\b( [^a]|$)",
        "the program is told the name",
    ),
    (
        r"\bis said\b|\bwas said\b|\bwere said\b",
        "what was said on the line",
    ),
    (
        r"\b(are|is) needed\b.*\bneeds it said\b|\bneeds it said\b",
        "a change needs it said",
    ),
    (r"(?i)\bnone was (named|given)\b", "None was named"),
    (r"\bit is not known\b", "it is not known where it is"),
    (
        r"(?i)\btake .* as given\b",
        "Take every confirmation as given",
    ),
    (
        r"\bon the line\b|\bthe command's line\b",
        "confirm it on the line",
    ),
    (r"\bmay be left out\b", "it may be left out"),
    (r"\bcan be asked\b", "and nobody can be asked"),
    (r"\bno security boundary\b", "it is no security boundary"),
    (r"\bhalf made\b", "a definition that is half made"),
    (
        r"\bwhat (a|the|was|is|were|came|comes)\b.*\bleft behind\b",
        "what a run left behind",
    ),
    (r"(^\W?|[`}] )is no [a-z]", "`x` is no status that is known"),
    (r"\bread to its end\b", "could not be read to its end"),
    (r"\bfor ever\b", "a run would wait for ever"),
    (r"\bwas not signed in to\b|\blets one\b", "what lets one in"),
    (r"(?i)\bmend it\b", "mend it there"),
    (r"\banew\b", "add it anew"),
    (r"\ball the same\b", "it was created all the same"),
    (r"\bwith the like\b|\band the like\b", "tokens and the like"),
    (
        r"\bis about (waiting|one|several|all)\b",
        "--timeout is about waiting",
    ),
    (r"\bsomething to do\b", "there is something to do"),
    (
        r"\bis there (already|any more)\b",
        "the file is there already",
    ),
];

/// First words of a doc comment that replace a noun with a clause.
const OPENERS: &str =
    r"^(What|Whether|Why|Who|Whom|Whose|Where|How|Whoever|Whatever|Nobody|Somebody)\b";

/// The part of the doc comments that may begin so.
const MOST_OPENERS: f64 = 0.03;

struct Text {
    place: String,
    text: String,
}

/// The string literals of the programs, without those of tests.
fn literals() -> Vec<Text> {
    let mut found = Vec::new();
    for folder in ["src", "crates/sandbox/src"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for path in files_under(&root, "rs") {
            let name = path.strip_prefix(&root).unwrap();
            if name.ends_with("tests.rs") || name.iter().any(|part| part == "tests") {
                continue;
            }
            let code = std::fs::read_to_string(&path).unwrap();
            let source = SourceFacts::parse(&code, &module_of(name)).unwrap();
            found.extend(source.strings.into_iter().map(|literal| Text {
                place: format!("{folder}/{}:{}", name.display(), literal.line),
                text: literal.name,
            }));
        }
    }
    found
}

/// The doc comments of the programs and of their tests: one text per comment.
fn doc_comments() -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    for folder in ["src", "crates/sandbox/src", "tests", "benches", "examples"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for path in files_under(&root, "rs") {
            let mut is_continued = false;
            for (at, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
                let line = line.trim();
                let text = line
                    .strip_prefix("///")
                    .or_else(|| line.strip_prefix("//!"));
                match text {
                    Some(text) if is_continued => {
                        let last = found.last_mut().unwrap();
                        last.text.push(' ');
                        last.text.push_str(text.trim());
                    }
                    Some(text) => found.push(Text {
                        place: format!("{}:{}", path.display(), at + 1),
                        text: text.trim().to_owned(),
                    }),
                    None => {}
                }
                is_continued = text.is_some();
            }
        }
    }
    found
}

/// The pages, line by line.
fn pages() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = files_under(&root.join("docs"), "md");
    paths.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root.join(name)));
    let lines = paths.iter().flat_map(|path| {
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<Text> = text
            .lines()
            .enumerate()
            .map(|(at, line)| Text {
                place: format!("{}:{}", path.display(), at + 1),
                text: line.to_owned(),
            })
            .collect();
        lines
    });
    lines.collect()
}

fn phrases() -> RegexSet {
    RegexSet::new(PHRASES.iter().map(|(phrase, _)| *phrase)).unwrap()
}

#[test]
fn every_phrase_is_found_in_its_example() {
    let set = phrases();
    for (at, (phrase, example)) in PHRASES.iter().enumerate() {
        assert!(set.matches(example).matched(at), "{phrase}");
    }
}

#[test]
fn texts_have_no_banned_phrase() {
    let set = phrases();
    let mut texts = literals();
    texts.extend(doc_comments());
    texts.extend(pages());
    let bad: Vec<String> = texts
        .iter()
        .filter_map(|Text { place, text }| {
            let phrase = set.matches(text).into_iter().next()?;
            Some(format!("{place}: {}: {text}", PHRASES[phrase].0))
        })
        .collect();
    assert!(bad.is_empty(), "{} texts:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn doc_comments_begin_with_a_noun_or_a_verb() {
    let opener = regex::Regex::new(OPENERS).unwrap();
    let comments = doc_comments();
    let bad: Vec<String> = comments
        .iter()
        .filter(|comment| opener.is_match(&comment.text))
        .map(|comment| format!("{}: {}", comment.place, comment.text))
        .collect();
    #[allow(clippy::cast_precision_loss, reason = "thousands")]
    let part = bad.len() as f64 / comments.len() as f64;
    assert!(part <= MOST_OPENERS, "{part:.3}:\n{}", bad.join("\n"));
    assert!(opener.is_match("Whether the run has ended."));
}
