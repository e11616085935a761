//! `--latest`: the newest run of an environment, optionally of a task, a status or the caller.

use clap::Args;

use crate::app::App;
use crate::commands::flags::given;
use crate::commands::scope;
use crate::commands::select::run::{Offered, RunUse};
use crate::domain::names::{closest, did_you_mean};
use crate::domain::run::{RecentRun, STATUSES};
use crate::domain::{Environment, Outcome, RunRef};
use crate::error::{Error, Flag, Hint};
use crate::ops::runs::history::{self, RunFilter};
use crate::ops::runs::wait;

#[derive(Debug, Args)]
pub(crate) struct LatestArgs {
    /// Select the newest run of the environment (-e), by any user
    #[arg(long, conflicts_with = "last")]
    latest: bool,
    /// With --latest, consider only runs of the task with this name
    #[arg(long, hide_short_help = true, value_name = "NAME")]
    task: Option<String>,
    /// With --latest, consider only runs with this status or outcome (repeatable)
    #[arg(long, hide_short_help = true, value_name = "STATUS")]
    status: Vec<String>,
    /// With --latest, consider only runs that you started
    #[arg(long, hide_short_help = true)]
    mine: bool,
}

impl LatestArgs {
    pub(super) fn is_given(&self) -> bool {
        self.latest
    }

    pub(super) fn has_filter(&self) -> bool {
        self.filters().next().is_some()
    }

    pub(super) fn require_no_filter(&self) -> Result<(), Error> {
        match self.filters().next() {
            Some(flag) => Err(Error::no_effect(&flag, "--latest")),
            None => Ok(()),
        }
    }

    /// The task, if no other filter is given.
    pub(super) fn only_task(&self) -> Result<Option<&str>, Error> {
        if let Some(flag) = self.filters().find(|flag| flag != "--task") {
            return Err(Error::no_effect(&flag, "--latest"));
        }
        require_value("--task", self.task.as_deref())?;
        Ok(self.task.as_deref())
    }

    /// The given filters.
    fn filters(&self) -> impl Iterator<Item = String> {
        given([
            (self.task.is_some(), "--task"),
            (!self.status.is_empty(), "--status"),
            (self.mine, "--mine"),
        ])
    }
}

/// The newest run that the flags select.
pub(super) async fn newest(app: &App, flags: &LatestArgs, of: RunUse) -> Result<RunRef, Error> {
    check_filters(app, flags.task.as_deref(), &flags.status)?;
    let (environment, runs) = recent(app, flags, of, 1, Offered::All).await?;
    let Some(RecentRun { run, .. }) = runs.first() else {
        return Err(none(&environment.label(), flags, Offered::All));
    };
    app.ui.note(&format!(
        "run {} of `{}` on {}",
        run.id,
        run.name,
        environment.label()
    ));
    Ok(RunRef::Id(run.id))
}

/// The environment and its newest runs, at most `limit`. Prompts for a missing place at a terminal.
pub(super) async fn recent(
    app: &App,
    flags: &LatestArgs,
    of: RunUse,
    limit: usize,
    offered: Offered,
) -> Result<(Environment, Vec<RecentRun>), Error> {
    let (project, environment) = scope::chosen_place(app, of.only_reads()).await?;
    let view = scope::environment_view(app, &project, &environment, false).await?;
    let environments = [view.environment];
    let runs = runs_of(app, &environments, flags, limit, offered).await?;
    let [environment] = environments;
    Ok((environment, runs))
}

/// The newest runs of these environments, at most `limit`.
pub(super) async fn runs_of(
    app: &App,
    environments: &[Environment],
    flags: &LatestArgs,
    limit: usize,
    offered: Offered,
) -> Result<Vec<RecentRun>, Error> {
    let mut statuses = flags.status.clone();
    if offered == Offered::Failed && statuses.is_empty() {
        statuses.push(Outcome::Failed.word().to_owned());
    }
    let wanted = RunFilter {
        statuses,
        active: offered == Offered::Unfinished,
        task: flags.task.clone(),
        mine: flags.mine,
        limit,
        ..RunFilter::default()
    };
    let listed = history::list(app.lagoon().await?, environments, &wanted).await;
    wait::first_of_all(listed.failures)?;
    Ok(listed.runs)
}

/// The error about a place without such runs.
pub(super) fn none(place: &str, flags: &LatestArgs, offered: Offered) -> Error {
    let filters: Vec<String> = flags.filters().collect();
    let error = Error::not_found(match (offered, filters.as_slice()) {
        (Offered::Unfinished, _) => format!("no runs in progress on {place}"),
        (Offered::Failed, []) => format!("no failed runs on {place}"),
        (Offered::All, []) => format!("no runs found on {place}"),
        (_, filters) => format!("no run on {place} matches {}", filters.join(", ")),
    });
    match offered {
        Offered::Unfinished | Offered::Failed => error.hint("to list all runs: tasks runs"),
        Offered::All => error.hint(Hint::ListRuns),
    }
}

/// Refuses empty values, which unset variables leave, and warns about unknown statuses, which a
/// newer Lagoon may have.
pub(crate) fn check_filters(
    app: &App,
    task: Option<&str>,
    statuses: &[String],
) -> Result<(), Error> {
    require_value("--task", task)?;
    for word in statuses {
        require_value("--status", Some(word))?;
        if let Some(hint) = Hint::each_name(Flag::Status, word) {
            return Err(Error::usage(format!("--status: unknown status `{word}`")).hint(hint));
        }
        let known = Outcome::WORDS.iter().chain(&STATUSES).copied();
        if !known.clone().any(|known| known.eq_ignore_ascii_case(word)) {
            let near = closest(word, known).map(printed);
            let near = did_you_mean(near.as_slice());
            let near = near.map_or(String::new(), |near| format!("; {near}"));
            app.ui
                .warn(&format!("--status: unknown status `{word}`{near}"));
        }
    }
    Ok(())
}

/// The word that tables print for a status or outcome.
fn printed(word: &str) -> &str {
    match Outcome::of(word) {
        _ if word == "active" => "running",
        Outcome::Going | Outcome::Unknown => word,
        finished => finished.word(),
    }
}

fn require_value(flag: &str, value: Option<&str>) -> Result<(), Error> {
    match value {
        Some(value) if value.trim().is_empty() => Err(Error::empty_value(flag)),
        _ => Ok(()),
    }
}
