//! Opening a page of Lagoon's UI in the user's browser.

use std::process::{Command, Stdio};

use crate::error::Error;

/// Opens an address with whatever the system opens addresses with.
///
/// # Errors
/// When there is no page, or nothing that opens it; the address is in the hint then.
pub(super) fn open(url: Option<&str>) -> Result<(), Error> {
    let Some(url) = url else {
        return Err(
            Error::usage("--web: it is not known where this Lagoon's UI is")
                .hint("tell it once: tasks context add NAME URL --ui-url ADDRESS"),
        );
    };
    // An address is the only thing that is ever passed on, never an option.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(Error::usage("--web: the UI's address is no http address"));
    }
    let (program, first) = opener();
    let started = Command::new(program)
        .args(first)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::failed(format!("--web: cannot start {program}"))
            .because(error)
            .hint(format!("the page is {url}"))),
    }
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
