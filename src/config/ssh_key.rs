//! A private key for ssh: a path, or the key itself in one of several forms.
//!
//! Any other value may still be a damaged key, so errors describe its length and form and never
//! show it.

use std::fmt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use crate::secret::conceal_key;

/// In bytes; a longer value may be a key that begins like a path.
const LONGEST_PATH: usize = 256;

const PATHS: [&str; 4] = ["/", "~/", "./", "../"];

/// Base64 with or without padding: variables easily lose a trailing `=`.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Longer lines of a PEM file are wrapped again, because some readers refuse them.
const LONGEST_LINE: usize = 76;

/// `Debug` does not show the key.
#[derive(Clone)]
pub struct SshKey {
    given: String,
    form: Form,
    /// The variable or the key of a file that names it, for messages.
    setting: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Path(PathBuf),
    /// PEM that `ssh` reads.
    Text(String),
    /// A file name if such a file exists.
    Other(PathBuf),
}

#[derive(Clone, PartialEq, Eq)]
pub enum UsableKey {
    /// `ssh` expands a leading `~/`.
    File(PathBuf),
    Text(String),
}

/// Does not contain the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("neither the path of a file nor a private key ({bytes} bytes: {form})")]
pub struct UnusableKey {
    bytes: usize,
    form: &'static str,
}

impl SshKey {
    /// Masks the value in all output if it may be a key. Paths are relative to `folder`, unless
    /// that is empty.
    pub fn parse(given: &str, folder: &Path) -> SshKey {
        let key = SshKey::read(given, folder);
        key.conceal();
        key
    }

    pub(crate) fn read(given: &str, folder: &Path) -> SshKey {
        let text = unquoted(given);
        let path = || {
            let is_in_home = text.starts_with("~/");
            let folder = if is_in_home { Path::new("") } else { folder };
            // Rebuilds the path without the `.` of `./key`.
            folder.join(text).components().collect()
        };
        let form = if let Some(pem) = pem(text) {
            Form::Text(pem)
        } else if is_path(text) {
            Form::Path(path())
        } else if let Some(pem) = decoded(text).and_then(|text| pem(&text)) {
            Form::Text(pem)
        } else {
            Form::Other(path())
        };
        SshKey {
            given: given.to_owned(),
            form,
            setting: None,
        }
    }

    #[must_use]
    pub(crate) fn set_by(mut self, setting: impl Into<String>) -> SshKey {
        self.setting = Some(setting.into());
        self
    }

    pub(crate) fn setting(&self) -> Option<&str> {
        self.setting.as_deref()
    }

    fn conceal(&self) {
        if self.is_secret() {
            conceal_key(&self.given);
        }
        if let Form::Text(pem) = &self.form {
            conceal_key(pem);
        }
    }

    pub fn file(path: PathBuf) -> SshKey {
        SshKey {
            given: path.display().to_string(),
            form: Form::Path(path),
            setting: None,
        }
    }

    pub fn expose(&self) -> &str {
        &self.given
    }

    pub fn is_secret(&self) -> bool {
        match &self.form {
            Form::Path(_) => false,
            Form::Text(_) => true,
            Form::Other(path) => !path.is_file(),
        }
    }

    /// The error does not show the value.
    pub fn usable(&self) -> Result<UsableKey, UnusableKey> {
        match &self.form {
            Form::Path(path) => Ok(UsableKey::File(path.clone())),
            Form::Text(text) => Ok(UsableKey::Text(text.clone())),
            Form::Other(path) if path.is_file() => Ok(UsableKey::File(path.clone())),
            Form::Other(_) => Err(UnusableKey {
                bytes: self.given.len(),
                form: described(unquoted(&self.given)),
            }),
        }
    }

    pub fn shown(&self) -> String {
        match self.usable() {
            Ok(UsableKey::File(path)) => path.display().to_string(),
            Ok(UsableKey::Text(_)) => format!("a private key ({} bytes)", self.given.len()),
            Err(error) => error.to_string(),
        }
    }
}

impl PartialEq for SshKey {
    fn eq(&self, other: &SshKey) -> bool {
        self.form == other.form
    }
}

impl Eq for SshKey {}

impl fmt::Debug for SshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SshKey").field(&self.shown()).finish()
    }
}

/// Returns true for a value that may be shown as a path, even if no such file exists.
fn is_path(text: &str) -> bool {
    text.len() <= LONGEST_PATH
        && !text.contains(char::is_control)
        && PATHS.iter().any(|begin| text.starts_with(begin))
}

fn unquoted(text: &str) -> &str {
    let mut text = text.trim_start_matches('\u{feff}').trim();
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote));
        text = inner.unwrap_or(text).trim();
    }
    text
}

/// Decodes base64, ignoring line breaks, also literal ones.
fn decoded(text: &str) -> Option<String> {
    let base64: String = newlines(text).split_whitespace().collect();
    let bytes = BASE64.decode(base64).ok()?;
    String::from_utf8(bytes).ok()
}

/// Replaces literal `\n` and `\r`, however often they were escaped.
fn newlines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\\') {
        out.push_str(&rest[..start]);
        let after = rest[start..].trim_start_matches('\\');
        match after.strip_prefix(['n', 'r']) {
            Some(after) => {
                out.push('\n');
                rest = after;
            }
            // A backslash at the end of a line continues the line in a shell.
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

/// The complete private key in a text, as PEM that `ssh` reads: its line breaks may be blanks, CRLF
/// or literal `\n`.
fn pem(text: &str) -> Option<String> {
    let text = newlines(text);
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    if !label.ends_with("PRIVATE KEY") || label.contains(char::is_control) {
        return None;
    }
    let (mut headers, mut lines) = (Vec::new(), Vec::new());
    let mut words = body.split_whitespace();
    while let Some(word) = words.next() {
        if word.ends_with(':') && lines.is_empty() {
            headers.push(format!("{word} {}", words.next()?));
        } else if word.bytes().all(is_base64) {
            lines.push(word.to_owned());
        } else {
            return None;
        }
    }
    if lines.is_empty() {
        return None;
    }
    if lines.iter().any(|line| line.len() > LONGEST_LINE) {
        lines = wrapped(&lines.concat());
    }
    if !headers.is_empty() {
        // An empty line ends the headers.
        headers.push(String::new());
    }
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----\n");
    let all = [vec![begin], headers, lines, vec![end]].concat();
    Some(all.join("\n"))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
}

fn wrapped(base64: &str) -> Vec<String> {
    let lines = base64.as_bytes().chunks(64);
    lines
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

/// Describes an unusable value without any part of it.
fn described(text: &str) -> &'static str {
    let plain = newlines(text);
    let of_base64 = decoded(text).unwrap_or_default();
    let has = |sign: &str| plain.contains(sign) || of_base64.contains(sign);
    if text.is_empty() {
        "it is empty"
    } else if has("PuTTY-User-Key-File") {
        "a PuTTY key; convert it with `puttygen KEY -O private-openssh`"
    } else if has("PUBLIC KEY-----") || plain.starts_with("ssh-") || plain.starts_with("ecdsa-") {
        "a public key"
    } else if has("-----BEGIN ") {
        "a private key that is incomplete or damaged"
    } else if has("-----END ") {
        "a private key without its first line"
    } else if plain
        .split_whitespace()
        .all(|word| word.bytes().all(is_base64))
    {
        if plain.trim().contains(char::is_whitespace) {
            "several lines of base64"
        } else {
            "one line of base64 or a word"
        }
    } else if plain.trim().contains('\n') {
        "several lines of text"
    } else {
        "one line of text"
    }
}

#[cfg(test)]
mod tests;
