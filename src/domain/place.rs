//! Projects, environments and their Kubernetes namespaces.

#[cfg(feature = "cli")]
pub(crate) mod features;
#[cfg(feature = "cli")]
pub(crate) mod git_url;
#[cfg(feature = "cli")]
pub(crate) mod reach;
pub(crate) mod role;
#[cfg(feature = "cli")]
pub(crate) mod selection;
#[cfg(feature = "cli")]
pub(crate) mod ssh_endpoint;
pub(crate) mod view;

use serde::Serialize;

use super::names::same_name;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Project {
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Environment {
    pub id: i64,
    pub name: String,
    /// `production` or `development`; empty if Lagoon sent nothing.
    #[serde(rename = "environmentType")]
    pub kind: String,
    pub project: Project,
    /// The deployed services; `None` if Lagoon did not send them.
    #[serde(skip)]
    pub services: Option<Vec<String>>,
}

/// The end of the label of a production environment.
pub(crate) const PRODUCTION_MARK: &str = " (production)";

impl Environment {
    pub(crate) fn is_production(&self) -> bool {
        self.kind.eq_ignore_ascii_case("production")
    }

    /// `project/environment`, marked if it is production.
    pub(crate) fn label(&self) -> String {
        let mark = if self.is_production() {
            PRODUCTION_MARK
        } else {
            ""
        };
        format!("{}/{}{mark}", self.project.name, self.name)
    }

    /// Compares both names. Two projects can share a namespace, so a result found by namespace
    /// counts only if they match.
    pub(crate) fn is_named(&self, project: &str, environment: &str) -> bool {
        same_name(&self.project.name, project) && same_name(&self.name, environment)
    }
}

/// The longest `<project>-<environment>` that Lagoon does not shorten, without the dash.
const NAMESPACE_ROOM: usize = 58;

/// An environment's name in Kubernetes.
pub(crate) fn safe(environment: &str) -> String {
    let lower = environment.trim_end().to_lowercase();
    let safe = lower.chars().map(|c| {
        if c.is_ascii_digit() || c.is_ascii_lowercase() || c == '-' {
            c
        } else {
            '-'
        }
    });
    safe.collect()
}

/// The Kubernetes namespace of an environment, or `None` if Lagoon would shorten and hash the name.
pub(crate) fn namespace(project: &str, environment: &str) -> Option<String> {
    let (project, environment) = (project.trim_end(), environment.trim_end());
    let safe = safe(environment);
    (!project.is_empty()
        && !safe.is_empty()
        && project.len() < NAMESPACE_ROOM
        && safe.len() <= NAMESPACE_ROOM - project.len())
    .then(|| format!("{}-{safe}", project.to_lowercase()))
}

/// A second name of an environment, by which it can be selected.
#[cfg(feature = "cli")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OtherName {
    Safe,
    Namespace,
}

#[cfg(feature = "cli")]
impl OtherName {
    pub(crate) fn word(self) -> &'static str {
        match self {
            OtherName::Safe => "safe name",
            OtherName::Namespace => "namespace",
        }
    }

    /// The kind of second name that `text` is for this environment.
    pub(crate) fn of(project: &str, environment: &str, text: &str) -> Option<OtherName> {
        if safe(environment) == text {
            return Some(OtherName::Safe);
        }
        let namespace = namespace(project, environment);
        (namespace.as_deref() == Some(text)).then_some(OtherName::Namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_names_and_namespaces_are_recognized() {
        let of = |text| OtherName::of("shop", "feature/X", text);
        assert_eq!(of("feature-x"), Some(OtherName::Safe));
        assert_eq!(of("shop-feature-x"), Some(OtherName::Namespace));
        for text in ["feature/x", "Feature-X", "feature", "shop", ""] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn namespaces_are_derived_from_names() {
        assert_eq!(
            namespace("lagoon-demo", "main").as_deref(),
            Some("lagoon-demo-main")
        );
        assert_eq!(
            namespace("lagoon-demo", "feature/Ünder_score").as_deref(),
            Some("lagoon-demo-feature--nder-score")
        );
        assert_eq!(
            namespace("LAGOON-DEMO", "MAIN ").as_deref(),
            Some("lagoon-demo-main")
        );
    }

    #[test]
    fn long_names_have_no_derived_namespace() {
        assert!(namespace("p", &"x".repeat(57)).is_some());
        assert!(namespace("p", &"x".repeat(58)).is_none());
        assert!(namespace(&"p".repeat(60), "main").is_none());
        assert!(namespace("p", "").is_none());
    }

    #[test]
    fn an_environment_of_another_project_is_no_match() {
        let environment = Environment {
            id: 1,
            name: "main".into(),
            project: Project {
                id: 2,
                name: "shop-eu".into(),
            },
            kind: "production".into(),
            services: None,
        };
        assert_eq!(namespace("shop", "eu-main"), namespace("shop-eu", "main"));
        assert!(!environment.is_named("shop", "eu-main"));
        assert!(environment.is_named("Shop-EU", "MAIN "));
    }
}
