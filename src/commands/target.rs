//! What the commands share: the place that is meant, and how an answer is written.

use jiff::Timestamp;

use crate::app::App;
use crate::error::Error;
use crate::output::{self, Emit, Format, OutputError, Report};
use crate::settings::Sourced;

/// The project that is meant.
///
/// # Errors
/// Wrong use when none is.
pub fn project(app: &App) -> Result<&Sourced<String>, Error> {
    app.settings.project.as_ref().ok_or_else(|| {
        Error::usage("which project? None was named").hint("add -p PROJECT, or set TASKS_PROJECT")
    })
}

/// The environment that is meant.
///
/// # Errors
/// Wrong use when none is.
pub fn environment(app: &App) -> Result<&Sourced<String>, Error> {
    app.settings.environment.as_ref().ok_or_else(|| {
        Error::usage("which environment? None was named")
            .hint("add -e ENVIRONMENT, or set TASKS_ENVIRONMENT")
    })
}

/// Says on stderr where a value came from that the line did not name.
pub fn say_source(app: &App, what: &str, value: &Sourced<String>) {
    if !value.source.is_said() {
        app.ui.note(&format!("{what} {} (from {})", value.value, value.source));
    }
}

/// How the answer is to be written. Made before the work begins, so that a wrong `--jq` stops it.
///
/// # Errors
/// Wrong use.
pub fn emit_options(app: &App) -> Result<Emit, Error> {
    let format = app.settings.output.as_ref().and_then(|o| format_named(&o.value));
    Ok(Emit::choose(format, app.settings.jq.as_deref(), &app.ui, Timestamp::now())?)
}

fn format_named(name: &str) -> Option<Format> {
    <Format as clap::ValueEnum>::from_str(name, false).ok()
}

/// Writes the answer; a reader that went away is a quiet end.
///
/// # Errors
/// When it cannot be written.
pub fn emit(app: &App, how: &Emit, report: &dyn Report) -> Result<(), Error> {
    match output::emit(report, how, &app.ui) {
        Err(OutputError::Closed) => Ok(()),
        other => Ok(other?),
    }
}

/// Where a change goes, in words: `context · project/environment (production)`.
///
/// # Errors
/// When no Lagoon is meant.
pub fn banner(app: &App, place: &str) -> Result<String, Error> {
    Ok(format!("{} · {place}", app.settings.context_label()?))
}
