//! Starts whose reply is lost or is an uncertain refusal: the reported run, and unknown outcomes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lagoon_sandbox::Fault as ServerFault;
use lagoon_sandbox::Identity;
use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use serde_json::json;

use crate::support::env::TestEnv;
use crate::support::home::Home;
use crate::support::output::Output;
use crate::support::process::{Invocation, eventually};
use crate::support::proxy::{Fault, Proxy};
use crate::support::ssh_stand_in::SshStandIn;
use crate::wait::{advance, start_held, until_asked};

const LINE: [&str; 8] = [
    "invoke",
    "Run yarn audit",
    "-p",
    "lagoon-demo",
    "-e",
    "main",
    "-o",
    "json",
];

/// A Lagoon behind a proxy that has one fault for each mutation, and counts the mutations.
struct Faulty {
    env: TestEnv,
    proxy: Proxy,
    mutations: Arc<AtomicUsize>,
}

impl Faulty {
    fn new<const N: usize>(faults: [Fault; N]) -> Faulty {
        let env = TestEnv::new();
        let mutations = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&mutations);
        let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
            if !request.body.contains("\"mutation ") {
                return Fault::None;
            }
            let at = count.fetch_add(1, Ordering::SeqCst);
            faults.get(at).cloned().unwrap_or(Fault::None)
        });
        Faulty {
            env,
            proxy,
            mutations,
        }
    }

    fn command(&self, args: &[&str]) -> Invocation {
        let command = self.env.command(args);
        command.env("TASKS_API", self.proxy.url("/graphql"))
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> Output {
        self.env.run(self.command(args))
    }

    fn mutations(&self) -> usize {
        self.mutations.load(Ordering::SeqCst)
    }

    fn runs(&self) -> usize {
        let query = "{environmentById(id:101){tasks{id}}}";
        let (_, answer) = self.env.graphql(query, json!({}));
        let runs = &answer["data"]["environmentById"]["tasks"];
        runs.as_array().unwrap().len()
    }
}

const EXPIRED: &str =
    r#"{"errors":[{"message":"Unauthorized - Keycloak token invalid: jwt expired"}]}"#;

/// Status, content type, body and exit code of refusals that a gateway can give in Lagoon's place.
const REFUSALS: [(&str, &str, &str, i32); 3] = [
    ("401 Unauthorized", "application/json", EXPIRED, 4),
    ("413 Payload Too Large", "text/html", "<html>", 7),
    ("429 Too Many Requests", "text/html", "<html>", 7),
];

#[test]
fn a_run_of_another_process_is_not_claimed() {
    let lagoon = Faulty::new([Fault::Silence]);
    let ours = lagoon.command(&[&LINE[..], &["--request-timeout", "3s"]].concat());
    let ours = ours.start();
    eventually("our mutation is sent", || lagoon.mutations() == 1);
    let theirs = lagoon.run(&LINE).succeeds().json();
    let output = ours.finish().ends_with(7);
    assert_eq!(
        (theirs["id"].as_i64(), output.stdout.as_str()),
        (Some(1), "")
    );
    assert_eq!(output.json_error()["runs"], json!([]), "{output}");
}

#[test]
fn a_start_in_progress_elsewhere_on_this_machine_makes_the_outcome_unknown() {
    // The reply to the other process comes long after this process has given up.
    let lagoon = Faulty::new([Fault::Silence, Fault::Late(Duration::from_secs(60))]);
    let ours = lagoon.command(&[&LINE[..], &["--request-timeout", "3s"]].concat());
    let ours = ours.start();
    eventually("our mutation is sent", || lagoon.mutations() == 1);
    let theirs = lagoon.command(&LINE).start();
    eventually("their run exists", || lagoon.runs() == 1);
    let output = ours.finish().ends_with(7);
    assert_eq!(output.stdout, "");
    drop(theirs);
}

