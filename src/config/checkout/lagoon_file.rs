//! The project's name in `.lagoon.yml` and its compose file.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_saphyr::options::DuplicateKeyPolicy;

use super::substitute::{Lookup, substitute};
use super::{LONGEST, LONGEST_VALUE, dot_env};
use crate::domain::YamlFault;
use crate::regular_file;

pub(super) const LAGOON_FILE: &str = ".lagoon.yml";
pub(super) const DOT_ENV: &str = ".env";

/// As Lagoon assumes if the key is missing.
const COMPOSE: &str = "docker-compose.yml";

const COMPOSE_KEY: &str = "docker-compose-yaml";
const PROJECT_KEY: &str = "x-lagoon-project";

/// The only variables of the process that can select a project.
const PREFIX: &str = "TASKS_VAR_";

#[derive(Default, Deserialize)]
struct LagoonFile {
    #[serde(rename = "docker-compose-yaml")]
    compose: Option<String>,
    /// In the `lagoon` CLI's file, which has the same name.
    lagoons: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct SeveralComposeFiles {
    #[serde(rename = "docker-compose-yaml")]
    _names: Vec<String>,
}

#[derive(Deserialize)]
struct TopLevel {
    project: Option<String>,
}

#[derive(Deserialize)]
struct ComposeFile {
    #[serde(rename = "x-lagoon-project")]
    project: Option<String>,
}

#[derive(Default)]
pub(super) struct FoundProject {
    /// The `lagoon` CLI has an unrelated file of that name in the home folder.
    pub(super) is_of_project: bool,
    pub(super) name: Option<String>,
    /// The compose file, relative to the folder.
    pub(super) compose: Option<String>,
    /// The reason for not using the compose file.
    pub(super) note: Option<String>,
}

/// A folder with `.lagoon.yml`, and the limits for reading it.
pub(super) struct ProjectFolder<'a> {
    pub(super) folder: &'a Path,
    /// Files outside are not read.
    pub(super) top: &'a Path,
    pub(super) variable: Lookup<'a>,
}

impl ProjectFolder<'_> {
    pub(super) fn read(&self) -> FoundProject {
        let failed = |note| FoundProject {
            note: Some(note),
            ..FoundProject::default()
        };
        let text = match self.text(LAGOON_FILE) {
            Ok(text) => text,
            Err(error) => return failed(error.words()),
        };
        let is_blank = |line: &str| matches!(line.trim().chars().next(), None | Some('#'));
        let file = if text.lines().all(is_blank) {
            Ok(LagoonFile::default())
        } else {
            yaml::<LagoonFile>(&text)
        };
        let file = match file {
            Ok(file) => file,
            Err(_) if yaml::<SeveralComposeFiles>(&text).is_ok() => {
                return failed(format!(
                    "`{COMPOSE_KEY}` lists several files; Lagoon reads one"
                ));
            }
            Err(fault) => return failed(fault),
        };
        if file.lagoons.is_some() {
            return FoundProject::default();
        }
        let given = file.compose.filter(|path| !path.trim().is_empty());
        let named = self.in_compose_file(given.as_deref());
        let (name, note) = match named {
            Ok(name) => (Some(name), None),
            Err(note) => (top_level_project(&text), Some(note)),
        };
        FoundProject {
            is_of_project: given.is_some() || name.is_some() || self.folder.join(COMPOSE).exists(),
            name,
            compose: given,
            note,
        }
    }

    /// The error is a sentence.
    fn in_compose_file(&self, given: Option<&str>) -> Result<String, String> {
        let path = given.unwrap_or(COMPOSE);
        let about = |words: &str| format!("{path}: {words}");
        if Path::new(path).has_root() {
            return Err(about("the path must be relative to the file"));
        }
        let text = self.text(path).map_err(|error| match error {
            Unreadable::Missing(_) => self.missing_compose_file(path, given.is_some()),
            error => about(&error.words()),
        })?;
        let file: ComposeFile = yaml(&text).map_err(|fault| about(&fault))?;
        let Some(name) = file.project else {
            return Err(format!("{path} has no `{PROJECT_KEY}`"));
        };
        self.resolved(name.trim(), path).map_err(|why| about(&why))
    }

    fn missing_compose_file(&self, path: &str, is_given: bool) -> String {
        let others = compose_files(self.folder);
        let missing = if is_given {
            format!("`{COMPOSE_KEY}` is {path}, which does not exist")
        } else {
            format!("it has no `{COMPOSE_KEY}`, and {path} does not exist")
        };
        match others.as_slice() {
            [] => missing,
            [one] => format!("{missing}; to use {one}, set `{COMPOSE_KEY}: {one}`"),
            several => {
                let several = several.join(", ");
                format!("{missing}; set `{COMPOSE_KEY}` to one of {several}")
            }
        }
    }

    /// The value with its variables replaced, if it can be a project's name.
    fn resolved(&self, text: &str, compose: &str) -> Result<String, String> {
        if text.is_empty() {
            return Err(format!("`{PROJECT_KEY}` is empty"));
        }
        if !text.contains('$') {
            return plain(PROJECT_KEY, text);
        }
        if text.len() > LONGEST_VALUE {
            return Err(format!("`{PROJECT_KEY}` is too long"));
        }
        let beside = Path::new(compose).with_file_name(DOT_ENV);
        let shown = beside.display();
        let (known, unreadable) = match self.text(&beside.to_string_lossy()) {
            Ok(text) => (dot_env::parse(&text), None),
            Err(Unreadable::Missing(_)) => (HashMap::new(), None),
            Err(error) => (HashMap::new(), Some(error.words())),
        };
        let value = |name: &str| {
            let variable = match name.strip_prefix(PREFIX) {
                Some(_) => name.to_owned(),
                None => format!("{PREFIX}{name}"),
            };
            // A longer value is not a project name, with or without its end.
            let in_file = known.get(name);
            let in_file = || in_file.map(|value| value.chars().take(LONGEST_VALUE + 1).collect());
            (self.variable)(&variable).or_else(in_file)
        };
        let mut missing = Vec::new();
        let name = substitute(text, &value, &mut missing);
        if let Some(first) = missing.first() {
            let names = missing.join(", ");
            let why = unreadable.map_or_else(String::new, |why| format!(" ({shown}: {why})"));
            return Err(format!(
                "`{PROJECT_KEY}` is `{text}`, but {shown} has no value for {names}{why}; add it \
                 there, or set {PREFIX}{}",
                first.trim_start_matches(PREFIX)
            ));
        }
        // The value may come from a file with secrets, so it is not repeated.
        let is_in_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let name = name.trim();
        if name.is_empty() || name.len() > LONGEST_VALUE || !name.chars().all(is_in_name) {
            return Err(format!(
                "`{PROJECT_KEY}` is `{text}`, whose value is not a project name"
            ));
        }
        Ok(name.to_owned())
    }

    fn text(&self, path: &str) -> Result<String, Unreadable> {
        let path = self.folder.join(path);
        // The path begins with `top`, unless it has a drive letter.
        let path = path.strip_prefix(self.top).unwrap_or(&path);
        let found = regular_file::within(self.top, path).map_err(Unreadable::of)?;
        let path = found.ok_or(Unreadable::Outside)?;
        regular_file::text(&path, LONGEST).map_err(Unreadable::of)
    }
}

