//! RUN arguments: ids, names, addresses of pages, `--last`, `--latest`, the output of `invoke` on stdin,
//! or the choice at a prompt.

use std::collections::HashSet;

use clap::Args;
use serde_json::Value;

use crate::app::App;
use crate::commands::report::ResultShape;
use crate::commands::select::latest::{self, LatestArgs};
use crate::commands::select::{last, pick};
use crate::domain::RunRef;
use crate::domain::run::reference::address;
use crate::error::Error;
use crate::regular_file::bounded;
use crate::secret::conceal_recognized;

/// The command's use of a run: it decides which runs are offered, and how strictly their environment must
/// be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunUse {
    Read,
    Wait,
    Cancel,
    /// -e names the environment of the new run.
    Rerun,
    RerunFailed,
    Upload,
}

impl RunUse {
    pub(super) fn only_reads(self) -> bool {
        matches!(self, RunUse::Read | RunUse::Wait)
    }

    /// The runs that a prompt offers.
    pub(super) fn offered(self) -> Offered {
        match self {
            RunUse::Wait | RunUse::Cancel => Offered::Unfinished,
            RunUse::RerunFailed => Offered::Failed,
            RunUse::Read | RunUse::Rerun | RunUse::Upload => Offered::All,
        }
    }

    /// True if -e is about the new run.
    pub(super) fn starts_another(self) -> bool {
        matches!(self, RunUse::Rerun | RunUse::RerunFailed)
    }
}

/// The runs among which a command selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offered {
    All,
    Unfinished,
    Failed,
}

/// The runs to work on.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Run id, lagoon-task-… name or address of the run's page; `-` reads runs from stdin
    #[arg(value_name = "RUN", conflicts_with_all = ["last", "latest"])]
    runs: Vec<String>,
    #[command(flatten)]
    instead: RunFlags,
}

/// The flags that select a run instead of RUN.
#[derive(Debug, Args)]
struct RunFlags {
    /// Select the last run that this machine started
    #[arg(long)]
    last: bool,
    #[command(flatten)]
    latest: LatestArgs,
}

impl RunFlags {
    fn is_given(&self) -> bool {
        self.last || self.latest.is_given()
    }

    fn needs_place(&self, is_named: bool, can_prompt: bool) -> bool {
        self.latest.is_given() || (!is_named && !self.last && can_prompt)
    }
}

impl RunArgs {
    pub(crate) fn shape(&self) -> ResultShape {
        match self.runs.as_slice() {
            [] => ResultShape::One,
            [one] if one != "-" => ResultShape::One,
            _ => ResultShape::Many,
        }
    }

    /// True if project and environment decide which run is selected.
    pub(crate) fn needs_place(&self, can_prompt: bool) -> bool {
        self.instead.needs_place(!self.runs.is_empty(), can_prompt)
    }

    /// False if the run is prompted for.
    pub(crate) fn is_named(&self) -> bool {
        !self.runs.is_empty() || self.instead.is_given()
    }

    /// The runs in their order, without repetitions.
    pub(crate) async fn resolve(&self, app: &App, of: RunUse) -> Result<Vec<RunRef>, Error> {
        resolve(app, &self.runs, &self.instead, of, false).await
    }

    /// As `resolve`; without runs on stdin, the result is empty.
    pub(crate) async fn resolve_any(&self, app: &App, of: RunUse) -> Result<Vec<RunRef>, Error> {
        if !self.runs.iter().any(|run| run == "-") {
            return Err(Error::no_effect("--allow-empty", "`-`"));
        }
        resolve(app, &self.runs, &self.instead, of, true).await
    }

    /// The task of `--task`, for runs in progress instead of the newest run.
    pub(crate) fn task_in_progress(&self) -> Result<Option<&str>, Error> {
        self.instead.latest.only_task()
    }
}

/// The single run of a command that takes other arguments, too.
#[derive(Debug, Args)]
pub(crate) struct OneRun {
    /// Run id, lagoon-task-… name or address of the run's page; `-` reads it from stdin
    #[arg(value_name = "RUN")]
    run: Option<String>,
    #[command(flatten)]
    instead: RunFlags,
}

