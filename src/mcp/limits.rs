//! The limits of a server: the projects, environments and tasks that its client may use, and
//! whether it may start and cancel.
//!
//! Every tool checks here, also for runs that it finds by id.

use crate::domain::place::selection::{EnvironmentType, NamePattern};
use crate::domain::{Definition, Environment, Run};
use crate::error::{Error, Kind};

/// Empty lists allow everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    pub projects: Vec<NamePattern>,
    pub environments: Vec<EnvironmentLimit>,
    pub kind: Option<EnvironmentType>,
    pub tasks: Vec<NamePattern>,
    /// Starting and cancelling.
    pub allow_invoke: bool,
    /// Starting and cancelling in production.
    pub allow_production: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct EnvironmentLimit {
    /// `None` for every project.
    pub project: Option<NamePattern>,
    pub name: NamePattern,
}

/// An environment of unknown type counts as production.
pub(super) fn is_production(environment: &Environment) -> bool {
    !environment.kind.eq_ignore_ascii_case("development")
}

impl Limits {
    pub(super) fn takes_project(&self, name: &str) -> bool {
        let (projects, environments) = (&self.projects, &self.environments);
        let has_environments =
            |limit: &EnvironmentLimit| limit.project.as_ref().is_none_or(|p| p.takes(name));
        (projects.is_empty() || projects.iter().any(|project| project.takes(name)))
            && (environments.is_empty() || environments.iter().any(has_environments))
    }

    pub(super) fn takes_environment(&self, environment: &Environment) -> bool {
        let project = &environment.project.name;
        let is_named = |limit: &EnvironmentLimit| {
            let project = limit.project.as_ref().is_none_or(|p| p.takes(project));
            project && limit.name.takes(&environment.name)
        };
        self.takes_project(project)
            && (self.environments.is_empty() || self.environments.iter().any(is_named))
            && match self.kind {
                None => true,
                Some(EnvironmentType::Production) => is_production(environment),
                Some(EnvironmentType::Development) => !is_production(environment),
            }
    }

    pub(super) fn takes_task(&self, name: &str) -> bool {
        self.tasks.is_empty() || self.tasks.iter().any(|task| task.takes(name))
    }

    /// A run whose environment is unknown is within the limits only if these do not concern places.
    pub(super) fn takes_run(&self, run: &Run) -> bool {
        let is_in_place = match run.environment.as_deref() {
            Some(environment) => self.takes_environment(environment),
            None => !self.narrow_places(),
        };
        self.takes_task(&run.name) && is_in_place
    }

    pub(super) fn check_project(&self, name: &str) -> Result<(), Error> {
        match self.takes_project(name) {
            true => Ok(()),
            false => Err(self.outside(&format!("the project `{name}`"))),
        }
    }

    pub(super) fn check_environment(&self, environment: &Environment) -> Result<(), Error> {
        match self.takes_environment(environment) {
            true => Ok(()),
            false => Err(self.outside(&format!("the environment {}", environment.label()))),
        }
    }

    pub(super) fn check_run(&self, run: &Run) -> Result<(), Error> {
        match self.takes_run(run) {
            true => Ok(()),
            false => Err(self.outside(&format!("run {}", run.id))),
        }
    }

    /// Removes the tasks that are outside the limits.
    pub(super) fn retain_tasks(&self, definitions: &mut Vec<Definition>) {
        definitions.retain(|definition| self.takes_task(&definition.name));
    }

    /// Fails if nothing may be started or cancelled at all.
    pub(super) fn check_invoke(&self) -> Result<(), Error> {
        if self.allow_invoke {
            return Ok(());
        }
        Err(Error::new(Kind::NotAllowed, "this server is read-only")
            .hint("only the user can change that, by starting the server with --allow-invoke"))
    }

    /// Fails if nothing may be started or cancelled on the environment.
    pub(super) fn check_change(&self, environment: Option<&Environment>) -> Result<(), Error> {
        self.check_invoke()?;
        let is_allowed = self.allow_production || environment.is_some_and(|e| !is_production(e));
        if is_allowed {
            return Ok(());
        }
        let what = match environment {
            Some(environment) if environment.is_production() => {
                format!(
                    "{}/{} is production",
                    environment.project.name, environment.name
                )
            }
            Some(environment) => format!(
                "the type of {}/{} is unknown, so it counts as production",
                environment.project.name, environment.name
            ),
            None => "the environment is unknown, so it counts as production".to_owned(),
        };
        let message = format!("{what}, and this server may not start or cancel anything there");
        Err(Error::new(Kind::NotAllowed, message)
            .hint("only the user can change that, by starting the server with --allow-production"))
    }

    fn outside(&self, what: &str) -> Error {
        let message = format!("{what} is outside the limits of this server");
        Error::new(Kind::NotAllowed, message).hint(format!("the limits are {}", self.words()))
    }

    /// True if the limits can exclude environments of an allowed project.
    pub(super) fn narrow_environments(&self) -> bool {
        !self.environments.is_empty() || self.kind.is_some()
    }

    /// True if the limits can exclude projects or environments.
    pub(super) fn narrow_places(&self) -> bool {
        !self.projects.is_empty() || self.narrow_environments()
    }

