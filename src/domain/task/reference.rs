//! References to a task: by id, by name, or ambiguous digits.

use crate::domain::names::nfc;
use crate::domain::run::reference::parse_id;
use crate::domain::task::definition::Definition;
use crate::domain::task::name::{NameError, find_named, missing};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskRef {
    Id(i64),
    /// `name:42`, or anything but digits.
    Name(String),
    /// `42`: an id, unless a listed task has this name.
    Digits(i64, String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefError {
    #[error("`{0}` is not a task id: ids are whole numbers from 1 to 2147483647")]
    BadId(String),
    #[error("the task's name is empty")]
    Empty,
    #[error("`{digits}` is ambiguous: it is the name of the task with id {named}, and {by_id}")]
    Ambiguous {
        digits: String,
        by_id: String,
        named: i64,
    },
    #[error("task with the id {0} not found")]
    NoId(i64),
    #[error(transparent)]
    Name(#[from] NameError),
}

impl TaskRef {
    /// A form of the name that [`TaskRef::parse`] reads as this name.
    pub fn spell(name: &str) -> String {
        let reads_back = TaskRef::parse(name) == Ok(TaskRef::Name(name.to_owned()));
        if reads_back && !name.starts_with('-') {
            name.to_owned()
        } else {
            format!("name:{name}")
        }
    }

    /// Fails for an empty name, and for `id:` without an id of 32 bits.
    pub fn parse(text: &str) -> Result<Self, RefError> {
        let read_id = |id: &str| parse_id(id).ok_or_else(|| RefError::BadId(id.to_owned()));
        if let Some(id) = text.strip_prefix("id:") {
            return read_id(id).map(TaskRef::Id);
        }
        if let Some(name) = text.strip_prefix("name:") {
            return non_empty(name).map(TaskRef::Name);
        }
        if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
            return read_id(text).map(|id| TaskRef::Digits(id, text.to_owned()));
        }
        non_empty(text).map(TaskRef::Name)
    }

    /// See [`find_named`].
    pub(crate) fn find<'a>(&self, listed: &'a [Definition]) -> Result<&'a Definition, RefError> {
        match self {
            TaskRef::Id(id) => by_id(*id, listed).ok_or(RefError::NoId(*id)),
            TaskRef::Name(name) => Ok(find_named(name, listed)?),
            TaskRef::Digits(id, digits) => {
                let named = listed.iter().find(|d| d.name == *digits);
                match (by_id(*id, listed), named) {
                    (found, Some(named)) if found.is_none_or(|f| f.id != named.id) => {
                        Err(RefError::Ambiguous {
                            digits: digits.clone(),
                            by_id: found.map_or(
                                "may be the id of a task that is not listed".to_owned(),
                                |d| format!("the id of `{}`", d.name),
                            ),
                            named: named.id,
                        })
                    }
                    (Some(found), _) => Ok(found),
                    (None, _) => Err(missing(digits, listed).into()),
                }
            }
        }
    }
}

fn non_empty(name: &str) -> Result<String, RefError> {
    if name.is_empty() {
        Err(RefError::Empty)
    } else {
        Ok(nfc(name))
    }
}

fn by_id(id: i64, listed: &[Definition]) -> Option<&Definition> {
    listed.iter().find(|d| d.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Permission, Scope, Work};

    fn task(id: i64, name: &str) -> Definition {
        Definition {
            id,
            name: name.into(),
            service: Some("cli".into()),
            permission: Permission::Guest,
            ..Definition::empty(Scope::System, Work::Command("true".into()))
        }
    }

    fn find(text: &str, listed: &[Definition]) -> Result<i64, RefError> {
        TaskRef::parse(text)?.find(listed).map(|d| d.id)
    }

    #[test]
    fn exact_names_take_precedence_over_other_case() {
        let listed = [task(1, "Case"), task(2, "case")];
        assert_eq!(find("case", &listed), Ok(2));
        assert!(matches!(
            find("CASE", &listed),
            Err(RefError::Name(NameError::Several { .. }))
        ));
        assert_eq!(find("CASE", &listed[..1]), Ok(1));
    }

    #[test]
    fn digits_are_an_id_unless_a_task_has_that_name() {
        let listed = [task(42, "a"), task(7, "b")];
        assert_eq!(find("42", &listed), Ok(42));
        let listed = [task(42, "a"), task(7, "42")];
        assert!(matches!(
            find("42", &listed),
            Err(RefError::Ambiguous { named: 7, .. })
        ));
        assert_eq!(find("id:42", &listed), Ok(42));
        assert_eq!(find("name:42", &listed), Ok(7));
        assert!(matches!(
            find("7", &[task(1, "7")]),
            Err(RefError::Ambiguous { named: 1, .. })
        ));
        assert_eq!(find("42", &[task(42, "42")]), Ok(42));
    }

    #[test]
    fn names_equal_in_the_database_match() {
        let listed = [task(1, "\u{e9}")];
        assert_eq!(find("E", &listed), Ok(1));
        assert_eq!(find("\u{e9} ", &listed), Ok(1));
        assert_eq!(find("id:2", &listed), Err(RefError::NoId(2)));
    }

    #[test]
    fn a_decomposed_name_is_found_by_either_form() {
        let both = [task(1, "U\u{308}bung"), task(2, "\u{dc}bung")];
        assert_eq!(find("\u{dc}bung", &both), Ok(2));
        let listed = [task(1, "U\u{308}bung")];
        assert_eq!(find("U\u{308}bung", &listed), Ok(1));
        assert_eq!(find("\u{dc}bung", &listed), Ok(1));
    }

    #[test]
    fn ambiguous_names_are_spelled_with_a_prefix() {
        for (name, spelled) in [
            ("Run yarn audit", "Run yarn audit"),
            ("42", "name:42"),
            ("--help", "name:--help"),
            ("id:9", "name:id:9"),
            ("name:x", "name:name:x"),
        ] {
            assert_eq!(TaskRef::spell(name), spelled);
        }
    }

    #[test]
    fn ids_have_32_bits() {
        assert!(matches!(
            TaskRef::parse("2147483648"),
            Err(RefError::BadId(_))
        ));
        assert!(matches!(TaskRef::parse("id:x"), Err(RefError::BadId(_))));
        assert!(matches!(TaskRef::parse("0"), Err(RefError::BadId(_))));
        assert_eq!(TaskRef::parse(""), Err(RefError::Empty));
    }

    #[test]
    fn similar_names_are_suggested() {
        let listed = [task(1, "Run yarn audit")];
        let Err(RefError::Name(NameError::Missing { nearest, .. })) =
            find("run yarn adit", &listed)
        else {
            panic!("found")
        };
        assert_eq!(nearest, ["Run yarn audit"]);
    }
}
