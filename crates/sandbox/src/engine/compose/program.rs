//! The program that controls compose projects.

use std::env::split_paths;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::ComposeError;

/// The programs by precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    /// The `compose` command of docker.
    Docker,
    /// Version 1, which is a program of its own.
    DockerCompose,
    PodmanCompose,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ComposeProgram {
    kind: Kind,
    path: PathBuf,
}

impl ComposeProgram {
    pub(super) fn find(search_path: &OsStr) -> Result<ComposeProgram, ComposeError> {
        let kinds = [Kind::Docker, Kind::DockerCompose, Kind::PodmanCompose];
        let found = kinds.into_iter().find_map(|kind| {
            let path = split_paths(search_path)
                .map(|folder| folder.join(kind.file()))
                .find(|path| path.is_absolute() && is_executable(path))?;
            let program = ComposeProgram { kind, path };
            program.works().then_some(program)
        });
        found.ok_or(ComposeError::NoProgram)
    }

    /// docker may lack its `compose` command, which is a separate package.
    fn works(&self) -> bool {
        if self.kind != Kind::Docker {
            return true;
        }
        let mut version = self.command();
        version
            .arg("version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        if self.kind == Kind::Docker {
            command.arg("compose");
        }
        command
    }

    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Docker => "docker compose",
            Kind::DockerCompose => "docker-compose",
            Kind::PodmanCompose => "podman-compose",
        }
    }

    /// The command that starts the services.
    pub(super) fn up(&self, file: Option<&str>) -> String {
        let file = file.map_or_else(String::new, |file| format!(" -f {file}"));
        format!("{}{file} up -d", self.name())
    }
}

impl Kind {
    fn file(self) -> &'static str {
        match self {
            Kind::Docker => "docker",
            Kind::DockerCompose => "docker-compose",
            Kind::PodmanCompose => "podman-compose",
        }
    }
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}
