//! What the files around the current folder say of where one is: a project's `.lagoon.yml` with its
//! compose file, and git's own.
//!
//! Nothing here is an error: a file that is missing or broken says nothing, and a note says why.

mod git;

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_saphyr::options::DuplicateKeyPolicy;

/// The file at the top of a project that Lagoon reads.
const LAGOON_FILE: &str = ".lagoon.yml";

/// No such file is larger, in bytes.
const MOST: u64 = 1 << 20;

/// What is known of where one is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkout {
    /// The project that the compose file names, and the `.lagoon.yml` that leads to it, as seen from
    /// the current folder.
    pub project: Option<(String, PathBuf)>,
    /// The address of the git remote.
    pub remote: Option<String>,
    /// The git branch; none where HEAD is detached.
    pub branch: Option<String>,
    /// What was found and could not be used, each a sentence.
    pub notes: Vec<String>,
}

#[derive(Deserialize)]
struct LagoonFile {
    #[serde(rename = "docker-compose-yaml")]
    compose: Option<String>,
}

#[derive(Deserialize)]
struct ComposeFile {
    #[serde(rename = "x-lagoon-project")]
    project: Option<String>,
}

impl Checkout {
    /// Looks from a folder up to the top of its git repository, or of everything.
    #[must_use]
    pub fn read(start: &Path) -> Checkout {
        let mut found = Checkout::default();
        // Upwards by `..`, so that what is said is relative to where one is.
        let mut prefix = PathBuf::new();
        let mut has_lagoon_file = false;
        for folder in start.ancestors() {
            if !has_lagoon_file && folder.join(LAGOON_FILE).is_file() {
                has_lagoon_file = found.lagoon_file(folder, &prefix);
            }
            let dot_git = folder.join(".git");
            if dot_git.exists() {
                let (branch, remote) = git::read(&dot_git, &mut found.notes);
                (found.branch, found.remote) = (branch, remote);
                break;
            }
            prefix.push("..");
        }
        found
    }

    /// Reads a `.lagoon.yml`; whether it is a project's. (The `lagoon` command line keeps a file of
    /// that name in the home folder, which is another thing.)
    fn lagoon_file(&mut self, folder: &Path, prefix: &Path) -> bool {
        let shown = prefix.join(LAGOON_FILE);
        let file: LagoonFile = match yaml(&folder.join(LAGOON_FILE)) {
            Ok(file) => file,
            Err(why) => {
                self.notes.push(format!("{}: {why}", shown.display()));
                return false;
            }
        };
        let Some(compose) = file.compose.filter(|path| !path.trim().is_empty()) else {
            return false;
        };
        let note = match yaml::<ComposeFile>(&folder.join(&compose)) {
            Ok(ComposeFile {
                project: Some(name),
            }) => {
                let name = name.trim();
                if name.is_empty() || name.contains('$') {
                    format!("{compose}: `x-lagoon-project` is no plain name")
                } else {
                    self.project = Some((name.to_owned(), shown));
                    return true;
                }
            }
            Ok(ComposeFile { project: None }) => format!("{compose} has no `x-lagoon-project`"),
            Err(why) => format!("{compose}: {why}"),
        };
        self.notes.push(format!("{}: {note}", shown.display()));
        true
    }
}

/// The part of a YAML file that is asked for; the error is a sentence.
fn yaml<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = text(path).map_err(|error| format!("cannot read it: {error}"))?;
    // Compose files repeat keys and merge others; what is wrong there is none of our business.
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
    serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
        let error = error.without_snippet().to_string();
        error.lines().next().unwrap_or_default().to_owned()
    })
}

/// A small text file.
fn text(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(MOST)
        .read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    const COMPOSE: &str = "version: '2.3'\nx-lagoon-project:\n  # Lagoon project name\n  &lagoon-project shop\n\
        x-volumes:\n  &default-volumes\n    volumes: [.:/app:delegated]\nservices:\n  cli:\n    << : *default-volumes\n    \
        environment:\n      LAGOON_PROJECT: *lagoon-project\n";

    #[test]
    fn the_compose_file_names_the_project() {
        let top = tempfile::tempdir().unwrap();
        write(top.path(), ".git/HEAD", "ref: refs/heads/feature/x\n");
        write(
            top.path(),
            ".lagoon.yml",
            "docker-compose-yaml: compose/dev.yml\ntasks:\n  pre-rollout: []\n",
        );
        write(top.path(), "compose/dev.yml", COMPOSE);
        write(top.path(), "web/core/index.php", "");
        let here = Checkout::read(&top.path().join("web/core"));
        assert_eq!(
            here,
            Checkout {
                project: Some(("shop".to_owned(), PathBuf::from("../../.lagoon.yml"))),
                remote: None,
                branch: Some("feature/x".to_owned()),
                notes: Vec::new(),
            }
        );
    }

    #[test]
    fn what_is_broken_or_missing_says_nothing_and_why() {
        for (lagoon, compose, note) in [
            ("docker-compose-yaml: [", "", ".lagoon.yml: "),
            (
                "docker-compose-yaml: gone.yml",
                "",
                ".lagoon.yml: gone.yml: cannot read it",
            ),
            (
                "docker-compose-yaml: c.yml",
                "services: {}",
                ".lagoon.yml: c.yml has no `x-lagoon-project`",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: ${NAME:-shop}",
                "is no plain name",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: {a: b}",
                ".lagoon.yml: c.yml: ",
            ),
        ] {
            let top = tempfile::tempdir().unwrap();
            write(top.path(), ".git/HEAD", "0123\n");
            write(top.path(), ".lagoon.yml", lagoon);
            write(top.path(), "c.yml", compose);
            let here = Checkout::read(top.path());
            assert_eq!((here.project, here.branch), (None, None), "{lagoon}");
            assert!(here.notes[0].contains(note), "{lagoon}: {:?}", here.notes);
        }
    }

    /// `~/.lagoon.yml` belongs to the `lagoon` command line.
    #[test]
    fn the_other_file_of_that_name_is_passed_over() {
        let top = tempfile::tempdir().unwrap();
        write(
            top.path(),
            ".lagoon.yml",
            "current: amazeeio\nlagoons: {}\n",
        );
        write(top.path(), "a/b", "");
        assert_eq!(Checkout::read(&top.path().join("a")), Checkout::default());
    }
}
