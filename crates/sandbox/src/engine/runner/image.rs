//! IMAGE runs, in docker or podman.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::engine::order::Job;

/// The arguments are in `JSON_PAYLOAD`, as JSON in base64. The error is a text for the log.
pub(super) fn command(
    job: &Job,
    image: &str,
    payload: Option<&str>,
    variables: &[(&str, String)],
) -> Result<Command, String> {
    let client = client(job)?;
    if image.is_empty() || image.starts_with('-') {
        return Err(format!("'{image}' is not a valid image name."));
    }
    let mut command = Command::new(client);
    command.args(["run", "--rm", "--name", &job.run.task_name]);
    for (name, value) in variables {
        command.arg(format!("--env={name}={value}"));
    }
    let payload = BASE64_STANDARD.encode(payload.unwrap_or("{}"));
    command.arg(format!("--env=JSON_PAYLOAD={payload}"));
    command.arg(image);
    Ok(command)
}

/// Ends the container, which can outlive the client that started it.
pub(super) fn removal(job: &Job) -> Option<Command> {
    let mut command = Command::new(client(job).ok()?);
    command.args(["rm", "--force", &job.run.task_name]);
    Some(command)
}

fn client(job: &Job) -> Result<PathBuf, String> {
    if !job.images {
        return Err("Running images was not allowed; nothing was executed.".to_owned());
    }
    let folders = job
        .search_path
        .split(':')
        .filter(|folder| !folder.is_empty());
    folders
        .flat_map(|folder| ["docker", "podman"].map(|name| Path::new(folder).join(name)))
        .find(|path| path.is_file())
        .ok_or_else(|| "Neither docker nor podman was found; nothing was executed.".to_owned())
}