    /// True if the limits exclude any project, environment or task.
    pub(super) fn are_narrow(&self) -> bool {
        !self.flags().is_empty()
    }

    /// The flags of `tasks mcp` that narrow it, such as `--project shop --type development`.
    pub(super) fn words(&self) -> String {
        self.flags().join(" ")
    }

    fn flags(&self) -> Vec<String> {
        let projects = self
            .projects
            .iter()
            .map(|p| format!("--project {}", p.text()));
        let environments = self.environments.iter().map(|limit| match &limit.project {
            Some(project) => format!("--environment {}:{}", project.text(), limit.name.text()),
            None => format!("--environment {}", limit.name.text()),
        });
        let kind = self.kind.map(|kind| format!("--type {}", kind.word()));
        let tasks = self
            .tasks
            .iter()
            .map(|task| format!("--task {}", task.text()));
        projects
            .chain(environments)
            .chain(kind)
            .chain(tasks)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::Project;

    fn environment(project: &str, name: &str, kind: &str) -> Environment {
        Environment {
            id: 1,
            name: name.into(),
            kind: kind.into(),
            project: Project {
                id: 2,
                name: project.into(),
            },
            services: None,
        }
    }

    fn run(task: &str, environment: Option<Environment>) -> Run {
        Run {
            id: 63,
            name: task.into(),
            task_name: "lagoon-task-abc".into(),
            status: "running".into(),
            service: None,
            created: None,
            started: None,
            completed: None,
            environment: environment.map(Arc::new),
            user: None,
        }
    }

    fn names(all: &[&str]) -> Vec<NamePattern> {
        all.iter().map(|name| NamePattern::read(name)).collect()
    }

    #[test]
    fn without_limits_everything_can_be_read_and_nothing_changed() {
        let limits = Limits::default();
        let main = environment("shop", "main", "production");
        assert!(limits.takes_run(&run("X", Some(main.clone()))) && limits.takes_task("X"));
        assert!(limits.takes_run(&run("X", None)));
        let error = limits.check_change(Some(&main)).unwrap_err();
        assert_eq!(error.kind, Kind::NotAllowed);
        assert_eq!(error.hint_texts().len(), 1);
        assert!(error.hint_texts()[0].contains("--allow-invoke"));
        assert!(!limits.are_narrow());
    }

    #[test]
    fn names_patterns_and_pairs_limit_environments() {
        let limits = Limits {
            projects: names(&["shop*"]),
            environments: vec![
                EnvironmentLimit {
                    project: None,
                    name: NamePattern::read("pr-*"),
                },
                EnvironmentLimit {
                    project: Some(NamePattern::read("shop-eu")),
                    name: NamePattern::read("develop"),
                },
            ],
            ..Limits::default()
        };
        let takes = |project, name| limits.takes_environment(&environment(project, name, ""));
        assert!(takes("shop", "PR-1") && takes("shop-eu", "develop"));
        assert!(!takes("shop", "develop") && !takes("blog", "pr-1") && !takes("shop", "main"));
        assert!(limits.check_project("blog").is_err() && limits.check_project("Shop").is_ok());
        assert_eq!(
            limits.words(),
            "--project shop* --environment pr-* --environment shop-eu:develop"
        );
    }

    #[test]
    fn a_pair_limits_projects_too() {
        let limits = Limits {
            environments: vec![EnvironmentLimit {
                project: Some(NamePattern::read("shop")),
                name: NamePattern::read("develop"),
            }],
            ..Limits::default()
        };
        assert!(limits.takes_project("shop") && !limits.takes_project("blog"));
    }

    #[test]
    fn an_unknown_type_counts_as_production() {
        let development = Limits {
            kind: Some(EnvironmentType::Development),
            allow_invoke: true,
            ..Limits::default()
        };
        for (kind, is_development) in [
            ("development", true),
            ("Development", true),
            ("production", false),
            ("", false),
            ("staging", false),
        ] {
            let environment = environment("shop", "x", kind);
            assert_eq!(development.takes_environment(&environment), is_development);
            let all = Limits {
                kind: None,
                ..development.clone()
            };
            let change = all.check_change(Some(&environment));
            assert_eq!(change.is_ok(), is_development, "{kind}");
            let production = Limits {
                allow_production: true,
                ..all
            };
            assert!(production.check_change(Some(&environment)).is_ok());
        }
        assert!(development.check_change(None).is_err());
    }

    #[test]
    fn production_needs_both_flags() {
        let limits = Limits {
            allow_production: true,
            ..Limits::default()
        };
        let main = environment("shop", "main", "production");
        assert!(limits.check_change(Some(&main)).is_err());
    }

    #[test]
    fn a_run_is_limited_by_its_environment_and_its_task() {
        let limits = Limits {
            projects: names(&["shop"]),
            tasks: names(&["Clear *"]),
            ..Limits::default()
        };
        let shop = || Some(environment("shop", "main", "production"));
        let blog = environment("blog", "main", "production");
        assert!(limits.check_run(&run("Clear caches", shop())).is_ok());
        for outside in [
            run("Reindex", shop()),
            run("Clear caches", Some(blog)),
            run("Clear caches", None),
        ] {
            let error = limits.check_run(&outside).unwrap_err();
            assert_eq!(error.message, "run 63 is outside the limits of this server");
        }
    }
}
