//! `tasks wait --active`: wait until no run is in progress.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::app::App;
use crate::commands::launch::{ReadFailureNotice, RunLines, WaitFlags, Watch, usual_length};
use crate::commands::report::cases;
use crate::commands::scope;
use crate::commands::select::targets::TargetArgs;
use crate::domain::{Environment, Run};
use crate::error::messages::counted;
use crate::error::{Error, Kind};
use crate::ops::runs::history::{self, RunFilter, RunList};
use crate::ops::runs::wait;

/// Between two reads of the runs in progress, if the last one had nothing new.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) struct ActiveWait<'a> {
    pub(super) app: &'a App,
    pub(super) flags: &'a WaitFlags,
    pub(super) lines: Option<RunLines<'a>>,
    pub(super) task: Option<&'a str>,
}

impl ActiveWait<'_> {
    /// Waits until no run is in progress, including those that start in the meantime. Returns the runs
    /// that were waited for.
    pub(super) async fn until_none(&self) -> Result<(Vec<Run>, Result<(), Error>), Error> {
        let app = self.app;
        let environments = environments(app).await?;
        app.test_reports.begin(None, None);
        let begun = Instant::now();
        let mut ended: Vec<Run> = Vec::new();
        let mut trouble = ReadFailureNotice::default();
        loop {
            let left = self.flags.limits().timeout;
            let left = left.map(|limit| limit.saturating_sub(begun.elapsed()));
            let runs = match self.in_progress(&environments).await {
                Ok(runs) => runs,
                Err(error) if self.is_retried(&error, &ended, left) => {
                    trouble.begins(app, &error.to_string());
                    sleep(PAUSE).await;
                    continue;
                }
                Err(error) => return Ok((ended, Err(error))),
            };
            trouble.ends();
            if runs.is_empty() {
                if ended.is_empty() {
                    app.ui.note(&self.nothing(&environments));
                }
                return Ok((ended, Ok(())));
            }
            if runs
                .iter()
                .all(|run| ended.iter().any(|old| old.id == run.id))
            {
                // Lagoon lists them as in progress a moment longer.
                sleep(PAUSE).await;
            }
            let (runs, verdict) = self.wait_for(runs, left).await;
            ended.retain(|old| runs.iter().all(|run| run.id != old.id));
            ended.extend(runs);
            if verdict.is_err() {
                return Ok((ended, verdict));
            }
        }
    }

    /// The first read must succeed; later ones are repeated until the timeout.
    fn is_retried(&self, error: &Error, ended: &[Run], left: Option<Duration>) -> bool {
        error.kind == Kind::Unreachable && !ended.is_empty() && left != Some(Duration::ZERO)
    }

    async fn in_progress(&self, environments: &[Environment]) -> Result<Vec<Run>, Error> {
        let wanted = RunFilter {
            active: true,
            task: self.task.map(str::to_owned),
            limit: usize::MAX,
            ..RunFilter::default()
        };
        let lagoon = self.app.lagoon().await?;
        let RunList { runs, failures, .. } = history::list(lagoon, environments, &wanted).await;
        wait::first_of_all(failures)?;
        Ok(runs.into_iter().map(|recent| recent.run).collect())
    }

    /// Waits for these runs, whatever their outcomes.
    async fn wait_for(
        &self,
        runs: Vec<Run>,
        left: Option<Duration>,
    ) -> (Vec<Run>, Result<(), Error>) {
        let watch = self.flags.watch(self.app);
        let watch = Watch {
            limits: wait::Limits {
                timeout: left,
                ..watch.limits
            },
            expected: usual_length(self.app, &runs).await,
            lines: self.lines,
            ..watch
        };
        let total = runs.len();
        let waited = match watch.wait_for(runs).await {
            Ok(waited) => waited,
            Err((runs, error)) => return (runs, Err(error)),
        };
        let (mut runs, mut failures) = (Vec::new(), Vec::new());
        for waited in waited {
            self.app.record_run(&waited.run);
            match waited.end {
                // A run that Lagoon deleted is not in progress.
                Err(error) if error.kind == Kind::NotFound => {
                    cases::passed(self.app, &waited.run);
                    self.app.ui.warn(&error.to_string());
                }
                Err(error) => failures.push(error),
                Ok(()) => {}
            }
            runs.push(waited.run);
        }
        let verdict = match failures.as_slice() {
            [] => Ok(()),
            _ => wait::verdict_of_all(failures, total),
        };
        (runs, verdict)
    }

    fn nothing(&self, environments: &[Environment]) -> String {
        let place = match environments {
            [one] => one.label(),
            several => counted(several.len(), "environment"),
        };
        match self.task {
            Some(task) => format!("no run of `{task}` is in progress on {place}"),
            None => format!("no run is in progress on {place}"),
        }
    }
}

async fn environments(app: &App) -> Result<Vec<Environment>, Error> {
    let several = TargetArgs::default();
    if several.is_several(app) {
        let targets = several.to_read(app).await?;
        let seen = targets.seen.into_iter();
        return Ok(seen.map(|seen| seen.view.environment).collect());
    }
    let (project, environment) = scope::chosen_place(app, true).await?;
    let view = scope::environment_view(app, &project, &environment, false).await?;
    Ok(vec![view.environment])
}
