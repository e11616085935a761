//! From the file's text to contexts. Every complaint names line and column.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, Key, TableLike};
use url::Url;

use super::{Config, ConfigError, Context, ContextName, api_address, nearest};

const TOP_KEYS: [&str; 2] = ["current", "contexts"];
const CONTEXT_KEYS: [&str; 5] = ["api", "project", "ca_file", "allow_http", "ui_url"];

/// The file's text; of a file that is not there, the empty text.
pub(super) fn text(path: &Path) -> Result<String, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(e) => Err(ConfigError::io(path, "read", &e)),
    }
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Config, ConfigError> {
    let document = Document::parse(text).map_err(|e| {
        let error = ConfigError::new(path, e.message().trim());
        match e.span() {
            Some(span) => error.at(text, span.start),
            None => error,
        }
        .hint("the file is TOML: https://toml.io")
    })?;
    let reader = Reader { path, text };
    let mut config = Config::empty(path.to_owned());
    for (key, item) in entries(document.as_table()) {
        match key.get() {
            "current" => config.current = Some(reader.name(reader.string(item, "current")?, item)?),
            "contexts" => config.contexts = reader.contexts(item)?,
            unknown => return Err(reader.unknown(unknown, key, &TOP_KEYS)),
        }
    }
    Ok(config)
}

/// Keys with their places: the plain iterator has only their texts.
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
        match nearest(name, known.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint(format!("known keys: {}", known.join(", "))),
        }
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
            .map_err(|e: super::NameError| self.error(e.to_string(), item.span()))
    }

    fn contexts(&self, item: &Item) -> Result<Vec<Context>, ConfigError> {
        let table = item
            .as_table_like()
            .ok_or_else(|| self.wrong_type(item, "contexts", "a table"))?;
        entries(table)
            .map(|(key, item)| {
                let name = self.name(key.get(), item)?;
                if name.is_sandbox() {
                    return Err(self
                        .error("the context name `sandbox` is reserved", key.span())
                        .hint("give the context another name: `sandbox` is the built-in Lagoon"));
                }
                self.context(name, item)
            })
            .collect()
    }

    fn context(&self, name: ContextName, item: &Item) -> Result<Context, ConfigError> {
        let table = item
            .as_table_like()
            .ok_or_else(|| self.wrong_type(item, name.as_str(), "a table"))?;
        let (mut api, mut project, mut ca_file, mut ui_url) = (None, None, None, None);
        let mut allow_http = false;
        for (key, item) in entries(table) {
            match key.get() {
                "api" => {
                    let address = api_address(self.string(item, "api")?);
                    api = Some(address.map_err(|e| self.error(e.to_string(), item.span()))?);
                }
                "project" => project = Some(self.string(item, "project")?.to_owned()),
                "ca_file" => {
                    // Relative to the file that names it, so that both can move together.
                    let folder = self.path.parent().unwrap_or(Path::new(""));
                    ca_file = Some(folder.join(self.string(item, "ca_file")?));
                }
                "allow_http" => {
                    allow_http = item
                        .as_bool()
                        .ok_or_else(|| self.wrong_type(item, "allow_http", "true or false"))?;
                }
                "ui_url" => {
                    let address = Url::parse(self.string(item, "ui_url")?)
                        .map_err(|e| self.error(format!("`ui_url`: {e}"), item.span()))?;
                    ui_url = Some(address);
                }
                unknown => return Err(self.unknown(unknown, key, &CONTEXT_KEYS)),
            }
        }
        let api = api.ok_or_else(|| {
            self.error(format!("the context `{name}` has no `api`"), item.span())
                .hint("add its address, as in api = \"https://api.example.com/graphql\"")
        })?;
        Ok(Context {
            name,
            api,
            project,
            ca_file,
            allow_http,
            ui_url,
        })
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
    fn a_whole_file() {
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
    fn nothing_is_an_empty_configuration() {
        assert!(read("").unwrap().contexts.is_empty());
    }

    #[test]
    fn complaints_name_place_and_remedy() {
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
        assert!(complaint("[contexts.sandbox]\napi = \"https://x\"").contains(":1:11: "));
        assert!(complaint("current = \"ü\" \n[a").starts_with("/conf/config.toml:2:"));
        assert!(complaint("current = \"\"").contains("is empty"));
    }
}
