//! Candidates for shell completion that come from Lagoon.
//!
//! A reply that takes longer than [`LIMIT`] is not used, failures are silent, and there are no
//! prompts. Replies are cached for a minute. If Lagoon is slow, a background process repeats the
//! request and fills the cache.

mod cache;

use std::process::Command;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::app::App;
use crate::clock::Instant;
use crate::domain::run::RecentRun;
use crate::domain::{Definition, Environment, Project, TaskRef};
use crate::ops::definitions::tasks;
use crate::ops::places::details;
use crate::ops::places::place;
use crate::ops::runs::history::{self, RunFilter};
use cache::Cache;

/// The time that a shell waits. With the program's own time it is less than 300 ms.
const LIMIT: Duration = Duration::from_millis(250);

/// The timeout of the background process.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(10);

const RUNS: usize = 30;

/// A word to complete, with a description that may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Candidate {
    pub value: String,
    pub about: String,
}

impl Candidate {
    pub(crate) fn new(value: String, about: String) -> Self {
        Candidate { value, about }
    }

    pub(crate) fn plain(value: String) -> Self {
        Self::new(value, String::new())
    }
}

/// A task, as far as completion needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub id: i64,
    pub name: String,
    pub about: String,
    pub arguments: Vec<Argument>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Argument {
    pub name: String,
    pub about: String,
    pub values: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub id: i64,
    pub about: String,
    pub is_finished: bool,
}

/// The tasks and services of an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EnvironmentCandidates {
    pub tasks: Vec<Task>,
    pub services: Vec<String>,
}

/// Requests to one Lagoon.
pub(crate) struct CompletionSource {
    app: Arc<App>,
    cache: Cache,
    /// The time at which the shell began to wait.
    begun: Instant,
    /// The background process for a reply that is too late; `None` in that process itself.
    refresh_command: Option<Mutex<Command>>,
}

impl CompletionSource {
    /// `identity` identifies the Lagoon and the user.
    pub(crate) fn new(
        app: Arc<App>,
        identity: &str,
        refresh_command: Option<Command>,
    ) -> CompletionSource {
        let folder = app.settings.folders.state.as_deref();
        CompletionSource {
            cache: Cache::new(folder, identity),
            begun: Instant::now(),
            app,
            refresh_command: refresh_command.map(Mutex::new),
        }
    }

    pub(crate) fn projects(&self) -> Vec<Candidate> {
        let ask = async |app: Arc<App>| {
            let lagoon = app.lagoon_with_stored_token().await.ok()?;
            let projects = place::all_projects(&lagoon).await.ok()?;
            let each = |project: Project| Candidate::plain(project.name);
            Some(projects.into_iter().map(each).collect())
        };
        self.answer(&["projects"], ask).unwrap_or_default()
    }

