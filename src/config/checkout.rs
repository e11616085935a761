//! The project and branch of a checkout: `.lagoon.yml`, its compose file and git's files.
//!
//! A missing or broken file is not an error here; a note gives the reason.

#[cfg(feature = "sandbox")]
mod compose_file;
mod dot_env;
mod git;
mod lagoon_file;
mod substitute;

use std::path::{Path, PathBuf};

use crate::regular_file::Owners;
#[cfg(feature = "sandbox")]
pub(crate) use compose_file::ComposeFile;
#[cfg(feature = "sandbox")]
pub(crate) use lagoon_file::USUAL_NAMES;
use lagoon_file::{LAGOON_FILE, ProjectFolder, usual_compose_file};

/// The longest file, in bytes. Usual files have a few kB; a larger one would make every command
/// slow.
const LONGEST: u64 = 1 << 20;

/// The longest value with variables, in bytes. Project names are shorter.
const LONGEST_VALUE: usize = 256;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Checkout {
    /// With the path of `.lagoon.yml` relative to the current folder.
    pub project: Option<(String, PathBuf)>,
    /// The compose file that `.lagoon.yml` names, else one with a usual name, relative to the current
    /// folder.
    pub compose: Option<PathBuf>,
    /// Addresses in the order in which they are tried.
    pub remotes: Vec<String>,
    /// `None` if HEAD is detached.
    pub branch: Option<String>,
    /// Sentences about files that could not be used.
    pub notes: Vec<String>,
    /// A sentence about the missing branch.
    pub branch_note: Option<String>,
    /// A sentence about files that do not exist.
    pub missing: Option<String>,
}

