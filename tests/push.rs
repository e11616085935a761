//! Push: a hint that ends a pause early, over server-sent events or a WebSocket, and never needed.

use std::collections::VecDeque;
use std::time::Duration;

use async_trait::async_trait;
use lagoon_sandbox::store::Status;
use lagoon_sandbox::{Fault, Identity, Sandbox};
use lagoon_tasks::internal::{
    Clock, Lagoon, Limits, Outcome, Push, Run, WaitOutcome, Watcher, wait_for_all,
};

use crate::support::clock::SteppedClock;
use crate::support::env::TestEnv;
use crate::support::process::eventually;
use crate::wait::start_held;
use crate::waiting::lagoon;

/// The clock is stopped, so only a push message ends a pause.
struct Frozen;

#[async_trait]
impl Clock for Frozen {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    async fn sleep(&self, length: Duration) {
        // The short rest after a hint is not what this is about.
        if length >= Duration::from_millis(500) {
            std::future::pending().await
        }
    }
}

/// Advances runs, one each time that they were read, beginning with the second.
struct Advance {
    sandbox: Sandbox,
    ids: VecDeque<i64>,
    reads: usize,
    /// Waits for this many subscriptions: a WebSocket has no message that confirms one.
    subscribed: u64,
}

impl Watcher for Advance {
    fn read(&mut self, _: &Run) {
        self.reads += 1;
        // The first read is before the subscription, the second after it.
        if self.reads > 1 {
            eventually("a subscription stands", || {
                self.sandbox.times_subscribed() >= self.subscribed
            });
        }
        if self.reads > 1
            && let Some(id) = self.ids.pop_front()
        {
            self.sandbox.scripted().unwrap().advance(id).unwrap();
        }
    }

    fn unreadable(&mut self, _: &str) {}
}

fn wait(
    env: &TestEnv,
    lagoon: &Lagoon,
    clock: &dyn Clock,
    ids: &[String],
    limits: Limits,
) -> Vec<WaitOutcome> {
    wait_subscribed(env, lagoon, clock, ids, limits, 0)
}

fn wait_subscribed(
    env: &TestEnv,
    lagoon: &Lagoon,
    clock: &dyn Clock,
    ids: &[String],
    limits: Limits,
    subscribed: u64,
) -> Vec<WaitOutcome> {
    let mut advance = Advance {
        sandbox: env.sandbox().clone(),
        ids: ids.iter().map(|id| id.parse().unwrap()).collect(),
        reads: 0,
        subscribed,
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut runs = Vec::new();
        for id in ids {
            runs.push(
                lagoon
                    .run_by_id(id.parse().unwrap())
                    .await
                    .unwrap()
                    .unwrap(),
            );
        }
        let mut push = Push::new(lagoon);
        let waiting = wait_for_all(lagoon, clock, runs, &limits, &mut advance, &mut push);
        let in_time = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        in_time.expect("nothing was pushed")
    })
}

/// The paths of the requests that subscribed, or tried to.
fn subscriptions(env: &TestEnv) -> Vec<String> {
    let requests = env.requests().into_iter();
    requests
        .filter(|r| r.path == "/graphql/stream" || r.method == "GET")
        .map(|r| r.path)
        .collect()
}

fn completed(waited: &[WaitOutcome]) -> bool {
    waited
        .iter()
        .all(|w| w.end.is_ok() && w.run.outcome() == Outcome::Completed)
}

#[test]
fn a_change_is_seen_at_once_over_server_sent_events() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let waited = wait(
        &env,
        &lagoon(&env, &[env.token()]),
        &Frozen,
        &[id],
        Limits::default(),
    );
    assert!(completed(&waited), "{waited:?}");
    assert_eq!(subscriptions(&env), ["/graphql/stream"]);
}

#[test]
fn a_change_is_seen_at_once_over_a_websocket() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let gone = Fault::Status(404, "Cannot POST /graphql/stream".to_owned());
    env.sandbox().fail_next("taskChanged", gone);
    let waited = wait_subscribed(
        &env,
        &lagoon(&env, &[env.token()]),
        &Frozen,
        &[id],
        Limits::default(),
        1,
    );
    assert!(completed(&waited), "{waited:?}");
    assert_eq!(subscriptions(&env), ["/graphql/stream", "/graphql"]);
}

#[test]
fn an_expired_token_is_renewed_for_the_subscription_too() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    let dead = env
        .sandbox()
        .token(Identity::Maintainer, Duration::ZERO)
        .unwrap();
    // The first is for the look-up, which renews it; the stream begins with a good one again.
    let waited = wait(
        &env,
        &lagoon(&env, &[&dead, env.token()]),
        &Frozen,
        &[id],
        Limits::default(),
    );
    assert!(completed(&waited), "{waited:?}");
}

#[test]
fn one_connection_serves_all_runs_of_an_environment() {
    let env = TestEnv::new();
    let ids: Vec<String> = (0..5).map(|_| start_held(&env, Status::Complete)).collect();
    let waited = wait(
        &env,
        &lagoon(&env, &[env.token()]),
        &Frozen,
        &ids,
        Limits::default(),
    );
    assert!(completed(&waited), "{waited:?}");
    assert_eq!(subscriptions(&env).len(), 1);
}

#[test]
fn without_push_polling_suffices() {
    let env = TestEnv::new();
    let id = start_held(&env, Status::Complete);
    // Those of an environment that one may not see, or that fell silent, say nothing at all.
    env.sandbox().fail_next("taskChanged", Fault::Hang);
    let clock = SteppedClock::default();
    let waited = wait(
        &env,
        &lagoon(&env, &[env.token()]),
        &clock,
        &[id],
        Limits::default(),
    );
    assert!(completed(&waited), "{waited:?}");
}

#[test]
fn a_subscription_is_renewed_before_it_falls_silent() {
    let env = TestEnv::new();
    let id = crate::wait::start(
        &env,
        &[lagoon_sandbox::engine::Step::Status(Status::Running)],
    );
    let limits = Limits {
        timeout: Some(Duration::from_secs(30 * 60)),
        ..Limits::default()
    };
    let clock = SteppedClock::default();
    wait(&env, &lagoon(&env, &[env.token()]), &clock, &[id], limits);
    // Half an hour, every four minutes; nearly no time passes here, so one may come too late.
    let made = subscriptions(&env).len();
    assert!((4..=9).contains(&made), "{made}");
}
