//! Runs of an environment, and the state of one.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::run::page::page;
use crate::domain::run::rfc3339;
use crate::domain::{Outcome, Run};
use crate::error::messages::counted;
use crate::mcp::limits;
use crate::mcp::result::{Answer, Failure, named};
use crate::mcp::session::Session;
use crate::mcp::tools::places::listed;
use crate::mcp::tools::tasks::label;
use crate::ops::runs::history::{self, RunFilter};
use crate::terminal::clean_line;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct RunInput {
    /// The id of the run.
    #[serde(deserialize_with = "run_id")]
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub run: i64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::mcp) struct RunsInput {
    /// The name of the project.
    pub project: String,
    /// The name of the environment.
    pub environment: String,
    /// List only runs of the task with this name.
    #[serde(default)]
    pub task: Option<String>,
    /// List only runs with this outcome.
    #[serde(default)]
    pub outcome: Option<OutcomeWord>,
    /// The maximum number of runs to list, 20 by default.
    #[serde(default, deserialize_with = "limit")]
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<usize>,
}

#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::mcp) enum OutcomeWord {
    Completed,
    Failed,
    Cancelled,
    /// In progress.
    Going,
    /// The status is unknown to this program; the run counts as in progress.
    Unknown,
}

impl From<Outcome> for OutcomeWord {
    fn from(outcome: Outcome) -> OutcomeWord {
        match outcome {
            Outcome::Completed => OutcomeWord::Completed,
            Outcome::Failed => OutcomeWord::Failed,
            Outcome::Cancelled => OutcomeWord::Cancelled,
            Outcome::Going => OutcomeWord::Going,
            Outcome::Unknown => OutcomeWord::Unknown,
        }
    }
}

impl From<OutcomeWord> for Outcome {
    fn from(word: OutcomeWord) -> Outcome {
        match word {
            OutcomeWord::Completed => Outcome::Completed,
            OutcomeWord::Failed => Outcome::Failed,
            OutcomeWord::Cancelled => Outcome::Cancelled,
            OutcomeWord::Going => Outcome::Going,
            OutcomeWord::Unknown => Outcome::Unknown,
        }
    }
}

/// The last id that Lagoon can have.
const LAST_ID: i64 = i32::MAX as i64;

pub(super) fn run_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    bounded(i64::deserialize(deserializer)?, LAST_ID)
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    optional(deserializer, 100)
}

/// A whole number from 1 to `most`, if there is one.
pub(super) fn optional<'de, D: Deserializer<'de>, T: TryFrom<i64>>(
    deserializer: D,
    most: i64,
) -> Result<Option<T>, D::Error> {
    let number = Option::<i64>::deserialize(deserializer)?;
    let number = number.map(|number| bounded(number, most)).transpose()?;
    Ok(number.and_then(|number| T::try_from(number).ok()))
}

fn bounded<E: serde::de::Error>(number: i64, most: i64) -> Result<i64, E> {
    if (1..=most).contains(&number) {
        return Ok(number);
    }
    Err(E::custom(format!(
        "expected a whole number from 1 to {most}, found {number}"
    )))
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct Runs {
    project: String,
    environment: String,
    runs: Vec<RunState>,
    /// True if there may be older runs that match.
    may_be_more: bool,
}

/// Times are in RFC 3339, UTC.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::mcp) struct RunState {
    id: i64,
    /// The name of the task.
    name: String,
    /// The job name, `lagoon-task-…`.
    task_name: String,
    /// Lagoon's word for the status.
    status: String,
    outcome: OutcomeWord,
    finished: bool,
    project: Option<String>,
    environment: Option<String>,
    /// True also if the type of the environment is unknown.
    production: bool,
    service: Option<String>,
    created: Option<String>,
    started: Option<String>,
    completed: Option<String>,
    /// From start to end, in seconds.
    duration: Option<u64>,
    /// The email address of the user who started it, if Lagoon reports it.
    user: Option<String>,
    /// The run's page in Lagoon's UI, if its address is known.
    url: Option<String>,
}

