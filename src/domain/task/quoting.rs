//! Quoting of values in a COMMAND task, and of words for a shell.
//!
//! Lagoon puts ` A="x" B="y"; ` in front of the command without any escaping. Escaping the
//! characters that are special inside double quotes makes a value arrive as typed.

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

pub fn line<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    let quoted = words.into_iter().map(|text| word(text.as_ref()));
    quoted.collect::<Vec<_>>().join(" ")
}

/// Like [`line`], but always one line on the screen, so that text from the server cannot begin a
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

#[cfg(test)]
mod tests;