enum Unreadable {
    Missing(std::io::Error),
    Outside,
    Other(std::io::Error),
}

impl Unreadable {
    fn of(error: std::io::Error) -> Unreadable {
        if error.kind() == std::io::ErrorKind::NotFound {
            Unreadable::Missing(error)
        } else {
            Unreadable::Other(error)
        }
    }

    fn words(&self) -> String {
        match self {
            Unreadable::Outside => "it is outside the repository".to_owned(),
            Unreadable::Missing(error) | Unreadable::Other(error) => {
                format!("cannot read it: {error}")
            }
        }
    }
}

/// The error has the position.
pub(super) fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    // Compose files may repeat and merge keys; validating them is not our task.
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let YamlFault {
            line,
            column,
            message,
        } = YamlFault::of(&error);
        format!("line {line}, column {column}: {message}")
    })
}

/// `project:` at the top of `.lagoon.yml`. A project of that name has a mapping there.
fn top_level_project(text: &str) -> Option<String> {
    let found = yaml::<TopLevel>(text).ok()?.project?;
    plain("project", found.trim())
        .ok()
        .filter(|name| !name.is_empty() && !name.contains('$'))
}

/// Refuses what a project template has in place of a name.
fn plain(key: &str, name: &str) -> Result<String, String> {
    let is_placeholder = name.contains(['{', '}', '<', '>', '%', '[', ']'])
        || (name.starts_with("__") && name.ends_with("__"))
        || (name.starts_with('@') && name.ends_with('@'));
    if is_placeholder {
        return Err(format!("`{key}` is the placeholder `{name}` of a template"));
    }
    Ok(name.to_owned())
}

/// The names of compose files by precedence. Lagoon assumes the first.
pub(crate) const USUAL_NAMES: [&str; 4] = [
    COMPOSE,
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
];

pub(super) fn usual_compose_file(folder: &Path) -> Option<&'static str> {
    USUAL_NAMES
        .into_iter()
        .find(|name| folder.join(name).is_file())
}

/// The names of compose files in a folder, sorted.
fn compose_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let is_compose_file = |name: &String| {
        let stem = name
            .strip_suffix(".yml")
            .or_else(|| name.strip_suffix(".yaml"));
        let stem = stem.map(|stem| stem.strip_prefix("docker-").unwrap_or(stem));
        stem.is_some_and(|stem| stem == "compose" || stem.starts_with("compose."))
    };
    let mut found: Vec<String> = names.filter(is_compose_file).collect();
    found.sort();
    found
}
