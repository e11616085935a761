//! The Lagoon that is measured against: the sandbox in this process, filled as a subject needs it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::time::Duration;

use lagoon_sandbox::store::StoreError;
use lagoon_sandbox::{Identity, Options, Sandbox, Seed, ServedSandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
});

/// A served Lagoon and a home to use it from.
pub(crate) struct Lagoon {
    pub(crate) sandbox: Sandbox,
    served: ServedSandbox,
    pub(crate) token: String,
    home: TempDir,
}

impl Lagoon {
    pub(crate) fn new() -> Lagoon {
        let home = TempDir::new().unwrap();
        RUNTIME.block_on(async {
            let sandbox = Sandbox::open(Options::memory(Seed::Demo)).await.unwrap();
            let token = sandbox
                .token(Identity::Maintainer, Duration::from_secs(36_000))
                .unwrap();
            let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
            let served = sandbox.clone().serve(any_port).await.unwrap();
            Lagoon {
                sandbox,
                served,
                token,
                home,
            }
        })
    }

    /// Fills the store.
    pub(crate) fn sql(&self, statements: &str) {
        let done = self
            .sandbox
            .store()
            .write(|tx| Ok::<_, StoreError>(tx.execute_batch(statements)?));
        done.unwrap();
    }

    /// Adds runs that have ended to `main` of `lagoon-demo`.
    pub(crate) fn add_ended_runs(&self, count: usize) {
        self.sql(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO task (name, task_name, environment, service, command, kind, status, created,
                 started, completed)
             SELECT 'Run yarn audit', 'lagoon-task-' || printf('%06d', i), 101, 'cli', 'yarn audit', 'COMMAND',
                 'complete', '2026-01-01 00:00:00', '2026-01-01 00:00:01', '2026-01-01 00:01:00' FROM n;"
        ));
    }

    pub(crate) fn url(&self) -> String {
        self.served.graphql()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.served.address()
    }

    /// `tasks` with this line, on this Lagoon.
    pub(crate) fn tasks(&self, line: &[&str]) -> Command {
        self.tasks_at(&self.url(), line)
    }

    /// The same at another address.
    pub(crate) fn tasks_at(&self, url: &str, line: &[&str]) -> Command {
        let mut command = program(line);
        command
            .env("HOME", self.home.path())
            .env("TASKS_API", url)
            .env("TASKS_TOKEN", &self.token);
        command
    }

    /// The bodies of the requests that a line sends.
    pub(crate) fn bodies(&self, line: &[&str]) -> Vec<String> {
        let before = self.sandbox.requests().len();
        super::measure::run(&mut self.tasks(line));
        let sent = self.sandbox.requests().split_off(before);
        sent.into_iter()
            .filter(|r| !r.body.is_empty())
            .map(|r| r.body)
            .collect()
    }

    /// `curl` sending these, one after the other on one connection.
    pub(crate) fn curl(&self, bodies: &[String]) -> Command {
        let mut command = Command::new("curl");
        command.env_clear();
        for (at, body) in bodies.iter().enumerate() {
            if at > 0 {
                command.arg("--next");
            }
            // A body may be longer than a word of the line.
            let file: PathBuf = self.home.path().join(format!("body-{at}"));
            std::fs::write(&file, body).unwrap();
            command
                .args(["-s", "--compressed", "-H", "content-type: application/json"])
                .arg("-H")
                .arg(format!("authorization: Bearer {}", self.token))
                .arg("--data-binary")
                .arg(format!("@{}", file.display()))
                .arg(self.url());
        }
        command
    }
}

/// `tasks` in an empty environment.
pub(crate) fn program(line: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tasks"));
    command.env_clear().env("HOME", "/nonexistent").args(line);
    command
}
