//! Waiting in process, with a clock that is stepped: recovered and final failures.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use lagoon_sandbox::{Fault, Identity, Sandbox};
use lagoon_tasks::internal::{
    Clock, Connection, Credentials, CredentialsError, Kind, Lagoon, Limits, Network,
    NetworkVariables, NoHints, Outcome, Run, WaitOutcome, Watcher, wait_for_all,
};

use crate::support::clock::SteppedClock;
use crate::support::env::TestEnv;
use crate::wait::start_held;

/// Tokens that are given out in turn; the last one stays.
struct Tokens {
    all: Vec<String>,
    at: AtomicUsize,
}

#[async_trait]
impl Credentials for Tokens {
    async fn token(&self) -> Result<String, CredentialsError> {
        Ok(self.all[self.at.load(Ordering::SeqCst)].clone())
    }

    async fn renew(&self, _: &str) -> Result<Option<String>, CredentialsError> {
        let next = self.at.load(Ordering::SeqCst) + 1;
        if next >= self.all.len() {
            return Ok(None);
        }
        self.at.store(next, Ordering::SeqCst);
        Ok(Some(self.all[next].clone()))
    }
}

pub(crate) fn lagoon(env: &TestEnv, tokens: &[&str]) -> Lagoon {
    lagoon_at(&env.url(), tokens)
}

pub(crate) fn lagoon_at(url: &str, tokens: &[&str]) -> Lagoon {
    Lagoon::new(Connection {
        url: url.parse().unwrap(),
        credentials: Arc::new(Tokens {
            all: tokens.iter().map(|t| (*t).to_owned()).collect(),
            at: AtomicUsize::new(0),
        }),
        network: Network {
            ca_pem: None,
            timeout: Duration::from_secs(20),
            allow_http: false,
            proxy: None,
            variables: NetworkVariables::default(),
            observer: None,
        },
        max_response: 1 << 20,
        trace: None,
    })
}

type Action = Box<dyn FnOnce(&Sandbox) + Send>;

/// Performs one action at each read of runs, and records the callbacks.
struct Acts {
    sandbox: Sandbox,
    actions: VecDeque<Action>,
    seen: Vec<String>,
    troubles: usize,
}

impl Watcher for Acts {
    fn read(&mut self, run: &Run) {
        if self.seen.last().is_none_or(|last| *last != run.status) {
            self.seen.push(run.status.to_string());
        }
        if let Some(action) = self.actions.pop_front() {
            action(&self.sandbox);
        }
    }

    fn unreadable(&mut self, _: &str) {
        self.troubles += 1;
        if let Some(action) = self.actions.pop_front() {
            action(&self.sandbox);
        }
    }
}

struct Ended {
    waited: Vec<WaitOutcome>,
    acts: Acts,
    took: Duration,
}

fn set(id: &str, status: Status) -> Action {
    let id = id.parse().unwrap();
    Box::new(move |sandbox| assert!(sandbox.set_run(id, status, None).unwrap()))
}

/// A word that the engine does not have.
fn set_word(id: &str, word: &'static str) -> Action {
    let id: i64 = id.parse().unwrap();
    Box::new(move |sandbox| {
        let sql = "UPDATE task SET status = ?1 WHERE id = ?2";
        let write = sandbox.store().write(|tx| {
            tx.execute(sql, (word, id))
                .map_err(lagoon_sandbox::store::StoreError::from)
        });
        assert_eq!(write.unwrap(), 1);
    })
}

fn fail(fault: Fault) -> Action {
    Box::new(move |sandbox| sandbox.fail_next("taskById", fault))
}

