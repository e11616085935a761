//! Carrying out launches: confirm, start, wait and report, for one target and for several.

use std::time::Duration;

use crate::app::App;
use crate::commands::launch::confirm::{confirm_all, confirm_one};
use crate::commands::launch::dry_run::DryRun;
use crate::commands::launch::exit_status;
use crate::commands::launch::next::{FollowAnswer, follow_line, wait_line};
use crate::commands::launch::progress::{StartProgress, UnfinishedWatcher};
use crate::commands::launch::results::{LaunchEntry, LaunchResults};
use crate::commands::launch::{BulkFlags, ReadFailureNotice, RunLines, StartFlags};
use crate::commands::report::{ResultPrinter, ResultShape, RunReport, cases, explain_failures};
use crate::commands::scope;
use crate::domain::Run;
use crate::domain::task::quoting;
use crate::error::{Error, Hint, Kind};
use crate::ops;
use crate::ops::launch::Launch;
use crate::ops::launch::facts::already;
use crate::ops::launch::start::{IfRunning, LaunchOutcome, StartOptions, Starter};
use crate::ops::runs::wait;
use crate::output::{Format, ReportList};

/// The limit for replies after an interrupt of several starts.
const GRACE: Duration = Duration::from_secs(2);

pub(crate) struct Start<'a> {
    pub app: &'a App,
    pub answer: ResultPrinter,
    pub shape: ResultShape,
    pub flags: &'a StartFlags,
    pub bulk: BulkFlags,
    pub if_running: IfRunning,
    /// Values are a part of the program.
    pub raw: bool,
    /// The command line lacked something, which was prompted for.
    pub was_prompted: bool,
    /// The command line that does the same without prompts, if there were any.
    pub equivalent: Option<String>,
    /// The nonce of the exit code at the end of the log, which becomes that of the command.
    pub exit_status: Option<String>,
    /// It repeats runs, so the command line does not name the task.
    pub is_rerun: bool,
}

impl<'a> Start<'a> {
    /// A start that ignores unfinished runs.
    pub(crate) fn new(
        app: &'a App,
        answer: ResultPrinter,
        shape: ResultShape,
        flags: &'a StartFlags,
    ) -> Self {
        Start {
            app,
            answer,
            shape,
            flags,
            bulk: BulkFlags::default(),
            if_running: IfRunning::Start,
            raw: false,
            was_prompted: false,
            equivalent: None,
            exit_status: None,
            is_rerun: false,
        }
    }

    pub(crate) fn dry_run(&self, launches: Vec<Launch>) -> Result<(), Error> {
        let mut plans: Vec<DryRun> = launches.into_iter().map(DryRun).collect();
        match (self.shape, plans.pop()) {
            (ResultShape::One, Some(plan)) => self.answer.print(&plan),
            (_, last) => {
                plans.extend(last);
                self.answer.print(&ReportList(plans))
            }
        }
    }

    /// Starts all, waits for them if the flags ask for it, and prints the result.
    pub(crate) async fn carry_out(self, launches: Vec<Launch>) -> Result<(), Error> {
        let app = self.app;
        let places = launches.iter().map(|launch| &launch.place);
        self.flags.require_live(app, places).await?;
        match (self.shape, launches.as_slice()) {
            (ResultShape::One, [launch]) => self.confirm_one(launch)?,
            _ => {
                let is_new = |launch: &&Launch| launch.facts.joined.is_none();
                let new: Vec<Launch> = launches.iter().filter(is_new).cloned().collect();
                if !new.is_empty() {
                    confirm_all(app, &new, self.raw)?;
                }
            }
        }
        cases::launches(app, &launches);
        let claim = app.claim_interrupt();
        let starter = Starter {
            lagoon: app.lagoon().await?,
            claims: &app.claims().await?,
            clock: &ops::clock(),
            options: self.options(),
        };
        let progress = StartProgress::begin(app, &launches);
        let mut others = UnfinishedWatcher {
            app,
            progress: &progress,
            is_quiet: self.shape == ResultShape::Many,
            trouble: ReadFailureNotice::default(),
        };
        let report = |at: usize, outcome: &LaunchOutcome| {
            cases::launched(app, at, outcome);
            progress.advance();
            self.report_outcome(&launches[at], outcome);
        };
        let started = starter.start_all(&launches, &mut others, claim.signalled(), report);
        let (outcomes, signal) = started.await;
        drop((claim, progress));
        self.print_equivalent(&outcomes);
        self.open_page(&outcomes).await;
        let following = self.flags.following();
        match self.offer_to_follow(&outcomes, signal)? {
            FollowAnswer::Yes => {
                let start = Start {
                    flags: &following,
                    ..self
                };
                start.conclude(&launches, outcomes, signal).await
            }
            FollowAnswer::No => self.conclude(&launches, outcomes, signal).await,
            FollowAnswer::Interrupted => {
                let signal = Some(Kind::Interrupted);
                self.conclude(&launches, outcomes, signal).await
            }
        }
    }

