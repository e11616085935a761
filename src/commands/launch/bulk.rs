//! Starting many: shown, confirmed once, started so many at a time, and a line for each in the end.

mod consent;
mod report;

use crate::app::App;
use crate::commands::launch::Lines;
use crate::commands::launch::start::Waiting;
use crate::commands::report::Answer;
use crate::commands::select::targets;
use crate::commands::select::targets::{Places, Targets};
use crate::commands::{launch, scope};
use crate::domain::{Run, quoting};
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::launch::bulk::{Fate, How, start_all};
use crate::ops::launch::fit::{About, Fit, all_or_none, by_text};
use crate::ops::launch::invoke::IfRunning;
use crate::ops::launch::ready::Ready;
use crate::ops::runs::wait;
use crate::output::Format;
use crate::terminal::Stream;
use clap::Args;

use report::{Bulk, Entry};

pub use consent::confirm;

/// How many are started.
#[derive(Debug, Clone, Default, Args)]
pub struct Launching {
    /// Skip targets that do not exist, or lack the task or its service
    #[arg(long, help_heading = targets::HEADING)]
    skip_missing: bool,
    /// How many are started at a time [default: 8]
    #[arg(long, value_name = "NUMBER", help_heading = targets::HEADING,
          value_parser = clap::value_parser!(u16).range(1..=100))]
    concurrency: Option<u16>,
    /// Start nothing more after the first that cannot be started
    #[arg(long, help_heading = targets::HEADING)]
    fail_fast: bool,
}

/// How many at a time where the line does not say it.
const CONCURRENCY: u16 = 8;

impl Launching {
    /// Refuses what is about several on a line about one.
    ///
    /// # Errors
    /// Wrong use.
    pub fn require_none(&self) -> Result<(), Error> {
        let flags = [
            (self.skip_missing, "--skip-missing"),
            (self.concurrency.is_some(), "--concurrency"),
            (self.fail_fast, "--fail-fast"),
        ];
        match flags.iter().find(|(given, _)| *given) {
            None => Ok(()),
            Some((_, flag)) => Err(Error::usage(format!(
                "{flag} is about several targets, and the line names one"
            ))
            .hint("several are -e more than once, -e 'PATTERN', --all-environments, -A, …")),
        }
    }

    /// The environments to start something on; reports what is skipped because it does not exist.
    ///
    /// # Errors
    /// As [`Places::to_start_on`].
    pub async fn targets(
        &self,
        app: &App,
        places: &Places,
        dry_run: bool,
    ) -> Result<Targets, Error> {
        let targets = places.to_start_on(app, dry_run, self.skip_missing).await?;
        for missing in &targets.missing {
            app.ui.warn(&format!("skipped: {missing}"));
        }
        Ok(targets)
    }

    /// What can be started: all of it, or nothing; says what was left out and what to know first.
    ///
    /// # Errors
    /// All that is wrong, together.
    pub fn sort_out(&self, app: &App, fits: Vec<Fit>) -> Result<Vec<Ready>, Error> {
        let fitting = all_or_none(fits, self.skip_missing)?;
        for About { text, labels } in &fitting.left_out {
            app.ui
                .warn(&format!("skipped: {}: {text}", labels.join(", ")));
        }
        warn(app, &fitting.ready);
        Ok(fitting.ready)
    }

    /// How they are started.
    #[must_use]
    pub fn how(&self, if_running: IfRunning, waiting: &Waiting) -> How {
        How {
            concurrency: usize::from(self.concurrency.unwrap_or(CONCURRENCY)),
            fail_fast: self.fail_fast,
            if_running,
            limits: waiting.flags.limits(),
        }
    }
}

/// Says what should be known first, each thing once.
fn warn(app: &App, all: &[Ready]) {
    let told = all.iter().flat_map(|ready| {
        let label = ready.environment().label();
        ready
            .warnings()
            .iter()
            .map(move |warning| (warning.clone(), label.clone()))
    });
    for About { text, labels } in by_text(told) {
        if labels.len() == all.len() {
            app.ui.warn(&text);
        } else {
            app.ui.warn(&format!("{}: {text}", labels.join(", ")));
        }
    }
}

