//! A compose project on this machine, in whose containers runs are executed.
//!
//! A run takes four calls of `exec`: [`PREPARE`], [`RUN`], [`COLLECT`], and [`STOP`] if it is cancelled,
//! because the end of the client does not end the process in the container. A shell, `mkdir`, `cat`, `wc`
//! and `rm` must be in the container, so busybox suffices.

mod error;
mod program;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

pub use error::ComposeError;
use program::ComposeProgram;

#[cfg(unix)]
pub(super) const PREPARE: &str = include_str!("prepare.sh");
#[cfg(unix)]
pub(super) const RUN: &str = include_str!("run.sh");
#[cfg(unix)]
pub(super) const STOP: &str = include_str!("stop.sh");
#[cfg(unix)]
pub(super) const COLLECT: &str = include_str!("collect.sh");

#[derive(Debug, Default, PartialEq, Eq)]
pub struct ComposeProject {
    /// The compose file, with an absolute path.
    pub file: PathBuf,
    /// The file as an argument in suggested commands; `None` if the program finds it itself.
    pub shown_file: Option<String>,
    /// The name in the compose file of each service.
    pub services: BTreeMap<String, String>,
    /// A `PATH` with the compose program.
    pub search_path: OsString,
    program: OnceLock<ComposeProgram>,
}

impl ComposeProject {
    #[must_use]
    pub fn new(
        file: &Path,
        shown_file: Option<String>,
        services: BTreeMap<String, String>,
        search_path: OsString,
    ) -> ComposeProject {
        ComposeProject {
            file: file.to_owned(),
            shown_file,
            services,
            search_path,
            program: OnceLock::new(),
        }
    }

    /// Checks that a service is up. Starts a process.
    #[cfg(unix)]
    pub fn check(&self, service: &str) -> Result<(), ComposeError> {
        let container = self.container(service)?;
        container.capture("exit 0", &[]).map(drop)
    }

    #[cfg(not(unix))]
    pub fn check(&self, service: &str) -> Result<(), ComposeError> {
        self.container(service).map(drop)
    }

    /// The program's name in messages, such as `docker compose`.
    pub fn program_name(&self) -> Result<&'static str, ComposeError> {
        Ok(self.program()?.name())
    }

    pub(super) fn container(&self, service: &str) -> Result<Container, ComposeError> {
        let known = self.services.get(service);
        let known = known.ok_or_else(|| ComposeError::NoService(service.to_owned()))?;
        let program = self.program()?;
        Ok(Container {
            up: program.up(self.shown_file.as_deref()),
            program: program.clone(),
            file: self.file.clone(),
            service: known.clone(),
        })
    }

    fn program(&self) -> Result<&ComposeProgram, ComposeError> {
        if let Some(program) = self.program.get() {
            return Ok(program);
        }
        let found = ComposeProgram::find(&self.search_path)?;
        Ok(self.program.get_or_init(|| found))
    }
}

/// The container of a service.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Container {
    program: ComposeProgram,
    file: PathBuf,
    /// In the compose file.
    service: String,
    /// The command that starts the services.
    up: String,
}

impl Container {
    /// The client of a process in the container that executes `script`.
    pub(super) fn exec(&self, script: &str, args: &[&str]) -> Command {
        let mut command = self.compose();
        command
            .args(["exec", "-T", &self.service, "sh", "-c", script, "sh"])
            .args(args);
        command
    }

    fn compose(&self) -> Command {
        let mut command = self.program.command();
        command.arg("--file").arg(&self.file);
        command
    }

    /// Executes a script that ends soon, and returns its output.
    #[cfg(unix)]
    pub(super) fn capture(&self, script: &str, args: &[&str]) -> Result<Vec<u8>, ComposeError> {
        let output = self.output(self.exec(script, args))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        if !output.stderr.trim_ascii().is_empty() {
            return Err(self.error(&output.stderr));
        }
        // docker-compose 1.29 is silent if `exec` cannot begin.
        let mut list = self.compose();
        list.arg("ps");
        let listed = self.output(list)?;
        if !listed.status.success() {
            return Err(self.error(&listed.stderr));
        }
        let (service, up) = (self.service.clone(), self.up.clone());
        Err(ComposeError::NotUp { service, up })
    }

    #[cfg(unix)]
    fn output(&self, mut command: Command) -> Result<std::process::Output, ComposeError> {
        /// More than a busy machine takes.
        const LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

        let output = super::runner::capture(&mut command, LIMIT);
        output.map_err(|source| ComposeError::Spawn {
            program: self.program.name(),
            source,
        })
    }

    #[cfg(unix)]
    fn error(&self, stderr: &[u8]) -> ComposeError {
        let message = String::from_utf8_lossy(stderr);
        ComposeError::of(message.trim(), &self.service, self.program.name(), &self.up)
    }
}
