//! Several projects and environments as a line names them: by name, by pattern, by type.

use super::names::same_name;
use super::pattern;

/// A name, or a pattern for names: `*` is any text, `/` included, `?` one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    /// This one.
    Plain(String),
    /// All that match.
    Pattern(String),
}

impl Name {
    /// Reads a name. No name of a project or environment has a wildcard in it.
    #[must_use]
    pub fn read(text: &str) -> Name {
        if is_pattern(text) {
            Name::Pattern(text.to_owned())
        } else {
            Name::Plain(text.to_owned())
        }
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Name::Plain(text) | Name::Pattern(text) => text,
        }
    }

    /// Whether it stands for whatever matches.
    #[must_use]
    pub fn is_pattern(&self) -> bool {
        matches!(self, Name::Pattern(_))
    }

    /// Whether this name is meant; case and trailing blanks do not count.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        match self {
            Name::Plain(plain) => same_name(plain, name),
            Name::Pattern(text) => pattern::matches(&text.to_lowercase(), &name.to_lowercase()),
        }
    }
}

/// Whether this is a pattern and no name.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Which projects are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projects {
    /// These.
    Named(Vec<Name>),
    /// All that can be seen.
    All,
    /// Those of a group.
    Group(String),
}

/// A type of environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Production.
    Production,
    /// Anything else.
    Development,
}

impl Kind {
    /// Lagoon's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Kind::Production => "production",
            Kind::Development => "development",
        }
    }
}

/// A project and an environment together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The project.
    pub project: Name,
    /// The environment.
    pub environment: Name,
    /// The place in a file that names them, for messages.
    pub origin: Option<String>,
}

/// What a line selects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Where `environments` are looked for.
    pub projects: Projects,
    /// Names for each of these projects; `None` is all.
    pub environments: Option<Vec<Name>>,
    /// Project and environment together.
    pub pairs: Vec<Pair>,
    /// Only those of this type.
    pub kind: Option<Kind>,
}

impl Selection {
    /// Whether an environment of that type is meant.
    #[must_use]
    pub fn takes_kind(&self, is_production: bool) -> bool {
        match self.kind {
            None => true,
            Some(Kind::Production) => is_production,
            Some(Kind::Development) => !is_production,
        }
    }

    /// Whether all projects have to be known to tell which are meant.
    #[must_use]
    pub fn needs_all_projects(&self) -> bool {
        let named = match &self.projects {
            Projects::All => return true,
            Projects::Group(_) => &[][..],
            Projects::Named(names) => names,
        };
        named.iter().any(Name::is_pattern)
            || self.pairs.iter().any(|pair| pair.project.is_pattern())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_themselves_and_patterns_what_they_match() {
        assert_eq!(Name::read("main"), Name::Plain("main".into()));
        assert!(Name::read("Main ").takes("main"));
        assert!(!Name::read("main").takes("main2"));
        assert!(Name::read("feature*").takes("Feature/a/b"));
        assert!(Name::read("pr-?").takes("pr-1") && !Name::read("pr-?").takes("pr-12"));
    }

    #[test]
    fn only_patterns_and_all_need_every_project() {
        let of = |projects: Projects, pairs: &[(&str, &str)]| {
            let pair = |(project, environment): &(&str, &str)| Pair {
                project: Name::read(project),
                environment: Name::read(environment),
                origin: None,
            };
            let selection = Selection {
                projects,
                environments: None,
                pairs: pairs.iter().map(pair).collect(),
                kind: None,
            };
            selection.needs_all_projects()
        };
        let named = |name: &str| Projects::Named(vec![Name::read(name)]);
        assert!(of(Projects::All, &[]));
        assert!(of(named("shop-*"), &[]));
        assert!(of(named("shop"), &[("blog*", "main")]));
        assert!(!of(named("shop"), &[("blog", "pr-*")]));
        assert!(!of(Projects::Group("g".into()), &[]));
    }
}