/// Starts all, waits for them where that was asked for, and answers with a line for each.
///
/// # Errors
/// One verdict on all.
pub async fn carry_out(
    app: &App,
    answer: Answer,
    all: Vec<Ready>,
    how: How,
    waiting: &Waiting,
) -> Result<(), Error> {
    waiting
        .require_live(app, all.iter().map(Ready::environment))
        .await?;
    let lines = answer.format() == Format::Jsonl && waiting.result_on_stdout(app);
    let claim = app.claim_interrupt();
    let told = |at: usize, fate: &Fate| {
        tell(app, &all[at], fate, how.if_running, waiting.waits());
        // A run that is waited for is printed when it ends.
        if let (Some(run), true) = (fate.run(), lines && !waiting.waits()) {
            // A failure does not end the starting; it decides about the exit code in the end.
            let _ = answer.give(&launch::start::report_of(app, run.clone()));
        }
    };
    let lagoon = app.lagoon().await?;
    let clock = ops::clock();
    let begin = (lagoon, &app.claims().await?);
    let started = start_all(begin, &clock, &all, how, claim.signalled(), told);
    let (fates, signal) = started.await;
    drop(claim);
    let mut entries: Vec<Entry> = all.iter().zip(&fates).map(Entry::of).collect();
    let failures = failures(&all, &fates);
    say_not_started(app, &all, &fates);
    let runs: Vec<Run> = fates
        .iter()
        .filter_map(|fate| match fate {
            Fate::Started(started) => Some(started.run.clone()),
            _ => None,
        })
        .collect();
    let started_ids = runs.iter().map(|run| run.id).collect();
    let waits = waiting.waits() && !runs.is_empty() && signal.is_none();
    let verdict = if waits {
        let log = waiting.follow.then_some(if waiting.result_on_stdout(app) {
            Stream::Err
        } else {
            Stream::Out
        });
        let mut watch = waiting.watch(app, log, None);
        watch.lines = lines.then_some(Lines::Ends(&answer));
        let (runs, verdict) = watch.until_all_over(runs, failures).await;
        for run in runs {
            if let Some(entry) = entries.iter_mut().find(|entry| entry.is_of(run.id)) {
                entry.update(run);
            }
        }
        verdict
    } else if let Some(kind) = signal {
        Err(interrupted(app, kind, &fates))
    } else {
        if runs.iter().any(|run| !run.outcome().is_over()) {
            app.ui
                .note(&format!("{} started, not finished", runs.len()));
        }
        wait::first_of_all(failures)
    };
    let several_names = all.iter().any(|ready| ready.name() != all[0].name());
    let printed: Vec<i64> = match (lines, waiting.waits()) {
        (true, false) => fates.iter().filter_map(|f| Some(f.run()?.id)).collect(),
        (true, true) if waits => started_ids,
        _ => Vec::new(),
    };
    let report = Bulk::new(app, entries, several_names, &printed, answer.format());
    verdict.and(match report {
        Some(report) => waiting.on_its_stream(app, answer).give_done(&report),
        None => Ok(()),
    })
}

/// Says on stderr what became of one of them, and remembers its run.
fn tell(app: &App, ready: &Ready, fate: &Fate, if_running: IfRunning, waits: bool) {
    let label = ready.environment().label();
    match fate {
        Fate::Started(started) => {
            launch::start::say_started(app, started);
            let run = &started.run;
            let mut said = format!("{label}: run {} ({})", run.id, run.task_name);
            if let (Some(other), IfRunning::Start) = (ready.unfinished().first(), if_running) {
                said.push_str(&format!(
                    "; run {} is {} there, too",
                    other.id, other.status
                ));
            }
            app.ui.note(&said);
        }
        Fate::Skipped(run) => {
            app.record_run(run);
            app.ui.note(&format!(
                "{label}: run {} of this task is {} there; started none",
                run.id, run.status
            ));
            if waits {
                app.ui.warn(&launch::start::not_waited_for(app, run));
            }
        }
        Fate::Refused(error) | Fate::Unknown(error) => {
            app.ui.warn(&format!("{label}: {error}"));
        }
        Fate::NotStarted(_) => {}
    }
}

fn say_not_started(app: &App, all: &[Ready], fates: &[Fate]) {
    let told = all
        .iter()
        .zip(fates)
        .filter_map(|(ready, fate)| match fate {
            Fate::NotStarted(reason) => {
                Some((reason.words().to_owned(), ready.environment().label()))
            }
            _ => None,
        });
    for About { text, labels } in by_text(told) {
        app.ui.warn(&format!("{text}: {}", labels.join(", ")));
    }
}

/// Why runs that were meant do not exist, or may not.
fn failures(all: &[Ready], fates: &[Fate]) -> Vec<Error> {
    // The errors themselves stay with their targets.
    let again = |error: &Error, label: &str| Error {
        hints: error.hints.clone(),
        runs: error.runs.clone(),
        ..Error::new(error.kind, format!("{label}: {error}"))
    };
    all.iter()
        .zip(fates)
        .filter_map(|(ready, fate)| match fate {
            Fate::Refused(error) | Fate::Unknown(error) => {
                Some(again(error, &ready.environment().label()))
            }
            _ => None,
        })
        .collect()
}

fn interrupted(app: &App, kind: Kind, fates: &[Fate]) -> Error {
    let count = |is: fn(&Fate) -> bool| fates.iter().filter(|fate| is(fate)).count();
    let started = count(|fate| matches!(fate, Fate::Started(_)));
    let unknown = count(|fate| matches!(fate, Fate::Unknown(_)));
    let not = fates.len() - started - unknown;
    let mut error = Error::new(
        kind,
        format!(
            "{}: {started} started, {unknown} may have been, {not} not started",
            kind.word()
        ),
    );
    let runs = fates.iter().filter_map(|fate| match fate {
        Fate::Started(started) => Some(&started.run),
        _ => None,
    });
    error.runs = runs.map(Run::to_json).collect();
    if error.runs.is_empty() {
        return error;
    }
    let mut words = scope::line_start(app, "wait");
    words.extend(error.runs.iter().map(|run| run["id"].to_string()));
    let line = quoting::suggestion(words);
    error.hint(format!(
        "what was started goes on; wait for the end with `{line}`"
    ))
}
