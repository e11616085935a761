//! Project and environment of a command, from flags, the checkout or prompts.

use crate::app::App;
use crate::commands::scope;
use crate::commands::select::pick;
use crate::domain::Environment;
use crate::domain::place::view::EnvironmentView;
use crate::error::{Error, Kind};
use crate::ops::definitions::lookup::{self, Wanted};
use crate::ops::places::details;
use crate::ops::places::other_name;
use crate::ops::places::place;
use crate::settings::{Source, TargetSetting};

/// The names of project and environment. `only_reads` relaxes the rules for reading.
pub(crate) async fn chosen_place(app: &App, only_reads: bool) -> Result<(String, String), Error> {
    if app.ui.can_prompt() && app.settings.environment.is_none() {
        let project = scope::project(app).await?;
        return prompt_environment(app, &project).await;
    }
    if !only_reads {
        let what = [
            TargetSetting::Context,
            TargetSetting::Project,
            TargetSetting::Environment,
        ];
        app.require_explicit(&what)
            .map_err(|error| name_branch(app, error))?;
    }
    let project = scope::project(app).await?;
    let environment = environment(app, &project).await?;
    Ok((project, environment))
}

/// The given environment, else that of the git branch.
async fn environment(app: &App, project: &str) -> Result<String, Error> {
    if let Some(said) = given_environment(app, project).await? {
        return Ok(said);
    }
    match branch(app) {
        Some(branch) => deployed(app, project, branch, GIT_BRANCH).await,
        None => Err(Error::not_given("environment")
            .hint("name it with -e or TASKS_ENVIRONMENT")
            .with_hints(branch_note(app))),
    }
}

/// The name of the given environment.
pub(crate) async fn given_environment(app: &App, project: &str) -> Result<Option<String>, Error> {
    let Some(said) = &app.settings.environment else {
        return Ok(None);
    };
    // This variable has the safe name.
    if said.source == Source::Pod("LAGOON_ENVIRONMENT") {
        let source = said.source.to_string();
        return deployed(app, project, &said.value, &source).await.map(Some);
    }
    scope::report_source(app, "environment", said);
    Ok(Some(said.value.clone()))
}

/// Reads something of a given environment. If no environment has the name, reads it of the only one with
/// this safe name or namespace, and reports the match.
pub(crate) async fn by_any_name<T>(
    app: &App,
    project: &str,
    name: &str,
    read: impl AsyncFn(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    let error = match read(name).await {
        Err(error) if error.kind == Kind::NotFound => error,
        done => return done,
    };
    match other_name::find_by_other_name(app.lagoon().await?, project, name).await? {
        Some(found) => {
            app.ui.note(&found.words());
            read(&found.environment.name).await
        }
        None => Err(error),
    }
}

/// An environment with its tasks, and its newest runs if `runs` is set, by any of its names.
pub(crate) async fn environment_view(
    app: &App,
    project: &str,
    name: &str,
    runs: bool,
) -> Result<EnvironmentView, Error> {
    let lagoon = app.lagoon().await?;
    let read = async |name: &str| place::environment(lagoon, project, name, runs).await;
    by_any_name(app, project, name, read).await
}

/// The environment of a branch or safe name.
async fn deployed(app: &App, project: &str, name: &str, source: &str) -> Result<String, Error> {
    let lagoon = app.lagoon().await?;
    let (project, environments) = place::project(lagoon, project).await?;
    let Some(found) = details::of_branch(&environments, name) else {
        let error = place::missing_environment(lagoon, &project, name, &environments).await;
        return Err(error.hint(format!(
            "`{name}` comes from {source}; name another environment with -e"
        )));
    };
    app.ui
        .note(&format!("environment {} (from {source})", found.label()));
    Ok(found.name.clone())
}

/// The git branch of the checkout, except for the sandbox.
pub(crate) fn branch(app: &App) -> Option<&String> {
    app.settings.chosen().ok()?;
    let branch = app.checkout().branch.as_ref();
    branch.filter(|_| !app.settings.ignores_checkout())
}

const GIT_BRANCH: &str = "the git branch";

fn name_branch(app: &App, error: Error) -> Error {
    if app.settings.environment.is_some() {
        return error;
    }
    match branch(app) {
        Some(branch) => error.hint(format!("{GIT_BRANCH} is `{branch}`")),
        None => error.with_hints(branch_note(app)),
    }
}

/// The reason for a missing branch.
fn branch_note(app: &App) -> Option<&String> {
    let note = app.checkout().branch_note.as_ref();
    note.filter(|_| !app.settings.ignores_checkout())
}

/// Prompts for an environment; the git branch's is the default. Returns the names of project and
/// environment.
pub(crate) async fn prompt_environment(
    app: &App,
    project: &str,
) -> Result<(String, String), Error> {
    let (found, environments) = place::project(app.lagoon().await?, project).await?;
    let default = branch(app).and_then(|branch| suggested(app, &environments, branch));
    let picked = pick::environment(app, &found, environments, default)?;
    Ok((found.name, picked.name))
}

/// As [`prompt_environment`], for one of the environments that have a task or service. If none has it,
/// that is an error before the prompt.
pub(crate) async fn prompt_environment_with(
    app: &App,
    wanted: Wanted<'_>,
) -> Result<(String, String), Error> {
    let project = scope::project(app).await?;
    let found = lookup::environments_with(app.lagoon().await?, &project, wanted).await;
    let (project, environments, count) = match found {
        Ok(found) => found,
        Err(error) if matches!(error.kind, Kind::NotFound | Kind::Usage) => return Err(error),
        // The tasks of another environment may be unreadable.
        Err(_) => return prompt_environment(app, &project).await,
    };
    let with = environments.len();
    if with < count {
        let have = if with == 1 { "has" } else { "have" };
        let what = match wanted {
            Wanted::Task(_) => "the task".to_owned(),
            Wanted::Service(name) => format!("the service `{name}`"),
        };
        app.ui
            .note(&format!("{with} of {count} environments {have} {what}"));
    }
    // The branch's environment may lack the task.
    let is_offered = |b: &&String| with == count || details::of_branch(&environments, b).is_some();
    let here = branch(app).filter(is_offered);
    let default = here.and_then(|branch| suggested(app, &environments, branch));
    let picked = pick::environment(app, &project, environments, default)?;
    Ok((project.name, picked.name))
}

/// The position of the git branch's environment. Production is never the default.
fn suggested(app: &App, environments: &[Environment], branch: &str) -> Option<usize> {
    let found = details::of_branch(environments, branch);
    let words = match found {
        None => "is not deployed",
        Some(found) if found.is_production() => "is the production environment",
        Some(_) => "is deployed",
    };
    app.ui.note(&format!("{GIT_BRANCH} `{branch}` {words}"));
    let found = found.filter(|found| !found.is_production())?;
    environments.iter().position(|e| e.id == found.id)
}
