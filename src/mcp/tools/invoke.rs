//! Starting a task.

use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::runs::{RunState, UNTRUSTED, sentence};
use super::tasks::label;
use crate::app::{App, ExecutedWork};
use crate::domain::task::quoting::suggestion;
use crate::domain::{TaskRef, Work};
use crate::error::{Error, Hint, Kind};
use crate::mcp::call::{Caller, Changes};
use crate::mcp::consent;
use crate::mcp::result::{Answer, Failure, named};
use crate::mcp::session::Session;
use crate::ops;
use crate::ops::launch::Launch;
use crate::ops::launch::check::{self, TaskRequest};
use crate::ops::launch::facts::already;
use crate::ops::launch::join::join_all;
use crate::ops::launch::start::{IfRunning, LaunchOutcome, StartOptions, Starter};
use crate::ops::places::membership;
use crate::ops::places::targets::ResolvedEnvironment;
use crate::ops::runs::history;
use crate::terminal::clean_line;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::mcp) struct InvokeInput {
    /// The name of the project.
    pub project: String,
    /// The name of the environment.
    pub environment: String,
    /// The task's name, or its id as `id:42`.
    pub task: String,
    /// The values of the task's arguments, by name. They arrive exactly as given.
    #[serde(default)]
    pub arguments: BTreeMap<String, String>,
    /// The action if a run of the task is in progress on the environment.
    #[serde(default)]
    pub if_running: IfRunningWord,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::mcp) enum IfRunningWord {
    /// Start another run.
    #[default]
    Start,
    /// Start nothing, and return the run in progress.
    Skip,
    /// Start nothing, and fail.
    Fail,
    /// Return the run in progress if it has the same values, otherwise fail.
    Join,
}

