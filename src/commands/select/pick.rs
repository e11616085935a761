//! The list prompts: for a project, an environment, a task, a run, a service and a context.

use jiff::Timestamp;

use crate::app::App;
use crate::commands::report::moment_of;
use crate::commands::scope;
use crate::commands::select::latest::{self, LatestArgs};
use crate::commands::select::run::{Offered, RunUse};
use crate::config::{ContextName, SANDBOX};
use crate::domain::place::PRODUCTION_MARK;
use crate::domain::run::RecentRun;
use crate::domain::task::text::storable;
use crate::domain::{Definition, Environment, Project, RunRef};
use crate::error::Error;
use crate::ops::identity;
use crate::ops::places::place;
use crate::output::status::status_text;
use crate::output::time;
use crate::terminal::{Choice, Question, Symbols};

/// The number of runs that a list offers.
const RUNS: usize = 100;

/// Prompts for one of all projects, unless there is only one.
pub(crate) async fn project(app: &App) -> Result<Project, Error> {
    let mut projects = place::all_projects(app.lagoon().await?).await?;
    if projects.is_empty() {
        return Err(Error::not_found("no projects found"));
    }
    if let [only] = projects.as_slice() {
        note_only(app, "project", &only.name);
        return Ok(projects.swap_remove(0));
    }
    let choices: Vec<Choice> = projects.iter().map(|p| Choice::new(&p.name)).collect();
    let picked = app.ui.prompt().select("Project", &choices, None)?;
    Ok(projects.swap_remove(picked))
}

fn note_only(app: &App, what: &str, name: &str) {
    app.ui.note(&format!("{what} {name} (the only one)"));
}

/// Prompts for one of these environments of a project, unless there is only one and it is not
/// production.
pub(crate) fn environment(
    app: &App,
    project: &Project,
    mut environments: Vec<Environment>,
    default: Option<usize>,
) -> Result<Environment, Error> {
    if environments.is_empty() {
        return Err(Error::not_found(format!(
            "the project `{}` has no environments",
            project.name
        )));
    }
    if let [only] = environments.as_slice()
        && !only.is_production()
    {
        note_only(app, "environment", &only.label());
        return Ok(environments.swap_remove(0));
    }
    let choices: Vec<Choice> = environments.iter().map(environment_choice).collect();
    let picked = app.ui.prompt().select("Environment", &choices, default)?;
    Ok(environments.swap_remove(picked))
}

pub(crate) fn environment_choice(environment: &Environment) -> Choice {
    let choice = Choice::new(&environment.name);
    if environment.is_production() {
        choice.marked(PRODUCTION_MARK).never_preselected()
    } else {
        choice
    }
}

/// Prompts for one of these tasks; `place` is for the error if there are none.
pub(crate) fn task<'a>(
    app: &App,
    definitions: &[&'a Definition],
    place: &str,
) -> Result<&'a Definition, Error> {
    if definitions.is_empty() {
        return Err(Error::not_found(format!("no tasks found on {place}")));
    }
    let has_namesake = |d: &Definition| definitions.iter().filter(|o| o.name == d.name).count() > 1;
    let has_namesakes = definitions.iter().any(|d| has_namesake(d));
    let choice = |definition: &&Definition| {
        let mut choice = Choice::new(&definition.name);
        if has_namesakes {
            let (id, scope) = (definition.id, definition.scope.word());
            choice = choice.column(format!("id {id}")).column(scope);
        }
        choice.note(&definition.description)
    };
    let choices: Vec<Choice> = definitions.iter().map(choice).collect();
    Ok(definitions[app.ui.prompt().select("Task", &choices, None)?])
}

/// The error about a missing TASK without a terminal.
pub(crate) fn no_task_given(command: &str) -> Error {
    Error::not_given_off_terminal("task").hint(format!(
        "give its name or id after `{command}`; to list tasks: tasks list"
    ))
}

