//! Files of runs: list, download, upload.

mod fetch;
#[cfg(feature = "cli")]
mod local;
#[cfg(feature = "cli")]
mod partial;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::run::files::RunFile;
use crate::error::{Error, Hint};
use crate::lagoon::{Lagoon, LagoonError, UploadFile};

use crate::ops::resend::{Resend, UncertainMutation};
use crate::ops::runs::read;

pub(crate) use fetch::Fetch;
#[cfg(feature = "cli")]
pub(crate) use local::{local_names, places, select};

/// Receives progress.
pub(crate) trait TransferWatcher: Send + Sync {
    /// `of` is the whole length, if it is known.
    fn moved(&self, name: &str, bytes: u64, of: Option<u64>);
    /// The download will continue after a pause.
    fn interrupted(&self, name: &str, bytes: u64, error: &Error);
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalFile {
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
}

pub(crate) async fn list(lagoon: &Lagoon, run: i64) -> Result<Vec<RunFile>, Error> {
    let files = read::twice(|| lagoon.run_files(run)).await?;
    files.ok_or_else(|| no_run(run))
}

fn no_run(run: i64) -> Error {
    Error::not_found(read::gone(run))
}

pub(crate) fn locals(paths: &[PathBuf]) -> Result<Vec<LocalFile>, Error> {
    let mut locals: Vec<LocalFile> = Vec::new();
    for path in paths {
        let shown = path.display();
        let about = std::fs::metadata(path)
            .map_err(|e| Error::usage(format!("cannot read {shown}")).because(e))?;
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.filter(|_| about.is_file());
        let name = name.ok_or_else(|| Error::usage(format!("{shown} is not a file")))?;
        if locals.iter().any(|other| other.name == name) {
            return Err(Error::usage(format!("two of the files are named `{name}`")));
        }
        locals.push(LocalFile {
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
pub(crate) async fn put(
    lagoon: &Lagoon,
    clock: &dyn Clock,
    watcher: &dyn TransferWatcher,
    run: i64,
    local: &LocalFile,
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
        let UncertainMutation {
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
    watcher: &dyn TransferWatcher,
    run: i64,
    local: &LocalFile,
) -> Result<Result<(), (bool, LagoonError)>, Error> {
    const LOOK: Duration = Duration::from_millis(250);
    let moved = Arc::new(AtomicU64::new(0));
    let file = tokio::fs::File::open(&local.path).await;
    let file =
        file.map_err(|e| Error::usage(format!("cannot read {}", local.path.display())).because(e))?;
    let outgoing = UploadFile {
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
