//! Opening a page of Lagoon's UI in the user's browser.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::App;
use crate::clock::timeout;
use crate::domain::run::page::add_pages;
use crate::error::Error;

/// An opener that runs longer is the browser itself.
const SOON: Duration = Duration::from_secs(2);

impl App {
    /// The error with the pages of its runs.
    pub(crate) fn with_pages(&self, mut error: Error) -> Error {
        add_pages(&mut error.runs, self.ui_url().as_deref());
        error
    }
}

pub(super) async fn open(url: Option<&str>) -> Result<(), Error> {
    let url = url.ok_or_else(unknown)?;
    match timeout(SOON, opened(url)).await {
        Ok(Err(reason)) => Err(Error::failed(format!(
            "--web: could not start a browser ({reason})"
        ))
        .hint(format!("open the page yourself: {url}"))),
        Ok(Ok(())) | Err(_) => Ok(()),
    }
}

pub(super) fn unknown() -> Error {
    Error::usage("--web: no UI address is known for this Lagoon")
        .hint("set it: tasks context add NAME URL --ui-url ADDRESS")
}

/// Opens a page and waits for the opener, which may run for as long as the browser. Fails with the
/// reason.
pub(super) async fn opened(url: &str) -> Result<(), String> {
    let opener = start(url).map_err(|error| error.to_string());
    match opener?.wait().await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(status.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

fn start(url: &str) -> std::io::Result<Child> {
    // Anything else could be an option of the opener.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(std::io::Error::other("not an http address"));
    }
    let (program, first) = opener();
    let mut command = Command::new(program);
    command.args(first).arg(url);
    detach(&mut command).spawn()
}

/// Separates a program that may outlive this one from the terminal and the secrets.
pub(super) fn detach(command: &mut Command) -> &mut Command {
    command
        .env_remove("TASKS_TOKEN")
        .env_remove("TASKS_SSH_KEY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
}

#[cfg(target_os = "macos")]
fn opener() -> (&'static str, &'static [&'static str]) {
    ("open", &[])
}

#[cfg(windows)]
fn opener() -> (&'static str, &'static [&'static str]) {
    ("rundll32", &["url.dll,FileProtocolHandler"])
}

#[cfg(not(any(target_os = "macos", windows)))]
fn opener() -> (&'static str, &'static [&'static str]) {
    ("xdg-open", &[])
}
