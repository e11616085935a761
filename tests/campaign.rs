//! A campaign: hundreds of invocations through a network that fails at random, each judged.
//!
//! Under any fault of the network: no run is started twice, no started run is neither reported nor
//! named as unknown, no exit code is wrong, and nothing panics or exceeds its limit. The faults
//! are drawn from a seed, which a failure names. By default the seeds are always the same:
//!
//! * `TASKS_CAMPAIGN=10000` runs this many invocations, from a random seed;
//! * `TASKS_CAMPAIGN_SEED=1234` starts from this seed (replay one with `TASKS_CAMPAIGN=1`).

mod download;
mod draw;
mod judge;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lagoon_sandbox::Identity;
use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::process::{Invocation, Running};
use crate::support::proxy::{Fault, Proxy};
use draw::{Case, Command, Rival, Role};
use judge::{ReceivedRequest, judge};

/// Number of concurrent invocations, each with a Lagoon of its own.
const AT_ONCE: u64 = 3;

/// The limit of a request in the campaign: what hangs costs so much.
const LIMIT: &str = "3s";

/// Time limit of an invocation: some requests that each use up their limit, on a machine that
/// is busy with everything else.
const DEADLINE: Duration = Duration::from_secs(90);

const TASK: &str = "Run yarn audit";

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable}: {text}")),
    )
}

