//! The `lagoon` CLI's file, whose contexts can be used here. It is never written.
//!
//! Its keys are `default`, `current`, and `lagoons: {NAME: {graphql, hostname, port, token,
//! version, ui, kibana, sshkey, publickeyidentities}}`. Ports are texts or numbers, and any key may
//! be empty or missing. An error in one context does not affect the others.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use url::Url;

use crate::domain::names::{closest, did_you_mean};
use crate::domain::task::text::scalar;
use crate::domain::{SshEndpoint, YamlFault};

use super::name::NAME_FORM;
use super::{ConfigError, Context, ContextName, Origin, SANDBOX, SshKey, api_address, read};

#[derive(Debug, Clone)]
pub struct LagoonCli {
    pub path: PathBuf,
    /// Its `default`, else its `current`, which is only the context that its last command used.
    pub current: Option<String>,
    pub failure: Option<ConfigError>,
    pub dangling: Option<ConfigError>,
    pub has_token: bool,
}

pub(super) struct Loaded {
    pub(super) contexts: Vec<Context>,
    pub(super) broken: Vec<(String, ConfigError)>,
    pub(super) file: LagoonCli,
}

pub(super) fn load(path: &Path) -> Option<Loaded> {
    parse(path, read::text(path))
}

pub(super) fn parse(path: &Path, content: Result<String, ConfigError>) -> Option<Loaded> {
    let document = content.and_then(|text| document(path, &text));
    let (document, failure) = match document {
        Ok(document) => (document?, None),
        Err(error) => (Map::new(), Some(error)),
    };
    let lagoons = document.get("lagoons").and_then(Value::as_object);
    let current = ["default", "current"]
        .into_iter()
        .find_map(|key| Some((key, text(&document, key)?)));
    let dangling = current.as_ref().and_then(|(key, name)| {
        let is_there = lagoons.is_some_and(|lagoons| lagoons.contains_key(name));
        (!is_there).then(|| dangling(path, key, name, lagoons))
    });
    let mut tokens = lagoons.into_iter().flatten().map(|(_, fields)| fields);
    let mut found = Loaded {
        contexts: Vec::new(),
        broken: Vec::new(),
        file: LagoonCli {
            path: path.to_owned(),
            dangling,
            has_token: tokens.any(|fields| {
                fields
                    .as_object()
                    .is_some_and(|f| text(f, "token").is_some())
            }),
            current: current.map(|(_, name)| name),
            failure,
        },
    };
    for (name, fields) in lagoons.into_iter().flatten() {
        match context(name, fields) {
            Ok(context) => found.contexts.push(context),
            Err(why) => {
                let message = format!("`{}` {why}", name.escape_debug());
                let remedy = if name == SANDBOX {
                    "rename it in that file, or add it under another name: tasks context add NAME URL"
                } else {
                    "correct it in that file, or add it as a context: tasks context add NAME URL"
                };
                let why = ConfigError::new(path, message).hint(remedy);
                found.broken.push((name.clone(), why));
            }
        }
    }
    Some(found)
}

fn dangling(
    path: &Path,
    key: &str,
    name: &str,
    lagoons: Option<&Map<String, Value>>,
) -> ConfigError {
    let shown = name.escape_debug();
    let message = format!("`{key}` is `{shown}`, but the file has no Lagoon of that name");
    let known = lagoons.into_iter().flat_map(Map::keys).map(String::as_str);
    let near = closest(name, known).map(|near| near.escape_debug().to_string());
    let remedy = did_you_mean(near.as_slice())
        .unwrap_or_else(|| format!("correct `{key}` in that file, or select a context: -l NAME"));
    ConfigError::new(path, message).hint(remedy)
}

/// Read each time, because the `lagoon` CLI renews it.
pub(crate) fn cached_token(path: &Path, context: &ContextName) -> Option<String> {
    let document = document(path, &read::text(path).ok()?).ok()??;
    text(
        document
            .get("lagoons")?
            .get(context.as_str())?
            .as_object()?,
        "token",
    )
}