    /// The project with one of these git remotes. The outer `None` means unknown.
    #[allow(
        clippy::option_option,
        reason = "no candidate and an unknown candidate differ"
    )]
    pub(crate) fn project_of(&self, remotes: &[String]) -> Option<Option<String>> {
        let forms = remotes.to_vec();
        let ask = async move |app: Arc<App>| {
            let lagoon = app.lagoon_with_stored_token().await.ok()?;
            details::project_of_repository(&lagoon, &forms).await.ok()
        };
        let remotes = remotes.iter().map(String::as_str);
        let key: Vec<&str> = std::iter::once("project of").chain(remotes).collect();
        self.answer(&key, ask)
    }

    /// The services of a git branch's environment.
    pub(crate) fn services_of(&self, project: &str, branch: &str) -> Vec<String> {
        let (name, on) = (project.to_owned(), branch.to_owned());
        let ask = async move |app: Arc<App>| {
            let lagoon = &app.lagoon_with_stored_token().await.ok()?;
            let (project, environments) = place::project(lagoon, &name).await.ok()?;
            let Some(found) = details::of_branch(&environments, &on) else {
                return Some(Vec::new());
            };
            let view = place::environment(lagoon, &project.name, &found.name, false);
            view.await.ok()?.environment.services
        };
        self.answer(&["services of", project, branch], ask)
            .unwrap_or_default()
    }

    pub(crate) fn environments(&self, project: &str) -> Vec<Candidate> {
        let name = project.to_owned();
        let ask = async move |app: Arc<App>| {
            let (_, environments) =
                place::project(&app.lagoon_with_stored_token().await.ok()?, &name)
                    .await
                    .ok()?;
            let each = |of: Environment| Candidate::new(of.name, of.kind.to_lowercase());
            Some(environments.into_iter().map(each).collect())
        };
        self.answer(&["environments", project], ask)
            .unwrap_or_default()
    }

    /// The tasks and services of an environment, or the tasks of the whole project.
    pub(crate) fn here(&self, project: &str, environment: Option<&str>) -> EnvironmentCandidates {
        let (name, on) = (project.to_owned(), environment.map(str::to_owned));
        let ask = async move |app: Arc<App>| {
            let lagoon = &app.lagoon_with_stored_token().await.ok()?;
            if let Some(environment) = on {
                let view = place::environment(lagoon, &name, &environment, false);
                let view = view.await.ok()?;
                return Some(EnvironmentCandidates {
                    tasks: view.definitions.iter().map(Task::of).collect(),
                    services: view.environment.services.unwrap_or_default(),
                });
            }
            let filter = tasks::Filter::default();
            let listing = tasks::list(lagoon, &name, None, &filter).await.ok()?;
            let tasks = listing.tasks.iter();
            Some(EnvironmentCandidates {
                tasks: tasks.map(|listed| Task::of(&listed.definition)).collect(),
                services: Vec::new(),
            })
        };
        let key = ["here", project, environment.unwrap_or("")];
        self.answer(&key, ask).unwrap_or_default()
    }

    pub(crate) fn runs(&self, project: &str, environment: Option<&str>) -> Vec<Run> {
        let (name, on) = (project.to_owned(), environment.map(str::to_owned));
        let ask = async move |app: Arc<App>| {
            let lagoon = &app.lagoon_with_stored_token().await.ok()?;
            let (_, mut environments) = place::project(lagoon, &name).await.ok()?;
            if let Some(environment) = &on {
                environments = vec![place::named(&environments, environment)?.clone()];
            }
            let wanted = RunFilter {
                limit: RUNS,
                ..RunFilter::default()
            };
            let listed = history::list(lagoon, &environments, &wanted).await;
            // Incomplete lists are not cached.
            let is_whole = listed.failures.is_empty();
            is_whole.then(|| listed.runs.iter().map(Run::of).collect())
        };
        let key = ["runs", project, environment.unwrap_or("")];
        self.answer(&key, ask).unwrap_or_default()
    }

    /// The cached reply, else a reply in time.
    fn answer<T, F>(
        &self,
        key: &[&str],
        ask: impl FnOnce(Arc<App>) -> F + Send + 'static,
    ) -> Option<T>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
        F: Future<Output = Option<T>>,
    {
        if let Some(known) = self.cache.read(key) {
            return Some(known);
        }
        let app = Arc::clone(&self.app);
        // Consecutive requests share the time limit.
        let limit = match self.refresh_command {
            Some(_) => LIMIT.saturating_sub(self.begun.elapsed()),
            None => REFRESH_TIMEOUT,
        };
        match in_time(limit, move || ask(app)) {
            Ok(answer) => {
                self.cache.write(key, &answer);
                Some(answer)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.refresh_later(key);
                None
            }
        }
    }

    /// Starts the background process, unless one is running.
    fn refresh_later(&self, key: &[&str]) {
        if let Some(refresh_command) = &self.refresh_command
            && self.cache.begin(key, REFRESH_TIMEOUT)
        {
            // If it cannot be started, the next completion tries again.
            let _ = refresh_command
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .spawn();
        }
    }
}

