//! The services of a compose file, as Lagoon deploys them.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Deserialize;

use super::lagoon_file::{DOT_ENV, yaml};
use super::substitute::substitute;
use super::{LONGEST, LONGEST_VALUE, dot_env};
use crate::regular_file;

/// The type of services that exist on the developer's machine only.
const NOT_DEPLOYED: &str = "none";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ComposeFile {
    /// As it is in `x-lagoon-project`, if it has no variables without a value.
    pub project: Option<String>,
    /// By name.
    pub services: Vec<ComposeService>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ComposeService {
    /// On Lagoon.
    pub name: String,
    /// Lagoon's type of service.
    pub kind: String,
    /// The names in the file. Several services can be containers of one.
    pub containers: Vec<String>,
}

#[derive(Deserialize)]
struct FileForm {
    #[serde(rename = "x-lagoon-project")]
    project: Option<String>,
    #[serde(default)]
    services: BTreeMap<String, Option<ServiceForm>>,
}

#[derive(Deserialize)]
struct ServiceForm {
    labels: Option<LabelsForm>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LabelsForm {
    Entries {
        #[serde(rename = "lagoon.type")]
        kind: Option<String>,
        #[serde(rename = "lagoon.name")]
        name: Option<String>,
    },
    /// `NAME=VALUE`
    List(Vec<String>),
}

impl ComposeFile {
    /// The error is a sentence without the path.
    pub(crate) fn read(path: &Path) -> Result<ComposeFile, String> {
        let text = regular_file::text(path, LONGEST).map_err(|e| format!("cannot read it: {e}"))?;
        let form: FileForm = yaml(&text)?;
        let beside = regular_file::text(&path.with_file_name(DOT_ENV), LONGEST);
        let known = beside.map_or_else(|_| HashMap::new(), |text| dot_env::parse(&text));
        let filled = |text: &str| {
            if text.len() > LONGEST_VALUE {
                return None;
            }
            let mut missing = Vec::new();
            let value = |name: &str| {
                known
                    .get(name)
                    .filter(|v| v.len() <= LONGEST_VALUE)
                    .cloned()
            };
            let filled = substitute(text.trim(), &value, &mut missing);
            (missing.is_empty() && !filled.is_empty()).then_some(filled)
        };
        let mut services: BTreeMap<String, ComposeService> = BTreeMap::new();
        for (own, service) in form.services {
            let labels = service.and_then(|service| service.labels);
            let [kind, name] = labels.map_or([None, None], LabelsForm::kind_and_name);
            let kind = kind.as_deref().and_then(filled);
            let Some(kind) = kind.filter(|kind| kind != NOT_DEPLOYED) else {
                continue;
            };
            let name = name.as_deref().and_then(filled);
            let name = name.unwrap_or_else(|| own.clone());
            let found = services.entry(name.clone());
            let found = found.or_insert_with(|| ComposeService {
                name,
                kind,
                containers: Vec::new(),
            });
            // A command is executed in the first container.
            let position = if own == found.name {
                0
            } else {
                found.containers.len()
            };
            found.containers.insert(position, own);
        }
        Ok(ComposeFile {
            project: form.project.as_deref().and_then(filled),
            services: services.into_values().collect(),
        })
    }
}

impl LabelsForm {
    fn kind_and_name(self) -> [Option<String>; 2] {
        match self {
            LabelsForm::Entries { kind, name } => [kind, name],
            LabelsForm::List(labels) => ["lagoon.type", "lagoon.name"].map(|wanted| {
                let mut pairs = labels.iter().filter_map(|label| label.split_once('='));
                pairs.find_map(|(name, value)| (name.trim() == wanted).then(|| value.to_owned()))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::write;
    use super::*;

    fn read(text: &str) -> Result<ComposeFile, String> {
        let top = tempfile::tempdir().unwrap();
        write(top.path(), ".env", "NODE=node\n");
        write(top.path(), "c.yml", text);
        ComposeFile::read(&top.path().join("c.yml"))
    }

    #[test]
    fn services_are_those_that_lagoon_deploys() {
        let file = read(
            "x-lagoon-project: &p shop\nx-labels: &labels\n  lagoon.type: cli-persistent\n  lagoon.persistent.size: 5\n\
             services:\n  cli:\n    image: a\n    labels:\n      << : *labels\n  \
             nginx:\n    labels: {lagoon.type: nginx-php-persistent}\n  \
             php:\n    labels: {lagoon.type: nginx-php-persistent, lagoon.name: nginx}\n  \
             apache:\n    labels: {lagoon.type: basic, lagoon.name: web}\n  \
             node:\n    labels: ['lagoon.type=${NODE}', 'x']\n  \
             mail:\n    labels: {lagoon.type: none}\n  other: {image: b}\n  empty:\n",
        )
        .unwrap();
        assert_eq!(file.project.as_deref(), Some("shop"));
        let services: Vec<_> = file
            .services
            .iter()
            .map(|s| format!("{} {} {}", s.name, s.kind, s.containers.join(",")))
            .collect();
        assert_eq!(
            services,
            [
                "cli cli-persistent cli",
                "nginx nginx-php-persistent nginx,php",
                "node node node",
                "web basic apache"
            ]
        );
    }

    #[test]
    fn a_broken_file_is_an_error_with_the_position() {
        let error = read("services:\n  cli:\n\timage: a").unwrap_err();
        assert!(error.starts_with("line 3, column 2: "), "{error}");
        assert!(ComposeFile::read(Path::new("/nowhere/c.yml")).is_err());
        assert_eq!(read("{}").unwrap().services, []);
    }
}