    fn options(&self) -> StartOptions {
        StartOptions {
            concurrency: self.bulk.concurrency(),
            fail_fast: self.bulk.fail_fast,
            if_running: self.if_running,
            limits: self.flags.flags.limits(),
            grace: match self.shape {
                ResultShape::One => Duration::ZERO,
                ResultShape::Many => GRACE,
            },
        }
    }

    /// True if each run is printed on a line of its own as soon as it has ended, or started.
    pub(super) fn prints_lines(&self) -> bool {
        self.shape == ResultShape::Many
            && self.answer.format() == Format::Jsonl
            && self.flags.result_on_stdout(self.app)
    }

    fn confirm_one(&self, launch: &Launch) -> Result<(), Error> {
        let ui = &self.app.ui;
        let banner = scope::banner(self.app, &launch.place.label())?;
        if self.is_rerun {
            ui.note(&format!("{banner}: {}", launch.name()));
            return confirm_one(self.app, launch, self.raw, &banner);
        }
        ui.note(&banner);
        if let Some(run) = launch.newest_unfinished() {
            let text = already(&run);
            match self.if_running {
                IfRunning::Start => ui.note(&format!("{text}; starting another run")),
                IfRunning::Wait => ui.note(&format!("{text}; waiting for it to finish first")),
                // Nothing is started, so there is nothing to confirm.
                IfRunning::Skip => return Ok(()),
                IfRunning::Join if launch.facts.joined.is_some() => return Ok(()),
                // Those in progress are gone by now.
                IfRunning::Join => {}
                IfRunning::Fail => {
                    let mut error = Error::failed(format!("{text}; nothing was started"));
                    error.runs = vec![run.to_json()];
                    return Err(error.hint(Hint::ChooseIfRunning));
                }
            }
        }
        confirm_one(self.app, launch, self.raw, &banner)
    }

    /// Waits if the flags ask for it, and prints the result.
    async fn conclude(
        self,
        launches: &[Launch],
        outcomes: Vec<LaunchOutcome>,
        signal: Option<Kind>,
    ) -> Result<(), Error> {
        let (app, lines) = (self.app, self.prints_lines());
        let mut entries: Vec<_> = launches
            .iter()
            .zip(&outcomes)
            .map(LaunchEntry::of)
            .collect();
        let started = outcomes.iter().filter_map(LaunchOutcome::started);
        let started: Vec<Run> = started.cloned().collect();
        let awaited = outcomes.iter().filter_map(LaunchOutcome::awaited);
        let awaited: Vec<Run> = awaited.cloned().collect();
        let waits = self.flags.waits() && !awaited.is_empty() && signal.is_none();
        let printed: Vec<i64> = match (lines, self.flags.waits()) {
            (true, false) => outcomes.iter().filter_map(|o| Some(o.run()?.id)).collect(),
            (true, true) if waits => awaited.iter().map(|run| run.id).collect(),
            _ => Vec::new(),
        };
        self.report_not_started(launches, &outcomes);
        let interrupted = signal.map(|kind| interrupted(kind, &outcomes));
        let all = launches.iter().zip(outcomes);
        let failures = all.filter_map(|(launch, outcome)| self.failure(launch, outcome, signal));
        let failures: Vec<Error> = failures.collect();
        let mut next = None;
        let verdict = if waits {
            let mut watch = self.flags.watch(app);
            watch.lines = lines.then_some(RunLines::Ends(&self.answer));
            watch.expected = launches
                .iter()
                .filter_map(|launch| launch.facts.usual_length)
                .max();
            let (runs, mut verdict) = watch.wait_for_all(awaited, failures).await;
            if let (Some(nonce), [run]) = (&self.exit_status, runs.as_slice()) {
                verdict = exit_status::verdict(app, run, nonce, verdict).await;
                if let Err(error) = &verdict {
                    cases::failed(app, run, error);
                }
            }
            for run in runs {
                let is_its =
                    |entry: &&mut LaunchEntry<'_>| entry.run().is_some_and(|r| r.id == run.id);
                if let Some(entry) = entries.iter_mut().find(is_its) {
                    entry.update(run);
                }
            }
            verdict
        } else if let Some(error) = interrupted {
            // A single launch that was not started, or perhaps started, has its own error.
            let own = (self.shape == ResultShape::One).then_some(failures);
            wait::first_of_all(own.unwrap_or_default()).and(Err(error))
        } else {
            next = self.next_step(&started);
            wait::first_of_all(failures)
        };
        let given = self.print(entries, &printed);
        next.iter().for_each(|next| app.ui.note(next));
        verdict.and(given)
    }