impl RunState {
    pub(super) fn of(session: &Session<'_>, run: &Run) -> Self {
        let time = |text: Option<&str>| text.and_then(rfc3339);
        let environment = run.environment.as_deref();
        RunState {
            id: run.id,
            name: run.name.to_string(),
            task_name: run.task_name.to_string(),
            status: run.status.to_string(),
            outcome: run.outcome().into(),
            finished: run.outcome().is_finished(),
            project: environment.map(|e| e.project.name.clone()),
            environment: environment.map(|e| e.name.clone()),
            production: environment.is_none_or(limits::is_production),
            service: run.service.as_ref().map(ToString::to_string),
            created: time(run.created.as_deref()),
            started: time(run.started.as_deref()),
            completed: time(run.completed.as_deref()),
            duration: run.length().map(|length| length.as_secs()),
            user: run.user.as_ref().map(ToString::to_string),
            url: page_of(run, session.app.ui_url().as_deref()),
        }
    }
}

fn page_of(run: &Run, ui_url: Option<&str>) -> Option<String> {
    let environment = run.environment.as_ref()?;
    let project = &environment.project.name;
    page(ui_url?, project, &environment.name, &run.task_name)
}

pub(super) const UNTRUSTED: &[&str] = &["name", "user"];

/// A run in a sentence.
pub(super) fn sentence(run: &Run) -> String {
    let place = run.environment.as_deref().map(label);
    let place = place.map_or_else(String::new, |place| format!(" on {place}"));
    let status = match run.outcome() {
        Outcome::Completed => "completed".to_owned(),
        Outcome::Failed => "failed".to_owned(),
        Outcome::Cancelled => "was cancelled".to_owned(),
        Outcome::Going | Outcome::Unknown => format!("is {}", clean_line(&run.status)),
    };
    format!("run {} of {}{place} {status}", run.id, named(&run.name))
}

/// The runs that are read to find those of the tasks within the limits.
const SEARCHED: usize = 500;

pub(in crate::mcp) async fn list_runs(
    session: &Session<'_>,
    input: &RunsInput,
) -> Result<Answer, Failure> {
    let view = session
        .environment(&input.project, &input.environment, false)
        .await?;
    let limit = input.limit.unwrap_or(20);
    let is_narrow = !session.limits.tasks.is_empty();
    let filter = RunFilter {
        statuses: input
            .outcome
            .map(|word| Outcome::from(word).word().to_owned())
            .into_iter()
            .collect(),
        task: input.task.clone(),
        limit: if is_narrow { SEARCHED } else { limit },
        counts: true,
        ..RunFilter::default()
    };
    let environment = view.environment;
    let lagoon = session.app.lagoon().await?;
    let listed_runs = history::list(lagoon, std::slice::from_ref(&environment), &filter).await;
    if let Some(error) = listed_runs.failures.into_iter().next() {
        return Err(error.into());
    }
    let known = listed_runs.count.known;
    let mut runs: Vec<Run> = listed_runs
        .runs
        .into_iter()
        .map(|recent| recent.run)
        .collect();
    let searched = runs.len();
    runs.retain(|run| session.limits.takes_run(run));
    let may_be_more = listed_runs.count.may_be_more || known > searched || runs.len() > limit;
    runs.truncate(limit);
    let lines = runs.iter().map(|run| {
        let created = run.created.as_deref().and_then(rfc3339).unwrap_or_default();
        let status = clean_line(&run.status);
        format!("{} {} {status} {created}", run.id, named(&run.name))
    });
    let more = if may_be_more {
        "; there may be older ones"
    } else {
        ""
    };
    let heading = format!(
        "{} on {}{more}",
        counted(runs.len(), "run"),
        label(&environment)
    );
    let text = listed(&heading, lines);
    let result = Runs {
        runs: runs.iter().map(|run| RunState::of(session, run)).collect(),
        project: environment.project.name.clone(),
        environment: environment.name,
        may_be_more,
    };
    Answer::new(text, result, UNTRUSTED)
}

pub(in crate::mcp) async fn run_status(
    session: &Session<'_>,
    input: &RunInput,
) -> Result<Answer, Failure> {
    let run = session.run(input.run).await?;
    Answer::new(sentence(&run), RunState::of(session, &run), UNTRUSTED)
}
