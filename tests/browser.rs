//! `login --browser`: authorization code with PKCE, driven without a browser, and what renews it.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use lagoon_sandbox::Identity;
use serde_json::json;
use url::Url;

use crate::support::env::TestEnv;
use crate::support::openid::{Failure, OpenId};
use crate::support::output::Output;
use crate::support::process::{DEADLINE, Invocation, eventually};
use crate::support::proxy::{Fault, Proxy};
use crate::support::ssh::{script, with_bin};

mod window;

/// A Lagoon, and a browser that only notes which address it is to open.
pub(crate) struct Browser {
    pub(crate) env: TestEnv,
}

impl Browser {
    fn new(openid: &OpenId) -> Browser {
        let env = TestEnv::new();
        let url = env.url();
        Browser::at(env, &url, openid)
    }

    /// The context `here` leads to this address.
    pub(crate) fn at(env: TestEnv, url: &str, openid: &OpenId) -> Browser {
        let note = env.home.path("opened");
        let note = note.display();
        let lines = format!("printf '%s' \"$1\" > '{note}.part' && mv '{note}.part' '{note}'");
        script(&env.home, "xdg-open", &lines);
        let add = [
            "context",
            "add",
            "here",
            url,
            "--no-discovery",
            "-p",
            "lagoon-demo",
        ];
        let auth = ["--authorization-endpoint", openid.url()];
        env.home.tasks(&[&add[..], &auth].concat()).succeeds();
        Browser { env }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Invocation {
        with_bin(&self.env.home, self.env.home.command(args))
    }

    #[track_caller]
    fn tasks(&self, args: &[&str]) -> Output {
        self.env.run(self.command(args))
    }

    /// The stored sign-in.
    fn kept(&self) -> std::path::PathBuf {
        self.env.home.path(".local/state/lagoon-tasks/tokens/here")
    }

    /// Replaces the stored token with one that ended in 1970.
    fn ends(&self, token: &str) {
        self.changes_kept(token, "e30.eyJleHAiOjF9.c2ln");
    }

    fn changes_kept(&self, from: &str, to: &str) {
        let kept = std::fs::read_to_string(self.kept()).unwrap();
        assert!(kept.contains(from));
        std::fs::write(self.kept(), kept.replace(from, to)).unwrap();
    }

    /// The address that was opened.
    fn opened(&self) -> String {
        let note = self.env.home.path("opened");
        let until = Instant::now() + DEADLINE;
        loop {
            if let Ok(address) = std::fs::read_to_string(&note) {
                std::fs::remove_file(&note).unwrap();
                return address;
            }
            assert!(Instant::now() < until, "no address was opened");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Signs in at the provider.
    #[track_caller]
    fn sign_in(&self, openid: &OpenId) -> Output {
        let (output, _) = self.login(&[], |address| openid.sign_in(address));
        output.succeeds()
    }

    /// Begins to sign in; the browser comes back to what `back` makes of the opened address.
    #[track_caller]
    pub(crate) fn login(
        &self,
        more: &[&str],
        back: impl FnOnce(&str) -> String,
    ) -> (Output, String) {
        let running = self
            .command(&[&["login", "--browser"], more].concat())
            .start();
        let address = self.opened();
        let page = visit(&back(&address));
        let output = running.finish();
        assert!(
            output.stderr.contains(&address),
            "the address is shown\n{output}"
        );
        (output, page)
    }
}

/// A provider that gives a developer a token for so many seconds, a browser, and the token.
fn with_token(seconds: u64) -> (OpenId, Browser, String) {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    let good = token(&browser.env, Identity::Developer, seconds);
    openid.set_token(&[&good]);
    (openid, browser, good)
}

/// The response that a browser gets there.
fn visit(address: &str) -> String {
    let url = Url::parse(address).unwrap();
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    write!(stream, "GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn way_back(address: &str) -> HashMap<String, String> {
    Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

fn token(env: &TestEnv, identity: Identity, seconds: u64) -> String {
    env.sandbox()
        .token(identity, Duration::from_secs(seconds))
        .unwrap()
}

#[test]
fn a_browser_session_signs_in_and_renews() {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    let short = token(&browser.env, Identity::Developer, 300);
    let long = token(&browser.env, Identity::Developer, 3000);
    openid.set_token(&[&short, &long]);
    let (output, page) = browser.login(&["-o", "json"], |address| openid.sign_in(address));
    let shown = output.succeeds().json();
    assert_eq!(shown["email"], "developer@example.com");
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    let form = &openid.forms()[0];
    assert!(form["code_verifier"].len() >= 43);

    // When the token is about to end, the refresh token is used once.
    browser.env.home.ages_token("here", 280);
    let who = browser
        .tasks(&["whoami", "--jq", ".tokenSource"])
        .succeeds();
    assert_eq!(who.stdout, "browser\n");
    browser.tasks(&["list", "-e", "main"]).succeeds();
    let grants: Vec<String> = openid
        .forms()
        .iter()
        .map(|f| f["grant_type"].clone())
        .collect();
    assert_eq!(grants, ["authorization_code", "refresh_token"]);

    // Nothing of it is open to others, and no secret is shown.
    let file = browser
        .env
        .home
        .path(".local/state/lagoon-tasks/tokens/here");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(kept.contains("refresh-2") && kept.contains(&long));
    for secret in ["refresh-1", "refresh-2", &short, &long] {
        assert!(!who.stderr.contains(secret));
    }
}

#[test]
fn an_expired_session_is_reported() {
    let (openid, browser, good) = with_token(3000);
    browser.sign_in(&openid);
    browser.tasks(&["list", "-e", "main"]).succeeds();
    openid.end_session();
    browser.ends(&good);
    let refused = browser.tasks(&["list", "-e", "main"]).ends_with(4);
    assert!(
        refused.stderr.contains("tasks login -l here --browser"),
        "{refused}"
    );
}

#[test]
fn every_failed_sign_in_has_a_clear_error() {
    let openid = OpenId::new(&["a.b.c"]);
    let browser = Browser::new(&openid);
    let refused = |address: &str| {
        let asked = way_back(address);
        let (redirect, state) = (&asked["redirect_uri"], &asked["state"]);
        format!("{redirect}/?state={state}&error=access_denied&error_description=User+denied")
    };
    let (output, page) = browser.login(&[], refused);
    let output = output.ends_with(4);
    assert!(
        output
            .stderr
            .contains("refused: User denied (access_denied)"),
        "{output}"
    );
    assert!(page.starts_with("HTTP/1.1 400"), "{page}");

    let wrong_code = |address: &str| {
        let asked = way_back(address);
        format!(
            "{}/?state={}&code=unknown",
            asked["redirect_uri"], asked["state"]
        )
    };
    let (output, _) = browser.login(&[], wrong_code);
    let output = output.ends_with(4);
    assert!(output.stderr.contains("Code not valid"), "{output}");

    let late = browser
        .tasks(&["login", "--browser", "--timeout", "1s"])
        .ends_with(4);
    assert!(
        late.stderr
            .contains("the sign-in was not completed within 1 s"),
        "{late}"
    );

    browser.opened();
    let kept = browser
        .env
        .home
        .path(".local/state/lagoon-tasks/tokens/here");
    assert!(!kept.exists());

    // Requests that do not belong to this sign-in do not end it.
    let (output, _) = browser.login(&[], |address| {
        let redirect = &way_back(address)["redirect_uri"];
        for (target, status) in [
            ("favicon.ico", "404"),
            ("?state=x&code=stolen", "400"),
            ("?code=stolen", "400"),
            ("?state=x&error=access_denied", "400"),
        ] {
            let page = visit(&format!("{redirect}/{target}"));
            let expected = format!("HTTP/1.1 {status} ");
            assert!(page.starts_with(&expected), "{target}: {page}");
        }
        openid.sign_in(address)
    });
    // The provider's token is none of this Lagoon's.
    let output = output.ends_with(4);
    assert!(output.stderr.contains("Bearer token"), "{output}");
    // The browser can sign in another user.
    assert!(!openid.has_session());
}

#[test]
fn an_invalid_provider_is_reported() {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    openid.set_configuration(json!({"issuer": "x"}));
    let refused = browser.tasks(&["login", "--browser"]).ends_with(4);
    assert!(
        refused
            .stderr
            .contains("no Keycloak with Lagoon's realm at"),
        "{refused}"
    );
    let text = "its configuration has no `authorization_endpoint`";
    assert!(refused.stderr.contains(text), "{refused}");
    for (configuration, reason) in [
        (json!([]), "its configuration is not a JSON object"),
        (
            json!({"authorization_endpoint": "http://a.example", "token_endpoint": "/token"}),
            "the `token_endpoint` of its configuration is not a web address",
        ),
    ] {
        openid.set_configuration(configuration);
        let refused = browser.tasks(&["login", "--browser"]).ends_with(4);
        assert!(refused.stderr.contains(reason), "{refused}");
    }
    // A token endpoint in the clear gets no code.
    openid.set_configuration(json!({
        "authorization_endpoint": format!("{}/x", openid.url()),
        "token_endpoint": "http://far.example/token",
    }));
    let (output, _) = browser.login(&[], |address| {
        let asked = way_back(address);
        format!("{}/?state={}&code=c", asked["redirect_uri"], asked["state"])
    });
    let output = output.ends_with(2);
    assert!(
        output
            .stderr
            .contains("http://far.example does not use https"),
        "{output}"
    );

    let env = TestEnv::new();
    let add = ["context", "add", "here", &env.url(), "--no-discovery"];
    env.home.tasks(&add).succeeds();
    let refused = env.home.tasks(&["login", "--browser"]).ends_with(2);
    assert!(
        refused.stderr.contains("--authorization-endpoint"),
        "{refused}"
    );
}

/// The response of a gateway in front of Keycloak while Keycloak is down.
const GATEWAY: Failure = Failure::Answers(
    "503 Service Unavailable",
    "text/html",
    "<html><h1>503 Service Unavailable</h1></html>",
);

#[test]
fn a_failing_provider_is_unreachable() {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    openid.set_failure(GATEWAY);
    let configuration = format!(
        "{}/realms/lagoon/.well-known/openid-configuration answered with 503 Service Unavailable",
        openid.url()
    );
    let failed = browser.tasks(&["login", "--browser"]).ends_with(7);
    assert!(failed.stderr.contains(&configuration), "{failed}");
    openid.recover();

    // At the exchange of the code.
    for (failure, words) in [
        (GATEWAY, "/token answered with 503 Service Unavailable"),
        (
            Failure::Answers(
                "500 Internal Server Error",
                "application/json",
                "{\"error\":\"unknown_error\"}",
            ),
            "/token answered with 500 Internal Server Error",
        ),
        (
            Failure::Answers("429 Too Many Requests", "text/plain", "slow down"),
            "/token answered with 429 Too Many Requests",
        ),
        (
            Failure::Answers("200 OK", "text/html; charset=utf-8", "<html>"),
            "/token answered with 200 OK and text/html instead of JSON",
        ),
    ] {
        let (output, _) = browser.login(&[], |address| {
            let back = openid.sign_in(address);
            openid.set_failure(failure);
            back
        });
        let output = output.ends_with(7);
        assert!(output.stderr.contains(words), "{output}");
        openid.recover();
    }

    // At the renewal, of a token that has ended.
    let good = token(&browser.env, Identity::Developer, 3000);
    openid.set_token(&[&good]);
    browser.sign_in(&openid);
    browser.ends(&good);
    openid.set_failure(GATEWAY);
    let failed = browser
        .tasks(&["list", "-e", "main", "-o", "json"])
        .ends_with(7);
    let message = failed.json_error()["message"].to_string();
    assert!(message.contains("/token answered with 503"), "{message}");
    openid.recover();
    browser.tasks(&["list", "-e", "main"]).succeeds();
}

#[test]
fn a_short_lived_token_is_reused_for_most_of_its_life() {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    let tokens = [20, 21].map(|seconds| token(&browser.env, Identity::Developer, seconds));
    openid.set_token(&[&tokens[0], &tokens[1]]);
    let login = browser.sign_in(&openid);
    let list = browser.tasks(&["list", "-e", "main"]).succeeds();
    for output in [login, list] {
        assert!(!output.stderr.contains("clock"), "{output}");
    }
    assert_eq!(openid.forms().len(), 1, "{:?}", openid.forms());
    browser.env.home.ages_token("here", 16);
    browser.tasks(&["list", "-e", "main"]).succeeds();
    assert_eq!(openid.forms().len(), 2, "{:?}", openid.forms());
}

#[test]
fn a_hanging_provider_is_asked_once() {
    let (openid, browser, good) = with_token(300);
    browser.sign_in(&openid);
    let list = |more: &[&str]| {
        let before = openid.requests();
        let args = [&["list", "-e", "main", "--request-timeout", "1s"], more].concat();
        let output = browser.tasks(&args);
        (output, openid.requests() - before)
    };
    let silence = format!(
        "{} did not answer within ",
        openid.url().strip_suffix("/auth").unwrap()
    );

    // The token is about to end, and is used to its end.
    browser.env.home.ages_token("here", 280);
    openid.set_failure(Failure::Hangs);
    let (output, asked) = list(&[]);
    let output = output.succeeds();
    let warning = format!("the current token is used until it expires: {silence}0.5 s");
    assert!(output.stderr.contains(&warning), "{output}");
    assert_eq!(asked, 1);

    // The token has ended.
    browser.ends(&good);
    let (output, asked) = list(&["-v"]);
    let output = output.ends_with(7);
    let trace = format!(
        "{}/realms/lagoon/protocol/openid-connect/token: ",
        openid.url()
    );
    for text in [
        format!("error: {silence}1 s"),
        format!("{trace}{silence}1 s"),
    ] {
        assert!(output.stderr.contains(&text), "{output}");
    }
    assert_eq!(asked, 1);
}

#[test]
fn a_hanging_provider_is_named_after_a_refused_token() {
    let openid = OpenId::new(&[]);
    let env = TestEnv::new();
    let good = token(&env, Identity::Developer, 300);
    let is_over = Arc::new(AtomicBool::new(false));
    let refuses = Arc::clone(&is_over);
    let refusing = Proxy::drawing(env.address(), Duration::ZERO, move |_| {
        if !refuses.load(Ordering::SeqCst) {
            return Fault::None;
        }
        Fault::answered(
            "401 Unauthorized",
            "application/json",
            r#"{"errors":[{"message":"Unauthorized - Keycloak token invalid: Session not active"}]}"#,
        )
    });
    let browser = Browser::at(env, &refusing.url("/graphql"), &openid);
    openid.set_token(&[&good]);
    browser.sign_in(&openid);
    is_over.store(true, Ordering::SeqCst);
    let before = openid.requests();
    openid.set_failure(Failure::Hangs);
    let args = ["list", "-e", "main", "--request-timeout", "1s", "-v"];
    let output = browser.tasks(&args).ends_with(7);
    let server = openid.url().strip_suffix("/auth").unwrap();
    let error = format!("{server} did not answer within 1 s");
    assert!(output.stderr.contains(&error), "{output}");
    assert_eq!(openid.requests() - before, 1);
}

#[test]
fn an_interrupted_renewal_is_finished_and_stored() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let (openid, browser, good) = with_token(300);
        browser.sign_in(&openid);
        browser.ends(&good);
        openid.set_failure(Failure::Hangs);
        let before = openid.requests();
        let mut running = browser.command(&["list", "-e", "main"]).start();
        eventually("the renewal is sent", || openid.requests() > before);
        running.signal(signal);
        running.until_stderr("finishing the renewal of the session");
        // The refresh token is used up now.
        openid.recover();
        running.finish().ends_with(code);
        browser.tasks(&["list", "-e", "main"]).succeeds();
        assert!(openid.has_session());
        assert_eq!(openid.forms().len(), 2);
    }
}

#[test]
fn logout_also_ends_the_browser_session_at_keycloak() {
    let (openid, browser, _) = with_token(300);
    let mut ended = 0;
    for args in [
        &["logout"][..],
        &["logout", "--all"],
        &["context", "remove", "here", "--yes"],
    ] {
        browser.sign_in(&openid);
        assert!(openid.has_session());
        let output = browser.tasks(args).succeeds();
        let server = openid.url().strip_suffix("/auth").unwrap();
        let note = format!("ended the browser session at {server}");
        assert!(output.stderr.contains(&note), "{output}");
        assert!(!openid.has_session() && !browser.kept().exists());
        ended += 1;
        let form = openid.logouts().pop().unwrap();
        let refresh = format!("refresh-{ended}");
        let expected = [("client_id", "lagoon-cli"), ("refresh_token", &*refresh)];
        assert_eq!(
            form,
            HashMap::from(expected.map(|(name, value)| (name.to_owned(), value.to_owned())))
        );
        assert_eq!(openid.logouts().len(), ended);
    }
}

#[test]
fn signing_out_succeeds_despite_provider_errors() {
    let (openid, browser, _) = with_token(300);
    let refusal = Failure::Answers("403 Forbidden", "application/json", "{}");
    for (failure, reason) in [
        (GATEWAY, "/logout answered with 503 Service Unavailable"),
        (refusal, "/logout answered with 403 Forbidden"),
        (Failure::Hangs, "did not answer within 0.5 s"),
    ] {
        browser.sign_in(&openid);
        openid.set_failure(failure);
        let args = ["logout", "--request-timeout", "500ms", "-o", "json"];
        let output = browser.tasks(&args).succeeds();
        assert_eq!(output.json()["removed"], 1);
        for text in [
            "the browser session at http",
            " was not ended: ",
            reason,
            "until it expires (20",
        ] {
            assert!(output.stderr.contains(text), "{text}: {output}");
        }
        assert!(!browser.kept().exists());
        openid.recover();
    }

    // A session that is over already needs no end.
    browser.sign_in(&openid);
    openid.end_session();
    let output = browser.tasks(&["logout"]).succeeds();
    assert!(!output.stderr.contains("warning"), "{output}");
}

#[test]
fn whoami_shows_when_the_token_expires_and_until_when_the_session_can_be_renewed() {
    let (openid, browser, _) = with_token(300);
    let (login, _) = browser.login(&["-o", "json"], |address| openid.sign_in(address));
    let shown = login.succeeds().json();
    let time = |field: &str| shown[field].as_str().unwrap().parse::<Timestamp>().unwrap();
    let renewable = time("renewableUntil").duration_since(time("tokenExpires"));
    // The token lives for 300 s, the refresh token for 1800 s.
    assert!((1490..=1510).contains(&renewable.as_secs()), "{shown}");
    let who = browser.tasks(&["whoami", "-o", "table"]).succeeds();
    for label in ["Token expires", "Renewable until"] {
        assert!(who.stdout.contains(label), "{who}");
    }
}

#[test]
fn signing_out_of_all_contexts_ends_each_session() {
    let providers = [OpenId::new(&[]), OpenId::new(&[])];
    let browser = Browser::new(&providers[0]);
    let good = token(&browser.env, Identity::Developer, 300);
    let url = browser.env.url();
    let add = ["context", "add", "other", &url, "--no-discovery"];
    let auth = ["--authorization-endpoint", providers[1].url()];
    browser.tasks(&[&add[..], &auth].concat()).succeeds();
    for (name, openid) in ["here", "other"].iter().zip(&providers) {
        openid.set_token(&[&good]);
        let (login, _) = browser.login(&["-l", name], |address| openid.sign_in(address));
        login.succeeds();
    }
    // One that is out of order keeps neither the token nor the other session.
    providers[0].set_failure(GATEWAY);
    let output = browser.tasks(&["logout", "--all", "-o", "json"]).succeeds();
    assert_eq!(output.json()["removed"], 2);
    assert!(output.stderr.contains("was not ended: "), "{output}");
    assert!(!providers[1].has_session() && !browser.kept().exists());
}

#[test]
fn another_sign_in_method_ends_the_browser_session() {
    let (openid, browser, _) = with_token(300);
    for _ in 0..2 {
        browser.sign_in(&openid);
    }
    // Keycloak signs in with the session that is there: ending the first would end both.
    assert!(openid.has_session() && openid.logouts().is_empty());
    let given = token(&browser.env, Identity::Maintainer, 300);
    let login = browser.command(&["login", "--with-token"]).stdin(&given);
    browser.env.run(login).succeeds();
    assert!(!openid.has_session());
}
