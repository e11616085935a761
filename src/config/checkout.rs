//! The project and branch of a checkout: `.lagoon.yml`, its compose file and git's files.
//!
//! A missing or broken file is not an error here; a note gives the reason.

mod git;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_saphyr::options::DuplicateKeyPolicy;

use crate::domain::YamlFault;
use crate::regular_file::{self, Owners};

/// The longest file, in bytes. Usual files have a few kB; a larger one would make every command
/// slow.
const LONGEST: u64 = 1 << 20;

const LAGOON_FILE: &str = ".lagoon.yml";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Checkout {
    /// From the compose file; with the path of `.lagoon.yml` relative to the current folder.
    pub project: Option<(String, PathBuf)>,
    pub remote: Option<String>,
    /// `None` if HEAD is detached.
    pub branch: Option<String>,
    /// Sentences about files that could not be used.
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
    /// Searches up to the top of the git repository, or to the root folder.
    pub(crate) fn read(start: &Path, owners: &Owners) -> Checkout {
        let mut found = Checkout::default();
        let repository = start.ancestors().find(|f| f.join(".git").exists());
        let top = repository.filter(|top| owners.is_owned(&top.join(".git")));
        // Upwards by `..`, so that reported paths are relative to the current folder.
        let mut prefix = PathBuf::new();
        let mut has_lagoon_file = false;
        for folder in start.ancestors() {
            let file = folder.join(LAGOON_FILE);
            if !has_lagoon_file && file.symlink_metadata().is_ok() {
                let is_trusted = top.is_some()
                    || owners.own(&file)
                    || (folder == start && owners.is_owned(&file));
                if is_trusted {
                    has_lagoon_file = found.lagoon_file(folder, &prefix, top.unwrap_or(folder));
                } else {
                    found.ignore(&prefix.join(LAGOON_FILE));
                }
            }
            if Some(folder) == repository {
                let dot_git = folder.join(".git");
                if top.is_some() {
                    (found.branch, found.remote) = git::read(&dot_git, &mut found.notes);
                } else {
                    found.ignore(&prefix.join(".git"));
                }
                break;
            }
            prefix.push("..");
        }
        found
    }

    fn ignore(&mut self, path: &Path) {
        let path = path.display();
        self.notes
            .push(format!("{path} is ignored: it belongs to another user"));
    }

    /// Returns whether the file belongs to a project: the `lagoon` CLI has an unrelated file of
    /// that name in the home folder.
    fn lagoon_file(&mut self, folder: &Path, prefix: &Path, top: &Path) -> bool {
        let shown = prefix.join(LAGOON_FILE);
        let file: LagoonFile = match yaml(top, &folder.join(LAGOON_FILE)) {
            Ok(file) => file,
            Err(why) => {
                self.notes.push(format!("{}: {why}", shown.display()));
                return false;
            }
        };
        let Some(compose) = file.compose.filter(|path| !path.trim().is_empty()) else {
            return false;
        };
        let found = if Path::new(&compose).has_root() {
            Err("the path must be relative to the file".to_owned())
        } else {
            yaml::<ComposeFile>(top, &folder.join(&compose))
        };
        let note = match found {
            Ok(ComposeFile {
                project: Some(name),
            }) => {
                let name = name.trim();
                if name.is_empty() || name.contains('$') {
                    format!("{compose}: `x-lagoon-project` is not a plain name")
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

/// The error is a sentence.
fn yaml<T: serde::de::DeserializeOwned>(top: &Path, path: &Path) -> Result<T, String> {
    let cannot = |error| format!("cannot read it: {error}");
    // The path begins with `top`, unless it has a drive letter.
    let path = path.strip_prefix(top).unwrap_or(path);
    let Some(path) = regular_file::within(top, path).map_err(cannot)? else {
        return Err("it is outside the repository".to_owned());
    };
    let text = regular_file::text(&path, LONGEST).map_err(cannot)?;
    // Compose files may repeat and merge keys; validating them is not our task.
    let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
    serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
        let YamlFault {
            line,
            column,
            message,
        } = YamlFault::of(&error);
        format!("line {line}, column {column}: {message}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(start: &Path) -> Checkout {
        Checkout::read(start, &Owners::current(None, start))
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
        let here = read(&top.path().join("web/core"));
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
    fn broken_or_missing_files_yield_no_project_and_a_note() {
        for (lagoon, compose, note) in [
            (
                "docker-compose-yaml: [",
                "",
                ".lagoon.yml: line 1, column 22: this bracket is never closed",
            ),
            (
                "docker-compose-yaml: [a]",
                "",
                ".lagoon.yml: line 1, column 22: expected a single value",
            ),
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
                "is not a plain name",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: {a: b}",
                ".lagoon.yml: c.yml: line 1, column 19: expected a single value",
            ),
            (
                "docker-compose-yaml: c.yml",
                "services:\n  cli:\n\timage: a",
                ".lagoon.yml: c.yml: line 3, column 2: this line is indented with a tab",
            ),
        ] {
            let top = tempfile::tempdir().unwrap();
            write(top.path(), ".git/HEAD", "0123\n");
            write(top.path(), ".lagoon.yml", lagoon);
            write(top.path(), "c.yml", compose);
            let here = read(top.path());
            assert_eq!((here.project, here.branch), (None, None), "{lagoon}");
            assert!(here.notes[0].contains(note), "{lagoon}: {:?}", here.notes);
        }
    }

    /// `~/.lagoon.yml` belongs to the `lagoon` CLI.
    #[test]
    fn the_config_of_the_lagoon_cli_is_skipped() {
        let top = tempfile::tempdir().unwrap();
        write(
            top.path(),
            ".lagoon.yml",
            "current: amazeeio\nlagoons: {}\n",
        );
        write(top.path(), "a/b", "");
        assert_eq!(read(&top.path().join("a")), Checkout::default());
    }

    /// As git ignores a repository of another user.
    #[cfg(unix)]
    #[test]
    fn files_of_another_user_are_ignored_outside_a_repository() {
        let top = tempfile::tempdir().unwrap();
        let work = top.path().join("work");
        write(top.path(), ".lagoon.yml", "docker-compose-yaml: c.yml\n");
        write(top.path(), "c.yml", COMPOSE);
        write(top.path(), "work/a", "");
        let me = rustix::process::geteuid().as_raw();
        // Every user trusts root's files, so root tests with a file of another user.
        let user = if me == 0 { 0 } else { me + 1 };
        let give_away = |path: &str| {
            if me == 0 {
                std::os::unix::fs::chown(top.path().join(path), Some(4711), None).unwrap();
            }
        };
        give_away(".lagoon.yml");
        let here = |sudo| Checkout::read(&work, &Owners::of(user, sudo, Path::new("/")));
        let found = here(None);
        assert_eq!(found.project, None);
        let note = "../.lagoon.yml is ignored: it belongs to another user";
        assert_eq!(found.notes, [note]);
        if me == 0 {
            assert_eq!(here(Some(4711)).project.unwrap().0, "shop");
        }
        // A repository of the other user does not make the file trustworthy.
        write(top.path(), ".git/HEAD", "ref: refs/heads/main\n");
        give_away(".git");
        let found = here(None);
        assert_eq!((found.project, found.branch), (None, None));
        assert_eq!(found.notes.len(), 2);
        // The user's own repository does: the file came with it.
        if me == 0 {
            std::os::unix::fs::chown(top.path().join(".git"), Some(0), None).unwrap();
            assert_eq!(here(None).project.unwrap().0, "shop");
        }
    }
}