/// Prompts for a recent run, newest first: of the given environment, else of all environments of the
/// project. The only one that a filter leaves is taken, except to change production.
pub(super) async fn run(app: &App, flags: &LatestArgs, of: RunUse) -> Result<RunRef, Error> {
    let offered = of.offered();
    let is_one_place = app.settings.environment.is_some();
    let (place, runs) = if is_one_place {
        let (environment, runs) = latest::recent(app, flags, of, RUNS, offered).await?;
        (environment.label(), runs)
    } else {
        let project = scope::project(app).await?;
        let (project, environments) = place::project(app.lagoon().await?, &project).await?;
        let runs = latest::runs_of(app, &environments, flags, RUNS, offered).await?;
        (project.name, runs)
    };
    if runs.is_empty() {
        return Err(latest::none(&place, flags, offered));
    }
    let is_harmless = |recent: &RecentRun| {
        let environment = recent.run.environment.as_deref();
        of.only_reads() || !environment.is_none_or(Environment::is_production)
    };
    let is_filtered = offered == Offered::Failed || flags.has_filter();
    if let ([only], true) = (runs.as_slice(), is_filtered)
        && is_harmless(only)
    {
        note_only(
            app,
            "run",
            &format!("{} of `{}`", only.run.id, only.run.name),
        );
        return Ok(RunRef::Id(only.run.id));
    }
    let (now, symbols) = (Timestamp::now(), app.ui.symbols());
    let choice = |recent: &RecentRun| {
        let choice = run_choice(recent, is_one_place, now, symbols);
        match is_harmless(recent) {
            true => choice,
            false => choice.never_preselected(),
        }
    };
    let choices: Vec<Choice> = runs.iter().map(choice).collect();
    let picked = app.ui.prompt().select("Run", &choices, None)?;
    Ok(RunRef::Id(runs[picked].run.id))
}

fn run_choice(recent: &RecentRun, is_one_place: bool, now: Timestamp, symbols: Symbols) -> Choice {
    let run = &recent.run;
    let created = moment_of(&run.created).map(|at| time::relative(at, now));
    let environment = run.environment.as_deref();
    let choice = Choice::new(run.id.to_string()).flexible(run.name.as_str());
    let choice = match environment.filter(|_| !is_one_place) {
        Some(environment) if environment.is_production() => {
            choice.flexible(format!("{}{PRODUCTION_MARK}", environment.name))
        }
        Some(environment) => choice.flexible(environment.name.as_str()),
        None => choice,
    };
    choice
        .column(status_text(run, now, symbols))
        .column(created.unwrap_or_default())
        .named(format!("{} {}", run.id, run.name))
}

/// Prompts for one of these services, unless there is only one; `cli` is preselected. Without services,
/// the name is typed.
pub(crate) fn service(app: &App, services: &[String]) -> Result<String, Error> {
    if services.is_empty() {
        let question = Question::new("Service").suggest("cli");
        return Ok(app.ui.prompt().text(&question, &storable)?);
    }
    if let [only] = services {
        note_only(app, "service", only);
        return Ok(only.clone());
    }
    let choices: Vec<Choice> = services.iter().map(Choice::new).collect();
    let usual = services.iter().position(|service| service == "cli");
    let picked = app.ui.prompt().select("Service", &choices, usual)?;
    Ok(services[picked].clone())
}

/// Prompts for one of the user's groups, or for the name of another one.
pub(crate) async fn group(app: &App) -> Result<String, Error> {
    let groups = identity::groups(app.lagoon().await?).await?;
    if !groups.is_empty() {
        let of = |(name, role): &(String, String)| Choice::new(name).column(role.to_lowercase());
        let other = Choice::new("(another group)");
        let choices: Vec<Choice> = groups.iter().map(of).chain([other]).collect();
        let picked = app.ui.prompt().select("Group", &choices, None)?;
        if let Some((name, _)) = groups.get(picked) {
            return Ok(name.clone());
        }
    }
    Ok(app
        .ui
        .prompt()
        .text(&Question::new("Group name"), &storable)?)
}

/// Prompts for a context; `with_sandbox` offers the built-in one, too.
pub(crate) fn context(app: &App, with_sandbox: bool) -> Result<ContextName, Error> {
    if !app.ui.can_prompt() {
        return Err(Error::not_given_off_terminal("context")
            .hint("name it; to list contexts: tasks context list"));
    }
    let known = app.settings.config()?.contexts.iter().map(|context| {
        let host = context.api.host_str().unwrap_or_default();
        (context.name.clone(), host.to_owned())
    });
    let sandbox = (with_sandbox && cfg!(feature = "sandbox"))
        .then(|| Some((SANDBOX.parse().ok()?, "built in".to_owned())))
        .flatten();
    let mut contexts: Vec<(ContextName, String)> = known.chain(sandbox).collect();
    if contexts.is_empty() {
        return Err(
            Error::not_found("no contexts found").hint("add one: tasks context add NAME ADDRESS")
        );
    }
    let choice = |(name, host): &(ContextName, String)| Choice::new(name.as_str()).column(host);
    let choices: Vec<Choice> = contexts.iter().map(choice).collect();
    let picked = app.ui.prompt().select("Context", &choices, None)?;
    Ok(contexts.swap_remove(picked).0)
}
