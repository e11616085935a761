//! `tasks runs`: list runs.

mod chart;
mod period;
mod watch;

use crate::app::App;
use crate::commands::flags;
use crate::commands::report::{PlaceColumns, ResultPrinter, RunsReport, explain_failures};
use crate::commands::scope;
use crate::commands::select::latest::check_filters;
use crate::commands::select::targets::TargetArgs;
use crate::domain::{Environment, Run};
use crate::error::Error;
use crate::ops::places::other_name;
use crate::ops::places::place;
use crate::ops::runs::history::{self, RunFilter, RunList};
use crate::ops::runs::wait;
use crate::settings::number;
use clap::Args;
use jiff::Timestamp;

/// List runs, newest first
///
/// With -e, lists the runs of one environment; without it, those of all environments of the project.
/// To select several targets, repeat -p and -e or use patterns such as 'pr-*'; -e also accepts
/// PROJECT:ENV.
///
/// With --watch at a terminal, the table is updated as runs change; without a terminal, each change
/// is printed as a line.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # List the runs in progress of a project
  tasks runs -p shop --active
  # List the runs of a task that failed in the last week
  tasks runs -e main --task 'Run yarn audit' --status failed --since 1w
  # List the runs of a day, whatever their number
  tasks runs -e main --since 2026-11-01 --until 2026-11-02 --limit 0
  # Print the ids of your last five runs
  tasks runs -e main --mine --limit 5 -o id
  # Compare the durations of the last 50 runs
  tasks runs -e main --chart --limit 50
  # Watch the runs in progress of all projects
  tasks runs -A --active --watch")]
pub(crate) struct RunsArgs {
    /// List only runs with this status (repeatable): completed, failed, cancelled, running, pending,
    /// or another status or outcome
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// List only runs in progress
    #[arg(long)]
    active: bool,
    /// List only runs of the task with this name
    #[arg(long, value_name = "NAME")]
    task: Option<String>,
    /// List only runs that you started
    #[arg(long)]
    mine: bool,
    /// List only runs created at or after this time: 3d12h or 2w ago, or a date and time such as
    /// 2026-11-01T10:00
    #[arg(long, value_name = "TIME", value_parser = period::parse_time)]
    since: Option<Timestamp>,
    /// List only runs created before this time
    #[arg(long, value_name = "TIME", value_parser = period::parse_time)]
    until: Option<Timestamp>,
    /// List at most this many runs; 0 lists all
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = number::<u32>(0..=100_000))]
    limit: u32,
    /// Show the durations of each task's runs
    #[arg(long)]
    chart: bool,
    /// Show changes until Ctrl-C
    #[arg(long, conflicts_with = "chart")]
    watch: bool,
    #[command(flatten)]
    places: TargetArgs,
}

impl RunsArgs {
    fn empty_note(&self) -> String {
        let filters = [
            (!self.status.is_empty(), "--status"),
            (self.active, "--active"),
            (self.task.is_some(), "--task"),
            (self.mine, "--mine"),
            (self.since.is_some(), "--since"),
        ];
        let given: Vec<String> = flags::given(filters).collect();
        if given.is_empty() {
            "no runs found; cron jobs in .lagoon.yml are not runs of tasks".to_owned()
        } else {
            format!("no runs match {}", given.join(", "))
        }
    }

    fn report(&self, app: &App, runs: Vec<Run>, places: &[Environment]) -> RunsReport {
        let first = places.first().map(|place| place.project.id);
        RunsReport {
            runs,
            places: PlaceColumns {
                project: places.iter().any(|place| Some(place.project.id) != first),
                environment: self.places.is_several(app) || app.settings.environment.is_none(),
            },
            ui_url: app.ui_url(),
            empty_note: Some(self.empty_note()),
        }
    }
}

pub(crate) async fn run(args: RunsArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    if args.watch {
        watch::check(&answer)?;
    }
    check_filters(app, args.task.as_deref(), &args.status)?;
    check_times(&args)?;
    let wanted = RunFilter {
        statuses: args.status.clone(),
        active: args.active,
        task: args.task.clone(),
        mine: args.mine,
        since: args.since,
        until: args.until,
        limit: limit(args.limit),
        counts: !args.watch && !app.ui.is_quiet(),
        ..RunFilter::default()
    };
    if args.watch {
        return watch::watch(app, &answer, &args, wanted).await;
    }
    let (environments, listed) = list(app, &args, &wanted).await?;
    let RunList {
        runs,
        count,
        failures,
    } = listed;
    if count.known > runs.len() {
        let (listed, known) = (runs.len(), count.known);
        let more = if count.may_be_more { "more than " } else { "" };
        app.ui.note(&format!(
            "{listed} of {more}{known} runs; --limit 0 shows all"
        ));
    }
    if runs.is_empty() && !failures.is_empty() {
        return wait::first_of_all(failures);
    }
    let given = if args.chart {
        let chart = chart::Chart::of(&app.ui, runs);
        let printed = answer.print(&chart);
        if let Some(legend) = chart.legend().filter(|_| answer.is_for_people()) {
            app.ui.note(&legend);
        }
        printed
    } else {
        let runs = runs.into_iter().map(|recent| recent.run).collect();
        let report = args.report(app, runs, &environments);
        let printed = answer.print(&report);
        explain_failures(app, &answer, &report.runs);
        printed
    };
    // The runs that could be read have been printed.
    wait::first_of_all(failures).and(given)
}

/// The selected runs, and the environments they may belong to.
async fn list(
    app: &App,
    args: &RunsArgs,
    wanted: &RunFilter,
) -> Result<(Vec<Environment>, RunList), Error> {
    let lagoon = app.lagoon().await?;
    if let Some((projects, selection)) = args.places.whole_projects(app).await? {
        let takes = |e: &Environment| selection.takes_kind(e.is_production());
        let listed = history::list_projects(lagoon, &projects, takes, wanted).await;
        if !listed.0.is_empty() || !listed.1.failures.is_empty() {
            return Ok(listed);
        }
    }
    let environments = environments(app, args).await?;
    let listed = history::list(lagoon, &environments, wanted).await;
    Ok((environments, listed))
}

/// Refuses times in the wrong order.
fn check_times(args: &RunsArgs) -> Result<(), Error> {
    if let (Some(since), Some(until)) = (args.since, args.until)
        && since >= until
    {
        return Err(Error::usage(format!(
            "--since ({since}) must be earlier than --until ({until})"
        )));
    }
    Ok(())
}

async fn environments(app: &App, args: &RunsArgs) -> Result<Vec<Environment>, Error> {
    if args.places.is_several(app) {
        let targets = args.places.to_read(app).await?;
        targets.require_no_values("runs")?;
        let seen = targets.seen.into_iter();
        return Ok(seen.map(|seen| seen.view.environment).collect());
    }
    let project = scope::project(app).await?;
    let said = scope::given_environment(app, &project).await?;
    let lagoon = app.lagoon().await?;
    let (project, environments) = place::project(lagoon, &project).await?;
    let Some(name) = said else {
        return Ok(environments);
    };
    if let Some(environment) = other_name::named(&environments, &name) {
        return Ok(vec![environment.clone()]);
    }
    if let Some(found) = other_name::find_among(lagoon, &project, &environments, &name).await? {
        app.ui.note(&found.words());
        return Ok(vec![found.environment]);
    }
    Err(place::missing_environment(lagoon, &project, &name, &environments).await)
}

fn limit(limit: u32) -> usize {
    match limit {
        0 => usize::MAX,
        limit => usize::try_from(limit).unwrap_or(usize::MAX),
    }
}
