//! The library's client against a sandbox, and the examples that use it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;
use lagoon_tasks::client::{Client, Environment, ErrorKind, Outcome, Task, TokenSource};

use crate::support::env::TestEnv;
use crate::support::proxy::{Fault, Proxy};

#[allow(dead_code, reason = "the test calls what `main` calls")]
#[path = "../examples/invoke_and_wait.rs"]
mod invoke_and_wait;
#[allow(dead_code, reason = "the test calls what `main` calls")]
#[path = "../examples/list.rs"]
mod list;

fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}

fn client(env: &TestEnv) -> Client {
    Client::builder(env.url())
        .token(env.token())
        .build()
        .unwrap()
}

async fn main_environment(client: &Client) -> Environment {
    client.environment("lagoon-demo", "main").await.unwrap()
}

async fn audit(client: &Client) -> Task {
    main_environment(client)
        .await
        .task("Run yarn audit")
        .await
        .unwrap()
}

#[test]
fn the_example_lists_tasks_and_arguments() {
    let env = TestEnv::new();
    let client = client(&env);
    let mut output = Vec::new();
    wait(list::list(&client, "lagoon-demo", "main", &mut output)).unwrap();
    let output = String::from_utf8(output).unwrap();
    assert!(
        output.lines().any(|line| line.trim() == "Run yarn audit"),
        "{output}"
    );
    assert!(output.contains('['), "{output}");
}

#[test]
fn the_example_invokes_and_waits() {
    let env = TestEnv::new();
    let log = Step::Log("all good\n".to_owned());
    env.script("Run yarn audit", &[log, Step::Status(Status::Complete)]);
    let client = client(&env);
    let mut output = Vec::new();
    let outcome = wait(async {
        let task = audit(&client).await;
        invoke_and_wait::invoke_and_wait(&task, &[], &mut output)
            .await
            .unwrap()
    });
    assert_eq!(outcome, Outcome::Completed);
    let output = String::from_utf8(output).unwrap();
    assert!(output.starts_with("all good\nrun "), "{output}");
    assert!(
        output.ends_with(" of Run yarn audit: complete\n"),
        "{output}"
    );
}

#[test]
fn projects_environments_tasks_and_runs_are_listed_and_shown() {
    let env = TestEnv::new();
    let client = client(&env);
    wait(async move {
        let projects = client.projects().await.unwrap();
        assert!(projects.contains(&"lagoon-demo".to_owned()), "{projects:?}");
        let environments = client.environments("lagoon-demo").await.unwrap();
        let names: Vec<&str> = environments.iter().map(Environment::name).collect();
        assert!(names.contains(&"main"), "{names:?}");
        let main = main_environment(&client).await;
        assert!(main.is_production() && main.project() == "lagoon-demo");
        assert!(main.services().unwrap().contains(&"cli".to_owned()));
        let task = main.task("run YARN audit").await.unwrap();
        assert_eq!((task.name(), task.image()), ("Run yarn audit", None));
        let run = task.invoke().start().await.unwrap();
        assert_eq!(main.runs(1).await.unwrap()[0].id(), run.id());
        let same = client.run(run.id()).await.unwrap();
        assert_eq!(same.job_name(), run.job_name());
        let error = client.run(999_999).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(!error.to_string().contains("tasks runs"), "{error}");
    });
}

#[test]
fn values_are_checked_before_anything_is_sent() {
    let env = TestEnv::new();
    let client = client(&env);
    wait(async move {
        let task = audit(&client).await;
        let error = task
            .invoke()
            .value("NOSUCH", "1")
            .start()
            .await
            .err()
            .unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    });
    assert_eq!(env.sent(&["invokeRegisteredTask"]), 0);
}

#[test]
fn a_confirmation_text_requires_confirmation() {
    let env = TestEnv::new();
    env.sql(
        "UPDATE definition SET confirmation_text = 'Really?' \
         WHERE name = 'Run yarn audit'",
    );
    let client = client(&env);
    wait(async move {
        let task = audit(&client).await;
        assert_eq!(task.confirmation_text(), Some("Really?"));
        let error = task.invoke().start().await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::NotConfirmed);
        task.invoke().confirmed().start().await.unwrap();
    });
    assert_eq!(env.sent(&["invokeRegisteredTask"]), 1);
}

/// A client behind a proxy that has this fault for the first mutations, and the number of mutations.
fn faulty(env: &TestEnv, fault: Fault, faults: usize) -> (Client, Proxy, Arc<AtomicUsize>) {
    let mutations = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&mutations);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        if !request.body.contains("\"mutation ") {
            return Fault::None;
        }
        match count.fetch_add(1, Ordering::SeqCst) {
            at if at < faults => fault.clone(),
            _ => Fault::None,
        }
    });
    let client = Client::builder(proxy.url("/graphql"));
    (client.token(env.token()).build().unwrap(), proxy, mutations)
}