#[test]
fn runs_started_during_a_wait_are_not_claimed() {
    let env = TestEnv::new();
    let first = start_held(&env, Status::Complete);
    let line = ["invoke", "Say hello", "-p", "lagoon-demo", "-e", "main"];
    let waiting = ["--if-running", "wait", "--request-timeout", "2s"];
    let ours = until_asked(&env, &[&line[..], &waiting].concat(), "taskById");
    // Another machine of the same user starts the same.
    env.script("Say hello", &[Step::Status(Status::Complete)]);
    let elsewhere = Home::new();
    let theirs = elsewhere.command(&line).env("TASKS_API", env.url());
    elsewhere
        .run(theirs.env("TASKS_TOKEN", env.token()))
        .succeeds();
    env.sandbox()
        .fail_next("invokeRegisteredTask", ServerFault::Hang);
    advance(&env, &first);
    let output = ours.finish().ends_with(7);
    assert_eq!(output.stdout, "");
}

#[test]
fn a_run_seen_only_by_the_first_read_is_listed() {
    let lagoon = Faulty::new([Fault::ResponseLost]);
    let sandbox = lagoon.env.sandbox();
    sandbox.delay_next("environmentById", Duration::ZERO);
    for _ in 0..12 {
        sandbox.refuse_next("environmentById", "database is down");
    }
    let output = lagoon.run(&LINE).ends_with(7);
    assert_eq!(output.stdout, "");
    assert_eq!(output.json_error()["runs"][0]["id"], 1, "{output}");
    assert_eq!(lagoon.mutations(), 1);
}

#[test]
fn a_run_is_found_despite_a_gateway_refusal() {
    for (status, kind, body, _) in REFUSALS {
        let lagoon = Faulty::new([Fault::substituted(status, kind, body)]);
        let output = lagoon.run(&LINE).succeeds();
        assert_eq!(output.json()["id"], 1, "{status}\n{output}");
        assert!(output.stderr.contains("run 1 was found"), "{output}");
        assert_eq!((lagoon.mutations(), lagoon.runs()), (1, 1), "{status}");
    }
}

#[test]
fn a_refusal_names_the_run_left_behind() {
    let denied = Fault::rewritten(|answer| {
        let message = "Unauthorized: You don't have permission to \"invoke\" on \"task\"";
        *answer = json!({"errors": [{"message": message, "path": ["invokeRegisteredTask"]}],
            "data": {"invokeRegisteredTask": null}});
    });
    let lagoon = Faulty::new([denied]);
    let output = lagoon.run(&LINE).ends_with(4);
    assert_eq!(output.json_error()["runs"][0]["id"], 1, "{output}");
}

#[test]
fn a_refusal_without_a_run_is_final_after_one_read() {
    for (status, kind, body, code) in REFUSALS {
        let lagoon = Faulty::new([Fault::answered(status, kind, body)]);
        let output = lagoon.run(&LINE).ends_with(code);
        assert_eq!(output.json_error()["runs"], json!([]), "{output}");
        assert!(!output.stderr.contains("unknown whether"), "{output}");
        let looks = lagoon.env.sent(&["environmentById"]);
        assert_eq!((lagoon.mutations(), looks), (1, 1), "{status}");
    }
}

#[test]
fn a_refusal_with_a_failed_lookup_says_a_run_may_exist() {
    let denied = r#"{"errors":[{"message":"Unauthorized: no"}],"data":null}"#;
    let broken = r#"{"errors":[{"message":"broker is down"}],"data":null}"#;
    let lagoons = [
        ("200 OK", "application/json", denied, 4),
        ("200 OK", "application/json", broken, 1),
    ];
    for (status, kind, body, code) in REFUSALS.into_iter().chain(lagoons) {
        let lagoon = Faulty::new([Fault::answered(status, kind, body)]);
        for _ in 0..12 {
            let sandbox = lagoon.env.sandbox();
            sandbox.refuse_next("environmentById", "database is down");
        }
        let output = lagoon.run(&LINE).ends_with(code);
        let message = output.json_error()["message"].to_string();
        let says = message.contains("it is unknown whether a run was created");
        assert!(says, "{status}\n{output}");
        assert_eq!(lagoon.mutations(), 1, "{status}");
    }
}

