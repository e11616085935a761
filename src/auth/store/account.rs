//! Token accounts: one file for each Lagoon and identity.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use url::Url;

use crate::config::{ContextName, SshKey};

/// A file name, which is unambiguous because a context's name cannot contain `@`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account(String);

impl Account {
    /// A key from a variable is another identity.
    pub(crate) fn of_context(name: &ContextName, key: Option<&SshKey>) -> Account {
        Account(format!("{name}{}", identity(key)))
    }

    pub(crate) fn of_address(api: &Url, key: Option<&SshKey>) -> Account {
        Account(format!("@{}{}", digest(api.as_str()), identity(key)))
    }

    pub(super) fn of_file(name: &str) -> Account {
        Account(name.to_owned())
    }

    pub(crate) fn context(&self) -> Option<&str> {
        self.0.split('@').next().filter(|name| !name.is_empty())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn identity(key: Option<&SshKey>) -> String {
    key.map(|key| format!("@{}", digest(key.expose())))
        .unwrap_or_default()
}

fn digest(text: &str) -> String {
    let mut name = String::new();
    for byte in Sha256::digest(text).iter().take(8) {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_identity_has_a_distinct_name() {
        let acme: ContextName = "acme".parse().unwrap();
        let key = |text: &str| SshKey::parse(text, std::path::Path::new(""));
        let api: Url = "https://api.example/graphql".parse().unwrap();
        let names = [
            Account::of_context(&acme, None),
            Account::of_context(&acme, Some(&key("/a"))),
            Account::of_context(&acme, Some(&key("/b"))),
            Account::of_address(&api, None),
            Account::of_address(&api, Some(&key("-----BEGIN x"))),
        ];
        for (i, name) in names.iter().enumerate() {
            assert!(!names[..i].contains(name), "{name:?}");
            let allowed = |c: char| c.is_ascii_alphanumeric() || "@.-_".contains(c);
            assert!(name.as_str().chars().all(allowed), "{name:?}");
        }
        assert_eq!(names[0].as_str(), "acme");
    }
}
