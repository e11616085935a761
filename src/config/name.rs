//! Names of contexts: they become file names, so they are a type of their own.

use std::fmt;
use std::str::FromStr;

/// The context that is the built-in Lagoon; nothing else can have this name.
pub const SANDBOX: &str = "sandbox";

/// 1 to 64 of `A-Z a-z 0-9 . _ -`, and neither `.` nor `..`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContextName(String);

/// Why a text is no name of a context.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no context name: 1 to 64 letters, digits, dots, underscores and hyphens")]
pub struct NameError(String);

impl ContextName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the built-in Lagoon.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.0 == SANDBOX
    }
}

impl FromStr for ContextName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let fits = (1..=64).contains(&text.len()) && text.chars().all(allowed);
        if fits && text != "." && text != ".." {
            Ok(ContextName(text.to_owned()))
        } else {
            Err(NameError(text.escape_debug().to_string()))
        }
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_folder() {
        for good in ["acme", "a.b_c-D9", ".hidden", &"x".repeat(64)] {
            assert!(good.parse::<ContextName>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "ä", "a\n", &"x".repeat(65)] {
            assert!(bad.parse::<ContextName>().is_err(), "{bad}");
        }
    }
}
