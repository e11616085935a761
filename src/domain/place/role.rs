//! A user's role in a group.

#[cfg(feature = "cli")]
mod allowed;
#[cfg(feature = "cli")]
mod hidden;
#[cfg(feature = "cli")]
pub(crate) mod required;

#[cfg(feature = "cli")]
pub(crate) use allowed::ACTIONS;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Guest,
    Reporter,
    Developer,
    Maintainer,
    Owner,
}

impl Role {
    const ALL: [Role; 5] = [
        Role::Guest,
        Role::Reporter,
        Role::Developer,
        Role::Maintainer,
        Role::Owner,
    ];

    pub(crate) fn from_word(word: &str) -> Option<Role> {
        let mut all = Self::ALL.into_iter();
        all.find(|role| role.word().eq_ignore_ascii_case(word))
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Role::Guest => "guest",
            Role::Reporter => "reporter",
            Role::Developer => "developer",
            Role::Maintainer => "maintainer",
            Role::Owner => "owner",
        }
    }

    /// A clause for messages: "you are a guest on shop".
    pub(crate) fn on(self, place: &str) -> String {
        let article = if self == Role::Owner { "an" } else { "a" };
        format!("you are {article} {} on {place}", self.word())
    }

    /// A clause for messages. Lagoon hides no environments by role.
    pub(crate) fn visibility(self, project: &str) -> String {
        format!(
            "{}; you can see all of its environments except deleted ones",
            self.on(project)
        )
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Roles {
    groups: Vec<(String, Role, GroupProjects)>,
}

/// The ids and names of a group's projects.
type GroupProjects = Vec<(i64, String)>;

impl Roles {
    /// Takes each group with the role in it and its projects.
    pub(crate) fn new(mut groups: Vec<(String, Role, GroupProjects)>) -> Roles {
        groups.sort_by(|a, b| a.0.cmp(&b.0));
        Roles { groups }
    }

    /// For example, `acme (developer), shop (guest)`.
    pub(crate) fn words(&self) -> String {
        let groups = self.groups.iter();
        let groups = groups.map(|(name, role, _)| format!("{name} ({})", role.word()));
        groups.collect::<Vec<_>>().join(", ")
    }

    /// The highest role of the project's groups.
    pub(crate) fn on_project(&self, id: i64) -> Option<Role> {
        self.highest(|_, projects| projects.iter().any(|(of, _)| *of == id))
    }

    fn highest(&self, is_counted: impl Fn(&str, &[(i64, String)]) -> bool) -> Option<Role> {
        let counted = self
            .groups
            .iter()
            .filter(|(group, _, ids)| is_counted(group, ids));
        counted.map(|(_, role, _)| *role).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_role_applies_and_names_hidden_permissions() {
        let roles = Roles::new(vec![
            (
                "a".to_owned(),
                Role::Guest,
                vec![(1, "x".to_owned()), (2, "y".to_owned())],
            ),
            ("b".to_owned(), Role::Developer, vec![(2, "y".to_owned())]),
        ]);
        let projects = [("x", Role::Guest), ("y", Role::Developer)];
        assert_eq!(
            roles.projects(),
            projects.map(|(name, role)| (name.to_owned(), role))
        );
        assert_eq!(roles.on_project(1), Some(Role::Guest));
        assert_eq!(roles.on_project(2), Some(Role::Developer));
        assert_eq!(roles.on_project(3), None);
        assert_eq!(roles.in_group("b"), Some(Role::Developer));
        assert_eq!(roles.words(), "a (guest), b (developer)");
        assert_eq!(
            Role::Guest.blind_spot("shop").as_deref(),
            Some(
                "you are a guest on shop; tasks for developers and maintainers are hidden from you"
            )
        );
        assert_eq!(Role::Maintainer.blind_spot("shop"), None);
    }

    #[test]
    fn role_words_round_trip() {
        for role in [
            Role::Guest,
            Role::Reporter,
            Role::Developer,
            Role::Maintainer,
            Role::Owner,
        ] {
            assert_eq!(Role::from_word(&role.word().to_uppercase()), Some(role));
        }
        assert_eq!(Role::from_word("admin"), None);
    }
}
