//! Command lines that the program sends or reads.

use super::{DOUBLE, SINGLE, word};

pub fn line<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    let quoted = words.into_iter().map(|text| word(text.as_ref()));
    quoted.collect::<Vec<_>>().join(" ")
}

/// Removes the opening quote of an incomplete word.
pub(crate) fn unquoted_for_powershell(text: &str) -> &str {
    let is_quote = |c: char| SINGLE.contains(&c) || DOUBLE.contains(&c);
    text.strip_prefix(is_quote).unwrap_or(text)
}

const RESERVED: &str = "if then elif else fi do done case esac while until for in function select \
    time coproc namespace repeat foreach";

/// A command line for a container's shell. The first word is always a program's name.
pub fn command<S: AsRef<str>>(words: &[S]) -> String {
    let Some((program, arguments)) = words.split_first() else {
        return String::new();
    };
    let program = program.as_ref();
    let bare = word(program);
    // Bare, these would be an assignment or a keyword.
    let is_syntax = RESERVED.split(' ').any(|word| word == program) || program.contains('=');
    let mut line = if bare == program && is_syntax {
        format!("'{program}'")
    } else {
        bare
    };
    for argument in arguments {
        line.push(' ');
        line.push_str(&word(argument.as_ref()));
    }
    line
}
