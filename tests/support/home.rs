//! A home of its own for each test: folders, a cleared environment, the real program.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::output::Output;
use super::process::Invocation;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tasks");

/// A home that is gone with its last clone. What runs here knows no Lagoon.
#[derive(Clone)]
pub(crate) struct Home {
    folder: Arc<TempDir>,
}

impl Home {
    pub(crate) fn new() -> Home {
        let folder = TempDir::with_prefix("tasks-").unwrap();
        for below in ["work", "tmp"] {
            std::fs::create_dir(folder.path().join(below)).unwrap();
        }
        Home {
            folder: Arc::new(folder),
        }
    }

    /// Runs `tasks` with these arguments to its end.
    #[track_caller]
    pub(crate) fn tasks(&self, args: &[&str]) -> Output {
        self.run(self.command(args))
    }

    /// `tasks` with these arguments, for more to be said about it: then [`Home::run`].
    pub(crate) fn command(&self, args: &[&str]) -> Invocation {
        self.program(PROGRAM, args)
    }

    /// A shell script in which `tasks` is the real one.
    pub(crate) fn shell(&self, script: &str) -> Invocation {
        let mut folders = vec![Path::new(PROGRAM).parent().unwrap().to_owned()];
        folders.extend(std::env::split_paths(&search_path()));
        self.program("/bin/sh", &["-c", script])
            .env("PATH", std::env::join_paths(folders).unwrap())
    }

    /// A program in this home, in the folder `work`, with no other variables than these.
    fn program(&self, program: &str, args: &[&str]) -> Invocation {
        Invocation::new(program, args, &self.path("work"))
            .env("PATH", search_path())
            .env("LANG", "C.UTF-8")
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.path("tmp"))
            .env("XDG_CONFIG_HOME", self.path(".config"))
            .env("XDG_DATA_HOME", self.path(".local/share"))
            .env("XDG_STATE_HOME", self.path(".local/state"))
            .env("XDG_CACHE_HOME", self.path(".cache"))
    }

    /// Runs a command to its end; a snapshot of it shows `HOME` for this home.
    #[track_caller]
    pub(crate) fn run(&self, invocation: Invocation) -> Output {
        invocation.run().masking(self.folder.path(), "HOME")
    }

    /// A path in the home.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Writes a file in the home and gives its path. Commands start in `work`.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Makes the token of a context as old as if it had been received that much earlier.
    pub(crate) fn ages_token(&self, context: &str, seconds: i64) {
        let path = self.path(&format!(".local/state/lagoon-tasks/tokens/{context}"));
        let text = std::fs::read_to_string(&path).unwrap();
        let mut kept: serde_json::Value = serde_json::from_str(&text).unwrap();
        let received = kept["received"].as_i64().unwrap();
        kept["received"] = (received - seconds).into();
        std::fs::write(&path, kept.to_string()).unwrap();
    }

    /// Every file in the home, by its path below it.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        super::source::all_files_under(self.folder.path())
            .iter()
            .map(|path| path.strip_prefix(self.folder.path()).unwrap().to_owned())
            .collect()
    }
}

fn search_path() -> std::ffi::OsString {
    std::env::var_os("PATH").unwrap()
}
