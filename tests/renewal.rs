//! A token that is refused while a run is waited for: renewed from where it came, or the way back.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use insta::assert_snapshot;
use lagoon_sandbox::Identity;
use lagoon_sandbox::store::Status;

use crate::browser::Browser;
use crate::support::env::TestEnv;
use crate::support::openid::OpenId;
use crate::support::output::Output;
use crate::support::process::Invocation;
use crate::support::proxy::{Fault, Proxy};
use crate::support::ssh_stand_in::SshStandIn;
use crate::wait::{advance, start_held};

/// A Lagoon whose session for a token can be ended, as its identity server does it.
struct Ending {
    env: TestEnv,
    proxy: Proxy,
    ended: Arc<Mutex<Option<String>>>,
}

impl Ending {
    fn new() -> Ending {
        let env = TestEnv::new();
        let ended = Arc::new(Mutex::new(None::<String>));
        let asked = Arc::clone(&ended);
        let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
            let ended = asked.lock().unwrap();
            match &*ended {
                Some(token) if request.head.contains(token) => Fault::answered(
                    "401 Unauthorized",
                    "application/json",
                    r#"{"errors":[{"message":"Unauthorized - Keycloak token invalid: Session not active"}]}"#,
                ),
                _ => Fault::None,
            }
        });
        Ending { env, proxy, ended }
    }

    fn url(&self) -> String {
        self.proxy.url("/graphql")
    }

    /// A token for a maintainer, unlike every other.
    fn token(&self, seconds: u64) -> String {
        let sandbox = self.env.sandbox();
        let lifetime = Duration::from_secs(seconds);
        sandbox.token(Identity::Maintainer, lifetime).unwrap()
    }

    /// Waits for a run; the session ends while it is going, and then the run does.
    #[track_caller]
    fn wait(&self, token: &str, command: impl FnOnce(&str) -> Invocation) -> Output {
        let id = start_held(&self.env, Status::Complete);
        let before = self.proxy.seen().len();
        let mut running = command(&id).start();
        let mut until_asked_by = |bearer: &dyn Fn(&str) -> bool, times: usize| {
            let count = || {
                let seen = self.proxy.seen();
                let of_run = |s: &&crate::support::proxy::ReceivedRequest| {
                    s.body.contains("taskById") && bearer(&s.head)
                };
                seen[before..].iter().filter(of_run).count()
            };
            while count() < times && !running.has_exited() {
                std::thread::sleep(Duration::from_millis(2));
            }
        };
        until_asked_by(&|head| head.contains(token), 1);
        *self.ended.lock().unwrap() = Some(token.to_owned());
        // Refused once, and read with the new one.
        until_asked_by(&|head| !head.contains(token), 1);
        advance(&self.env, &id);
        running.finish()
    }

    /// The context `here` signs in over ssh.
    fn over_ssh(&self, token: &str) -> SshStandIn {
        let ssh = SshStandIn::new(&self.env.home, token);
        let (url, host) = (
            self.url(),
            ["--ssh-host", "ssh.example", "--ssh-port", "22"],
        );
        let add = ["context", "add", "here", &url, "--no-discovery"];
        self.env.home.tasks(&[&add[..], &host].concat()).succeeds();
        ssh
    }
}

#[test]
fn waiting_renews_an_ssh_session() {
    let lagoon = Ending::new();
    let (first, second) = (lagoon.token(3000), lagoon.token(3001));
    let ssh = lagoon.over_ssh(&first);
    let home = &lagoon.env.home;
    ssh.with(home.command(&["login"])).run().succeeds();
    ssh.set_token(&second);
    let wait = |id: &str| ssh.with(home.command(&["wait", id, "-o", "json"]));
    let output = lagoon.wait(&first, wait).succeeds();
    assert_eq!(output.json()["outcome"], "completed");
    assert_eq!(ssh.calls().len(), 2);
    // It is the new one that is kept.
    let print = ssh.with(home.command(&["login", "--print"])).run();
    assert_eq!(print.succeeds().stdout.trim(), second);
}

#[test]
fn waiting_renews_a_browser_session() {
    let lagoon = Ending::new();
    let openid = OpenId::new(&[]);
    let browser = Browser::at(lagoon.env.clone(), &lagoon.url(), &openid);
    let (first, second) = (lagoon.token(3000), lagoon.token(3001));
    openid.set_token(&[&first, &second]);
    let (login, _) = browser.login(&[], |address| openid.sign_in(address));
    login.succeeds();
    let wait = |id: &str| browser.command(&["wait", id, "-o", "json"]);
    let output = lagoon.wait(&first, wait).succeeds();
    assert_eq!(output.json()["outcome"], "completed");
    assert_eq!(openid.forms()[1]["grant_type"], "refresh_token");
}

#[test]
fn without_renewal_waiting_ends_with_a_hint_to_resume() {
    let lagoon = Ending::new();
    let first = lagoon.token(3000);
    let variables = |id: &str| {
        let command = lagoon.env.home.command(&["wait", id]);
        command
            .env("TASKS_API", lagoon.url())
            .env("TASKS_TOKEN", &first)
    };
    let output = lagoon.wait(&first, variables).ends_with(4);
    assert_snapshot!(output.snapshot(), @"
    exit code: 4
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    error: not signed in: Unauthorized - Keycloak token invalid: Session not active
    hint: tokens expire after a few minutes; set TASKS_TOKEN to a new one, or sign in over ssh with TASKS_SSH_KEY
    hint: the last known status of run 1 is running
    hint: the run continues; to wait for it: tasks wait 1
    ");

    let lagoon = Ending::new();
    let first = lagoon.token(3000);
    let ssh = lagoon.over_ssh(&first);
    let home = &lagoon.env.home;
    ssh.with(home.command(&["login"])).run().succeeds();
    ssh.refuse("lagoon@ssh.example: Permission denied (publickey).\n", 255);
    let wait = |id: &str| ssh.with(home.command(&["wait", id]));
    let output = lagoon.wait(&first, wait).ends_with(4);
    assert_snapshot!(output.snapshot(), @"
    exit code: 4
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    signing in over ssh: lagoon@ssh.example:22
    error: not signed in: cannot sign in: ssh to ssh.example failed: lagoon@ssh.example: Permission denied (publickey).
    hint: check that Lagoon has your public key, and that the agent or TASKS_SSH_KEY has the private key; without a terminal, load a key with a passphrase into the ssh agent
    hint: the last known status of run 1 is running
    hint: the run continues; to wait for it: tasks wait 1
    ");

    let lagoon = Ending::new();
    let openid = OpenId::new(&[]);
    let browser = Browser::at(lagoon.env.clone(), &lagoon.url(), &openid);
    let first = lagoon.token(3000);
    openid.set_token(&[&first]);
    let (login, _) = browser.login(&[], |address| openid.sign_in(address));
    login.succeeds();
    openid.end_session();
    let wait = |id: &str| browser.command(&["wait", id]);
    let output = lagoon.wait(&first, wait).ends_with(4);
    assert_snapshot!(output.snapshot(), @"
    exit code: 4
    ---- stdout
    1	lagoon-task-xxxx	Say hello	running	going	lagoon-demo	main	cli	TIME	TIME		maintainer@example.com
    ---- stderr
    error: not signed in: the browser session for `here` has ended
    hint: sign in again: tasks login -l here --browser
    hint: the last known status of run 1 is running
    hint: the run continues; to wait for it: tasks wait 1
    ");
}
