//! Reading contexts from the configuration file. Every error names line and column.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, Key, TableLike};
use url::Url;

use crate::domain::SshEndpoint;
use crate::domain::names::suggested;
use crate::domain::place::ssh_endpoint::EndpointError;
use crate::secret::conceal_recognized;

use super::{Config, ConfigError, Context, ContextName, NameError, SshKey, api_address};

const TOP_KEYS: [&str; 2] = ["current", "contexts"];
const CONTEXT_KEYS: [&str; 9] = [
    "api",
    "project",
    "ca_file",
    "allow_http",
    "ui_url",
    "ssh_host",
    "ssh_port",
    "ssh_key",
    "authorization_endpoint",
];

pub(super) fn text(path: &Path) -> Result<String, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            // It may be the wrong file, and errors quote parts of it.
            conceal_recognized(&text);
            Ok(text)
        }
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(ConfigError::io(path, "read", &e)),
    }
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
    let reader = Reader { path, text };
    let document = Document::parse(text).map_err(|e| {
        let message = format!("not valid TOML: {}", e.message().trim());
        let error = reader.error(message, e.span());
        error.hint("the file is TOML: https://toml.io")
    })?;
    let mut config = Config::empty(path.to_owned());
    for (key, item) in entries(document.as_table()) {
        match key.get() {
            "current" => config.current = Some(reader.name(reader.string(item, "current")?, item)?),
            "contexts" => reader.contexts(item, &mut config)?,
            unknown => return Err(reader.unknown(unknown, key, &TOP_KEYS)),
        }
    }
    Ok(config)
}

