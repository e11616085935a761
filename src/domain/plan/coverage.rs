//! The tasks that a read must find, and whether the environments read so far are enough.

use crate::domain::names::same_in_database;
use crate::domain::task::reference::TaskRef;
use crate::domain::task::shadow;
use crate::domain::{Definition, Scope};

/// The tasks that a read must find or show to be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    is_whole: bool,
    names: Vec<String>,
    ids: Vec<i64>,
}

impl Coverage {
    pub(crate) fn whole() -> Coverage {
        Coverage {
            is_whole: true,
            ..Coverage::default()
        }
    }

    pub(crate) fn names(names: impl IntoIterator<Item = impl Into<String>>) -> Coverage {
        Coverage {
            names: names.into_iter().map(Into::into).collect(),
            ..Coverage::default()
        }
    }

    pub(crate) fn id(id: i64) -> Coverage {
        Coverage {
            ids: vec![id],
            ..Coverage::default()
        }
    }

    pub(crate) fn tasks(tasks: &[TaskRef]) -> Coverage {
        let mut coverage = Coverage::default();
        for task in tasks {
            match task {
                TaskRef::Id(id) => coverage.ids.push(*id),
                TaskRef::Name(name) => coverage.names.push(name.clone()),
                TaskRef::Digits(id, name) => {
                    coverage.ids.push(*id);
                    coverage.names.push(name.clone());
                }
            }
        }
        coverage
    }

    #[must_use]
    pub(crate) fn and_name(mut self, name: Option<String>) -> Coverage {
        self.names.extend(name);
        self
    }

    /// Takes the visible definitions of each environment that was read.
    pub(crate) fn is_settled(&self, scope: &Scope, shown: &[&[Definition]]) -> bool {
        let Some(first) = shown.first() else {
            return false;
        };
        // A scope that no other task hides on one environment is complete there.
        let hiding = first.iter().filter(|_| self.is_whole);
        let hiding = hiding.filter(|d| shadow::is_before(&d.scope, scope));
        let mut names = self.names.iter().chain(hiding.map(|d| &d.name));
        let is_shown = |id: &i64| shown.iter().copied().flatten().any(|d| d.id == *id);
        names.all(|name| is_name_settled(name, scope, shown)) && self.ids.iter().all(is_shown)
    }
}

fn is_name_settled(name: &str, scope: &Scope, shown: &[&[Definition]]) -> bool {
    shown.iter().any(|definitions| {
        let is_it = |d: &Definition| d.scope == *scope && same_in_database(&d.name, name);
        definitions.iter().any(is_it) || !shadow::hides(definitions, name, scope)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Permission, Work};

    fn task(id: i64, scope: Scope, name: &str) -> Definition {
        Definition {
            id,
            name: name.into(),
            permission: Permission::Developer,
            arguments: None,
            ..Definition::empty(scope, Work::Command("a".into()))
        }
    }

    fn group(name: &str) -> Scope {
        Scope::Group(name.into())
    }

    #[test]
    fn one_environment_suffices_if_no_task_is_shadowed() {
        let scope = group("acme");
        let shown = [task(1, scope.clone(), "X"), task(2, Scope::System, "Y")];
        for coverage in [
            Coverage::whole(),
            Coverage::names(["x", "Y", "Z"]),
            Coverage::id(1),
        ] {
            assert!(coverage.is_settled(&scope, &[&shown]), "{coverage:?}");
            assert!(!coverage.is_settled(&scope, &[]), "{coverage:?}");
        }
        assert!(!Coverage::id(3).is_settled(&scope, &[&shown]));
    }

    #[test]
    fn a_shadowed_name_requires_another_environment() {
        let scope = group("acme");
        for hiding in [Scope::Environment(1), Scope::Project(1), group("other")] {
            let first = [task(1, hiding, "X")];
            let coverage = Coverage::names(["x"]);
            assert!(!coverage.is_settled(&scope, &[&first, &first]));
            assert!(!Coverage::whole().is_settled(&scope, &[&first]));
            assert!(Coverage::names(["Y"]).is_settled(&scope, &[&first]));
            let second = [task(2, scope.clone(), "X")];
            for shown in [&second[..], &[]] {
                assert!(coverage.is_settled(&scope, &[&first, shown]));
                assert!(Coverage::whole().is_settled(&scope, &[&first, shown]));
            }
        }
    }
}
