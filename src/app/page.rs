//! Opening a page of Lagoon's UI in the user's browser.

use std::process::{Command, Stdio};

use crate::error::Error;

pub(super) fn open(url: Option<&str>) -> Result<(), Error> {
    let Some(url) = url else {
        return Err(
            Error::usage("--web: no UI address is known for this Lagoon")
                .hint("set it: tasks context add NAME URL --ui-url ADDRESS"),
        );
    };
    start(url).map_err(|error| {
        Error::failed("--web: cannot start a browser")
            .because(error)
            .hint(format!("the page is {url}"))
    })
}

pub(super) fn start(url: &str) -> std::io::Result<()> {
    // Anything else could be an option of the opener.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(std::io::Error::other("not an http address"));
    }
    let (program, first) = opener();
    Command::new(program)
        .args(first)
        .arg(url)
        // The browser needs neither.
        .env_remove("TASKS_TOKEN")
        .env_remove("TASKS_SSH_KEY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(|_| ())
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
