//! `tasks apply`: update Lagoon to match task files.

#[cfg(feature = "sandbox")]
mod rehearse;
mod report;

use crate::app::App;
use crate::commands::input::text;
use crate::commands::report::{PlanReport, ResultPrinter, summary};
use crate::commands::task_files::{Files, PruneArgs, planned};
use crate::commands::{scope, task_files};
use crate::domain::plan::{Action, Plan, from_json};
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::as_code::apply::{self, AppliedStep, StepOutcome};
use crate::ops::as_code::scope::ScopeOptions;
use crate::settings::{TargetSetting, number};
use crate::terminal::Stream;
use std::sync::OnceLock;

use clap::Args;

#[cfg(feature = "sandbox")]
pub(crate) use rehearse::rehearse;
use report::report;

/// The maximum size of a plan in bytes. It has each definition before and after.
const LONGEST_PLAN: u64 = 64 << 20;

/// Update Lagoon to match task files
///
/// Shows the plan and asks for confirmation. A task that changed in the meantime is not overwritten, and
/// every change is read back. After an error, run the command again to apply the
/// rest. With --plan, applies exactly the plan from `tasks diff -o json`, or nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Apply .lagoon/tasks.yml
  tasks apply
  # Apply another file without confirmation, as in a pipeline
  tasks apply -f deploy/tasks.yml --var tag=1.2 --yes
  # Delete at most two tasks that are missing from the file
  tasks apply --prune --max-deletes 2
  # Apply a plan that was reviewed
  tasks apply --plan plan.json --yes
  # Try a task file in the sandbox
  tasks --context sandbox apply --yes")]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) files: Files,
    #[command(flatten)]
    permits: PruneArgs,
    /// Add tasks even if the existing tasks cannot be read
    #[arg(long)]
    allow_unverified: bool,
    /// Apply exactly this plan, or nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "vars", "replace", "prune", "max_deletes"])]
    plan: Option<String>,
    /// Change this many projects at a time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = number::<u8>(1..=255))]
    concurrency: u8,
    /// Start no more changes after the first error
    #[arg(long)]
    fail_fast: bool,
}

const APPLY_AGAIN: &str = "finished changes are skipped; to apply the rest: tasks apply";

pub(crate) async fn run(args: ApplyArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let progress = app.ui.progress();
    let how = ScopeOptions {
        concurrency: args.concurrency.into(),
        window: app.settings.project.as_ref().map(|p| p.value.as_str()),
        progress: progress.as_ref(),
    };
    let plan = match &args.plan {
        Some(file) => reviewed(app, file, &args.files, how).await?,
        None => planned(app, &args.files, args.permits, how).await?,
    };
    refuse(&plan, args.allow_unverified)?;
    let lagoon = app.lagoon().await?;
    let clock = ops::clock();
    if plan.is_empty() {
        for note in &plan.notes {
            app.ui.warn(note);
        }
        app.ui.note(&format!("nothing to do: {}", summary(&plan)));
        let never = std::future::pending();
        let outcomes = apply::apply(lagoon, plan, how, false, never, &clock).await;
        return answer.print(&report(&outcomes));
    }
    show(app, &plan, app.address().await?.as_str());
    let scope = if apply::is_system_wide(&plan) {
        ", including system-wide tasks"
    } else {
        ""
    };
    let banner = scope::banner(app, &summary(&plan))?;
    app.confirm_at(&format!("{banner}{scope}"), "apply these changes?")?;
    progress.start("applying changes", None);
    let claim = app.claim_interrupt();
    let signal = OnceLock::new();
    let stop = async {
        let kind = claim.signalled().await;
        let _ = signal.set(kind);
    };
    let outcomes = apply::apply(lagoon, plan, how, args.fail_fast, stop, &clock).await;
    progress.finish();
    drop(claim);
    let failure = match signal.get() {
        Some(kind) => Some(interrupted(*kind, &outcomes)),
        None => worst_error(&outcomes),
    };
    for AppliedStep { step, done } in &outcomes {
        if let StepOutcome::Unverified(id, what) = done {
            app.ui.note(&format!("{} (id {id}): {what}", step.name));
        }
    }
    let given = answer.print_done(&report(&outcomes));
    failure.map_or(given, Err)
}

/// The error after an interrupt, with the state of each step.
fn interrupted(kind: Kind, outcomes: &[AppliedStep]) -> Error {
    let state = |done: &StepOutcome| match done {
        StepOutcome::Applied(_) => Some("done"),
        StepOutcome::Failed(_) => Some("failed"),
        StepOutcome::Unknown => Some("unknown"),
        StepOutcome::Skipped => Some("skipped"),
        StepOutcome::AlreadyApplied(_) | StepOutcome::Unverified(..) => None,
    };
    let (mut counts, mut hints) = (Vec::new(), Vec::new());
    for words in ["done", "failed", "unknown", "skipped"] {
        let before = hints.len();
        let steps = outcomes.iter().filter(|o| state(&o.done) == Some(words));
        hints.extend(steps.map(|o| format!("{words}: `{}` of {}", o.step.name, o.step.scope)));
        if hints.len() > before {
            counts.push(format!("{} {words}", hints.len() - before));
        }
    }
    let error = Error::new(kind, format!("{}: {}", kind.word(), counts.join(", ")));
    let error = hints.into_iter().fold(error, Error::hint);
    error.hint(APPLY_AGAIN)
}