impl From<IfRunningWord> for IfRunning {
    fn from(word: IfRunningWord) -> IfRunning {
        match word {
            IfRunningWord::Start => IfRunning::Start,
            IfRunningWord::Skip => IfRunning::Skip,
            IfRunningWord::Fail => IfRunning::Fail,
            IfRunningWord::Join => IfRunning::Join,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct StartedRun {
    #[serde(flatten)]
    run: RunState,
    /// False if the returned run was already in progress.
    was_started: bool,
    /// Warnings and notes about the start.
    warnings: Vec<String>,
}

pub(in crate::mcp) async fn invoke_task(
    session: &Session<'_>,
    caller: &Caller<'_>,
    input: InvokeInput,
) -> Result<Answer, Failure> {
    session.limits.check_invoke()?;
    let launch = checked(session, input.if_running.into(), &input).await?;
    let is_new = match (input.if_running, launch.newest_unfinished()) {
        (IfRunningWord::Skip, Some(_)) => false,
        (IfRunningWord::Fail, Some(run)) => {
            let mut error = Error::failed(format!("{}; nothing was started", already(&run)));
            error.runs = vec![run.to_json()];
            return Err(error.hint(Hint::ChooseIfRunning).into());
        }
        _ => launch.facts.joined.is_none(),
    };
    if is_new {
        confirm(session, caller, &launch).await?;
    }
    if caller.is_stopped() {
        return Err(Failure::Stopped);
    }
    let what = format!(
        "{} was started on {}",
        named(launch.name()),
        label(&launch.place)
    );
    let outcome = start(session, &launch, input.if_running.into(), what).await?;
    let warnings = [launch.facts.warnings, launch.facts.notes].concat();
    let (run, was_started, text) = match outcome {
        LaunchOutcome::Started(started) => {
            let run = started.run;
            let what = format!("started run {} of `{}`", run.id, run.name);
            session.note_if_unread(caller, &what);
            let text = format!(
                "started: {}; wait_for_run waits for its end",
                sentence(&run)
            );
            (run, true, text)
        }
        LaunchOutcome::Skipped(run) | LaunchOutcome::Joined(run) => {
            let text = format!("nothing was started: {}", sentence(&run));
            (run, false, text)
        }
        LaunchOutcome::Refused(error)
        | LaunchOutcome::Unchecked(error)
        | LaunchOutcome::Unknown(error) => {
            session.note_if_unread(caller, &error.to_string());
            return Err(error.into());
        }
        LaunchOutcome::NotStarted(_) => {
            return Err(Error::new(Kind::Interrupted, "nothing was started").into());
        }
    };
    let result = StartedRun {
        run: RunState::of(session, &run),
        was_started,
        warnings,
    };
    Answer::new(text, result, UNTRUSTED)
}

/// Checks the limits, the task and the values. Sends nothing that changes anything.
async fn checked(
    session: &Session<'_>,
    if_running: IfRunning,
    input: &InvokeInput,
) -> Result<Launch, Error> {
    let task = TaskRef::parse(&input.task)?;
    let view = session
        .tasks(&input.project, &input.environment, true)
        .await?;
    session.limits.check_change(Some(&view.environment))?;
    let lagoon = session.app.lagoon().await?;
    let project = view.environment.project.clone();
    let mut seen = ResolvedEnvironment::from(view);
    if if_running != IfRunning::Start {
        history::show_all(lagoon, [&mut seen.view]).await?;
    }
    let request = TaskRequest {
        values: input.arguments.clone().into_iter().collect(),
        ..TaskRequest::default()
    };
    let mut checks = vec![(String::new(), check::task(&seen, &task, &request))];
    if if_running == IfRunning::Join {
        checks = join_all(lagoon, checks).await;
    }
    let missing = || Error::failed("the check has no result");
    let (_, check) = checks.pop().ok_or_else(missing)?;
    match check {
        Ok(launch) => Ok(launch),
        Err(obstacle) => Err(membership::with_role(lagoon, obstacle.into(), &project).await),
    }
}

/// Asks the user if the task has a confirmation text, or if the sandbox would execute something new.
async fn confirm(
    session: &Session<'_>,
    caller: &Caller<'_>,
    launch: &Launch,
) -> Result<(), Failure> {
    let app = session.app;
    let executes = || {
        launch.definition().map(|task| match &task.work {
            Work::Command(command) => ExecutedWork::Command {
                command,
                service: launch.service().unwrap_or_default(),
            },
            Work::Image(image) => ExecutedWork::Image(image),
        })
    };
    let execution = executes().map(|work| app.execution_question(work));
    let execution = execution.transpose()?.flatten();
    let confirmation = launch.confirmation();
    if execution.is_none() && confirmation.is_none() {
        return Ok(());
    }
    let values = launch.values().iter();
    let values: Vec<String> = values
        .map(|(name, value)| format!("\n  {}", clean_line(&format!("{name}={value}"))))
        .collect();
    let mut question = format!(
        "Start {} on {}?{}",
        named(launch.name()),
        label(&launch.place),
        values.concat()
    );
    for text in confirmation.iter().chain(&execution) {
        question.push_str(&format!("\n{text}"));
    }
    consent::require(caller, &question, &command(app, launch)).await?;
    match executes() {
        Some(work) if execution.is_some() => Ok(app.agree_to_execution(work)?),
        _ => Ok(()),
    }
}

/// The command line of the same start.
fn command(app: &App, launch: &Launch) -> String {
    let name = TaskRef::spell(launch.name());
    let (project, environment) = (&launch.place.project.name, &launch.place.name);
    let mut words = vec!["tasks", "invoke", &name, "-p", project, "-e", environment];
    let values = launch.values().iter();
    let values: Vec<String> = values
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    for value in &values {
        words.extend(["-a", value]);
    }
    app.ui.completed_command(&suggestion(words))
}

async fn start(
    session: &Session<'_>,
    launch: &Launch,
    if_running: IfRunning,
    what: String,
) -> Result<LaunchOutcome, Error> {
    let turn = session.turn(&launch.place);
    let _turn = turn.lock().await;
    let _sending = session.sending(what);
    let starter = Starter {
        lagoon: session.app.lagoon().await?,
        claims: &session.app.claims().await?,
        clock: &ops::clock(),
        options: StartOptions {
            concurrency: 1,
            fail_fast: false,
            if_running,
            limits: ops::runs::wait::Limits::default(),
            grace: Duration::ZERO,
        },
    };
    let launches = std::slice::from_ref(launch);
    let (mut watcher, _changes) = Changes::channel();
    let starting = starter.start_all(launches, &mut watcher, pending(), |_, _| {});
    let (mut outcomes, _) = starting.await;
    outcomes
        .pop()
        .ok_or_else(|| Error::failed("the start has no result"))
}
