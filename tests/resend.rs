//! Mutations whose token was refused: sent again with a new one, once, if they had no effect.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lagoon_sandbox::Identity;
use lagoon_sandbox::store::Status;
use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};
use crate::support::ssh_stand_in::SshStandIn;
use crate::wait::start_held;

const PLACE: [&str; 4] = ["-p", "lagoon-demo", "-e", "main"];

/// A command that sends one mutation.
struct Change {
    line: Vec<String>,
    /// Number of times that the mutation took effect.
    effects: Box<dyn Fn(&TestEnv) -> usize>,
}

impl Change {
    fn new(words: &[&str], place: &[&str], effects: impl Fn(&TestEnv) -> usize + 'static) -> Self {
        let line = words.iter().chain(place).map(|&word| word.to_owned());
        Change {
            line: line.collect(),
            effects: Box::new(effects),
        }
    }
}

fn data(env: &TestEnv, query: &str) -> Value {
    let (_, mut answer) = env.as_role("platform-owner").graphql(query, json!({}));
    answer["data"].take()
}

/// Number of definitions that contain all fields of `like`.
fn definitions(env: &TestEnv, like: &Value) -> usize {
    let query =
        "{allAdvancedTaskDefinitions{... on AdvancedTaskDefinitionCommand{id name description}}}";
    let found = data(env, query);
    let found = found["allAdvancedTaskDefinitions"].as_array().unwrap();
    let fields = like.as_object().unwrap();
    let has_all = |one: &&Value| fields.iter().all(|(name, value)| one[name] == *value);
    found.iter().filter(has_all).count()
}

fn invoke(_: &TestEnv) -> Change {
    Change::new(&["invoke", "Run yarn audit"], &PLACE, |env| {
        let runs = data(env, "{environmentById(id:101){tasks{id}}}");
        runs["environmentById"]["tasks"].as_array().unwrap().len()
    })
}

fn define(_: &TestEnv) -> Change {
    let words = ["define", "New task", "--command=true", "--service=cli"];
    Change::new(&words, &PLACE, |env| {
        definitions(env, &json!({"name": "New task"}))
    })
}

/// The id of a new task.
fn defined(env: &TestEnv) -> String {
    let line = [&define(env).line[..], &["-o".to_owned(), "id".to_owned()]].concat();
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    env.tasks(&line).succeeds().stdout.trim().to_owned()
}

fn update(env: &TestEnv) -> Change {
    let words = ["update", &defined(env), "--description=other"];
    Change::new(&words, &PLACE, |env| {
        definitions(env, &json!({"description": "other"}))
    })
}

fn delete(env: &TestEnv) -> Change {
    let words = ["delete", &defined(env), "--yes"];
    Change::new(&words, &PLACE, |env| {
        1 - definitions(env, &json!({"name": "New task"}))
    })
}

fn delete_unlisted(env: &TestEnv) -> Change {
    let id = defined(env);
    env.sql(&format!(
        "UPDATE definition SET permission = NULL WHERE id = {id};"
    ));
    let words = ["delete", &format!("id:{id}"), "--unlisted", "--yes"];
    Change::new(&words, &[], |env| {
        1 - definitions(env, &json!({"name": "New task"}))
    })
}

fn cancel(env: &TestEnv) -> Change {
    let id = start_held(env, Status::Complete);
    let query = format!("{{taskById(id:{id}){{status}}}}");
    Change::new(&["cancel", &id, "--yes"], &[], move |env| {
        let run = data(env, &query);
        usize::from(run["taskById"]["status"] == "cancelled")
    })
}

fn put(env: &TestEnv) -> Change {
    let id = start_held(env, Status::Complete);
    env.home.write("work/a.txt", "text");
    let query = format!("{{taskById(id:{id}){{files{{filename}}}}}}");
    Change::new(&["files", "put", &id, "a.txt"], &[], move |env| {
        let run = data(env, &query);
        run["taskById"]["files"].as_array().unwrap().len()
    })
}

const CHANGES: [fn(&TestEnv) -> Change; 7] =
    [invoke, define, update, delete, delete_unlisted, cancel, put];

/// Runs a command with a token that can be renewed. The first mutation has the fault `first`, and each
/// query after it `query`. Returns the number of mutations, too.
fn run(env: &TestEnv, change: &Change, first: Fault, query: Fault) -> (Output, usize) {
    let mutations = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&mutations);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        // Lagoon before 2.30: files are sent with a mutation.
        if request.body.contains("getTaskFileUploadForm") {
            return unreadable();
        }
        if request.body.contains("\"mutation ") {
            let is_first = count.fetch_add(1, Ordering::SeqCst) == 0;
            return if is_first { first.clone() } else { Fault::None };
        }
        match count.load(Ordering::SeqCst) {
            0 => Fault::None,
            _ => query.clone(),
        }
    });
    let home = &env.home;
    let token = |seconds| {
        let lifetime = Duration::from_secs(seconds);
        env.sandbox().token(Identity::PlatformOwner, lifetime)
    };
    let ssh = SshStandIn::new(home, &token(3000).unwrap());
    let url = proxy.url("/graphql");
    let add = ["context", "add", "here", &url, "--no-discovery"];
    let host = ["--ssh-host", "ssh.example", "--ssh-port", "22"];
    home.tasks(&[&add[..], &host].concat()).succeeds();
    ssh.with(home.command(&["login"])).run().succeeds();
    ssh.set_token(&token(3001).unwrap());
    let line: Vec<&str> = change.line.iter().map(String::as_str).collect();
    let output = ssh.with(home.command(&line)).run();
    (output, mutations.load(Ordering::SeqCst))
}

fn unreadable() -> Fault {
    let body = r#"{"errors":[{"message":"database is down"}]}"#;
    Fault::answered("400 Bad Request", "application/json", body)
}

const REFUSED: [&str; 3] = [
    "401 Unauthorized",
    "application/json",
    r#"{"errors":[{"message":"Unauthorized - Keycloak token invalid: jwt expired"}]}"#,
];

#[test]
fn after_a_refused_token_every_change_is_made_exactly_once() {
    let [status, kind, body] = REFUSED;
    let never_arrived = Fault::answered(status, kind, body);
    let carried_out = Fault::substituted(status, kind, body);
    let carried_out_later = Fault::answered_first(status, kind, body);
    for (fault, mutations) in [
        (never_arrived, 2..=2),
        (carried_out, 1..=1),
        (carried_out_later, 1..=2),
    ] {
        for change in CHANGES {
            let env = TestEnv::new();
            let change = change(&env);
            assert_eq!((change.effects)(&env), 0, "{:?}", change.line);
            let (output, sent) = run(&env, &change, fault.clone(), Fault::None);
            let output = output.succeeds();
            let context = format!("{:?}, {fault:?}\n{output}", change.line);
            assert_eq!((change.effects)(&env), 1, "{context}");
            assert!(mutations.contains(&sent), "{sent}: {context}");
        }
    }
}

#[test]
fn no_change_is_sent_again_if_its_result_cannot_be_read() {
    let [status, kind, body] = REFUSED;
    for change in CHANGES {
        let env = TestEnv::new();
        let change = change(&env);
        let refused = Fault::answered(status, kind, body);
        let (output, sent) = run(&env, &change, refused, unreadable());
        assert_eq!((output.code, sent), (4, 1), "{:?}\n{output}", change.line);
    }
}