fn document(path: &Path, text: &str) -> Result<Option<Map<String, Value>>, ConfigError> {
    let is_blank = |line: &str| matches!(line.trim().chars().next(), None | Some('#'));
    if text.lines().all(is_blank) {
        return Ok(None);
    }
    let fault = |message: &str| {
        ConfigError::new(path, message)
            .hint("correct this YAML file of the `lagoon` CLI")
            .hint("or set LAGOON_CONFIG_FILE to another file")
    };
    match serde_saphyr::from_str::<Value>(text) {
        Ok(Value::Object(document)) => Ok(Some(document)),
        Ok(Value::Null) => Ok(None),
        Ok(_) => Err(fault("it must be a mapping with the key `lagoons`")),
        Err(error) => {
            let yaml = YamlFault::of(&error);
            let position = usize::try_from(yaml.line).ok();
            let position = position.zip(usize::try_from(yaml.column).ok());
            Err(ConfigError {
                position: position.filter(|(line, _)| *line > 0),
                ..fault(&yaml.message)
            })
        }
    }
}

/// The error continues a sentence that begins with the name.
fn context(name: &str, fields: &Value) -> Result<Context, String> {
    let name: ContextName = name
        .parse()
        .map_err(|_| format!("is not a valid context name; {NAME_FORM}"))?;
    if name.is_sandbox() {
        return Err("is the name of the built-in Lagoon, so this entry is ignored".to_owned());
    }
    let empty = Map::new();
    let fields = fields.as_object().unwrap_or(&empty);
    let api = text(fields, "graphql").ok_or("has no API address (`graphql`)")?;
    let api = api_address(&api).map_err(|e| format!("is invalid: `graphql`: {e}"))?;
    let ssh = text(fields, "hostname")
        .map(|host| SshEndpoint::parse(&host, text(fields, "port").as_deref()))
        .transpose()
        .map_err(|e| format!("is invalid: {e}"))?;
    let setting = format!("`sshkey` of the context `{name}` in the `lagoon` CLI's file");
    let ssh_key = text(fields, "sshkey").map(|key| SshKey::parse(&key, Path::new("")));
    let ui_url = text(fields, "ui").and_then(|ui| Url::parse(&ui).ok());
    Ok(Context {
        ssh,
        ssh_key: ssh_key.map(|key| key.set_by(setting)),
        ui_url: ui_url.filter(|u| matches!(u.scheme(), "http" | "https")),
        origin: Origin::LagoonCli,
        ..Context::new(name, api)
    })
}

