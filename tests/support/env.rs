//! A home and a Lagoon of its own for each test.
//!
//! The Lagoon is the sandbox, served from the test's process with its data in memory: the program
//! under test is the real one and talks HTTP to it. It fails on command through
//! [`TestEnv::sandbox`]; for failures of bytes there is a proxy.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::StoreError;
use lagoon_sandbox::{Identity, Options, RecordedRequest, Sandbox, Seed, ServedSandbox};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::home::Home;
use super::output::Output;
use super::process::Invocation;
use super::pty::Terminal;
use super::schemas;

/// The runtime of all tests' Lagoons, in threads of their own, so that tests may block.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap()
});

/// The demo's production environment, as options of a command.
pub(crate) const MAIN: [&str; 4] = ["-p", "lagoon-demo", "-e", "main"];

/// A home, a Lagoon, and the role that commands sign in with.
#[derive(Clone)]
pub(crate) struct TestEnv {
    pub(crate) home: Home,
    lagoon: Arc<TestLagoon>,
    token: String,
}

/// A sandbox and its server.
struct TestLagoon {
    sandbox: Sandbox,
    served: ServedSandbox,
}

impl TestEnv {
    /// The demo's Lagoon, as maintainer.
    pub(crate) fn new() -> TestEnv {
        TestEnv::with(Seed::Demo)
    }

    /// A Lagoon with the recorded project, users and roles, and no task; as maintainer.
    pub(crate) fn bare() -> TestEnv {
        TestEnv::with(Seed::Bare)
    }

    fn with(seed: Seed) -> TestEnv {
        let lagoon = RUNTIME.block_on(async {
            let sandbox = Sandbox::open(Options::memory(seed)).await.unwrap();
            let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
            let served = sandbox.clone().serve(any_port).await.unwrap();
            TestLagoon { sandbox, served }
        });
        TestEnv {
            home: Home::new(),
            token: token(&lagoon.sandbox, "maintainer"),
            lagoon: Arc::new(lagoon),
        }
    }

    /// The same home and Lagoon, signed in with another role.
    pub(crate) fn as_role(&self, role: &str) -> TestEnv {
        TestEnv {
            token: token(&self.lagoon.sandbox, role),
            ..self.clone()
        }
    }

    /// Runs `tasks` with these arguments to its end.
    #[track_caller]
    pub(crate) fn tasks(&self, args: &[&str]) -> Output {
        self.run(self.command(args))
    }

    /// Runs `tasks` and gives the requests it sent, too.
    #[track_caller]
    pub(crate) fn tasks_and_requests(&self, args: &[&str]) -> (Output, Vec<RecordedRequest>) {
        let before = self.requests().len();
        let output = self.tasks(args);
        (output, self.requests().split_off(before))
    }

    /// `tasks` with these arguments, for more to be said about it: then [`TestEnv::run`].
    pub(crate) fn command(&self, args: &[&str]) -> Invocation {
        self.signed_in(self.home.command(args))
    }

    /// A shell script in which `tasks` is the real one: then [`TestEnv::run`].
    pub(crate) fn shell(&self, script: &str) -> Invocation {
        self.signed_in(self.home.shell(script))
    }

    fn signed_in(&self, invocation: Invocation) -> Invocation {
        invocation
            .env("TASKS_API", self.url())
            .env("TASKS_TOKEN", &self.token)
    }

    /// Runs a command to its end and checks what every command must guarantee: it does not show its token,
    /// and its requests are valid in every schema that Lagoon can have.
    #[track_caller]
    pub(crate) fn run(&self, invocation: Invocation) -> Output {
        let before = self.requests().len();
        // What a user sends through `api` is the user's own.
        let is_ours = invocation.args.first().is_none_or(|first| first != "api");
        let output = self.home.run(invocation);
        for stream in [&output.stdout, &output.stderr] {
            assert!(!stream.contains(&self.token), "shows its token\n{output}");
        }
        if is_ours {
            self.requests().split_off(before).iter().for_each(check);
        }
        output
    }

    /// `tasks` with these arguments at a terminal.
    pub(crate) fn terminal(&self, args: &[&str]) -> Terminal {
        Terminal::start(&self.command(args)).hiding(&self.token)
    }

