//! Errors of compose programs.

use std::io;

use thiserror::Error;

#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ComposeError {
    #[error("no compose program found: `docker compose`, `docker-compose` or `podman-compose`")]
    NoProgram,
    #[error("the compose file has no service `{0}`")]
    NoService(String),
    #[error("cannot start `{program}`: {source}")]
    Spawn {
        program: &'static str,
        source: io::Error,
    },
    #[error("the container engine is not running: {message}")]
    NoEngine { message: String },
    #[error("the service `{service}` is not up")]
    NotUp { service: String, up: String },
    #[error("`{program}` cannot execute a command in the service `{service}`: {message}")]
    Refused {
        program: &'static str,
        service: String,
        message: String,
    },
}

/// Parts of messages about an engine that is not running: docker, docker-compose 1, podman.
const NO_ENGINE: [&str; 5] = [
    "Cannot connect to the Docker daemon",
    "Is the docker daemon running",
    "Couldn't connect to Docker daemon",
    "Error while fetching server API version",
    "Cannot connect to Podman",
];

/// Parts of messages about a service without a container: docker, docker-compose 1, podman.
const NOT_UP: [&str; 6] = [
    "is not running",
    "No container found for",
    "no container with name or ID",
    "no such container",
    "can only create exec sessions on running containers",
    "is restarting, wait until the container is running",
];

impl ComposeError {
    /// The error for what a program printed.
    #[cfg(unix)]
    pub(super) fn of(
        message: &str,
        service: &str,
        program: &'static str,
        up: &str,
    ) -> ComposeError {
        let has = |parts: &[&str]| {
            let message = message.to_lowercase();
            parts
                .iter()
                .any(|part| message.contains(&part.to_lowercase()))
        };
        let service = service.to_owned();
        // The last line has the reason; a program in Python prints where it failed before.
        let last = || {
            // podman-compose adds the exit code.
            let mut lines = message.lines().rev();
            let last = lines.find(|line| !line.starts_with("exit code:"));
            last.unwrap_or("no message").trim().to_owned()
        };
        if has(&NO_ENGINE) {
            ComposeError::NoEngine { message: last() }
        } else if has(&NOT_UP) {
            let up = up.to_owned();
            ComposeError::NotUp { service, up }
        } else {
            ComposeError::Refused {
                program,
                service,
                message: last(),
            }
        }
    }

    /// A suggestion for the user.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            ComposeError::NoProgram => Some(
                "install one of them; with Docker, the package is docker-compose-plugin".into(),
            ),
            ComposeError::NoEngine { .. } => {
                Some("start Docker or Podman; to see its state: docker info".into())
            }
            ComposeError::NotUp { up, .. } => Some(format!("start it: {up}")),
            ComposeError::Refused { program, .. } => {
                Some(format!("to see the state of the services: {program} ps"))
            }
            ComposeError::NoService(_) | ComposeError::Spawn { .. } => None,
        }
    }

    /// The text for a log: a sentence, and a line with the suggestion.
    pub(in crate::engine) fn in_log(&self) -> String {
        let text = self.to_string();
        let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
        let end = if rest.ends_with(['.', '?']) { "" } else { "." };
        let hint = self.hint();
        let hint = hint.map_or_else(String::new, |hint| format!("\n[sandbox] hint: {hint}"));
        format!("{}{rest}{end}{hint}", first.to_uppercase())
    }
}