fn text(fields: &Map<String, Value>, key: &str) -> Option<String> {
    scalar(fields.get(key)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".lagoon.yml");
        std::fs::write(&path, text).unwrap();
        (home, path)
    }

    const FILE: &str = "\
# written by lagoon
current: amazeeio
default: acme
environmentfromdirectory: false
lagoons:
  amazeeio:
    graphql: https://api.lagoon.amazeeio.cloud/graphql
    hostname: token.lagoon.amazeeio.cloud
    port: \"22\"
    token: a.b.c
    version: v2.20.0
    kibana: https://logs.amazeeio.cloud/
    ui: https://dashboard.amazeeio.cloud
    sshkey: ~/.ssh/id_lagoon
    publickeyidentities: []
  acme:
    graphql: https://api.acme.example
    hostname: ssh.acme.example
    port: 32222
    token:
    ui: \"\"
    sshkey: \"\"
  bare: {graphql: https://api.bare.example/graphql}
  null-only:
  no api: {graphql: https://x.example}
  half: {hostname: ssh.half.example, port: 22}
  odd: {graphql: https://odd.example, hostname: \"-oProxyCommand=touch /tmp/x\"}
  sandbox: {graphql: https://s.example}
";

    #[test]
    fn every_form_of_a_lagoon_cli_context_is_read() {
        let (_home, path) = file(FILE);
        let Loaded {
            contexts,
            broken,
            file,
        } = load(&path).unwrap();
        let names: Vec<&str> = contexts.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["amazeeio", "acme", "bare"]);
        let [amazee, acme, bare] = contexts.as_slice() else {
            panic!("{contexts:?}")
        };
        assert_eq!(
            amazee.ssh.as_ref().unwrap().to_string(),
            "token.lagoon.amazeeio.cloud:22"
        );
        assert_eq!(amazee.ssh_key.as_ref().unwrap().shown(), "~/.ssh/id_lagoon");
        assert_eq!(
            amazee.ui_url.as_ref().unwrap().as_str(),
            "https://dashboard.amazeeio.cloud/"
        );
        assert_eq!(
            acme.ssh.as_ref().unwrap().to_string(),
            "ssh.acme.example:32222"
        );
        assert!(acme.ssh_key.is_none() && acme.ui_url.is_none() && bare.ssh.is_none());
        assert_eq!(acme.origin, Origin::LagoonCli);
        assert_eq!(file.current.as_deref(), Some("acme"));
        assert!(file.failure.is_none());

        let names: Vec<&str> = broken.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["null-only", "no api", "half", "odd", "sandbox"]);
        let why = broken[2].1.to_string();
        assert!(
            why.ends_with(": `half` has no API address (`graphql`)"),
            "{why}"
        );
    }

    #[test]
    fn the_cached_token_is_read_and_an_empty_one_ignored() {
        let (_home, path) = file(FILE);
        let token = |name: &str| cached_token(&path, &name.parse().unwrap());
        assert_eq!(token("amazeeio").as_deref(), Some("a.b.c"));
        assert_eq!(token("acme"), None);
        assert_eq!(token("gone"), None);
    }

    #[test]
    fn the_last_used_lagoon_is_current_without_a_default() {
        let (_home, path) = file("current: one\ndefault: \"\"\nlagoons: {}\n");
        assert_eq!(load(&path).unwrap().file.current.as_deref(), Some("one"));
    }

    #[test]
    fn a_current_lagoon_that_does_not_exist_is_reported() {
        let complaint = |text: &str| {
            let (_home, path) = file(text);
            load(&path)
                .unwrap()
                .file
                .dangling
                .map(|why| (why.message, why.hints))
        };
        let (message, hints) = complaint("current: acne\nlagoons: {acme: {}}\n").unwrap();
        assert_eq!(
            message,
            "`current` is `acne`, but the file has no Lagoon of that name"
        );
        assert_eq!(hints, ["did you mean `acme`?"]);
        let (message, _) = complaint("default: gone\ncurrent: a\nlagoons: {a: {}}\n").unwrap();
        assert!(message.starts_with("`default` is `gone`"), "{message}");
        assert!(complaint("current: a\n").is_some());
        assert!(complaint("current: a\nlagoons: {a: {}}\n").is_none());
        assert!(complaint("lagoons: {a: {}}\n").is_none());
    }

    #[test]
    fn yaml_errors_have_a_position_and_do_not_repeat_a_token() {
        let (_home, path) = file("lagoons:\n  a:\n    token: s3cr3t: x\n");
        let failure = load(&path).unwrap().file.failure.unwrap();
        let words = failure.to_string();
        assert!(words.contains(".lagoon.yml:3:"), "{words}");
        assert!(!words.contains("s3cr3t"), "{words}");
        assert!(failure.hints[0].contains("YAML"));
    }

    #[test]
    fn an_empty_or_missing_file_yields_no_contexts() {
        let (home, path) = file("# empty\n\n");
        assert!(load(&path).is_none());
        assert!(load(&home.path().join("gone")).is_none());
        let (_home, path) = file("- a\n");
        assert!(load(&path).unwrap().file.failure.is_some());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,80}") {
            let (_home, path) = file(&text);
            let _ = load(&path);
            let _ = load(&file(&format!("lagoons:\n  a: {text}")).1);
        }
    }
}