#[test]
fn a_run_whose_reply_is_lost_is_found() {
    let env = TestEnv::new();
    let (client, _proxy, mutations) = faulty(&env, Fault::ResponseLost, 1);
    let id = wait(async move { audit(&client).await.invoke().start().await.unwrap().id() });
    assert_eq!(mutations.load(Ordering::SeqCst), 1);
    assert_eq!(env.sent(&["invokeRegisteredTask"]), 1);
    assert!(id > 0);
}

#[test]
fn the_first_start_creates_the_record_of_starts() {
    let env = TestEnv::new();
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("state");
    let builder = Client::builder(env.url()).token(env.token());
    let client = builder.state_folder(&folder).build().unwrap();
    wait(async {
        let task = audit(&client).await;
        assert!(!folder.exists());
        task.invoke().start().await.unwrap();
        assert!(folder.join("claims").exists());
    });
}

#[test]
fn concurrent_starts_do_not_report_the_same_run() {
    let env = TestEnv::new();
    let (client, _proxy, _) = faulty(&env, Fault::ResponseLost, 2);
    wait(async move {
        let starts = [client.clone(), client]
            .map(|client| tokio::spawn(async move { audit(&client).await.invoke().start().await }));
        let mut started = Vec::new();
        for start in starts {
            match start.await.unwrap() {
                Ok(run) => started.push(run.id()),
                Err(error) => assert_eq!(error.kind(), ErrorKind::UnknownOutcome, "{error}"),
            }
        }
        // If neither run was claimed when both were looked for, both outcomes are unknown.
        let reported = started.len();
        started.sort_unstable();
        started.dedup();
        assert_eq!(started.len(), reported, "one run is reported twice");
    });
    assert_eq!(env.sent(&["invokeRegisteredTask"]), 2);
}

#[test]
fn a_start_that_never_arrived_has_an_unknown_outcome() {
    let env = TestEnv::new();
    let (client, _proxy, mutations) = faulty(&env, Fault::Refused, 1);
    wait(async move {
        let error = audit(&client).await.invoke().start().await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::UnknownOutcome, "{error}");
        assert!(error.candidates().is_empty());
    });
    assert_eq!(mutations.load(Ordering::SeqCst), 1);
}

#[test]
fn waiting_times_out_and_the_run_continues() {
    let env = TestEnv::new();
    env.script("Run yarn audit", &[Step::Status(Status::Running)]);
    let client = client(&env);
    wait(async move {
        let mut run = audit(&client).await.invoke().start().await.unwrap();
        let error = run
            .wait(Some(Duration::from_millis(1)))
            .await
            .err()
            .unwrap();
        assert_eq!(error.kind(), ErrorKind::TimedOut, "{error}");
        run.refresh().await.unwrap();
        assert!(!run.outcome().is_finished());
    });
}

#[test]
fn an_uploaded_file_downloads_unchanged() {
    let env = TestEnv::new();
    let path = env.home.path("work").join("a.txt");
    std::fs::write(&path, "content").unwrap();
    let client = client(&env);
    wait(async move {
        let run = audit(&client).await.invoke().start().await.unwrap();
        run.upload(&path).await.unwrap();
        let files = run.files().await.unwrap();
        assert_eq!(
            files.iter().map(|file| file.name()).collect::<Vec<_>>(),
            ["a.txt"]
        );
        let mut content = Vec::new();
        assert_eq!(run.download("a.txt", &mut content).await.unwrap(), 7);
        assert_eq!(content, b"content");
        let error = run.download("b.txt", &mut content).await.err().unwrap();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    });
}

/// Gives these tokens, one after the other.
struct Tokens(Mutex<Vec<String>>);

#[async_trait::async_trait]
impl TokenSource for Tokens {
    async fn token(&self) -> Result<String, String> {
        let next = self.0.lock().unwrap().pop();
        next.ok_or_else(|| String::from("no token is left"))
    }
}

#[test]
fn a_refused_token_is_replaced() {
    let env = TestEnv::new();
    let tokens = vec![
        env.token().to_owned(),
        "eyJhbGciOiJIUzI1NiJ9.e30.AAAA".to_owned(),
    ];
    let source = Tokens(Mutex::new(tokens));
    let client = Client::builder(env.url())
        .token_source(source)
        .build()
        .unwrap();
    assert!(!wait(async move { client.projects().await.unwrap() }).is_empty());

    let client = Client::builder(env.url()).token_source(Tokens(Mutex::default()));
    let client = client.build().unwrap();
    let error = wait(async move { client.projects().await.err().unwrap() });
    assert_eq!(error.kind(), ErrorKind::NotAllowed);
    assert!(error.to_string().contains("no token is left"), "{error}");
}

#[test]
fn unusable_settings_are_refused() {
    let builder = || Client::builder("https://lagoon.example/graphql").token("token");
    for unusable in [
        Client::builder("https://lagoon.example/graphql"),
        Client::builder("lagoon.example").token("token"),
        Client::builder("http://lagoon.example/graphql").token("token"),
        builder().certificate_authority("nothing"),
        builder().proxy("ftp://proxy.example"),
    ] {
        let error = unusable.build().err().unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    let client = builder().proxy("http://127.0.0.1:9").build().unwrap();
    let error = wait(async move { client.projects().await.err().unwrap() });
    assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
}
