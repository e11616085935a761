//! The last run that this machine started in a context, for `--last`.
//!
//! Each context has a small file beside the tokens. The newest run on the server could be another
//! user's.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::domain::{Run, RunRef};
use crate::error::Error;
use crate::settings::Target;
use crate::state::write_private;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LastRun {
    /// The address of the Lagoon, because the address of a context can change.
    api: Option<String>,
    id: i64,
    task_name: String,
}

/// Saves a run. A failure is only a warning, because the run has started.
pub(crate) fn record_last_run(app: &App, run: &Run) {
    if let Err(error) = write(app, run) {
        app.ui
            .warn(&format!("cannot save this run for --last: {error}"));
    }
}

fn write(app: &App, run: &Run) -> Result<(), Error> {
    let path = path(app)?;
    let content = serde_json::to_vec(&LastRun {
        api: api(app)?,
        id: run.id,
        task_name: run.task_name.to_string(),
    });
    let content = content.map_err(|e| Error::failed("cannot encode it").because(e))?;
    write_private(&path, &content)
        .map_err(|e| Error::failed(format!("cannot write {}", path.display())).because(e))
}

pub(crate) fn last(app: &App) -> Result<RunRef, Error> {
    let path = path(app)?;
    let none = || {
        let context = app.settings.context_label().unwrap_or_default();
        Error::not_found(format!(
            "--last: no run has been started from this machine in {context}"
        ))
        .hint("give the id of a run; to list runs: tasks runs")
    };
    let content = match fs::read(&path) {
        Ok(content) => content,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(none()),
        Err(error) => {
            return Err(Error::usage(format!("cannot read {}", path.display())).because(error));
        }
    };
    let Ok(found) = serde_json::from_slice::<LastRun>(&content) else {
        return Err(none());
    };
    if found.api != api(app)? {
        return Err(none());
    }
    // An id can be used again, after a reset of the sandbox for example; the name is unique.
    RunRef::parse(&found.task_name).or_else(|_| Ok(RunRef::Id(found.id)))
}

/// The address; `None` for the sandbox, whose port changes.
fn api(app: &App) -> Result<Option<String>, Error> {
    Ok(match &app.settings.chosen()?.target.value {
        Target::Context(context) => Some(context.api.to_string()),
        Target::Address(url) => Some(url.to_string()),
        Target::Sandbox => None,
    })
}

fn path(app: &App) -> Result<PathBuf, Error> {
    let folder = app
        .settings
        .folders
        .state
        .as_deref()
        .ok_or_else(|| Error::no_folder("save the last run", "XDG_STATE_HOME"))?;
    let name = match &app.settings.chosen()?.target.value {
        Target::Context(context) => format!("context-{}", context.name),
        Target::Sandbox => app.sandbox_name()?,
        Target::Address(url) => {
            let host = url.host_str().unwrap_or_default();
            let safe = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
            let host = host.replace(|c| !safe(c), "_");
            format!(
                "address-{host}-{}",
                url.port_or_known_default().unwrap_or(0)
            )
        }
    };
    Ok(folder.join("last").join(name))
}
