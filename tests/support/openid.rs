//! A small OpenID provider, as Lagoon's Keycloak is one: realm `lagoon`, client `lagoon-cli`, PKCE.
//!
//! It holds what the client must: codes are good once, for one address and one verifier.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

/// How the provider answers.
#[derive(Default)]
struct State {
    /// Codes that were given, with the address and the challenge they are good for.
    codes: HashMap<String, (String, String)>,
    /// The refresh token that is good now.
    refresh: Option<String>,
    /// What it gives as token, in turn; the last one stays.
    tokens: Vec<String>,
    /// Every form that came to the token endpoint.
    forms: Vec<HashMap<String, String>>,
    given: usize,
    /// What the configuration says instead.
    configuration: Option<Value>,
    refresh_expires_in: i64,
}

/// A provider on a port of its own; it lives as long as the test.
pub(crate) struct OpenId {
    url: String,
    state: Arc<Mutex<State>>,
}

impl OpenId {
    /// Gives these tokens in turn, the last one again and again.
    pub(crate) fn new(tokens: &[&str]) -> OpenId {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/auth", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            tokens: tokens.iter().map(|t| (*t).to_owned()).collect(),
            refresh_expires_in: 1800,
            ..State::default()
        }));
        let (shared, base) = (Arc::clone(&state), url.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (shared, base) = (Arc::clone(&shared), base.clone());
                thread::spawn(move || serve(client, &base, &shared));
            }
        });
        OpenId { url, state }
    }

    /// Gives these tokens in turn from now on.
    pub(crate) fn gives(&self, tokens: &[&str]) {
        let mut state = self.state.lock().unwrap();
        state.tokens = tokens.iter().map(|t| (*t).to_owned()).collect();
        state.given = 0;
    }

    /// What a context calls `authorization_endpoint`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The configuration is this from now on.
    pub(crate) fn says(&self, configuration: Value) {
        self.state.lock().unwrap().configuration = Some(configuration);
    }

    /// The session ends: no refresh token is good any more.
    pub(crate) fn ends_the_session(&self) {
        self.state.lock().unwrap().refresh = None;
    }

    /// Every form that came to the token endpoint.
    pub(crate) fn forms(&self) -> Vec<HashMap<String, String>> {
        self.state.lock().unwrap().forms.clone()
    }

    /// What a user does with the address: signs in, and is sent back. Gives the way back.
    pub(crate) fn signs_in(&self, address: &str) -> String {
        let url = Url::parse(address).unwrap();
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert!(address.starts_with(&self.url), "{address}");
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], "lagoon-cli");
        assert_eq!(asked["scope"], "openid profile email");
        assert_eq!(asked["code_challenge_method"], "S256");
        let redirect = asked["redirect_uri"].clone();
        let port = redirect.strip_prefix("http://127.0.0.1:").unwrap();
        assert!(port.parse::<u16>().is_ok(), "no path: {redirect}");
        assert!(asked["state"].len() >= 16, "{}", asked["state"]);
        let code = format!("code-{}", fastrand::u64(..));
        let challenge = asked["code_challenge"].clone();
        self.state
            .lock()
            .unwrap()
            .codes
            .insert(code.clone(), (redirect.clone(), challenge));
        format!(
            "{redirect}/?state={}&session_state=s&code={code}",
            asked["state"]
        )
    }
}

fn serve(client: TcpStream, base: &str, state: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let path = head.split(' ').nth(1)?;
    let realm = format!("{base}/realms/lagoon");
    let (status, answer) = match path {
        "/auth/realms/lagoon/.well-known/openid-configuration" => {
            let given = state.lock().unwrap().configuration.clone();
            let usual = json!({
                "issuer": realm,
                "authorization_endpoint": format!("{realm}/protocol/openid-connect/auth"),
                "token_endpoint": format!("{realm}/protocol/openid-connect/token"),
            });
            ("200 OK", given.unwrap_or(usual))
        }
        "/auth/realms/lagoon/protocol/openid-connect/token" => {
            let form = url::form_urlencoded::parse(&body).into_owned().collect();
            grant(&mut state.lock().unwrap(), form)
        }
        _ => ("404 Not Found", json!({"error": "not found"})),
    };
    let body = answer.to_string();
    let mut client = client;
    write!(
        client,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()
}

fn grant(state: &mut State, form: HashMap<String, String>) -> (&'static str, Value) {
    state.forms.push(form.clone());
    let refused = |why: &str| {
        let answer = json!({"error": "invalid_grant", "error_description": why});
        ("400 Bad Request", answer)
    };
    let value = |name: &str| form.get(name).cloned().unwrap_or_default();
    if value("client_id") != "lagoon-cli" {
        return ("401 Unauthorized", json!({"error": "invalid_client"}));
    }
    match value("grant_type").as_str() {
        "authorization_code" => {
            let Some((redirect, challenge)) = state.codes.remove(&value("code")) else {
                return refused("Code not valid");
            };
            let digest = Sha256::digest(value("code_verifier"));
            if URL_SAFE_NO_PAD.encode(digest) != challenge || value("redirect_uri") != redirect {
                return refused("PKCE verification failed");
            }
        }
        "refresh_token" => {
            if state.refresh.as_deref() != Some(&value("refresh_token")) {
                return refused("Session not active");
            }
        }
        other => panic!("{other}"),
    }
    let token = state.tokens[state.given.min(state.tokens.len() - 1)].clone();
    state.given += 1;
    let refresh = format!("refresh-{}", state.given);
    state.refresh = Some(refresh.clone());
    let answer = json!({
        "access_token": token,
        "expires_in": 300,
        "refresh_expires_in": state.refresh_expires_in,
        "refresh_token": refresh,
        "token_type": "Bearer",
        "id_token": "a.b.c",
        "session_state": "s",
        "scope": "openid profile email",
    });
    ("200 OK", answer)
}