    fn print(self, entries: Vec<LaunchEntry<'_>>, printed: &[i64]) -> Result<(), Error> {
        let answer = self.flags.on_its_stream(self.app, self.answer);
        if self.shape == ResultShape::One {
            return match entries.first().and_then(LaunchEntry::run) {
                Some(run) => {
                    if self.flags.follows() && answer.is_for_people() {
                        self.app.ui.empty_line();
                    }
                    answer.print_done(&RunReport::of(self.app, run))
                }
                None => Ok(()),
            };
        }
        match LaunchResults::new(self.app, entries, printed, answer.format()) {
            Some(results) => {
                let printed = answer.print_done(&results);
                explain_failures(self.app, &answer, results.runs());
                printed
            }
            None => Ok(()),
        }
    }

    /// The error of a launch without a known run.
    fn failure(
        &self,
        launch: &Launch,
        outcome: LaunchOutcome,
        signal: Option<Kind>,
    ) -> Option<Error> {
        match (outcome, self.shape, signal) {
            (
                LaunchOutcome::Started(_) | LaunchOutcome::Skipped(_) | LaunchOutcome::Joined(_),
                ..,
            ) => None,
            (LaunchOutcome::NotStarted(_), ResultShape::One, Some(kind)) => Some(Error::new(
                kind,
                format!("{}: nothing was started", kind.word()),
            )),
            (LaunchOutcome::NotStarted(_), ..) => None,
            (LaunchOutcome::Unknown(_), ResultShape::One, Some(kind)) => {
                let message = format!("{} while starting `{}`", kind.word(), launch.name());
                let (project, name) = (&launch.place.project.name, &launch.place.name);
                let mut words = scope::line_start("runs");
                words.extend(["-p", project, "-e", name].map(str::to_owned));
                Some(Error::new(kind, message).hint(format!(
                    "it may have been started; check before you start it again: {}",
                    quoting::suggestion(words)
                )))
            }
            (
                LaunchOutcome::Refused(error)
                | LaunchOutcome::Unchecked(error)
                | LaunchOutcome::Unknown(error),
                shape,
                _,
            ) => Some(match shape {
                ResultShape::One => error,
                // The message contains the cause and the flag.
                ResultShape::Many => Error {
                    message: format!("{}: {error}", launch.place.label()),
                    source: None,
                    flag: None,
                    ..error
                },
            }),
        }
    }
}

fn interrupted(kind: Kind, outcomes: &[LaunchOutcome]) -> Error {
    let started = outcomes.iter().filter_map(LaunchOutcome::started);
    let runs: Vec<_> = started.map(Run::to_json).collect();
    let is_unknown = |outcome: &&LaunchOutcome| matches!(outcome, LaunchOutcome::Unknown(_));
    let unknown = outcomes.iter().filter(is_unknown).count();
    let (started, not) = (runs.len(), outcomes.len() - runs.len() - unknown);
    let message = format!(
        "{}: {started} started, {unknown} unknown, {not} not started",
        kind.word()
    );
    let ids: Vec<String> = runs.iter().map(|run| run["id"].to_string()).collect();
    let error = |message: &str| Error {
        runs,
        ..Error::new(kind, message)
    };
    match (ids.as_slice(), outcomes.len()) {
        ([], _) => error(&message),
        ([id], 1) => error(kind.word()).hint(format!(
            "run {id} continues; to follow it: {}",
            follow_line([id.clone()])
        )),
        _ => error(&message).hint(format!(
            "the started runs continue; to wait for them: {}",
            wait_line(ids)
        )),
    }
}