impl OneRun {
    pub(crate) async fn resolve(&self, app: &App, of: RunUse) -> Result<RunRef, Error> {
        let named = self.run.as_slice();
        let named = if self.instead.is_given() { &[] } else { named };
        let mut found = resolve(app, named, &self.instead, of, false).await?;
        match (found.pop(), found.len()) {
            (Some(only), 0) => Ok(only),
            (_, others) => Err(Error::usage(format!(
                "stdin has {} runs; this command takes one",
                others + 1
            ))
            .hint("give the id of one run, or run the command once for each")),
        }
    }

    pub(crate) fn needs_place(&self, can_prompt: bool) -> bool {
        self.instead.needs_place(self.run.is_some(), can_prompt)
    }

    /// The first positional argument if a flag selects the run.
    pub(crate) fn first_word(&self) -> Option<&str> {
        self.run.as_deref().filter(|_| self.instead.is_given())
    }
}

async fn resolve(
    app: &App,
    runs: &[String],
    instead: &RunFlags,
    of: RunUse,
    allow_empty: bool,
) -> Result<Vec<RunRef>, Error> {
    app.settings.chosen()?;
    let named = runs.iter().filter(|run| *run != "-");
    named
        .map(|run| RunRef::parse(run))
        .collect::<Result<Vec<_>, _>>()?;
    let is_named = !runs.is_empty() || instead.last;
    if !is_named && !instead.latest.is_given() && !app.ui.can_prompt() {
        return Err(no_run_given());
    }
    if is_named && !instead.latest.is_given() {
        instead.latest.require_no_filter()?;
    }
    if runs.iter().filter(|run| *run == "-").count() > 1 {
        return Err(Error::stdin_twice());
    }
    app.test_reports.begin(None, None);
    if instead.latest.is_given() {
        return Ok(vec![latest::newest(app, &instead.latest, of).await?]);
    }
    if !is_named {
        return Ok(vec![pick::run(app, &instead.latest, of).await?]);
    }
    if instead.last {
        return Ok(vec![last::last(app)?]);
    }
    let mut found = Vec::new();
    for run in runs {
        if run == "-" {
            found.extend(stdin(app, allow_empty)?);
        } else {
            require_own_page(app, run)?;
            found.push(RunRef::parse(run)?);
        }
    }
    Ok(without_repetition(found))
}

fn no_run_given() -> Error {
    Error::not_given_off_terminal("run").with_hints([
        "give its id, its lagoon-task-… name or the address of its page; to list runs: tasks runs",
        "--last selects the last run that this machine started",
        "--latest -e ENVIRONMENT selects the newest run of an environment",
        "`-` reads runs from stdin, for example from `tasks invoke` or `tasks runs`",
    ])
}

/// Refuses the page of another Lagoon, if the address of this one's UI is known.
fn require_own_page(app: &App, run: &str) -> Result<(), Error> {
    let (Some(page), Some(ui)) = (address(run), app.ui_url().as_deref().and_then(address)) else {
        return Ok(());
    };
    if page.host_str() == ui.host_str() {
        return Ok(());
    }
    let host = page.host_str().unwrap_or_default();
    let context = app.settings.context_label()?;
    Err(Error::usage(format!(
        "{host} is not the UI of `{context}`, which is {ui}"
    ))
    .hint("select the context of that Lagoon with -l; to list contexts: tasks context list"))
}

fn without_repetition(mut runs: Vec<RunRef>) -> Vec<RunRef> {
    let mut seen = HashSet::new();
    runs.retain(|run| seen.insert(run.clone()));
    runs
}

/// The maximum size of stdin in bytes: the output of `runs --limit 0 -o json`.
const LONGEST_INPUT: u64 = 64 << 20;

fn stdin(app: &App, allow_empty: bool) -> Result<Vec<RunRef>, Error> {
    if app.ui.terminal().stdin {
        app.ui.note("reading runs from stdin; press Ctrl-D to end");
    }
    let bytes = bounded(std::io::stdin().lock(), LONGEST_INPUT)
        .map_err(|e| Error::usage("cannot read stdin").because(e))?;
    let text = String::from_utf8(bytes).map_err(|_| Error::usage("stdin is not valid UTF-8"))?;
    // It may be the wrong file, and errors repeat what is wrong in it.
    conceal_recognized(&text);
    let found = parse(&text)?;
    match require_some(&text, &found) {
        Err(error) if allow_empty => app.ui.note(&error.message),
        required => required?,
    }
    Ok(found)
}

