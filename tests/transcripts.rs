//! Recorded exchanges with a Lagoon 2.33.1, replayed on the sandbox.
//!
//! `LAGOON_TRANSCRIPTS` names the folder. Without it nothing is replayed, which is reported; if the folder
//! does not exist, the test fails.
#![allow(clippy::print_stdout)] // skipped recordings are reported

mod compare;
mod push;
mod tokens;
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use compare::{Strictness, compared};
use lagoon_sandbox::store::StoreError;
use lagoon_sandbox::{Identity, Options, Sandbox, Seed};
use reqwest::{Client, Method};
use serde_json::Value;

/// Recordings that are not replayed, by the beginning of a name, and the reasons.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "200-",
        "a service of Lagoon's own was down, which the sandbox does not have",
    ),
    (
        "201-",
        "a service of Lagoon's own was down, which the sandbox does not have",
    ),
    (
        "385-",
        "the sandbox has no Keycloak, no ssh and no UI to lead to",
    ),
    ("823-", "notes about a race, no exchange"),
    ("824-", "notes about a server that was stopped, no exchange"),
    (
        "826-",
        "an answer that never comes: `Fault::HangAfter`, tested elsewhere",
    ),
    (
        "828-",
        "an answer that never comes: `Fault::HangAfter`, tested elsewhere",
    ),
    (
        "852-",
        "notes about a client that answers no pings, no exchange",
    ),
];

/// A recorded exchange.
struct Recording {
    name: String,
    step: u32,
    exchange: Value,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_reproduces_recorded_exchanges() {
    let Some(folder) = folder() else {
        println!("skipped: LAGOON_TRANSCRIPTS is not set");
        return;
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(std::time::Duration::from_secs(10))
        .build()
        .unwrap();
    let mut differing = Vec::new();
    let (mut replayed, mut loosely) = (0, 0);
    for recording in recordings(&folder) {
        let left_out = LEFT_OUT
            .iter()
            .find(|(start, _)| recording.name.starts_with(start));
        if let Some((_, reason)) = left_out {
            println!("left out: {}: {reason}", recording.name);
            continue;
        }
        if let Some(reason) = is_push(&recording)
            .then(|| push::obstacle(&recording.exchange))
            .flatten()
        {
            println!("left out: {}: {reason}", recording.name);
            continue;
        }
        replayed += 1;
        match replay(&client, &recording).await {
            Ok(is_refusal) => loosely += usize::from(is_refusal),
            Err(difference) => differing.push(format!("{}\n{difference}", recording.name)),
        }
    }
    println!("{replayed} replayed, {loosely} of them invalid requests, compared without wording");
    assert!(replayed > 0, "no exchange in {}", folder.display());
    assert!(
        differing.is_empty(),
        "{} of {replayed} differ:\n\n{}",
        differing.len(),
        differing.join("\n\n")
    );
}

fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("LAGOON_TRANSCRIPTS")?);
    assert!(folder.is_dir(), "LAGOON_TRANSCRIPTS leads nowhere");
    Some(folder)
}

fn recordings(folder: &Path) -> Vec<Recording> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .collect();
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        Recording {
            step: name.split('-').next().unwrap().parse().unwrap(),
            exchange: serde_json::from_str(&text).unwrap(),
            name,
        }
    };
    names.into_iter().map(read).collect()
}

fn is_push(recording: &Recording) -> bool {
    recording.name.contains("-ws-") || recording.name.contains("-sse-")
}

fn strictness(recording: &Recording) -> Strictness {
    let document = recording.exchange["request"]["body"]["query"].as_str();
    let creates = [
        "addAdvancedTaskDefinition",
        "invokeRegisteredTask",
        "addTask",
        "addOrUpdate",
    ];
    let patch = &recording.exchange["request"]["body"]["variables"]["i"]["patch"];
    let makes_arguments = patch["advancedTaskDefinitionArguments"].is_array();
    if makes_arguments
        || document.is_some_and(|text| creates.iter().any(|word| text.contains(word)))
    {
        Strictness::AnyId
    } else {
        Strictness::Whole
    }
}

/// Replays an exchange; true if it is the refusal of an invalid request.
async fn replay(client: &Client, recording: &Recording) -> Result<bool, String> {
    let sandbox = Sandbox::open(Options::memory(Seed::Bare)).await.unwrap();
    let world = world::before(recording.step);
    let filled = sandbox
        .store()
        .write(|tx| tx.execute_batch(&world).map_err(StoreError::from));
    filled.map_err(|error| format!("the world cannot be made: {error}"))?;
    sandbox.set_storage_down(world::WITHOUT_STORAGE.contains(&recording.step));
    let address = "127.0.0.1:0".parse().unwrap();
    let served = sandbox.clone().serve(address).await.unwrap();

    if recording.name.contains("-ws-") {
        return push::socket(&sandbox, &served, &recording.name, &recording.exchange).await;
    }
    if is_push(recording) {
        let exchange = &recording.exchange;
        return push::events(client, &sandbox, &served, &recording.name, exchange).await;
    }

    let asked = &recording.exchange["request"];
    let text = |key: &str| asked[key].as_str();
    let path = text("path").or(text("url")).unwrap_or("/graphql");
    let method: Method = text("method").unwrap_or("POST").parse().unwrap();
    let mut request = client.request(method, format!("{}{path}", served.url()));
    if let Some(headers) = asked["headers"].as_object() {
        for (name, value) in headers {
            // The recorder's way to send none.
            let value = value.as_str().unwrap();
            if !(value.is_empty() && name == "Content-Type") {
                request = request.header(name, value);
            }
        }
    } else {
        request = request.header("Content-Type", "application/json");
    }
    let token = match (text("as"), text("token")) {
        (Some(name), _) => {
            let as_ = tokens::identity(name).ok_or_else(|| format!("who is {name}?"))?;
            Some(tokens::good(&sandbox, as_))
        }
        (None, Some(words)) => Some(
            tokens::described(&sandbox, words).ok_or_else(|| format!("which token: {words}?"))?,
        ),
        (None, None) if asked.get("token").is_none() => {
            Some(tokens::good(&sandbox, Identity::LegacyAdmin))
        }
        (None, None) => None,
    };
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request = match &asked["body"] {
        Value::Null => request,
        Value::String(body) => request.body(body.clone()),
        body => request.body(body.to_string()),
    };
    let answer = request.send().await.map_err(|error| error.to_string())?;

    let status = answer.status().as_u16();
    let headers = answer.headers().clone();
    let body = answer.text().await.map_err(|error| error.to_string())?;
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    let expected = &recording.exchange;
    if expected["status"] != status {
        return Err(format!(
            "status {status} instead of {}\n{body}\n{}",
            expected["status"], expected["response"]
        ));
    }
    let strictness = strictness(recording);
    let (given, _) = compared(status.into(), &body, strictness);
    let (wanted, is_refusal) = compared(status.into(), &expected["response"], strictness);
    if given != wanted {
        return Err(format!("given:  {given}\nwanted: {wanted}"));
    }
    if is_refusal {
        return Ok(true);
    }
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        let given = headers.get(name).and_then(|given| given.to_str().ok());
        if given != value.as_str() {
            return Err(format!("{name}: {given:?} instead of {value}"));
        }
    }
    let cors = "access-control-allow-origin";
    let is_wanted = expected["headers"]["Access-Control-Allow-Origin"].is_string();
    if expected["headers"].is_object() && headers.contains_key(cors) != is_wanted {
        return Err(format!("{cors}: {:?}", headers.get(cors)));
    }
    Ok(false)
}
