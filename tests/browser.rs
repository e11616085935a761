//! `login --browser`: authorization code with PKCE, driven without a browser, and what renews it.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use lagoon_tasks::sandbox::Identity;
use serde_json::json;
use url::Url;

use crate::support::env::TestEnv;
use crate::support::openid::OpenId;
use crate::support::output::Output;
use crate::support::process::{DEADLINE, Invocation};
use crate::support::ssh::{script, with_bin};

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

/// What a browser gets there.
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
fn signing_in_and_being_renewed() {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    let short = token(&browser.env, Identity::Developer, 20);
    let long = token(&browser.env, Identity::Developer, 3000);
    openid.gives(&[&short, &long]);
    let (output, page) = browser.login(&["-o", "json"], |address| openid.signs_in(address));
    let shown = output.succeeds().json();
    assert_eq!(shown["email"], "developer@example.com");
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    let form = &openid.forms()[0];
    assert!(form["code_verifier"].len() >= 43);

    // `login` asked who that is, and the token was about to end: the refresh token is used once.
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
fn a_session_that_is_over_is_said_so() {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    let over = "e30.eyJleHAiOjF9.c2ln".to_owned();
    let good = token(&browser.env, Identity::Developer, 3000);
    openid.gives(&[&good, &over]);
    browser
        .login(&[], |address| openid.signs_in(address))
        .0
        .succeeds();
    browser.tasks(&["list", "-e", "main"]).succeeds();
    openid.ends_the_session();
    // As if its time had come.
    let file = browser
        .env
        .home
        .path(".local/state/lagoon-tasks/tokens/here");
    let kept = std::fs::read_to_string(&file)
        .unwrap()
        .replace(&good, &over);
    std::fs::write(&file, kept).unwrap();
    let refused = browser.tasks(&["list", "-e", "main"]).ends_with(4);
    assert!(
        refused.stderr.contains("tasks login -l here --browser"),
        "{refused}"
    );
}

#[test]
fn every_other_end_is_clear() {
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

    let forged =
        |address: &str| format!("{}/?state=x&code=stolen", way_back(address)["redirect_uri"]);
    let (output, _) = browser.login(&[], forged);
    let output = output.ends_with(4);
    assert!(output.stderr.contains("wrong state"), "{output}");

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
        late.stderr.contains("nobody signed in within 1 s"),
        "{late}"
    );

    browser.opened();
    let kept = browser
        .env
        .home
        .path(".local/state/lagoon-tasks/tokens/here");
    assert!(!kept.exists());

    // What looks about on the port is in nobody's way.
    let (output, _) = browser.login(&[], |address| {
        let elsewhere = format!("{}/favicon.ico", way_back(address)["redirect_uri"]);
        let page = visit(&elsewhere);
        assert!(page.starts_with("HTTP/1.1 404"), "{page}");
        openid.signs_in(address)
    });
    // The provider's token is none of this Lagoon's.
    let output = output.ends_with(4);
    assert!(output.stderr.contains("Bearer token"), "{output}");
}

#[test]
fn a_provider_that_is_none_is_named() {
    let openid = OpenId::new(&[]);
    let browser = Browser::new(&openid);
    openid.says(json!({"issuer": "x"}));
    let refused = browser.tasks(&["login", "--browser"]).ends_with(4);
    assert!(
        refused
            .stderr
            .contains("is no Keycloak with Lagoon's realm"),
        "{refused}"
    );
    // A token endpoint in the clear gets no code.
    openid.says(json!({
        "authorization_endpoint": format!("{}/x", openid.url()),
        "token_endpoint": "http://far.example/token",
    }));
    let (output, _) = browser.login(&[], |address| {
        let asked = way_back(address);
        format!("{}/?state={}&code=c", asked["redirect_uri"], asked["state"])
    });
    let output = output.ends_with(4);
    assert!(
        output.stderr.contains("http://far.example is not https"),
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