impl Checkout {
    /// Searches up to the top of the git repository, or to the root folder.
    /// Only `TASKS_VAR_*` are read with `variable`.
    pub(crate) fn read(
        start: &Path,
        owners: &Owners,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Checkout {
        let mut found = Checkout::default();
        let repository = start.ancestors().find(|f| f.join(".git").exists());
        let top = repository.filter(|top| owners.is_owned(&top.join(".git")));
        // Upwards by `..`, so that reported paths are relative to the current folder.
        let mut prefix = PathBuf::new();
        let mut has_lagoon_file = false;
        for folder in start.ancestors() {
            let file = folder.join(LAGOON_FILE);
            let is_trusted = |file: &Path| {
                top.is_some() || owners.own(file) || (folder == start && owners.is_owned(file))
            };
            if found.compose.is_none()
                && let Some(name) = usual_compose_file(folder)
                && is_trusted(&folder.join(name))
            {
                found.compose = Some(prefix.join(name));
            }
            if !has_lagoon_file && file.symlink_metadata().is_ok() {
                if is_trusted(&file) {
                    let folder = ProjectFolder {
                        folder,
                        top: top.unwrap_or(folder),
                        variable,
                    };
                    has_lagoon_file = found.lagoon_file(&folder, prefix.join(LAGOON_FILE));
                } else {
                    found.ignore(&prefix.join(LAGOON_FILE));
                }
            }
            if Some(folder) == repository {
                if top.is_some() {
                    found.git(&folder.join(".git"));
                    found.missing(has_lagoon_file);
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

    /// Returns whether the file belongs to a project.
    fn lagoon_file(&mut self, folder: &ProjectFolder<'_>, shown: PathBuf) -> bool {
        let found = folder.read();
        let note = found
            .note
            .map(|note| format!("{}: {note}", shown.display()));
        self.notes.extend(note);
        if let Some(compose) = found.compose {
            self.compose = Some(shown.with_file_name(compose));
        }
        self.project = found.name.map(|name| (name, shown));
        found.is_of_project
    }

    fn git(&mut self, dot_git: &Path) {
        match git::read(dot_git) {
            Ok(found) => {
                self.remotes = found.remotes;
                match found.branch {
                    Ok(branch) => self.branch = Some(branch),
                    Err(note) => self.branch_note = Some(note),
                }
            }
            Err(note) => self.notes.push(note),
        }
    }

    fn missing(&mut self, has_lagoon_file: bool) {
        let of = match (has_lagoon_file, self.remotes.is_empty()) {
            _ if !self.notes.is_empty() => return,
            (false, true) => "no .lagoon.yml and no remote",
            (false, false) => "no .lagoon.yml",
            (true, true) => "no remote",
            (true, false) => return,
        };
        self.missing = Some(format!("this git repository has {of}"));
    }
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
        let variable = |name: &str| (name == "TASKS_VAR_OURS").then(|| "ours".to_owned());
        Checkout::read(start, &Owners::current(None, start), &variable)
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
                compose: Some(PathBuf::from("../../compose/dev.yml")),
                branch: Some("feature/x".to_owned()),
                missing: Some("this git repository has no remote".to_owned()),
                ..Checkout::default()
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
                ".lagoon.yml: `docker-compose-yaml` lists several files; Lagoon reads one",
            ),
            (
                "docker-compose-yaml: {a: b}",
                "",
                ".lagoon.yml: line 1, column 22: expected a single value",
            ),
            (
                "docker-compose-yaml: gone.yml",
                "",
                ".lagoon.yml: `docker-compose-yaml` is gone.yml, which does not exist",
            ),
            (
                "docker-compose-yaml: c.yml",
                "services: {}",
                ".lagoon.yml: c.yml has no `x-lagoon-project`",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: ${NAME}",
                ".lagoon.yml: c.yml: `x-lagoon-project` is `${NAME}`, but .env has no value for NAME; \
                 add it there, or set TASKS_VAR_NAME",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: ${A:-$B}-$HOME",
                "has no value for B, HOME; add it there, or set TASKS_VAR_B",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: '{{ project }}'",
                "`x-lagoon-project` is the placeholder `{{ project }}` of a template",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: __PROJECT__",
                "is the placeholder `__PROJECT__` of a template",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: ${A:-a b}",
                "`x-lagoon-project` is `${A:-a b}`, whose value is not a project name",
            ),
            (
                "docker-compose-yaml: c.yml",
                "x-lagoon-project: ''",
                "c.yml: `x-lagoon-project` is empty",
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

    #[test]
    fn variables_of_the_compose_file_come_from_dot_env_and_defaults() {
        for (project, dot_env, expected) in [
            ("${NAME:-shop}", "", "shop"),
            ("${NAME:-shop}", "NAME=other", "other"),
            ("$NAME", "export NAME='shop' # it", "shop"),
            ("${NAME-shop}-x", "NAME=", "-x"),
            ("${SITE}-$$", "SITE=a", "a-$"),
            ("${OURS}", "OURS=theirs", "ours"),
            ("${TASKS_VAR_OURS}", "", "ours"),
            ("${PATH:-shop}", "", "shop"),
        ] {
            let top = tempfile::tempdir().unwrap();
            write(
                top.path(),
                ".lagoon.yml",
                "docker-compose-yaml: sub/c.yml\n",
            );
            let compose = format!("x-lagoon-project: &p {project}\n");
            write(top.path(), "sub/c.yml", &compose);
            write(top.path(), "sub/.env", dot_env);
            write(top.path(), ".env", "NAME=wrong\nPATH=wrong\n");
            let name = read(top.path()).project.map(|(name, _)| name);
            let expected = (!expected.contains('$')).then_some(expected);
            assert_eq!(name.as_deref(), expected, "{project}");
        }
    }

    #[test]
    fn without_the_key_the_compose_file_is_docker_compose_yml() {
        for text in [
            "",
            "# nothing\n",
            "tasks: {}\n",
            "docker-compose-yaml: ''\n",
        ] {
            let top = tempfile::tempdir().unwrap();
            write(top.path(), ".lagoon.yml", text);
            let found = read(top.path());
            let note = "it has no `docker-compose-yaml`, and docker-compose.yml does not exist";
            assert_eq!(
                (found.project, found.notes),
                (None, vec![format!(".lagoon.yml: {note}")])
            );
            write(top.path(), "compose.yaml", COMPOSE);
            write(top.path(), "docker-compose.dev.yml", COMPOSE);
            let note = "; set `docker-compose-yaml` to one of compose.yaml, docker-compose.dev.yml";
            assert!(read(top.path()).notes[0].ends_with(note));
            write(top.path(), "docker-compose.yml", COMPOSE);
            assert_eq!(read(top.path()).project.unwrap().0, "shop", "{text}");
        }
    }

    #[test]
    fn a_top_level_project_is_used_if_the_compose_file_names_none() {
        for (text, expected) in [
            ("project: shop\n", Some("shop")),
            ("project: shop\ndocker-compose-yaml: c.yml\n", Some("shop")),
            (
                "project: shop\ndocker-compose-yaml: other.yml\n",
                Some("other"),
            ),
            ("project: {environments: {}}\n", None),
            ("project: '{{name}}'\n", None),
            ("project: $NAME\n", None),
        ] {
            let top = tempfile::tempdir().unwrap();
            write(top.path(), ".lagoon.yml", text);
            write(top.path(), "c.yml", "services: {}\n");
            write(top.path(), "other.yml", "x-lagoon-project: other\n");
            let project = read(top.path()).project;
            assert_eq!(project.map(|(name, _)| name).as_deref(), expected, "{text}");
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
        let here = |sudo| Checkout::read(&work, &Owners::of(user, sudo, Path::new("/")), &|_| None);
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
