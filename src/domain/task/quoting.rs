//! Quoting of values in a COMMAND task, and of words for a shell.
//!
//! Lagoon puts ` A="x" B="y"; ` in front of the command without any escaping. Escaping the
//! characters that are special inside double quotes makes a value arrive as typed.

#[cfg(feature = "cli")]
mod command;

#[cfg(feature = "cli")]
pub(crate) use command::unquoted_for_powershell;
#[cfg(feature = "cli")]
pub use command::{command, line};

pub(crate) fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        if matches!(c, '"' | '$' | '`' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Lagoon's command line for a command and its escaped values.
pub(crate) fn compose<'a>(
    values: impl IntoIterator<Item = (&'a str, &'a str)>,
    command: &str,
) -> String {
    let values = values.into_iter();
    let assigned: String = values
        .map(|(name, value)| format!(" {name}=\"{value}\""))
        .collect();
    if assigned.is_empty() {
        return command.to_owned();
    }
    format!("{assigned}; {command}")
}

/// Quotes a word for sh, bash, zsh and fish, if necessary.
pub(crate) fn word(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&b);
    if !text.is_empty() && !is_expanded(text) && text.bytes().all(plain) {
        return text.to_owned();
    }
    let mut quoted = String::from("'");
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\'', _) => quoted.push_str(r"'\''"),
            // fish reads `\\` and `\'` inside single quotes as escapes.
            ('\\', None | Some('\\' | '\'')) => quoted.push_str(r"'\\'"),
            (c, _) => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// Returns true for plain characters that a shell expands. zsh replaces `=ls` by the path of `ls`
/// (with MAGIC_EQUAL_SUBST also after `=` and `:`), fish `%self` by its process id.
fn is_expanded(text: &str) -> bool {
    text.starts_with(['=', '%']) || text.contains("==") || text.contains(":=")
}

/// Quotes words for a shell. The result is always one line on the screen, so that text from the server cannot begin a
/// new line.
pub fn suggestion<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    let quoted = words.into_iter().map(|text| match text.as_ref() {
        // For PowerShell; in other shells on Windows, plain names work too.
        text if cfg!(windows) => for_powershell(text),
        text if text.chars().any(char::is_control) => printed(text),
        text => word(text),
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// A word that `printf` produces, in any shell.
fn printed(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str(r"\\"),
            '\n' => escaped.push_str(r"\n"),
            // An interactive bash expands `!` inside double quotes.
            c if c.is_ascii_control() || c == '!' => {
                escaped.push_str(&format!(r"\0{:03o}", u32::from(c)));
            }
            c => escaped.push(c),
        }
    }
    format!("\"$(printf %b {})\"", word(&escaped))
}

const SINGLE: [char; 5] = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];

const DOUBLE: [char; 4] = ['"', '\u{201c}', '\u{201d}', '\u{201e}'];

/// Quotes a word for PowerShell, on one line, if necessary.
pub(crate) fn for_powershell(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_./\\=:-".contains(c);
    // PowerShell splits a bare `-a.b` and `-a:b`.
    let is_split = text.starts_with('-') && !text.starts_with("--") && text.contains(['.', ':']);
    if !text.is_empty() && !is_split && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let mut quoted = String::new();
    if text.chars().any(char::is_control) {
        for c in text.chars() {
            if c.is_control() {
                quoted.push_str(&format!("$([char]{})", u32::from(c)));
                continue;
            }
            if DOUBLE.contains(&c) || matches!(c, '$' | '`') {
                quoted.push('`');
            }
            quoted.push(c);
        }
        return format!("\"{quoted}\"");
    }
    for c in text.chars() {
        if SINGLE.contains(&c) {
            quoted.push(c);
        }
        quoted.push(c);
    }
    format!("'{quoted}'")
}

#[cfg(test)]
mod tests;
