//! Selecting several projects and environments: by name, pattern and type.

use wildmatch::WildMatch;

use crate::domain::names::same_name;

/// A name, or a pattern: `*` matches any text, including `/`, and `?` one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NamePattern {
    Plain(String),
    Pattern(String),
}

impl NamePattern {
    /// Parses a name or pattern. Names cannot contain wildcards.
    pub(crate) fn read(text: &str) -> NamePattern {
        if is_pattern(text) {
            NamePattern::Pattern(text.to_owned())
        } else {
            NamePattern::Plain(text.to_owned())
        }
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            NamePattern::Plain(text) | NamePattern::Pattern(text) => text,
        }
    }

    pub(crate) fn is_pattern(&self) -> bool {
        matches!(self, NamePattern::Pattern(_))
    }

    /// Ignores case and trailing blanks.
    pub(crate) fn takes(&self, name: &str) -> bool {
        match self {
            NamePattern::Plain(plain) => same_name(plain, name),
            NamePattern::Pattern(text) => matches(text, name),
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
pub(crate) enum ProjectSelection {
    Named(Vec<NamePattern>),
    All,
    Group(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EnvironmentType {
    Production,
    /// Every other type.
    Development,
}

impl EnvironmentType {
    pub(crate) fn word(self) -> &'static str {
        match self {
            EnvironmentType::Production => "production",
            EnvironmentType::Development => "development",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub project: NamePattern,
    pub environment: NamePattern,
    /// The position in a file, for messages.
    pub origin: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selection {
    pub projects: ProjectSelection,
    /// In each of the projects; `None` means all.
    pub environments: Option<Vec<NamePattern>>,
    pub pairs: Vec<Pair>,
    pub kind: Option<EnvironmentType>,
}

impl Selection {
    pub(crate) fn takes_kind(&self, is_production: bool) -> bool {
        match self.kind {
            None => true,
            Some(EnvironmentType::Production) => is_production,
            Some(EnvironmentType::Development) => !is_production,
        }
    }

    /// Returns true if the selection depends on the list of all projects.
    pub(crate) fn needs_all_projects(&self) -> bool {
        let named = match &self.projects {
            ProjectSelection::All => return true,
            ProjectSelection::Group(_) => &[][..],
            ProjectSelection::Named(names) => names,
        };
        named.iter().any(NamePattern::is_pattern)
            || self.pairs.iter().any(|pair| pair.project.is_pattern())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_exactly_and_patterns_by_wildcard() {
        assert_eq!(NamePattern::read("main"), NamePattern::Plain("main".into()));
        assert!(NamePattern::read("Main ").takes("main"));
        assert!(!NamePattern::read("main").takes("main2"));
        assert!(NamePattern::read("feature*").takes("Feature/a/b"));
        assert!(NamePattern::read("*a*b*").takes("xaxbx") && !NamePattern::read("a*b").takes("ac"));
        assert!(NamePattern::read("*").takes("") && !NamePattern::read("?").takes(""));
        assert!(
            NamePattern::read("pr-?").takes("pr-1") && !NamePattern::read("pr-?").takes("pr-12")
        );
    }

    #[test]
    fn only_patterns_and_all_need_every_project() {
        let of = |projects: ProjectSelection, pairs: &[(&str, &str)]| {
            let pair = |(project, environment): &(&str, &str)| Pair {
                project: NamePattern::read(project),
                environment: NamePattern::read(environment),
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
        let named = |name: &str| ProjectSelection::Named(vec![NamePattern::read(name)]);
        assert!(of(ProjectSelection::All, &[]));
        assert!(of(named("shop-*"), &[]));
        assert!(of(named("shop"), &[("blog*", "main")]));
        assert!(!of(named("shop"), &[("blog", "pr-*")]));
        assert!(!of(ProjectSelection::Group("g".into()), &[]));
    }
}
