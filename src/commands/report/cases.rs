//! The test cases of `--report`: one for each run, updated as its state becomes known.

use jiff::Timestamp;

use crate::app::{App, verdict};
use crate::commands::report::RunReport;
use crate::domain::place::PRODUCTION_MARK;
use crate::domain::{Environment, Run};
use crate::error::Error;
use crate::ops::launch::Launch;
use crate::ops::launch::batch::TargetCheck;
use crate::ops::launch::check::Obstacle;
use crate::ops::launch::start::{LaunchOutcome, NotStartedReason};
use crate::ops::runs::wait::{self, WaitOutcome};
use crate::output::status::{duration, status_word};
use crate::output::test_report::{ReportedRun, TestCase, Verdict};

/// The reason for a target that was not started because of others.
const OTHERS: &str = "not started, because another target cannot be started";

/// A case for each target: those that cannot be started have their verdict. `launches` follow in this order.
pub(crate) fn targets(app: &App, checks: &[TargetCheck], skip_missing: bool) {
    let task = app.test_reports.subject();
    let mut launches = 0..;
    let mut one = |(label, check): &TargetCheck| {
        let verdict = match check {
            Ok(_) => Verdict::Pending,
            Err(Obstacle::NoTask(error) | Obstacle::NoService(_, error)) if skip_missing => {
                Verdict::Skipped(error.to_string())
            }
            Err(obstacle) => verdict(obstacle.error()),
        };
        let launch = check.as_ref().ok();
        TestCase {
            launch: launch.and_then(|_| launches.next()),
            place: Some(launch.map_or_else(|| unmarked(label), |launch| place(&launch.place))),
            ..TestCase::new(launch.map_or(task.as_str(), Launch::name), verdict)
        }
    };
    let mut all: Vec<TestCase> = checks.iter().map(&mut one).collect();
    if all.iter().any(|case| case.verdict.is_bad()) {
        let pending = all.iter_mut().filter(|c| c.verdict == Verdict::Pending);
        pending.for_each(|case| case.verdict = Verdict::Skipped(OTHERS.to_owned()));
    }
    app.test_reports.update(|cases| cases.append(&mut all));
}

/// A case for each target that does not exist and is skipped.
pub(crate) fn skipped(app: &App, missing: &[Error]) {
    let task = app.test_reports.subject();
    let case = |error: &Error| TestCase::new(task.as_str(), Verdict::Skipped(error.to_string()));
    app.test_reports
        .update(|cases| cases.extend(missing.iter().map(case)));
}

/// A case for each launch, unless they have one.
pub(crate) fn launches(app: &App, launches: &[Launch]) {
    app.test_reports.update(|cases| {
        if cases.iter().any(|case| case.launch.is_some()) {
            return;
        }
        cases.extend(launches.iter().enumerate().map(|(at, launch)| TestCase {
            launch: Some(at),
            place: Some(place(&launch.place)),
            ..TestCase::new(launch.name(), Verdict::Pending)
        }));
    });
}

pub(crate) fn launched(app: &App, at: usize, outcome: &LaunchOutcome) {
    let verdict = match outcome {
        LaunchOutcome::Started(_) | LaunchOutcome::Joined(_) => Verdict::Pending,
        LaunchOutcome::Skipped(run) => {
            let id = run.id;
            Verdict::Skipped(format!("run {id} is in progress; nothing was started"))
        }
        LaunchOutcome::Refused(error)
        | LaunchOutcome::Unchecked(error)
        | LaunchOutcome::Unknown(error) => verdict(error),
        LaunchOutcome::NotStarted(NotStartedReason::AfterFailure) => {
            Verdict::Skipped("not started after a failure (--fail-fast)".to_owned())
        }
        LaunchOutcome::NotStarted(NotStartedReason::Interrupted) => Verdict::Pending,
    };
    let run = outcome.run().map(|run| reported(app, run));
    app.test_reports.update(|cases| {
        if let Some(case) = cases.iter_mut().find(|case| case.launch == Some(at)) {
            (case.run, case.verdict) = (run, verdict);
        }
    });
}

/// The last state of a run. Adds a case if it has none.
pub(crate) fn seen(app: &App, run: &Run) {
    if !app.test_reports.is_active() {
        return;
    }
    let state = if run.outcome().is_finished() {
        wait::verdict(run).map_or_else(|error| verdict(&error), |()| Verdict::Passed)
    } else {
        Verdict::Pending
    };
    set(app, run, state);
}

/// The end of the wait for a run.
pub(crate) fn waited(app: &App, waited: &WaitOutcome) {
    match &waited.end {
        Ok(()) => seen(app, &waited.run),
        Err(error) => failed(app, &waited.run, error),
    }
}

pub(crate) fn failed(app: &App, run: &Run, error: &Error) {
    set(app, run, verdict(error));
}

/// The command achieved what it was for, whatever the outcome of the run.
pub(crate) fn passed(app: &App, run: &Run) {
    set(app, run, Verdict::Passed);
}

/// A run that could not be read.
pub(crate) fn missing(app: &App, reference: &str, error: &Error) {
    let case = || TestCase::new(format!("run {reference}"), verdict(error));
    app.test_reports.update(|cases| cases.push(case()));
}

/// The last lines of the log of a run.
pub(crate) fn log(app: &App, run: &Run, tail: &str) {
    app.test_reports.update(|cases| {
        let its = cases.iter_mut().filter(|case| case.is_of(run.id));
        its.for_each(|case| case.set_log(tail));
    });
}

fn set(app: &App, run: &Run, verdict: Verdict) {
    app.test_reports.update(|cases| {
        let new = reported(app, run);
        if !cases.iter().any(|case| case.is_of(run.id)) {
            cases.push(TestCase {
                place: run.environment.as_deref().map(place),
                run: Some(new.clone()),
                ..TestCase::new(run.name.as_str(), Verdict::Pending)
            });
        }
        for case in cases.iter_mut().filter(|case| case.is_of(run.id)) {
            (case.run, case.verdict) = (Some(new.clone()), verdict.clone());
        }
    });
}

fn reported(app: &App, run: &Run) -> ReportedRun {
    ReportedRun {
        id: run.id,
        job_name: run.task_name.to_string(),
        url: RunReport::with(run, app.ui_url().as_deref()).url,
        status: status_word(run),
        duration: duration(run, Timestamp::now()),
    }
}

/// The place in a target's label.
fn unmarked(label: &str) -> String {
    label
        .strip_suffix(PRODUCTION_MARK)
        .unwrap_or(label)
        .to_owned()
}

fn place(environment: &Environment) -> String {
    format!("{}/{}", environment.project.name, environment.name)
}