#[test]
fn no_run_is_started_twice_or_lost_under_network_faults() {
    let asked = number("TASKS_CAMPAIGN");
    let count = asked.unwrap_or(60);
    let first = number("TASKS_CAMPAIGN_SEED").unwrap_or_else(|| match asked {
        Some(_) => fastrand::u64(..1_000_000_000),
        None => 1,
    });
    let next = AtomicU64::new(0);
    let failures = Mutex::new(Vec::new());
    let ends = Mutex::new(BTreeMap::<i32, u64>::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(count) {
            scope.spawn(|| {
                let env = TestEnv::new();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        break;
                    }
                    let case = Case::draw(first + at);
                    let (code, judged) = play(&env, &case);
                    *ends.lock().unwrap().entry(code).or_default() += 1;
                    failures.lock().unwrap().extend(judged.err());
                }
            });
        }
    });
    let (failures, ends) = (failures.into_inner().unwrap(), ends.into_inner().unwrap());
    eprintln!("{count} invocations, seeds from {first}, exit codes and how often: {ends:?}");
    assert!(
        failures.is_empty(),
        "{} of {count} (seeds from {first})\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

/// The exit code, and the fault of the invocation, if any.
fn play(env: &TestEnv, case: &Case) -> (i32, Result<(), String>) {
    let newest = newest(env);
    let network = Arc::new(Mutex::new(case.network()));
    let rivals = Arc::new(Mutex::new(Vec::new()));
    let (drawn, started) = (Arc::clone(&network), Arc::clone(&rivals));
    let (theirs, rival) = (env.clone(), case.rival);
    let neighbour = Arc::new(Neighbour::new(env));
    let beside = Arc::clone(&neighbour);
    let proxy = Proxy::drawing(env.address(), case.shut_for, move |request| {
        if request.head.contains(&beside.token) {
            return Fault::None;
        }
        let mut network = drawn.lock().unwrap();
        let (role, fault) = network.next(request);
        // A run of the same user where ours never came to be is taken for ours: nothing could tell.
        let reached = network
            .happened
            .last()
            .is_some_and(|(_, met)| met.reached());
        if role == Role::Mutation && rival == Rival::ThisMachine {
            beside.start();
        }
        let competes = match rival {
            Rival::None | Rival::ThisMachine => false,
            Rival::TheSameUser => reached,
            Rival::SomebodyElse => true,
        };
        drop(network);
        if role == Role::Mutation && competes {
            started
                .lock()
                .unwrap()
                .push(compete(&theirs, rival, &request.body));
        }
        fault
    });
    let line = match case.command {
        Command::Invoke => vec!["invoke", TASK],
        Command::Wait => vec!["invoke", TASK, "--wait"],
        Command::Exec => vec!["exec", "-s", "cli", "--yes"],
    };
    let place = [
        "-p",
        "lagoon-demo",
        "-e",
        "main",
        "-o",
        "json",
        "--request-timeout",
        LIMIT,
        "--max-response",
        "2MiB",
    ];
    let command: &[&str] = match case.command {
        Command::Exec => &["--", "echo", "x"],
        _ => &[],
    };
    let line = [&line[..], &place[..], command].concat();
    neighbour.prepare(env, &line, &proxy.url("/graphql"));
    let output = env
        .home
        .command(&line)
        .env("TASKS_API", proxy.url("/graphql"))
        .env("TASKS_TOKEN", env.token())
        .deadline(DEADLINE)
        .run();
    let mut rivals = rivals.lock().unwrap().clone();
    rivals.extend(neighbour.finish());
    let seen = ReceivedRequest {
        ours: runs_after(env, newest)
            .into_iter()
            .filter(|id| !rivals.contains(id))
            .collect(),
        rivals,
        happened: network.lock().unwrap().happened.clone(),
        output,
    };
    let judged = judge(case, &seen).map_err(|why| {
        format!(
            "seed {}: {why}\n{case:?}\nhappened: {:?}\nours: {:?}, of others: {:?}\n{}",
            case.seed, seen.happened, seen.ours, seen.rivals, seen.output
        )
    });
    (seen.output.code, judged)
}

/// Another process on this machine that starts the same, through the same proxy without faults.
struct Neighbour {
    token: String,
    command: Mutex<Option<Invocation>>,
    running: Mutex<Option<Running>>,
}

impl Neighbour {
    fn new(env: &TestEnv) -> Neighbour {
        // The same user by another token, so that the proxy can tell its requests.
        let lifetime = Duration::from_secs(3000);
        Neighbour {
            token: env.sandbox().token(Identity::Maintainer, lifetime).unwrap(),
            command: Mutex::default(),
            running: Mutex::default(),
        }
    }

    fn prepare(&self, env: &TestEnv, line: &[&'static str], url: &str) {
        // No fault meets its requests, so only a slow machine could end them early.
        let patient = |word: &&'static str| if *word == LIMIT { "60s" } else { *word };
        let line: Vec<&str> = line.iter().map(patient).collect();
        let command = env.home.command(&line).deadline(DEADLINE);
        let command = command.env("TASKS_API", url);
        *self.command.lock().unwrap() = Some(command.env("TASKS_TOKEN", &self.token));
    }

    fn start(&self) {
        if let Some(command) = self.command.lock().unwrap().take() {
            *self.running.lock().unwrap() = Some(command.start());
        }
    }

    /// The run that it started.
    fn finish(&self) -> Option<i64> {
        let running = self.running.lock().unwrap().take()?;
        running.finish().succeeds().json()["id"].as_i64()
    }
}

/// Starts the same run as our request, as another user, and returns the run's id.
fn compete(env: &TestEnv, rival: Rival, body: &str) -> i64 {
    let request: Value = serde_json::from_str(body).unwrap();
    let env = match rival {
        Rival::SomebodyElse => env.as_role("owner"),
        _ => env.clone(),
    };
    let query = request["query"].as_str().unwrap();
    let (_, answer) = env.graphql(query, request["variables"].clone());
    let data = answer["data"].as_object().unwrap();
    data.values().find_map(|run| run["id"].as_i64()).unwrap()
}

fn runs_after(env: &TestEnv, newest: i64) -> Vec<i64> {
    let (_, answer) = env.graphql("{environmentById(id:101){tasks(limit:10){id}}}", json!({}));
    let runs = answer["data"]["environmentById"]["tasks"]
        .as_array()
        .unwrap();
    let ids = runs.iter().map(|run| run["id"].as_i64().unwrap());
    ids.filter(|id| *id > newest).collect()
}

fn newest(env: &TestEnv) -> i64 {
    runs_after(env, 0).into_iter().max().unwrap_or(0)
}
