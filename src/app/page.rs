//! Opening a page of Lagoon's UI in the user's browser.

use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::error::Error;

pub(super) fn open(url: Option<&str>) -> Result<(), Error> {
    let Some(url) = url else {
        return Err(
            Error::usage("--web: no UI address is known for this Lagoon")
                .hint("set it: tasks context add NAME URL --ui-url ADDRESS"),
        );
    };
    start(url).map(|_| ()).map_err(|error| {
        Error::failed("--web: cannot start a browser")
            .because(error)
            .hint(format!("the page is {url}"))
    })
}

/// Starts the opener, which may run for as long as the browser.
pub(super) fn start(url: &str) -> std::io::Result<Child> {
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
