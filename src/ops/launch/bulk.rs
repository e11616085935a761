//! Starting many: so many at a time, each once, and a fate for every one.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::domain::Run;
use crate::error::{Error, Kind};
use crate::lagoon::Lagoon;
use crate::state::Claims;

use crate::ops::launch::invoke::IfRunning;
use crate::ops::launch::lost::{Newest, Started, Unstarted};
use crate::ops::launch::ready::Ready;
use crate::ops::runs::push::Push;
use crate::ops::runs::wait::{self, Limits, Watcher};

/// How they are started.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// So many at a time.
    pub concurrency: usize,
    /// Nothing more after the first failure.
    pub fail_fast: bool,
    /// What an unfinished run of the same task means.
    pub if_running: IfRunning,
    /// How long such a run is waited for.
    pub limits: Limits,
}

/// What became of one of them.
#[derive(Debug)]
pub enum Fate {
    /// Its run exists.
    Started(Started),
    /// None was started, as this one is still going.
    Skipped(Run),
    /// Nothing was started: it was tried.
    Refused(Error),
    /// It is unknown whether it was started.
    Unknown(Error),
    /// It was not tried.
    NotStarted(Reason),
}

/// Why something was not tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Another one failed, and that was to be the end.
    AfterFailure,
    /// Somebody interrupted.
    Interrupted,
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Reason::AfterFailure => "not started after a failure (--fail-fast)",
            Reason::Interrupted => "not started: interrupted before",
        }
    }
}

impl Fate {
    /// The run that there is.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        match self {
            Fate::Started(started) => Some(&started.run),
            Fate::Skipped(run) => Some(run),
            _ => None,
        }
    }

    /// Whether this is an end to all under `--fail-fast`.
    fn is_failure(&self) -> bool {
        matches!(self, Fate::Refused(_) | Fate::Unknown(_))
    }
}

/// How long answers that are on their way are waited for after an interrupt.
const GRACE: Duration = Duration::from_secs(2);

/// Where a target is.
#[derive(Default)]
struct Stage {
    /// Its mutation was sent, and not answered yet.
    sending: AtomicBool,
}

/// Starts all of them, each once. `told` hears of each fate as soon as it is known; the fates come
/// back in the order of `all`, with the signal when there was one. After a signal nothing more is
/// started, and what is on its way has a moment to arrive.
pub async fn start_all(
    (lagoon, claims): (&Lagoon, &Claims),
    clock: &dyn Clock,
    all: &[Ready],
    how: How,
    signalled: impl Future<Output = Kind>,
    mut told: impl FnMut(usize, &Fate),
) -> (Vec<Fate>, Option<Kind>) {
    let stages: Vec<Stage> = all.iter().map(|_| Stage::default()).collect();
    let after_failure = AtomicBool::new(false);
    let interrupted = AtomicBool::new(false);
    let is_over = || -> Option<Reason> {
        if interrupted.load(Ordering::Relaxed) {
            return Some(Reason::Interrupted);
        }
        let failed = after_failure.load(Ordering::Relaxed);
        failed.then_some(Reason::AfterFailure)
    };
    // In one environment one after the other: a lost answer is looked for among newer runs.
    let mut newest: HashMap<i64, Mutex<Newest>> = HashMap::new();
    for ready in all {
        newest.entry(ready.environment().id).or_default();
    }
    let one = async |at: usize| -> (usize, Fate) {
        let ready: &Ready = &all[at];
        let fate = match newest.get(&ready.environment().id) {
            Some(newest) => {
                let mut newest = newest.lock().await;
                let with = (lagoon, claims, clock);
                let fate = start_one(with, ready, &mut newest, how, &stages[at], is_over);
                fate.await
            }
            None => Fate::NotStarted(Reason::Interrupted),
        };
        if fate.is_failure() && how.fail_fast {
            after_failure.store(true, Ordering::Relaxed);
        }
        (at, fate)
    };
    let mut fates: Vec<Option<Fate>> = all.iter().map(|_| None).collect();
    let mut going = pin!(
        stream::iter(0..all.len())
            .map(one)
            .buffer_unordered(how.concurrency.max(1))
    );
    let mut signalled = pin!(signalled);
    let mut signal = None;
    let mut grace = pin!(async {
        clock.sleep(GRACE).await;
    });
    loop {
        let is_sending = || stages.iter().any(|s| s.sending.load(Ordering::Relaxed));
        if signal.is_some() && !is_sending() {
            break;
        }
        tokio::select! {
            biased;
            kind = &mut signalled, if signal.is_none() => {
                interrupted.store(true, Ordering::Relaxed);
                signal = Some(kind);
            }
            next = going.next() => match next {
                Some((at, fate)) => {
                    let fate = distinct(fate, at, &fates, all);
                    told(at, &fate);
                    fates[at] = Some(fate);
                }
                None => break,
            },
            () = &mut grace, if signal.is_some() => break,
        }
    }
    let mut ended = Vec::with_capacity(all.len());
    for (at, fate) in fates.into_iter().enumerate() {
        ended.push(fate.unwrap_or_else(|| {
            let fate = if stages[at].sending.load(Ordering::Relaxed) {
                Fate::Unknown(cut_off(signal.unwrap_or(Kind::Interrupted)))
            } else {
                Fate::NotStarted(Reason::Interrupted)
            };
            told(at, &fate);
            fate
        }));
    }
    (ended, signal)
}

