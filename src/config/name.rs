//! Names of contexts, which become file names.

use std::fmt;
use std::str::FromStr;

use crate::secret::may_be_secret;

pub(super) const NAME_FORM: &str = "use 1 to 64 letters, digits, dots, underscores and hyphens";

/// The built-in Lagoon.
pub(crate) const SANDBOX: &str = "sandbox";

/// 1 to 64 of `A-Z a-z 0-9 . _ -`, and neither `.` nor `..`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContextName(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a valid context name; {NAME_FORM}")]
pub struct NameError(String);

impl ContextName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

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
            Err(NameError(shown_name(text)))
        }
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// For errors: shows only the length of a text that may be a secret.
pub(crate) fn shown_name(text: &str) -> String {
    if may_be_secret(text) {
        format!("a value of {} characters", text.chars().count())
    } else {
        format!("`{}`", text.escape_debug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_about_names_do_not_repeat_possible_secrets() {
        for text in [
            &"x y".repeat(30),
            "eyJhbGciOi.eyJzdWIi.c2lnbmF0",
            "-----BEGIN KEY-----",
            "dGhpcyBpcyBhIHNlY3JldCBrZXk5/8+7",
            "keys/3b1f9c0d77aa4e6f8b2c5d1e0f9a8b7c",
            "two\nlines",
            // These have the form of a name, but may belong to no context.
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        ] {
            let length = text.chars().count();
            assert_eq!(shown_name(text), format!("a value of {length} characters"));
        }
        for text in ["a b", "acme/production", "the staging cluster of the team"] {
            let error = text.parse::<ContextName>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("`{text}` is not a valid ")),
                "{error}"
            );
        }
        assert_eq!(
            shown_name("Lagoon-Production-2024"),
            "`Lagoon-Production-2024`"
        );
    }

    #[test]
    fn names_cannot_escape_their_folder() {
        for good in ["acme", "a.b_c-D9", ".hidden", &"x".repeat(64)] {
            assert!(good.parse::<ContextName>().is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "ä", "a\n", &"x".repeat(65)] {
            assert!(bad.parse::<ContextName>().is_err(), "{bad}");
        }
    }
}