/// Refuses an input without runs.
fn require_some(text: &str, found: &[RunRef]) -> Result<(), Error> {
    if !found.is_empty() {
        return Ok(());
    }
    let why = match text.trim_start_matches('\u{feff}').trim() {
        "" => "the command before the pipe printed nothing",
        _ => "the list is empty",
    };
    Err(Error::usage(format!("no runs on standard input: {why}")))
}

/// Reads JSON, JSON lines, or the first tab-separated field of each line.
fn parse(text: &str) -> Result<Vec<RunRef>, Error> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with(['{', '[']) {
        return text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| {
                let field = line.split('\t').next().unwrap_or_default().trim();
                RunRef::parse(field).map_err(|e| Error::usage(format!("stdin: {e}")))
            })
            .collect();
    }
    let mut found = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.map_err(|e| Error::usage("stdin: invalid JSON").because(e))?;
        let all = match value {
            Value::Array(all) => all,
            one => vec![one],
        };
        for one in all.iter().filter(|one| !is_without_run(one)) {
            found.push(of_json(one)?);
        }
    }
    Ok(found)
}

/// An element of the results of several starts in which no run exists.
fn is_without_run(value: &Value) -> bool {
    value.get("id") == Some(&Value::Null) && value.get("error").is_some_and(Value::is_object)
}

fn of_json(value: &Value) -> Result<RunRef, Error> {
    let wrong = |why: &str| Err(Error::usage(format!("stdin: {why}")));
    match value {
        Value::Number(id) => Ok(RunRef::parse(&id.to_string())?),
        Value::String(name) => Ok(RunRef::parse(name)?),
        // Its id is that of a task.
        Value::Object(plan) if plan.get("dryRun") == Some(&Value::Bool(true)) => {
            wrong("the output of --dry-run has no runs")
        }
        Value::Object(task) if task.contains_key("advancedTaskDefinitionArguments") => {
            wrong("found a task instead of a run")
        }
        Value::Object(run) => match run.get("id") {
            Some(Value::Number(id)) => Ok(RunRef::parse(&id.to_string())?),
            _ => wrong("found an object without an id instead of a run"),
        },
        _ => wrong("found a value that is not a run"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(text: &str) -> Result<Vec<String>, String> {
        let runs = parse(text).map_err(|e| e.to_string())?;
        require_some(text, &runs).map_err(|e| e.to_string())?;
        Ok(without_repetition(runs)
            .iter()
            .map(ToString::to_string)
            .collect())
    }

    #[test]
    fn every_output_format_of_invoke_is_accepted_as_input() {
        for text in [
            "7\tlagoon-task-a\tAudit\n8\tlagoon-task-b\tAudit\n",
            "7\n8\n",
            "{\"id\": 7, \"name\": \"Audit\"}\n{\"id\": 8}\n",
            "{\"id\":7,\"status\":\"new\"}\n{\"id\":7,\"status\":\"complete\"}\n{\"id\":8}",
            "[\n  {\"id\": 7},\n  {\"id\": 8}\n]\n",
            "[7, 8]",
            "[{\"id\": 7}, {\"id\": null, \"error\": {}}, {\"id\": 8}]",
            "{\"id\":7}\n{\"id\":null,\"outcome\":\"refused\",\"error\":{}}\n{\"id\":8}",
            "7\r\n\r\n8\r\n",
        ] {
            assert_eq!(
                ids(text),
                Ok(vec!["7".to_owned(), "8".to_owned()]),
                "{text}"
            );
        }
        let names = "lagoon-task-a1\n";
        assert_eq!(ids(names), Ok(vec!["lagoon-task-a1".to_owned()]));
    }

    #[test]
    fn input_without_runs_is_a_usage_error() {
        for text in [
            "",
            " \n",
            "[]",
            "[{\"id\": null, \"error\": {}}]",
            "[{\"id\": null}]",
            "Audit\n",
            "ID  NAME\n7   Audit\n",
            "{\"name\": \"Audit\"}",
            "{\"id\": 1, \"dryRun\": true}",
            "{\"id\": 1, \"advancedTaskDefinitionArguments\": []}",
            "{\"id\": 7",
            "{\"id\": 1.5}",
            "[true]",
        ] {
            assert!(ids(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn run_parsing_never_panics(text in "[\\[\\]{}\":,0-9a-z\t\n-]{0,60}") {
            let _ = parse(&text);
        }
    }
}