async fn reviewed(
    app: &App,
    file: &str,
    files: &Files,
    how: ScopeOptions<'_>,
) -> Result<Plan, Error> {
    let text = text::exact_within(app, "--plan", file, LONGEST_PLAN)?;
    let (mut plan, address) = from_json(&text, &|name| files.variable(name))
        .map_err(|e| Error::usage(format!("--plan {file}: {e}")))?;
    app.require_explicit(&[TargetSetting::Context])?;
    let lagoon = app.lagoon().await?;
    let tasks = plan.steps.iter();
    task_files::refuse_own_secrets(tasks.filter_map(|s| Some((s.after()?, s.hidden.as_slice()))))?;
    let own = app.address().await?;
    if own.as_str() != address && !is_sandbox(app) {
        return Err(Error::usage(format!(
            "--plan: the plan is for {address}, but the selected Lagoon is {own}"
        )));
    }
    let outdated = apply::outdated(lagoon, &mut plan, how).await?;
    if outdated.is_empty() {
        return Ok(plan);
    }
    let error = Error::failed("--plan: the plan is out of date; nothing was changed");
    let error = outdated.into_iter().fold(error, Error::hint);
    Err(error.hint("make a new plan: tasks diff --exit-zero -o json > plan.json"))
}

fn is_sandbox(app: &App) -> bool {
    app.settings
        .chosen()
        .is_ok_and(|chosen| matches!(chosen.target.value, crate::settings::Target::Sandbox))
}

/// Refuses a plan with steps that the command line does not allow.
fn refuse(plan: &Plan, allow_unverified: bool) -> Result<(), Error> {
    let (mut blocked, mut unverified) = (Vec::new(), Vec::new());
    for step in &plan.steps {
        let task = format!("`{}` of {}", step.name, step.scope);
        match &step.action {
            Action::Blocked { .. } => blocked.push(task),
            Action::Unverified(_, why) => unverified.push(format!("{task}: {why}")),
            _ => {}
        }
    }
    let (message, tasks, remedy) = if !blocked.is_empty() {
        (
            "tasks must be replaced because their type changes",
            blocked,
            "pass --replace to allow it",
        )
    } else if !unverified.is_empty() && !allow_unverified {
        (
            "existing tasks could not be read",
            unverified,
            "pass --allow-unverified to add the tasks anyway; each reply is checked",
        )
    } else {
        return Ok(());
    };
    let error = tasks.into_iter().fold(Error::usage(message), Error::hint);
    Err(error.hint(remedy))
}

/// Prints the plan on stderr, because stdout is for the result.
fn show(app: &App, plan: &Plan, lagoon: &str) {
    if app.ui.is_quiet() {
        return;
    }
    let report = PlanReport { plan, lagoon };
    let text = report.for_people(app.ui.palette(Stream::Err));
    // A failure of stderr cannot be reported.
    let _ = app.ui.write(Stream::Err, text.as_bytes());
}

/// The error of the command: unreachable precedes not allowed, not found, and all others.
fn worst_error(outcomes: &[AppliedStep]) -> Option<Error> {
    let failures = outcomes.iter().filter_map(|outcome| match &outcome.done {
        StepOutcome::Failed(error) => Some((outcome, error)),
        _ => None,
    });
    let failures: Vec<_> = failures.collect();
    if failures.is_empty() {
        return None;
    }
    let skipped = outcomes
        .iter()
        .filter(|o| matches!(o.done, StepOutcome::Skipped));
    let mut message = match outcomes.len() {
        1 => "the change failed".to_owned(),
        all => format!("{} of {all} changes failed", failures.len()),
    };
    match skipped.count() {
        0 => {}
        skipped => message.push_str(&format!(", {skipped} skipped")),
    }
    let kind = [Kind::Unreachable, Kind::NotAllowed, Kind::NotFound]
        .into_iter()
        .find(|kind| failures.iter().any(|(_, error)| error.kind == *kind));
    // Repeating a refused change does not help.
    let is_refused = failures.iter().all(|(_, e)| e.kind == Kind::NotAllowed);
    let mut error = Error::new(kind.unwrap_or(Kind::Failed), message);
    for (outcome, failure) in failures {
        error = error.hint(format!("{}: {failure}", outcome.step.name));
        error = failure.hints.iter().cloned().fold(error, Error::hint);
    }
    Some(match is_refused {
        true => error,
        false => error.hint(APPLY_AGAIN),
    })
}