fn wait(
    env: &TestEnv,
    lagoon: &Lagoon,
    ids: &[&str],
    limits: Limits,
    actions: Vec<Action>,
) -> Ended {
    let clock = SteppedClock::default();
    let mut acts = Acts {
        sandbox: env.sandbox().clone(),
        actions: actions.into(),
        seen: Vec::new(),
        troubles: 0,
    };
    let finder = self::lagoon(env, &[env.token()]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let waited = runtime.block_on(async {
        let mut runs = Vec::new();
        for id in ids {
            runs.push(
                finder
                    .run_by_id(id.parse().unwrap())
                    .await
                    .unwrap()
                    .unwrap(),
            );
        }
        wait_for_all(lagoon, &clock, runs, &limits, &mut acts, &mut NoHints).await
    });
    Ended {
        waited,
        acts,
        took: clock.now(),
    }
}

fn kind(ended: &Ended, at: usize) -> Option<Kind> {
    ended.waited[at].end.as_ref().err().map(|e| e.kind)
}

#[test]
fn transient_failures_are_retried() {
    let env = TestEnv::new();
    // So short that the waiting function itself makes every retry.
    let lagoon = lagoon(&env, &[env.token()]).within(Duration::from_millis(190));
    let html = || "<html>restarting</html>".to_owned();
    for fault in [
        Fault::Status(502, html()),
        Fault::Status(503, html()),
        Fault::Status(504, html()),
        Fault::LoseResponse,
        Fault::Hang,
        Fault::Message("connect ECONNREFUSED 10.0.0.7:3306".to_owned()),
    ] {
        let id = start_held(&env, Status::Complete);
        let actions = vec![
            fail(fault.clone()),
            fail(fault.clone()),
            set(&id, Status::Complete),
        ];
        let ended = wait(&env, &lagoon, &[&id], Limits::default(), actions);
        assert_eq!(
            ended.waited[0].run.outcome(),
            Outcome::Completed,
            "{fault:?}"
        );
        assert_eq!(kind(&ended, 0), None, "{fault:?}");
        // On a busy machine, a reply may come too late as well.
        assert!(ended.acts.troubles >= 2, "{fault:?}");
    }
}

/// Each read of a run asks twice before it believes a page.
#[test]
fn an_error_page_is_retried() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]);
    let id = start_held(&env, Status::Complete);
    let page: Action = Box::new(|sandbox| {
        for _ in 0..2 {
            let html = Fault::Status(404, "<html>restarting</html>".to_owned());
            sandbox.fail_next("taskById", html);
        }
    });
    let actions = vec![page, set(&id, Status::Complete)];
    let ended = wait(&env, &lagoon, &[&id], Limits::default(), actions);
    assert_eq!(ended.waited[0].run.outcome(), Outcome::Completed);
    assert_eq!((kind(&ended, 0), ended.acts.troubles), (None, 1));
}

#[test]
fn repeated_refusals_end_waiting() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]);
    let id = start_held(&env, Status::Complete);
    let refuse = || fail(Fault::Message("no".to_owned()));
    let actions = (0..9).map(|_| refuse()).collect();
    let ended = wait(&env, &lagoon, &[&id], Limits::default(), actions);
    assert_eq!(
        (kind(&ended, 0), ended.acts.troubles),
        (Some(Kind::Failed), 4)
    );
}

#[test]
fn an_expired_token_is_renewed_and_a_second_refusal_ends_waiting() {
    let env = TestEnv::new();
    let dead = env
        .sandbox()
        .token(Identity::Maintainer, Duration::ZERO)
        .unwrap();
    let id = start_held(&env, Status::Complete);
    let good = lagoon(&env, &[&dead, env.token()]);
    let done = vec![set(&id, Status::Complete)];
    let ended = wait(&env, &good, &[&id], Limits::default(), done);
    assert_eq!((kind(&ended, 0), ended.acts.troubles), (None, 0));

    let id = start_held(&env, Status::Complete);
    let ended = wait(
        &env,
        &lagoon(&env, &[&dead]),
        &[&id],
        Limits::default(),
        Vec::new(),
    );
    assert_eq!(kind(&ended, 0), Some(Kind::NotAllowed));
}

#[test]
fn unknown_statuses_count_as_in_progress_and_are_shown() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]);
    let id = start_held(&env, Status::Complete);
    let actions = vec![
        set_word(&id, "hibernating"),
        set_word(&id, "active"),
        set_word(&id, "succeeded"),
    ];
    let ended = wait(&env, &lagoon, &[&id], Limits::default(), actions);
    assert_eq!(
        ended.acts.seen,
        ["running", "hibernating", "active", "succeeded"]
    );
    assert_eq!(ended.waited[0].run.outcome(), Outcome::Completed);
}

#[test]
fn a_finished_run_stays_finished() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]);
    let (first, second) = (
        start_held(&env, Status::Complete),
        start_held(&env, Status::Complete),
    );
    let nothing: fn() -> Action = || Box::new(|_| ());
    let actions = vec![
        nothing(),
        set(&first, Status::Failed),
        // Both are read: now the update that is late.
        nothing(),
        set_word(&first, "running"),
        nothing(),
        set(&second, Status::Complete),
    ];
    let ended = wait(
        &env,
        &lagoon,
        &[&first, &second],
        Limits::default(),
        actions,
    );
    let outcomes: Vec<Outcome> = ended.waited.iter().map(|w| w.run.outcome()).collect();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Completed]);
}

