//! Documents that cannot be parsed: what graphql-js says of them, and where.

use async_graphql::Pos;
use async_graphql::parser::Error;

use super::execute::Refused;
use super::fault::Fault;

/// The answer to a document that the parser refuses; `has_plugins`: it came to Apollo.
pub(super) fn refused(text: &str, name: Option<&str>, error: &Error, has_plugins: bool) -> Refused {
    let of_operations = |fault: Fault| match name {
        None => Refused::NoOperation(vec![fault]),
        Some(_) => Refused::Document(vec![fault]),
    };
    match error {
        Error::MissingOperation => Refused::NoOperation(unused_fragments(text)),
        Error::MultipleOperations { anonymous, .. } => of_operations(Fault::at(
            "This anonymous operation must be the only defined operation.",
            [*anonymous],
        )),
        Error::OperationDuplicated {
            operation,
            first,
            second,
        } => of_operations(Fault::at(
            format!("There can be only one operation named \"{operation}\"."),
            [*first, *second].map(|at| named(text, at, operation)),
        )),
        Error::FragmentDuplicated {
            fragment,
            first,
            second,
        } => Refused::Document(vec![Fault::at(
            format!("There can be only one fragment named \"{fragment}\"."),
            [*first, *second].map(|at| named(text, at, fragment)),
        )]),
        Error::RecursionLimitExceeded => {
            let message = "The sandbox reads no document that is nested as deep as this.";
            Refused::Unreadable(Fault::at(message, []))
        }
        error => {
            let at = error.positions().next().unwrap_or_default();
            Refused::Unreadable(complaint(text, at, has_plugins))
        }
    }
}

/// What graphql-js finds where the parser stopped.
fn complaint(text: &str, stopped: Pos, has_plugins: bool) -> Fault {
    let start = from(text, stopped);
    let rest = skip_ignored(&text[start..]);
    let at = text.len() - rest.len();
    let found = token(rest);
    let (said, at) = said(text, at, rest, &found);
    let message = format!("Syntax Error: {said}.");
    // Lagoon's plugin parses first, and puts the text into a template, on a line of its own.
    let place = place(text, at);
    let place = match (place, rest.is_empty()) {
        _ if !has_plugins => return Fault::at(message, []),
        (place, true) => Pos {
            line: place.line + 2,
            column: 9,
        },
        (place, false) => Pos {
            line: place.line + 1,
            column: place.column + if place.line == 1 { 10 } else { 0 },
        },
    };
    Fault::at(message, [place])
}

/// The complaint about the token with which `rest` begins, and where it belongs.
fn said(text: &str, at: usize, rest: &str, found: &str) -> (String, usize) {
    let before = text[..at].trim_end();
    let open = before.matches('{').count();
    let is_outside = open == before.matches('}').count() && !before.ends_with('(');
    let heads = ["query", "mutation", "subscription"];
    let line = rest.split('\n').next().unwrap_or_default();
    match rest.chars().next() {
        Some('"') if !line[1..].contains('"') => {
            ("Unterminated string".to_owned(), at + line.len())
        }
        Some(c) if !is_word(c) && !"!$&().:=@[]{|}\"".contains(c) => {
            (format!("Unexpected character: \"{c}\""), at)
        }
        _ if is_outside && heads.iter().any(|head| before.ends_with(head)) => {
            (format!("Expected \"{{\", found {found}"), at)
        }
        _ if is_outside => (format!("Unexpected {found}"), at),
        _ => (format!("Expected Name, found {found}"), at),
    }
}

/// Where the name stands that is given to what begins here.
fn named(text: &str, at: Pos, name: &str) -> Pos {
    let start = from(text, at);
    let keyword = text[start..].find(char::is_whitespace).unwrap_or(0);
    match text[start + keyword..].find(name) {
        Some(found) => place(text, start + keyword + found),
        None => at,
    }
}