    /// The sandbox: faults on demand, scripts for runs, recorded requests.
    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.lagoon.sandbox
    }

    /// Every request so far, from whomever.
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.lagoon.sandbox.requests()
    }

    /// Number of requests so far with one of these operations, by their root fields.
    pub(crate) fn sent(&self, operations: &[&str]) -> usize {
        let has = |request: &&RecordedRequest| {
            let mut sent = request.operations.iter();
            sent.any(|operation| operations.contains(&operation.as_str()))
        };
        self.requests().iter().filter(has).count()
    }

    /// Changes the sandbox's tables.
    pub(crate) fn sql(&self, statements: &str) {
        let store = self.lagoon.sandbox.store();
        store
            .write(|tx| tx.execute_batch(statements).map_err(StoreError::from))
            .unwrap();
    }

    /// Has the next run of a task do these steps.
    pub(crate) fn script(&self, task: &str, steps: &[Step]) {
        let scripted = self.lagoon.sandbox.scripted().unwrap();
        scripted.script(task, steps.to_vec());
    }

    /// The GraphQL endpoint.
    pub(crate) fn url(&self) -> String {
        self.lagoon.served.graphql()
    }

    /// The address of the Lagoon, for a proxy in front of it.
    pub(crate) fn address(&self) -> SocketAddr {
        self.lagoon.served.address()
    }

    /// The token that commands sign in with.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Sends a document of the test's own and gives status and body.
    pub(crate) fn graphql(&self, query: &str, variables: Value) -> (u16, Value) {
        request(&self.url(), &self.token, query, variables)
    }
}

/// Sends a document to any Lagoon and gives the answer's body.
pub(crate) fn post(url: &str, token: &str, query: &str, variables: Value) -> Value {
    request(url, token, query, variables).1
}

fn request(url: &str, token: &str, query: &str, variables: Value) -> (u16, Value) {
    let request = client()
        .post(url)
        .bearer_auth(token)
        .json(&json!({"query": query, "variables": variables}));
    RUNTIME.block_on(async {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    })
}

/// A token that outlives any test.
fn token(sandbox: &Sandbox, role: &str) -> String {
    let identity = match role {
        "legacy-admin" => Identity::LegacyAdmin,
        other => Identity::from_word(other).unwrap(),
    };
    sandbox.token(identity, Duration::from_secs(3600)).unwrap()
}

/// Requires that every Lagoon would have taken this request's document and variables.
#[track_caller]
fn check(request: &RecordedRequest) {
    if request.method != "POST" || request.body.is_empty() {
        return;
    }
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let mut query = body["query"].as_str().unwrap().to_owned();
    if body["variables"]["input"].get("systemWide").is_some() {
        // Sent only where a look at the schema has found it.
        query = format!("# since 2.18.0\n{query}");
    }
    schemas::validate_request(&query, &body["variables"]).unwrap_or_else(|error| panic!("{error}"));
}

fn client() -> reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        // Another test may have been first.
        drop(rustls::crypto::ring::default_provider().install_default());
        reqwest::Client::builder().no_proxy().build().unwrap()
    });
    CLIENT.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_environment_has_its_own_lagoon() {
        let (one, other) = (TestEnv::new(), TestEnv::bare());
        assert_ne!(one.address(), other.address());
        let (status, body) = one.graphql("query A { me { email } }", json!({}));
        assert_eq!(
            (status, &body["data"]["me"]["email"]),
            (200, &json!("maintainer@example.com"))
        );
        assert_eq!((one.requests().len(), other.requests().len()), (1, 0));
    }

    #[test]
    fn roles_share_a_lagoon() {
        let maintainer = TestEnv::bare();
        let guest = maintainer.as_role("guest");
        let (_, body) = guest.graphql("query A { me { email } }", json!({}));
        assert_eq!(body["data"]["me"]["email"], "guest@example.com");
        assert_eq!(maintainer.requests().len(), 1);
    }

    #[test]
    #[should_panic(expected = "shows its token")]
    fn a_token_in_the_output_fails_the_test() {
        let env = TestEnv::bare();
        env.run(env.shell("echo \"$TASKS_TOKEN\""));
    }

    #[test]
    #[should_panic(expected = "schema ours")]
    fn a_request_that_some_lagoon_would_refuse_fails_the_test() {
        let env = TestEnv::bare();
        env.graphql("query A { me { noSuchField } }", json!({}));
        env.requests().iter().for_each(check);
    }
}
