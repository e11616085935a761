//! Selecting several projects and environments: by name, pattern and type.

use wildmatch::WildMatch;

use crate::domain::names::same_name;

/// A name, or a pattern: `*` matches any text, including `/`, and `?` one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Name {
    Plain(String),
    Pattern(String),
}

impl Name {
    /// Parses a name or pattern. Names cannot contain wildcards.
    pub(crate) fn read(text: &str) -> Name {
        if is_pattern(text) {
            Name::Pattern(text.to_owned())
        } else {
            Name::Plain(text.to_owned())
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Name::Plain(text) | Name::Pattern(text) => text,
        }
    }

    pub(crate) fn is_pattern(&self) -> bool {
        matches!(self, Name::Pattern(_))
    }

    /// Ignores case and trailing blanks.
    pub(crate) fn takes(&self, name: &str) -> bool {
        match self {
            Name::Plain(plain) => same_name(plain, name),
            Name::Pattern(text) => matches(text, name),
        }
    }
}

/// Ignores case.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    WildMatch::new(&pattern.to_lowercase()).matches(&name.to_lowercase())
}

pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Projects {
    Named(Vec<Name>),
    All,
    Group(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Production,
    /// Every other type.
    Development,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Kind::Production => "production",
            Kind::Development => "development",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub project: Name,
    pub environment: Name,
    /// The position in a file, for messages.
    pub origin: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    pub projects: Projects,
    /// In each of the projects; `None` means all.
    pub environments: Option<Vec<Name>>,
    pub pairs: Vec<Pair>,
    pub kind: Option<Kind>,
}

impl Selection {
    pub(crate) fn takes_kind(&self, is_production: bool) -> bool {
        match self.kind {
            None => true,
            Some(Kind::Production) => is_production,
            Some(Kind::Development) => !is_production,
        }
    }

    /// Returns true if the selection depends on the list of all projects.
    pub(crate) fn needs_all_projects(&self) -> bool {
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
    fn names_match_exactly_and_patterns_by_wildcard() {
        assert_eq!(Name::read("main"), Name::Plain("main".into()));
        assert!(Name::read("Main ").takes("main"));
        assert!(!Name::read("main").takes("main2"));
        assert!(Name::read("feature*").takes("Feature/a/b"));
        assert!(Name::read("*a*b*").takes("xaxbx") && !Name::read("a*b").takes("ac"));
        assert!(Name::read("*").takes("") && !Name::read("?").takes(""));
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