/// One run cannot belong to two targets: the second one's outcome is unknown then.
fn distinct(fate: Fate, at: usize, fates: &[Option<Fate>], all: &[Ready]) -> Fate {
    let Fate::Started(Started { run, .. }) = &fate else {
        return fate;
    };
    let is_same =
        |fate: &Option<Fate>| matches!(fate, Some(Fate::Started(s)) if s.run.id == run.id);
    let Some(other) = fates.iter().position(is_same) else {
        return fate;
    };
    let [this, other] = [at, other].map(|at| all[at].environment().label());
    let message = format!(
        "it is unknown whether `{}` was started on {this}: Lagoon reported run {} for it and for {other}",
        all[at].name(),
        run.id
    );
    let mut error = Error::new(Kind::Unreachable, message);
    error.runs = vec![run.to_json()];
    Fate::Unknown(error.hint("check the newest runs of both before you start it again"))
}

fn cut_off(kind: Kind) -> Error {
    let message = format!(
        "{} while it was being started: it is unknown whether it was",
        kind.word()
    );
    Error::new(kind, message).hint("check the newest runs there before you start it again")
}

async fn start_one(
    (lagoon, claims, clock): (&Lagoon, &Claims, &dyn Clock),
    ready: &Ready,
    newest: &mut Newest,
    how: How,
    stage: &Stage,
    is_over: impl Fn() -> Option<Reason>,
) -> Fate {
    if let Some(reason) = is_over() {
        return Fate::NotStarted(reason);
    }
    if let Some(run) = ready.unfinished().first() {
        match how.if_running {
            IfRunning::Skip => {
                return Fate::Skipped(Run {
                    environment: Some(ready.environment().clone().into()),
                    ..run.clone()
                });
            }
            IfRunning::Wait => {
                let (others, mut quiet) = (ready.unfinished(), Quiet);
                let waited = others_over(lagoon, clock, others, &how.limits, &mut quiet);
                if let Err(error) = waited.await {
                    return Fate::Refused(error);
                }
                if let Some(reason) = is_over() {
                    return Fate::NotStarted(reason);
                }
                newest.look_again(lagoon, ready.environment()).await;
            }
            IfRunning::Start | IfRunning::Fail => {}
        }
    }
    stage.sending.store(true, Ordering::Relaxed);
    let mut ready = ready.clone();
    ready.newest().advance(newest);
    let started = ready.start(lagoon, claims).await;
    stage.sending.store(false, Ordering::Relaxed);
    match started {
        Ok(started) => {
            newest.advance(&Newest::of([&started.run]));
            Fate::Started(started)
        }
        Err(Unstarted::Refused(error)) => Fate::Refused(error),
        Err(Unstarted::Unknown(error)) => Fate::Unknown(error),
    }
}

/// Waits for other runs before one is started, within the limits for all of them together.
///
/// # Errors
/// As waiting for them ends; a limit that is over is a failure of the one that was not started.
pub async fn others_over(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    others: &[Run],
    limits: &Limits,
    watcher: &mut dyn Watcher,
) -> Result<(), Error> {
    let mut push = Push::new(lagoon);
    let waited = wait::until_all_over(lagoon, clock, others.to_vec(), limits, watcher, &mut push);
    let mut ends = waited.await.into_iter().map(|waited| waited.end);
    ends.try_for_each(|end| end.map_err(not_ours))
}

/// What waiting for another run means for one that was not started: the codes for runs that were
/// waited for are about the own one.
#[must_use]
fn not_ours(error: Error) -> Error {
    Error {
        kind: match error.kind {
            Kind::StillGoing | Kind::NeverStarted => Kind::Failed,
            other => other,
        },
        message: format!("{}; started none", error.message),
        ..error
    }
}

struct Quiet;

impl Watcher for Quiet {
    fn read(&mut self, _: &Run) {}

    fn unreadable(&mut self, _: &str) {}
}