/// The reply, if it arrives in time; "disconnected" means that there will be none. The request runs
/// on a thread of its own, so that blocking calls do not delay the shell.
fn in_time<T, F>(
    limit: Duration,
    ask: impl FnOnce() -> F + Send + 'static,
) -> Result<T, RecvTimeoutError>
where
    T: Send + 'static,
    F: Future<Output = Option<T>>,
{
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        if let Ok(runtime) = runtime
            && let Some(answer) = runtime.block_on(ask())
        {
            // The receiver may have timed out.
            let _ = sender.send(answer);
            runtime.shutdown_background();
        }
    });
    receiver.recv_timeout(limit)
}

impl Task {
    fn of(definition: &Definition) -> Task {
        let service = definition.service.as_deref();
        let about = match (definition.description.lines().next(), service) {
            (Some(line), _) if !line.trim().is_empty() => line.to_owned(),
            (_, Some(service)) => format!("in {service}"),
            (_, None) => definition.work.word().to_lowercase(),
        };
        let arguments = definition.arguments().iter();
        Task {
            id: definition.id,
            name: definition.name.clone(),
            about,
            arguments: arguments.map(Argument::of).collect(),
        }
    }

    pub(crate) fn candidate(&self) -> Candidate {
        Candidate::new(TaskRef::spell(&self.name), self.about.clone())
    }

    /// True if TASK names this task.
    pub(crate) fn is(&self, named: &str) -> bool {
        match TaskRef::parse(named) {
            Ok(TaskRef::Id(id)) => id == self.id,
            Ok(TaskRef::Digits(id, name)) => id == self.id || name == self.name,
            Ok(TaskRef::Name(name)) => crate::domain::names::same_name(&name, &self.name),
            Err(_) => false,
        }
    }
}

impl Argument {
    fn of(argument: &crate::domain::Argument) -> Argument {
        let name = argument.display_name.as_deref();
        let name = name.filter(|name| !name.trim().is_empty());
        let about = [name, Some(argument.kind.short())]
            .into_iter()
            .flatten()
            .map(str::to_owned)
            .chain(argument.default.as_ref().map(|d| format!("default {d}")))
            .chain(
                (!argument.is_required() && argument.default.is_none())
                    .then(|| "optional".to_owned()),
            );
        Argument {
            name: argument.name.clone(),
            about: about.collect::<Vec<_>>().join(", "),
            values: argument.range.clone().unwrap_or_default(),
        }
    }
}

impl Run {
    fn of(recent: &RecentRun) -> Run {
        let run = &recent.run;
        let began = run.started.as_ref().or(run.created.as_ref());
        let about = [Some(&run.name), Some(&run.status), began];
        let about: Vec<&str> = about.into_iter().flatten().map(SmolStr::as_str).collect();
        Run {
            id: run.id,
            about: about.join(", "),
            is_finished: run.outcome().is_finished(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_slow_reply_times_out() {
        let begun = Instant::now();
        let never = in_time(LIMIT, std::future::pending::<Option<()>>);
        assert_eq!(never, Err(RecvTimeoutError::Timeout));
        assert!(begun.elapsed() >= LIMIT);
        // Nor what blocks the thread that asks.
        let (sender, receiver) = mpsc::channel::<()>();
        let blocked = in_time(LIMIT, move || async move { receiver.recv().ok() });
        assert_eq!(blocked, Err(RecvTimeoutError::Timeout));
        drop(sender);
    }

    #[test]
    fn a_failure_differs_from_a_timeout() {
        let failed = in_time(REFRESH_TIMEOUT, || async { None::<()> });
        assert_eq!(failed, Err(RecvTimeoutError::Disconnected));
        assert_eq!(in_time(REFRESH_TIMEOUT, || async { Some(1) }), Ok(1));
    }
}
