//! Starts: checked, then sent once.

use std::future::pending;
use std::time::Duration;

use crate::app::App;
use crate::domain::place::view::EnvironmentView;
use crate::domain::task::quoting;
use crate::domain::{Definition, Environment, Run, TaskRef};
use crate::error::Error;
use crate::ops;
use crate::ops::launch::Launch;
use crate::ops::launch::check::{self, CommandRequest, TaskRequest};
use crate::ops::launch::facts::already;
use crate::ops::launch::rerun::{self, RerunSource};
use crate::ops::launch::start::{IfRunning, LaunchOutcome, StartOptions, Starter};
use crate::ops::places::place;
use crate::ops::runs::wait::{Limits, Watcher};
use crate::tui::equivalent::words_of;
use crate::tui::event::{News, Prepared, Request, Trouble};
use crate::tui::work::{Host, Outbox, trouble};

/// Checks a start on the environment as it is now, and collects the questions.
pub(super) async fn prepare(app: &App, host: &dyn Host, outbox: Outbox, request: Request) {
    let prepared = match request {
        Request::Task {
            environment,
            definition,
            values,
            line,
        } => task(app, host, &environment, &definition, values, line).await,
        Request::Command {
            environment,
            service,
            command,
            line,
        } => self::command(app, host, &environment, service, &command, line).await,
        Request::Rerun { run, line } => rerun(app, host, run, line).await,
    };
    let prepared = prepared.map(Box::new).map_err(|error| trouble(app, error));
    outbox.send(News::Prepared(prepared));
}

async fn view(app: &App, environment: &Environment) -> Result<EnvironmentView, Error> {
    let (project, name) = (&environment.project.name, &environment.name);
    place::environment(app.lagoon().await?, project, name, true).await
}

async fn task(
    app: &App,
    host: &dyn Host,
    environment: &Environment,
    shown: &Definition,
    values: Vec<(String, String)>,
    line: String,
) -> Result<Prepared, Error> {
    let view = view(app, environment).await?;
    let definition = TaskRef::Id(shown.id).find(&view.definitions)?;
    if definition != shown {
        return Err(Error::failed(format!(
            "`{}` was changed in the meantime; nothing was started",
            shown.name
        ))
        .hint("close the form, press R to reload, and invoke the task again"));
    }
    let request = TaskRequest {
        values,
        ..TaskRequest::default()
    };
    let launch = check::definition_with_names(&view, definition, &request)?;
    checked(host, launch, line, None)
}

async fn command(
    app: &App,
    host: &dyn Host,
    environment: &Environment,
    service: String,
    command: &str,
    line: String,
) -> Result<Prepared, Error> {
    let view = view(app, environment).await?;
    let words = words_of(command);
    let program = words.first().copied().unwrap_or_default();
    let request = CommandRequest {
        name: format!("exec {}", program.rsplit('/').next().unwrap_or(program)),
        service,
        script: quoting::command(&words),
        no_preflight: false,
    };
    let launch = check::command_on(&view, &request)?;
    checked(host, launch, line, None)
}

async fn rerun(app: &App, host: &dyn Host, run: Run, line: String) -> Result<Prepared, Error> {
    let past = rerun::read(app.lagoon().await?, run).await?;
    let view = view(app, &past.environment).await?;
    let form = |definition, note: String| Prepared::Form {
        environment: view.environment.clone(),
        definition: Box::new(definition),
        note,
    };
    let launch = match past.origin(&view)? {
        RerunSource::OneOff => past.as_command(&view, false)?,
        RerunSource::Task(definition, kept) => rerun::task(&view, &definition, &kept, &[], false)?,
        RerunSource::ValuesUnknown(definition) => {
            let note = "Lagoon does not store the values of image tasks; enter them again";
            return Ok(form(definition, note.to_owned()));
        }
        RerunSource::Changed(definition) => {
            let note = format!(
                "the task has changed since run {}, or its values could not be determined",
                past.run.id
            );
            return Ok(form(definition, note));
        }
    };
    checked(host, launch, line, Some(past.run.id))
}

fn checked(
    host: &dyn Host,
    launch: Launch,
    line: String,
    rerun_of: Option<i64>,
) -> Result<Prepared, Error> {
    let mut questions = host.questions(&launch)?;
    let is_asked = !questions.is_empty();
    let mut notes = launch.facts.notes.clone();
    notes.extend(
        launch
            .facts
            .warnings
            .iter()
            .map(|text| format!("warning: {text}")),
    );
    if let Some(run) = launch.newest_unfinished() {
        questions.push(format!("{}; start another run?", already(&run)));
    }
    if rerun_of.is_some() {
        let values = launch.values().iter();
        notes.extend(values.map(|(name, value)| format!("{name}={value}")));
    }
    if launch.place.is_production() {
        questions.push(format!("Start it on {}?", launch.place.label()));
    }
    // The questions of the command line are about production, too.
    if is_asked && launch.place.is_production() && launch.definition().is_none() {
        questions.pop();
    }
    Ok(Prepared::Launch {
        launch: Box::new(launch),
        questions,
        notes,
        line,
        rerun_of,
    })
}

/// Sends the start, once. A lost reply is looked up.
pub(super) async fn start(
    app: &App,
    host: &dyn Host,
    outbox: Outbox,
    launch: Box<Launch>,
    line: String,
) {
    let started = async || {
        host.agree(&launch)?;
        let starter = Starter {
            lagoon: app.lagoon().await?,
            claims: &app.claims().await?,
            clock: &ops::clock(),
            options: StartOptions {
                concurrency: 1,
                fail_fast: false,
                if_running: IfRunning::Start,
                limits: Limits::default(),
                grace: Duration::ZERO,
            },
        };
        let launches = std::slice::from_ref(&*launch);
        let mut watcher = NoWatcher;
        let started = starter.start_all(launches, &mut watcher, pending(), |_, _| ());
        let (mut outcomes, _) = started.await;
        Ok(outcomes.pop())
    };
    let result = match started().await {
        Ok(Some(LaunchOutcome::Started(started))) => Ok(started),
        Ok(Some(
            LaunchOutcome::Refused(error)
            | LaunchOutcome::Unchecked(error)
            | LaunchOutcome::Unknown(error),
        ))
        | Err(error) => Err(trouble(app, error)),
        Ok(_) => Err(Trouble::new("nothing was started")),
    };
    if let Ok(started) = &result {
        host.record(&started.run);
    }
    outbox.send(News::Started {
        launch,
        line,
        result,
    });
}

/// Nothing is waited for before the start.
struct NoWatcher;

impl Watcher for NoWatcher {
    fn read(&mut self, _: &Run) {}

    fn unreadable(&mut self, _: &str) {}
}