#[test]
fn timeouts_are_exact_to_the_second() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]);
    let hours = Duration::from_secs(600);
    let id = start_held(&env, Status::Complete);
    let limits = Limits {
        timeout: Some(hours),
        ..Limits::default()
    };
    let ended = wait(&env, &lagoon, &[&id], limits, Vec::new());
    assert_eq!(
        (kind(&ended, 0), ended.took),
        (Some(Kind::StillGoing), hours)
    );

    let id = crate::wait::start(&env, &[]);
    let ended = wait(&env, &lagoon, &[&id], Limits::default(), Vec::new());
    assert_eq!(kind(&ended, 0), Some(Kind::NeverStarted));
    assert_eq!(ended.took, Duration::from_secs(15 * 60));
    // Pauses grow to 10 s: some 70 looks in a quarter of an hour, not 900.
    let looks = env.requests().len();
    assert!(looks < 250, "{looks}");
}

#[test]
fn a_timeout_of_one_run_does_not_end_waiting_for_others() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]);
    let (never, other) = (
        crate::wait::start(&env, &[]),
        crate::wait::start(&env, &[Step::Status(Status::Running)]),
    );
    let limits = Limits {
        timeout: Some(Duration::from_secs(1800)),
        ..Limits::default()
    };
    let ended = wait(&env, &lagoon, &[&never, &other], limits, Vec::new());
    assert_eq!(
        (kind(&ended, 0), kind(&ended, 1)),
        (Some(Kind::NeverStarted), Some(Kind::StillGoing))
    );
}

#[test]
fn a_deleted_run_differs_from_one_outside_the_newest() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]);
    let (gone, stays) = (
        start_held(&env, Status::Complete),
        start_held(&env, Status::Complete),
    );
    let id: i32 = gone.parse().unwrap();
    let actions: Vec<Action> = vec![
        Box::new(|_| ()),
        Box::new(move |sandbox| assert!(sandbox.drop_run(id).unwrap())),
        set(&stays, Status::Complete),
    ];
    let ended = wait(&env, &lagoon, &[&gone, &stays], Limits::default(), actions);
    assert_eq!(
        (kind(&ended, 0), kind(&ended, 1)),
        (Some(Kind::NotFound), None)
    );
}

#[test]
fn an_unreadable_run_is_not_reported_as_in_progress() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]).within(Duration::from_millis(190));
    let id = start_held(&env, Status::Complete);
    let limits = Limits {
        timeout: Some(Duration::from_secs(60)),
        ..Limits::default()
    };
    let down = || fail(Fault::Status(503, String::new()));
    let actions = (0..100).map(|_| down()).collect();
    let ended = wait(&env, &lagoon, &[&id], limits, actions);
    assert_eq!(kind(&ended, 0), Some(Kind::Unreachable));
    let error = ended.waited[0].end.as_ref().unwrap_err();
    assert!(
        error.to_string().contains("last known status is running"),
        "{error}"
    );
}

#[test]
fn during_failures_only_one_run_is_requested() {
    let env = TestEnv::new();
    let lagoon = lagoon(&env, &[env.token()]).within(Duration::from_millis(190));
    let ids: Vec<String> = ["main", "develop", "pr-12"]
        .iter()
        .map(|name| {
            let line = [
                "invoke",
                "Say hello",
                "-p",
                "lagoon-demo",
                "-e",
                name,
                "-o",
                "id",
            ];
            env.script("Say hello", &[]);
            env.tasks(&line).succeeds().stdout.trim().to_owned()
        })
        .collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let limits = Limits {
        start_timeout: Duration::from_secs(60),
        ..Limits::default()
    };
    // As the runs are seen first, one after the other; then it fails for the first of each look.
    let nothing: fn() -> Action = || Box::new(|_| ());
    let mut actions = vec![
        nothing(),
        nothing(),
        fail(Fault::Status(503, String::new())),
    ];
    for _ in 0..200 {
        actions.push(fail(Fault::Status(503, String::new())));
        actions.push(nothing());
        actions.push(nothing());
    }
    let before = env.requests().len();
    let ended = wait(&env, &lagoon, &all, limits, actions);
    let asked = env.requests().len() - before;
    // It is notified of each run, and only the first one was requested; three requests find them.
    assert_eq!(ended.acts.troubles, 3 * (asked - 3));
}