#[test]
fn a_refused_token_resends_the_mutation_only_without_a_run() {
    let (status, kind, body, _) = REFUSALS[0];
    let never_arrived = Fault::answered(status, kind, body);
    let carried_out = Fault::substituted(status, kind, body);
    let carried_out_later = Fault::answered_first(status, kind, body);
    for (fault, mutations) in [(never_arrived, 2), (carried_out, 1), (carried_out_later, 1)] {
        let lagoon = Faulty::new([fault.clone()]);
        let home = &lagoon.env.home;
        let token = |seconds| {
            let lifetime = Duration::from_secs(seconds);
            let sandbox = lagoon.env.sandbox();
            sandbox.token(Identity::Maintainer, lifetime).unwrap()
        };
        let ssh = SshStandIn::new(home, &token(3000));
        let url = lagoon.proxy.url("/graphql");
        let add = ["context", "add", "here", &url, "--no-discovery"];
        let host = ["--ssh-host", "ssh.example", "--ssh-port", "22"];
        home.tasks(&[&add[..], &host].concat()).succeeds();
        ssh.with(home.command(&["login"])).run().succeeds();
        ssh.set_token(&token(3001));
        let output = ssh.with(home.command(&LINE)).run().succeeds();
        assert_eq!(output.json()["id"], 1, "{fault:?}\n{output}");
        assert_eq!((lagoon.mutations(), lagoon.runs()), (mutations, 1));
    }
}

const DEFINE: [&str; 10] = [
    "define",
    "New task",
    "--command=true",
    "--service=cli",
    "-p",
    "lagoon-demo",
    "-e",
    "main",
    "-o",
    "json",
];

/// Changes the task that `DEFINE` defines.
fn changes(id: &str) -> [Vec<&str>; 2] {
    let place = ["-p", "lagoon-demo", "-e", "main", "-o", "json"];
    let update = ["update", id, "--description=other"];
    let delete = ["delete", id, "--yes"];
    [update, delete].map(|words| [&words[..], &place[..]].concat())
}

#[test]
fn other_mutations_refused_by_a_gateway_are_verified() {
    for (status, kind, body, _) in REFUSALS {
        let lagoon = Faulty::new([(); 3].map(|()| Fault::substituted(status, kind, body)));
        let id = lagoon.run(&DEFINE).succeeds().json()["id"].to_string();
        for line in changes(&id) {
            lagoon.run(&line).succeeds();
        }
        assert_eq!(lagoon.mutations(), 3, "{status}");
    }
}

#[test]
fn other_mutations_report_an_unknown_result() {
    let env = TestEnv::new();
    let id = env.tasks(&DEFINE).succeeds().json()["id"].to_string();
    let [update, delete] = changes(&id);
    let define = [&["define", "Newer task"], &DEFINE[2..]].concat();
    for (status, kind, body, code) in REFUSALS {
        for line in [&define, &update, &delete] {
            let is_over = Arc::new(AtomicUsize::new(0));
            let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
                if request.body.contains("\"mutation ") {
                    is_over.store(1, Ordering::SeqCst);
                    return Fault::answered(status, kind, body);
                }
                let down = r#"{"errors":[{"message":"database is down"}]}"#;
                match is_over.load(Ordering::SeqCst) {
                    0 => Fault::None,
                    _ => Fault::answered("400 Bad Request", "application/json", down),
                }
            });
            let command = env.command(line).env("TASKS_API", proxy.url("/graphql"));
            let output = env.run(command).ends_with(code);
            let message = output.json_error()["message"].to_string();
            assert!(
                message.contains("it is unknown whether"),
                "{line:?}\n{output}"
            );
        }
    }
}