/// The plain iterator has no positions.
fn entries(table: &dyn TableLike) -> impl Iterator<Item = (&Key, &Item)> {
    table
        .iter()
        .filter_map(|(name, _)| table.get_key_value(name))
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>, span: Option<Range<usize>>) -> ConfigError {
        let error = ConfigError::new(self.path, message);
        match span {
            Some(span) => error.at(self.text, span.start),
            None => error,
        }
    }

    fn unknown(&self, name: &str, key: &Key, known: &[&str]) -> ConfigError {
        let error = self.error(format!("unknown key `{name}`"), key.span());
        let near = suggested(name, known.iter().copied());
        error.hint(near.unwrap_or_else(|| format!("known keys: {}", known.join(", "))))
    }

    fn wrong_type(&self, item: &Item, key: &str, wanted: &str) -> ConfigError {
        self.error(
            format!("`{key}` must be {wanted}, not {}", item.type_name()),
            item.span(),
        )
    }

    fn string<'i>(&self, item: &'i Item, key: &str) -> Result<&'i str, ConfigError> {
        let text = item
            .as_str()
            .ok_or_else(|| self.wrong_type(item, key, "a string"))?;
        if text.is_empty() {
            return Err(self
                .error(format!("`{key}` is empty"), item.span())
                .hint("give it a value or remove the line"));
        }
        Ok(text)
    }

    fn name(&self, text: &str, item: &Item) -> Result<ContextName, ConfigError> {
        text.parse()
            .map_err(|e: NameError| self.error(e.to_string(), item.span()))
    }

    /// An invalid name affects only its own context.
    fn contexts(&self, item: &Item, config: &mut Config) -> Result<(), ConfigError> {
        let table = item
            .as_table_like()
            .ok_or_else(|| self.wrong_type(item, "contexts", "a table"))?;
        for (key, item) in entries(table) {
            let name: Result<ContextName, NameError> = key.get().parse();
            let (message, hint) = match name {
                Ok(name) if !name.is_sandbox() => {
                    config.contexts.push(self.context(name, item)?);
                    continue;
                }
                Ok(_) => (
                    "the context name `sandbox` is reserved".to_owned(),
                    "give the context another name; `sandbox` is the built-in Lagoon",
                ),
                Err(why) => (why.to_string(), "rename the context in that file"),
            };
            let why = self.error(message, key.span()).hint(hint);
            config.broken.push((key.get().to_owned(), why));
        }
        Ok(())
    }

    fn context(&self, name: ContextName, item: &Item) -> Result<Context, ConfigError> {
        let table = item
            .as_table_like()
            .ok_or_else(|| self.wrong_type(item, name.as_str(), "a table"))?;
        let Some(api) = table.get("api") else {
            self.known_keys(table)?;
            return Err(self
                .error(format!("the context `{name}` has no `api`"), item.span())
                .hint("add its address, as in api = \"https://api.example.com/graphql\""));
        };
        let address = api_address(self.string(api, "api")?)
            .map_err(|e| self.error(e.to_string(), api.span()))?;
        let setting = format!("`ssh_key` of the context `{name}`");
        let mut context = Context::new(name, address);
        // Paths are relative to the file's folder, so that both can move together.
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let (mut ssh_host, mut ssh_port) = (None, None);
        self.known_keys(table)?;
        for (key, item) in entries(table) {
            match key.get() {
                "project" => context.project = Some(self.string(item, "project")?.to_owned()),
                "ca_file" => context.ca_file = Some(folder.join(self.string(item, "ca_file")?)),
                "allow_http" => {
                    context.allow_http = item
                        .as_bool()
                        .ok_or_else(|| self.wrong_type(item, "allow_http", "true or false"))?;
                }
                "ui_url" => context.ui_url = Some(self.web_address(item, "ui_url")?),
                "authorization_endpoint" => {
                    let address = self.web_address(item, "authorization_endpoint")?;
                    context.authorization_endpoint = Some(address);
                }
                "ssh_host" => ssh_host = Some((self.string(item, "ssh_host")?, item)),
                "ssh_port" => ssh_port = Some((self.port(item)?, item)),
                "ssh_key" => {
                    let key = self.string(item, "ssh_key")?;
                    let setting = format!("{setting} in {}", self.path.display());
                    context.ssh_key = Some(SshKey::parse(key, folder).set_by(setting));
                }
                _ => {}
            }
        }
        context.ssh = match (ssh_host, ssh_port) {
            (None, None) => None,
            (None, Some((_, item))) => {
                return Err(self
                    .error("`ssh_port` requires `ssh_host`", item.span())
                    .hint("add the host, or remove the line"));
            }
            (Some((host, item)), port) => {
                let port = port.map(|(port, _)| port);
                let found = SshEndpoint::parse(host, port.as_deref());
                Some(found.map_err(|e| self.error(e.to_string(), item.span()))?)
            }
        };
        Ok(context)
    }

    fn known_keys(&self, table: &dyn TableLike) -> Result<(), ConfigError> {
        match entries(table).find(|(key, _)| !CONTEXT_KEYS.contains(&key.get())) {
            Some((key, _)) => Err(self.unknown(key.get(), key, &CONTEXT_KEYS)),
            None => Ok(()),
        }
    }

    /// A number, as text for `SshEndpoint`.
    fn port(&self, item: &Item) -> Result<String, ConfigError> {
        match item.as_integer() {
            Some(port) if (1..=65535).contains(&port) => Ok(port.to_string()),
            Some(port) => Err(self.error(
                format!("`ssh_port`: {}", EndpointError::Port(port.to_string())),
                item.span(),
            )),
            None => Err(self.wrong_type(item, "ssh_port", "a number")),
        }
    }

    fn web_address(&self, item: &Item, key: &str) -> Result<Url, ConfigError> {
        let url = Url::parse(self.string(item, key)?).map_err(|e| {
            let reason = match e {
                url::ParseError::RelativeUrlWithoutBase => "must start with https://".to_owned(),
                e => format!("is not a web address: {e}"),
            };
            self.error(format!("`{key}` {reason}"), item.span())
        })?;
        if matches!(url.scheme(), "http" | "https") {
            return Ok(url);
        }
        Err(self.error(format!("`{key}` must start with https://"), item.span()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        parse(Path::new("/conf/config.toml"), text)
    }

    fn complaint(text: &str) -> String {
        let error = read(text).unwrap_err();
        format!("{error} | {}", error.hints.join(" "))
    }

    #[test]
    fn a_complete_configuration_file_is_read() {
        let config = read(
            "current = \"acme\"\n[contexts.acme]\napi = \"https://api.acme.example\"\n\
             project = \"shop\"\nca_file = \"ca.pem\"\n[contexts.\"b.c\"]\n\
             api = \"http://10.0.0.1:3000/graphql\"\nallow_http = true\nui_url = \"https://ui.example\"\n",
        )
        .unwrap();
        assert_eq!(config.current.unwrap().as_str(), "acme");
        let names: Vec<_> = config.contexts.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["acme", "b.c"]);
        let acme = &config.contexts[0];
        assert_eq!(acme.api.as_str(), "https://api.acme.example/graphql");
        assert_eq!(acme.ca_file.as_deref(), Some(Path::new("/conf/ca.pem")));
        assert!(!acme.allow_http && config.contexts[1].allow_http);
    }

    #[test]
    fn an_empty_file_is_an_empty_configuration() {
        assert!(read("").unwrap().contexts.is_empty());
    }

    #[test]
    fn configuration_errors_name_position_and_fix() {
        assert_eq!(
            complaint("[contexts.a]\napi = \"https://x\"\nprojcet = \"y\"\n"),
            "/conf/config.toml:3:1: unknown key `projcet` | did you mean `project`?"
        );
        assert_eq!(
            complaint("colour = 1"),
            "/conf/config.toml:1:1: unknown key `colour` | known keys: current, contexts"
        );
        assert_eq!(
            complaint("[contexts.a]\napi = 7\n"),
            "/conf/config.toml:2:7: `api` must be a string, not integer | "
        );
        assert!(complaint("[contexts.a]\nproject = \"p\"\n").contains("has no `api`"));
        assert!(complaint("current = \"ü\" \n[a").starts_with("/conf/config.toml:2:"));
        assert!(complaint("current = \"\"").contains("is empty"));
        assert!(complaint("[contexts.a]\nprojcet = \"p\"\n").contains("did you mean `project`?"));
    }

    #[test]
    fn a_context_named_sandbox_leaves_the_others_usable() {
        let config =
            read("[contexts.sandbox]\napi = \"https://x\"\n[contexts.a]\napi = \"https://y\"\n")
                .unwrap();
        assert_eq!(config.contexts.len(), 1);
        let error = config.fault(super::super::SANDBOX).unwrap().to_string();
        assert!(
            error.contains(":1:11: ") && error.contains("reserved"),
            "{error}"
        );
    }

    #[test]
    fn sign_in_settings_are_read() {
        let config = read(
            "[contexts.a]\napi = \"https://x\"\nssh_host = \"ssh.x\"\nssh_port = 32222\n\
             ssh_key = \"keys/ci\"\nauthorization_endpoint = \"https://auth.x/auth\"\n\
             [contexts.b]\napi = \"https://y\"\nssh_host = \"ssh.y\"\nssh_key = \"~/.ssh/y\"\n",
        )
        .unwrap();
        let [a, b] = config.contexts.as_slice() else {
            panic!("{config:?}")
        };
        assert_eq!(a.ssh.as_ref().unwrap().to_string(), "ssh.x:32222");
        assert_eq!(a.ssh_key.as_ref().unwrap().expose(), "keys/ci");
        assert!(a.authorization_endpoint.is_some() && b.authorization_endpoint.is_none());
        assert_eq!(b.ssh.as_ref().unwrap().to_string(), "ssh.y:22");
        assert_eq!(b.ssh_key.as_ref().unwrap().shown(), "~/.ssh/y");

        let of = |line: &str| complaint(&format!("[contexts.a]\napi = \"https://x\"\n{line}\n"));
        assert!(of("ssh_port = 22").contains(":3:12: `ssh_port` requires"));
        assert!(of("ssh_host = \"h\"\nssh_port = 70000").contains(":4:12: "));
        assert!(of("ssh_host = \"-oX\"").contains("not a valid host name or address"));
        assert!(of("authorization_endpoint = \"file:///x\"").contains("must start with https://"));
        assert!(
            of("ui_url = \"ui.example.com\"").contains(":3:10: `ui_url` must start with https://")
        );
        assert!(of("ui_url = \"https://\"").contains("`ui_url` is not a web address: empty host"));
        assert!(of("project = yes").contains(":3:11: not valid TOML: "));
    }

    #[test]
    fn an_invalid_context_name_leaves_the_others_usable() {
        let config =
            read("[contexts.\"a b\"]\napi = \"https://x\"\n[contexts.c]\napi = \"https://y\"\n")
                .unwrap();
        assert_eq!(config.contexts.len(), 1);
        let why = config.fault("a b").unwrap().to_string();
        assert!(
            why.contains(":1:11: `a b` is not a valid context name"),
            "{why}"
        );
    }
}
