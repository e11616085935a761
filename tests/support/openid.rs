//! A small OpenID provider, as Lagoon's Keycloak is one: realm `lagoon`, client `lagoon-cli`, PKCE.
//!
//! It enforces the client's obligations: codes are valid once, for one address and one verifier. Refresh
//! tokens rotate: each is good once, and using one again ends the session. On request it fails as
//! Keycloak, or a gateway before it, does.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

/// The behaviour of the provider.
#[derive(Default)]
struct ProviderState {
    /// Codes that were given, with the address and the challenge they are good for.
    codes: HashMap<String, (String, String)>,
    /// The refresh token that is good now.
    refresh: Option<String>,
    /// The issued tokens, in turn; the last one is repeated.
    tokens: Vec<String>,
    /// Every form that came to the token endpoint.
    forms: Vec<HashMap<String, String>>,
    given: usize,
    /// Replacement for the provider's configuration.
    configuration: Option<Value>,
    refresh_expires_in: i64,
    /// Every form that came to the logout endpoint.
    logouts: Vec<HashMap<String, String>>,
    failure: Option<Failure>,
    /// Number of received requests.
    requests: usize,
}

/// The response to every request while the provider is out of order.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    /// With this status line, content type and body.
    Answers(&'static str, &'static str, &'static str),
    /// Not before [`OpenId::recover`] is called. The request is carried out then.
    Hangs,
}

/// State that the server's threads share.
#[derive(Default)]
struct SharedState {
    state: Mutex<ProviderState>,
    /// Notified when the provider recovers.
    recovered: Condvar,
}

impl SharedState {
    fn state(&self) -> MutexGuard<'_, ProviderState> {
        self.state.lock().unwrap()
    }
}

/// A provider on a port of its own; it lives as long as the test.
pub(crate) struct OpenId {
    url: String,
    shared: Arc<SharedState>,
}

impl OpenId {
    /// Gives these tokens in turn, the last one again and again.
    pub(crate) fn new(tokens: &[&str]) -> OpenId {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/auth", listener.local_addr().unwrap());
        let shared = Arc::new(SharedState {
            state: Mutex::new(ProviderState {
                tokens: tokens.iter().map(|t| (*t).to_owned()).collect(),
                refresh_expires_in: 1800,
                ..ProviderState::default()
            }),
            recovered: Condvar::new(),
        });
        let (served, base) = (Arc::clone(&shared), url.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (served, base) = (Arc::clone(&served), base.clone());
                thread::spawn(move || serve(client, &base, &served));
            }
        });
        OpenId { url, shared }
    }

    /// Gives these tokens in turn from now on.
    pub(crate) fn set_token(&self, tokens: &[&str]) {
        let mut state = self.shared.state();
        state.tokens = tokens.iter().map(|t| (*t).to_owned()).collect();
        state.given = 0;
    }

    /// The value of a context's `authorization_endpoint`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The configuration is this from now on.
    pub(crate) fn set_configuration(&self, configuration: Value) {
        self.shared.state().configuration = Some(configuration);
    }

    /// The session ends: no refresh token is good any more.
    pub(crate) fn end_session(&self) {
        self.shared.state().refresh = None;
    }

    /// True if a session is open: the next sign-in of the same browser then shows no page.
    pub(crate) fn has_session(&self) -> bool {
        self.shared.state().refresh.is_some()
    }

    /// Fails like this from now on.
    pub(crate) fn set_failure(&self, failure: Failure) {
        self.shared.state().failure = Some(failure);
    }

    /// Works again, and carries out the requests that it has not answered yet.
    pub(crate) fn recover(&self) {
        self.shared.state().failure = None;
        self.shared.recovered.notify_all();
    }

    /// Number of received requests, answered or not.
    pub(crate) fn requests(&self) -> usize {
        self.shared.state().requests
    }

    /// Every form that came to the logout endpoint.
    pub(crate) fn logouts(&self) -> Vec<HashMap<String, String>> {
        self.shared.state().logouts.clone()
    }

    /// Every form that came to the token endpoint.
    pub(crate) fn forms(&self) -> Vec<HashMap<String, String>> {
        self.shared.state().forms.clone()
    }

    /// Signs in as a user would with this address, and returns the redirect.
    pub(crate) fn sign_in(&self, address: &str) -> String {
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
        self.shared
            .state()
            .codes
            .insert(code.clone(), (redirect.clone(), challenge));
        format!(
            "{redirect}/?state={}&session_state=s&code={code}",
            asked["state"]
        )
    }
}

fn serve(client: TcpStream, base: &str, shared: &SharedState) -> Option<()> {
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
    let (status, kind, body) = answer(path, &body, base, shared);
    let mut client = client;
    write!(
        client,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()
}

/// Status line, content type and body.
fn answer(
    path: &str,
    body: &[u8],
    base: &str,
    shared: &SharedState,
) -> (&'static str, &'static str, String) {
    let mut state = shared.state();
    state.requests += 1;
    while let Some(Failure::Hangs) = &state.failure {
        state = shared.recovered.wait(state).unwrap();
    }
    if let Some(Failure::Answers(status, kind, body)) = state.failure {
        return (status, kind, body.to_owned());
    }
    let form = || url::form_urlencoded::parse(body).into_owned().collect();
    let realm = format!("{base}/realms/lagoon");
    let (status, answer) = match path {
        "/auth/realms/lagoon/.well-known/openid-configuration" => {
            let usual = json!({
                "issuer": realm,
                "authorization_endpoint": format!("{realm}/protocol/openid-connect/auth"),
                "token_endpoint": format!("{realm}/protocol/openid-connect/token"),
            });
            ("200 OK", state.configuration.clone().unwrap_or(usual))
        }
        "/auth/realms/lagoon/protocol/openid-connect/token" => grant(&mut state, form()),
        "/auth/realms/lagoon/protocol/openid-connect/logout" => {
            return log_out(&mut state, form());
        }
        _ => ("404 Not Found", json!({"error": "not found"})),
    };
    (status, "application/json", answer.to_string())
}

/// Ends the session that the refresh token belongs to; as in Keycloak, success has no body.
fn log_out(
    state: &mut ProviderState,
    form: HashMap<String, String>,
) -> (&'static str, &'static str, String) {
    state.logouts.push(form.clone());
    let is_known = form.get("client_id").is_some_and(|id| id == "lagoon-cli");
    if !is_known {
        let refused = json!({"error": "invalid_client"});
        return ("401 Unauthorized", "application/json", refused.to_string());
    }
    if state.refresh.is_none() || state.refresh.as_ref() != form.get("refresh_token") {
        let refused =
            json!({"error": "invalid_grant", "error_description": "Invalid refresh token"});
        return ("400 Bad Request", "application/json", refused.to_string());
    }
    state.refresh = None;
    ("204 No Content", "application/json", String::new())
}

fn grant(state: &mut ProviderState, form: HashMap<String, String>) -> (&'static str, Value) {
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
                // A token that comes twice may have been stolen.
                state.refresh = None;
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
