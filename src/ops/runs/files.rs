//! Files of runs: listing, fetching, adding.

mod fetch;
mod partial;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wildmatch::WildMatch;

use crate::clock::Clock;
use crate::domain::names::nearest;
use crate::domain::run::file_name;
use crate::domain::run::files::RunFile;
use crate::error::{Error, Hint, quoted_list};
use crate::lagoon::{Lagoon, LagoonError, Outgoing};

use crate::ops::resend::{Resend, look};
use crate::ops::runs::history;

pub use fetch::Fetch;

/// Somebody who is told how it goes.
pub trait Watcher: Send + Sync {
    /// So much of a file has gone over, of so much where that is known.
    fn moved(&self, name: &str, bytes: u64, of: Option<u64>);
    /// A download was interrupted after so many bytes, and continues after a pause.
    fn interrupted(&self, name: &str, bytes: u64, error: &Error);
}

/// A file that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its name in Lagoon.
    pub name: String,
    /// Where it is now.
    pub path: PathBuf,
    /// How long it is.
    pub bytes: u64,
}

/// A file that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// What it will be called.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// How long it is.
    pub bytes: u64,
}

/// The files of a run.
///
/// # Errors
/// Not found, or any failure of the request.
pub async fn list(lagoon: &Lagoon, run: i64) -> Result<Vec<RunFile>, Error> {
    let files = history::read_twice(|| lagoon.run_files(run)).await?;
    files.ok_or_else(|| no_run(run))
}

fn no_run(run: i64) -> Error {
    Error::not_found(format!("there is no run {run} (any more)"))
}

/// Those of the files that are meant: by name, or by a pattern; all where none is named.
///
/// # Errors
/// Not found when a name or a pattern means none.
pub fn select(run: i64, files: Vec<RunFile>, wanted: &[String]) -> Result<Vec<RunFile>, Error> {
    let means = |wanted: &str, file: &RunFile| {
        // A name with a wildcard in it is a name first.
        let is_a_name = files.iter().any(|f| f.name == wanted);
        file.name == wanted || (!is_a_name && WildMatch::new(wanted).matches(&file.name))
    };
    for wanted in wanted {
        if !files.iter().any(|file| means(wanted, file)) {
            let names: Vec<&str> = files.iter().map(|f| f.name.as_str()).collect();
            let error = Error::not_found(format!("run {run} has no file `{wanted}`"));
            let near = nearest(wanted, names.iter().copied());
            return Err(if !near.is_empty() {
                error.hint(format!("nearest: {}", quoted_list(&near)))
            } else if names.is_empty() {
                error.hint("it has no files at all")
            } else {
                error.hint(format!(
                    "it has: {}",
                    quoted_list(&names[..names.len().min(10)])
                ))
            });
        }
    }
    let keep: Vec<bool> = files
        .iter()
        .map(|file| wanted.is_empty() || wanted.iter().any(|w| means(w, file)))
        .collect();
    let kept = files.into_iter().zip(keep);
    Ok(kept
        .filter_map(|(file, keep)| keep.then_some(file))
        .collect())
}

/// The local names of all files of a run, each another one: a file has the same name whichever
/// files are downloaded with it.
#[must_use]
pub fn local_names(files: &[RunFile]) -> HashMap<String, String> {
    let names = files.iter().map(|file| file.name.clone());
    let safe = file_name::all_safe(files.iter().map(|file| file.name.as_str()));
    names.zip(safe).collect()
}

/// The paths of files in a folder, by their local names.
///
/// # Errors
/// Wrong use when something is there already, unless it may be replaced.
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

/// Local files as files of a run.
///
/// # Errors
/// Wrong use: what is no file or cannot be read, and two of one name.
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

/// Adds a file to a run: through the store's form where Lagoon has it (2.30), else through the API.
/// If it is not clear whether the file arrived, lists the run's files: unless the file `may_replace`
/// one of its name, the list shows whether it did. After a refused token, signs in and sends the file
/// again if it is not there.
///
/// # Errors
/// Lagoon's or the store's refusal, or a failure on the way; then it is not known whether it
/// arrived.
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
        let may_resend = resend.is_possible(lagoon, &error).await;
        let may_be_pending = error.leaves_unknown() || may_resend;
        let read = || async move {
            let files = list(lagoon, run).await?;
            Ok(files.iter().any(|file| file.name == local.name))
        };
        match look(may_be_pending, read, |is_there| *is_there).await {
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

/// Sends a file once. A failure comes with whether the file may have arrived.
///
/// # Errors
/// Wrong use when the file cannot be read.
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

/// Whether a failed upload may have arrived all the same.
fn is_unclear(error: &LagoonError) -> bool {
    match error {
        LagoonError::Storage { status, .. } => status.is_none_or(|status| status >= 500),
        other => other.leaves_unknown() || (other.is_doubtful_refusal() && !other.is_from_lagoon()),
    }
}
