//! Candidates for shell completion that come from Lagoon.
//!
//! A reply that takes longer than [`LIMIT`] is not used, failures are silent, and there are no
//! prompts. Replies are cached for a minute. If Lagoon is slow, a background process repeats the
//! request and fills the cache.

mod cache;
mod candidate;

use std::process::Command;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::clock::Instant;
use crate::domain::plan::coverage::Coverage;
use crate::domain::{Definition, Environment, Project, RunRef, Scope};
use crate::ops::definitions::{group, tasks};
use crate::ops::identity;
use crate::ops::places::details;
use crate::ops::places::other_name;
use crate::ops::places::place;
use crate::ops::runs::files;
use crate::ops::runs::history::{self, RunFilter};
use cache::Cache;
pub(crate) use candidate::{Argument, Candidate, EnvironmentCandidates, Run, Task};

/// The time that a shell waits. With the program's own time it is less than 300 ms.
const LIMIT: Duration = Duration::from_millis(250);

/// The timeout of the background process.
const REFRESH_TIMEOUT: Duration = Duration::from_secs(10);

const RUNS: usize = 30;

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
                let view = match place::environment(lagoon, &name, &environment, false).await {
                    Ok(view) => view,
                    Err(_) => {
                        let found = other_name::by_any_name(lagoon, &name, &environment).await?;
                        let view = place::environment(lagoon, &name, &found.name, false);
                        view.await.ok()?
                    }
                };
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

    /// The user's groups, with the user's role.
    pub(crate) fn groups(&self) -> Vec<Candidate> {
        let ask = async |app: Arc<App>| {
            let lagoon = app.lagoon_with_stored_token().await.ok()?;
            let groups = identity::groups(&lagoon).await.ok()?;
            let each = |(name, role): (String, String)| Candidate::new(name, role.to_lowercase());
            Some(groups.into_iter().map(each).collect())
        };
        self.answer(&["groups"], ask).unwrap_or_default()
    }

    /// The tasks of a group, read from one of its environments.
    pub(crate) fn tasks_of_group(&self, name: &str) -> Vec<Task> {
        let scope = Scope::Group(name.to_owned());
        let named = name.to_owned();
        let ask = async move |app: Arc<App>| {
            let lagoon = &app.lagoon_with_stored_token().await.ok()?;
            let nothing = Coverage::tasks(&[]);
            let views = group::read(lagoon, &named, &nothing, group::CONCURRENCY, None).await;
            let views = views.ok()?;
            let shown = views.iter().flat_map(|view| &view.definitions);
            let of_group: Vec<&Definition> = shown.filter(|d| d.scope == scope).collect();
            Some(of_group.into_iter().map(Task::of).collect())
        };
        self.answer(&["tasks of group", name], ask)
            .unwrap_or_default()
    }

    pub(crate) fn files(&self, run: &RunRef) -> Vec<Candidate> {
        let named = run.clone();
        let ask = async move |app: Arc<App>| {
            let lagoon = &app.lagoon_with_stored_token().await.ok()?;
            let id = match named {
                RunRef::Id(id) => id,
                RunRef::TaskName(_) => history::find(lagoon, &named).await.ok()?.id,
            };
            let files = files::list(lagoon, id).await.ok()?.into_iter();
            Some(files.map(|file| Candidate::plain(file.name)).collect())
        };
        self.answer(&["files", &run.to_string()], ask)
            .unwrap_or_default()
    }

    pub(crate) fn runs(&self, project: &str, environment: Option<&str>) -> Vec<Run> {
        let (name, on) = (project.to_owned(), environment.map(str::to_owned));
        let ask = async move |app: Arc<App>| {
            let lagoon = &app.lagoon_with_stored_token().await.ok()?;
            let environments = match &on {
                Some(environment) => {
                    vec![other_name::by_any_name(lagoon, &name, environment).await?]
                }
                None => place::project(lagoon, &name).await.ok()?.1,
            };
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