/// Where the field `key` of the object literal that begins here stands, and where its value: the
/// first of this name, which may be that of an object before it.
pub(super) fn entry(text: &str, object: Pos, key: &str) -> Option<(Pos, Pos)> {
    let start = from(text, object);
    let inside = text.get(start..)?;
    let found = inside.match_indices(key).find_map(|(at, _)| {
        let is_whole = !inside[..at].ends_with(is_word);
        let after = skip_ignored(&inside[at + key.len()..]).strip_prefix(':')?;
        is_whole.then(|| (start + at, text.len() - skip_ignored(after).len()))
    });
    found.map(|(key, value)| (place(text, key), place(text, value)))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The byte at which a place is.
fn from(text: &str, at: Pos) -> usize {
    let mut lines = text.split_inclusive('\n');
    let before: usize = lines
        .by_ref()
        .take(at.line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = lines.next().unwrap_or_default();
    let within = line.char_indices().nth(at.column.saturating_sub(1));
    before + within.map_or(line.len(), |(at, _)| at)
}

/// The place of a byte.
fn place(text: &str, at: usize) -> Pos {
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap_or_default();
    Pos {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

/// The text from its first token on.
fn skip_ignored(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == '\u{feff}');
        match rest.strip_prefix('#') {
            Some(comment) => rest = comment.find('\n').map_or("", |end| &comment[end..]),
            None => return rest,
        }
    }
}

/// The first token, as graphql-js names it.
fn token(text: &str) -> String {
    let Some(first) = text.chars().next() else {
        return "<EOF>".to_owned();
    };
    let end = text.find(|c: char| !is_word(c)).unwrap_or(text.len());
    match first {
        '"' => {
            let inner = text[1..].split('"').next().unwrap_or_default();
            format!("String \"{inner}\"")
        }
        '.' if text.starts_with("...") => "\"...\"".to_owned(),
        c if c.is_ascii_digit() => format!("Int \"{}\"", &text[..end]),
        c if is_word(c) => format!("Name \"{}\"", &text[..end]),
        c => format!("\"{c}\""),
    }
}

fn unused_fragments(text: &str) -> Vec<Fault> {
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let mut faults = Vec::new();
    while let Some(word) = words.next() {
        if word == "fragment" {
            let name = words.find(|word| !word.is_empty()).unwrap_or_default();
            // Words are parts of the text: where this one is, is where it begins.
            let at = word.as_ptr().addr() - text.as_ptr().addr();
            let message = format!("Fragment \"{name}\" is never used.");
            faults.push(Fault::at(message, [place(text, at)]));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;
    use serde_json::{Value, json};

    fn said(text: &str) -> Value {
        let error = parse_query(text).unwrap_err();
        match refused(text, None, &error, true) {
            Refused::Unreadable(fault) => fault.value(),
            _ => Value::Null,
        }
    }

    #[test]
    fn the_token_and_its_place_in_the_plugins_template_are_named() {
        for (text, message, line, column) in [
            ("", "Unexpected <EOF>.", 3, 9),
            ("# nothing", "Unexpected <EOF>.", 3, 9),
            ("null", "Unexpected Name \"null\".", 2, 11),
            ("{ projectByName(", "Expected Name, found <EOF>.", 3, 9),
            ("{", "Expected Name, found <EOF>.", 3, 9),
            ("{\n a\n", "Expected Name, found <EOF>.", 5, 9),
            ("{ a: }", "Expected Name, found \"}\".", 2, 16),
            ("{a}}", "Unexpected \"}\".", 2, 14),
            ("{a ?}", "Unexpected character: \"?\".", 2, 14),
            ("{a(b:\"x)}", "Unterminated string.", 2, 20),
            ("query", "Expected \"{\", found <EOF>.", 3, 9),
        ] {
            let message = format!("Syntax Error: {message}");
            let locations = json!([{"line": line, "column": column}]);
            let wanted = json!({"message": message, "locations": locations});
            assert_eq!(said(text), wanted, "{text}");
        }
    }
}
