//! References to a run: its id, or its `lagoon-task-…` name.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RunRef {
    Id(i64),
    TaskName(String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid run `{0}`; expected an id or a name such as lagoon-task-abc123")]
pub struct RunRefError(pub String);

const PREFIX: &str = "lagoon-task-";

impl RunRef {
    /// Accepts an id of 32 bits, or `lagoon-task-` with lower-case letters and digits. The name
    /// becomes part of commands.
    pub fn parse(text: &str) -> Result<Self, RunRefError> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let found = match text.strip_prefix(PREFIX) {
            Some(rest) if !rest.is_empty() && rest.bytes().all(plain) => {
                Some(RunRef::TaskName(text.to_owned()))
            }
            Some(_) => None,
            None if text.bytes().all(|b| b.is_ascii_digit()) => parse_id(text).map(RunRef::Id),
            None => None,
        };
        found.ok_or_else(|| RunRefError(text.to_owned()))
    }
}

/// Parses an id of 32 bits, as Lagoon's database has them.
pub(in crate::domain) fn parse_id(text: &str) -> Option<i64> {
    text.parse::<i32>().ok().filter(|id| *id > 0).map(i64::from)
}

impl fmt::Display for RunRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunRef::Id(id) => write!(f, "{id}"),
            RunRef::TaskName(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_job_names_identify_runs() {
        assert_eq!(RunRef::parse("12"), Ok(RunRef::Id(12)));
        let name = "lagoon-task-x7k2p9";
        assert_eq!(RunRef::parse(name), Ok(RunRef::TaskName(name.to_owned())));
    }

    #[test]
    fn other_texts_do_not_identify_runs() {
        for wrong in [
            "",
            "0",
            "-1",
            "+1",
            "2147483648",
            "1.0",
            "１",
            "lagoon-task-",
            "lagoon-task-A",
            "lagoon-task-a b",
            "lagoon-task-a;ls",
            "-oProxyCommand=x",
            "audit",
        ] {
            assert!(RunRef::parse(wrong).is_err(), "{wrong}");
        }
    }
}
