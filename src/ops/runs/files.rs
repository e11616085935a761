//! Files of runs: list, download, upload.

mod fetch;
mod partial;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wildmatch::WildMatch;

use crate::clock::Clock;
use crate::domain::run::file_name;
use crate::domain::run::files::RunFile;
use crate::error::{Error, Hint};
use crate::lagoon::{Lagoon, LagoonError, Outgoing};

use crate::ops::places::place::names_hint;
use crate::ops::resend::{Doubt, Resend};
use crate::ops::runs::history;

pub use fetch::Fetch;

/// Receives progress.
pub trait Watcher: Send + Sync {
    /// `of` is the whole length, if it is known.
    fn moved(&self, name: &str, bytes: u64, of: Option<u64>);
    /// The download will continue after a pause.
    fn interrupted(&self, name: &str, bytes: u64, error: &Error);
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// In Lagoon.
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
}

pub async fn list(lagoon: &Lagoon, run: i64) -> Result<Vec<RunFile>, Error> {
    let files = history::read_twice(|| lagoon.run_files(run)).await?;
    files.ok_or_else(|| no_run(run))
}

fn no_run(run: i64) -> Error {
    Error::not_found(format!("there is no run {run} (any more)"))
}

/// Selects files by name or pattern; all if nothing is wanted.
pub fn select(run: i64, files: Vec<RunFile>, wanted: &[String]) -> Result<Vec<RunFile>, Error> {
    let means = |wanted: &str, file: &RunFile| {
        // A name with a wildcard in it is a name first.
        let is_a_name = files.iter().any(|f| f.name == wanted);
        file.name == wanted || (!is_a_name && WildMatch::new(wanted).matches(&file.name))
    };
    for wanted in wanted {
        if !files.iter().any(|file| means(wanted, file)) {
            let names: Vec<&str> = files.iter().map(|f| f.name.as_str()).collect();
            let hint = names_hint(wanted, &names, "it has");
            return Err(
                Error::not_found(format!("run {run} has no file `{wanted}`"))
                    .hint(hint.unwrap_or_else(|| "it has no files at all".to_owned())),
            );
        }
    }
    let is_wanted =
        |file: &&RunFile| wanted.is_empty() || wanted.iter().any(|wanted| means(wanted, file));
    Ok(files.iter().filter(is_wanted).cloned().collect())
}

/// Unique local names of all files of a run. They do not depend on the selection of files.
pub fn local_names(files: &[RunFile]) -> HashMap<String, String> {
    let names = files.iter().map(|file| file.name.clone());
    let safe = file_name::all_safe(files.iter().map(|file| file.name.as_str()));
    names.zip(safe).collect()
}

/// The paths of files in a folder. Without `force`, existing files are an error.
pub fn places(
    folder: &Path,
    files: &[RunFile],
    local: &HashMap<String, String>,
    force: bool,
) -> Result<Vec<PathBuf>, Error> {
    let place = |file: &RunFile| {
        let name = local.get(&file.name).cloned();
        let name = name.unwrap_or_else(|| file_name::safe(&file.name));
        match folder.to_str() {
            Some(".") => PathBuf::from(name),
            _ => folder.join(name),
        }
    };
    let paths: Vec<PathBuf> = files.iter().map(place).collect();
    // A link that leads nowhere is something, too.
    match paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        Some(path) if !force => Err(exists(path)),
        _ => Ok(paths),
    }
}

fn exists(path: &Path) -> Error {
    Error::usage(format!("{} is there already", path.display())).hint(Hint::ReplaceFile)
}

pub fn locals(paths: &[PathBuf]) -> Result<Vec<Local>, Error> {
    let mut locals: Vec<Local> = Vec::new();
    for path in paths {
        let shown = path.display();
        let about = std::fs::metadata(path)
            .map_err(|e| Error::usage(format!("cannot read {shown}")).because(e))?;
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.filter(|_| about.is_file());
        let name = name.ok_or_else(|| Error::usage(format!("{shown} is no file")))?;
        if locals.iter().any(|other| other.name == name) {
            return Err(Error::usage(format!(
                "two of the files are called `{name}`"
            )));
        }
        locals.push(Local {
            name: name.to_owned(),
            path: path.clone(),
            bytes: about.len(),
        });
    }
    Ok(locals)
}

/// Uploads a file: to the store if Lagoon has a form for it (2.30), otherwise through the API. If
/// its arrival is uncertain, lists the run's files, which decides unless the file `may_replace` one
/// of its name. After a refused token, signs in and sends the file again if it is missing.
pub async fn put(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    watcher: &dyn Watcher,
    run: i64,
    local: &Local,
    may_replace: bool,
) -> Result<(), Error> {
    let mut resend = Resend::default();
    loop {
        let (is_unknown, error) = match send(lagoon, clock, watcher, run, local).await? {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        if !is_unknown {
            return Err(error.into());
        }
        let read = || async move {
            let files = list(lagoon, run).await?;
            Ok(files.iter().any(|file| file.name == local.name))
        };
        let doubt = resend.look(lagoon, error, read, |is_there| *is_there).await;
        let Doubt {
            error,
            may_resend,
            now,
        } = doubt;
        match now {
            Ok(true) if !may_replace => return Ok(()),
            Ok(false) if may_resend => {}
            _ => {
                return Err(Error::from(error).hint(Hint::ListFiles {
                    run,
                    file: local.name.clone(),
                }));
            }
        }
    }
}

/// Sends a file once. The flag of a failure says whether the file may have arrived.
async fn send(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    watcher: &dyn Watcher,
    run: i64,
    local: &Local,
) -> Result<Result<(), (bool, LagoonError)>, Error> {
    const LOOK: Duration = Duration::from_millis(250);
    let moved = Arc::new(AtomicU64::new(0));
    let file = tokio::fs::File::open(&local.path).await;
    let file =
        file.map_err(|e| Error::usage(format!("cannot read {}", local.path.display())).because(e))?;
    let outgoing = Outgoing {
        name: local.name.clone(),
        length: local.bytes,
        file,
        moved: Arc::clone(&moved),
    };
    let with_doubt = |error| (is_unclear(&error), error);
    let work = async {
        match lagoon.upload_form(run, &local.name).await {
            Ok(ticket) => {
                let sent = lagoon.post_file(&ticket.url, &ticket.fields, outgoing);
                sent.await.map_err(with_doubt)
            }
            // Lagoon does not know the query: it is older.
            Err(LagoonError::Refused { status: 400, .. }) => {
                lagoon.upload_file(run, outgoing).await.map_err(with_doubt)
            }
            // Nothing was sent yet.
            Err(error) => Err((false, error)),
        }
    };
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return Ok(done),
            () = clock.sleep(LOOK) => {
                watcher.moved(&local.name, moved.load(Ordering::Relaxed), Some(local.bytes));
            }
        }
    }
}

fn is_unclear(error: &LagoonError) -> bool {
    match error {
        LagoonError::Storage { status, .. } => status.is_none_or(|status| status >= 500),
        other => other.leaves_unknown() || (other.is_doubtful_refusal() && !other.is_from_lagoon()),
    }
}
