//! Keeping the final page of a sign-in reachable for some seconds after the command has ended.
//!
//! The prompt returns at once. A process in the background inherits the listener as its stdin,
//! serves the page to a reload or a second tab, and ends.

use std::ffi::OsString;
use std::net::TcpListener;
use std::process::ExitCode;

use http::StatusCode;

use crate::auth::{Page, serve_final_page};

const SUBCOMMAND: &str = "__sign-in-page";

/// A failure is silent: the browser already shows the page.
#[cfg(unix)]
pub(super) fn keep_reachable(listener: TcpListener, page: &Page) {
    use std::os::fd::OwnedFd;

    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let mut command = tokio::process::Command::new(program);
    super::page::detach(&mut command)
        .arg(SUBCOMMAND)
        .args([page.status.as_str(), &page.headline, &page.text])
        .stdin(OwnedFd::from(listener))
        // Ctrl-C at the prompt must not end it.
        .process_group(0);
    let _ = command.spawn();
}

/// Without a way to pass the listener on, the page is reachable until the command ends.
#[cfg(not(unix))]
pub(super) fn keep_reachable(_listener: TcpListener, _page: &Page) {}

/// Serves the page if the arguments are those of the background process; otherwise returns `None`.
pub fn serve(mut args: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    if args.next()? != SUBCOMMAND {
        return None;
    }
    let mut args = args.map(|arg| arg.to_string_lossy().into_owned());
    let page = Page {
        status: args.next()?.parse::<StatusCode>().ok()?,
        headline: args.next()?,
        text: args.next()?,
    };
    let served = inherited_listener().and_then(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(serve_final_page(listener, &page));
        Ok(())
    });
    Some(match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

#[cfg(unix)]
fn inherited_listener() -> std::io::Result<TcpListener> {
    use std::os::fd::AsFd;
    let listener = std::io::stdin().as_fd().try_clone_to_owned()?;
    Ok(TcpListener::from(listener))
}

#[cfg(not(unix))]
fn inherited_listener() -> std::io::Result<TcpListener> {
    Err(std::io::ErrorKind::Unsupported.into())
}
