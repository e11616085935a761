//! Downloads a run's files: retries, resumes, and verifies the length.

use std::io::Write;
use std::time::Duration;

use super::TransferWatcher;
use crate::clock::Clock;
use crate::domain::run::files::RunFile;
use crate::error::Error;
use crate::lagoon::{Beginning, Download, Lagoon, LagoonError, Version};

/// Older signed addresses are replaced before use; Lagoon's are valid for 300 s.
const FRESH: Duration = Duration::from_secs(120);

/// Failed attempts in a row without progress.
const RETRIES: u32 = 5;

/// Before the first retry; doubles each time.
const PAUSE: Duration = Duration::from_millis(250);

/// In bytes.
const PROGRESS: u64 = 1 << 20;

/// The target of a download.
pub(super) trait Destination: Send {
    fn beginning(&self) -> Option<Beginning> {
        let version = self.version().filter(|_| self.bytes() > 0)?.clone();
        let bytes = self.bytes();
        Some(Beginning { version, bytes })
    }
    fn version(&self) -> Option<&Version>;
    /// The length so far.
    fn bytes(&self) -> u64;
    fn can_retry(&self) -> bool;
    /// Continues after the bytes so far, or restarts if `start` is zero.
    fn begin(&mut self, version: Option<&Version>, start: u64) -> Result<(), Error>;
    fn write(&mut self, piece: &[u8]) -> Result<(), Error>;
}

struct FetchFailure {
    error: Error,
    is_transient: bool,
}

impl From<Error> for FetchFailure {
    fn from(error: Error) -> FetchFailure {
        FetchFailure {
            error,
            is_transient: false,
        }
    }
}

impl From<LagoonError> for FetchFailure {
    fn from(error: LagoonError) -> FetchFailure {
        let is_transient = match &error {
            LagoonError::NotReached { .. }
            | LagoonError::NoAnswer { .. }
            | LagoonError::NotLagoon { .. }
            | LagoonError::NoToken { .. } => true,
            // S3 also reports its own passing trouble as a timeout or an internal error.
            LagoonError::Storage { status, .. } => status.is_none_or(|status| {
                LagoonError::is_passing_status(status) || matches!(status, 408 | 500)
            }),
            _ => false,
        };
        FetchFailure {
            error: error.into(),
            is_transient,
        }
    }
}

struct RetryPauses {
    left: u32,
    next: Duration,
    furthest: u64,
}

impl RetryPauses {
    fn new() -> RetryPauses {
        RetryPauses {
            left: RETRIES,
            next: PAUSE,
            furthest: 0,
        }
    }

    /// The pause after an attempt that ended at this length; `None` after the last.
    fn after(&mut self, bytes: u64) -> Option<Duration> {
        if bytes >= self.furthest + PROGRESS {
            *self = RetryPauses {
                furthest: bytes,
                ..RetryPauses::new()
            };
        }
        self.left = self.left.checked_sub(1)?;
        let pause = self.next;
        self.next *= 2;
        Some(pause)
    }
}

pub(crate) struct Fetch<'a> {
    lagoon: &'a Lagoon,
    clock: &'a dyn Clock,
    watcher: &'a dyn TransferWatcher,
    run: i64,
    files: Vec<RunFile>,
    read: Duration,
}

impl<'a> Fetch<'a> {
    /// The files must have been listed just now.
    pub(crate) fn new(
        lagoon: &'a Lagoon,
        clock: &'a dyn Clock,
        watcher: &'a dyn TransferWatcher,
        run: i64,
        files: Vec<RunFile>,
    ) -> Self {
        let read = clock.now();
        Fetch {
            lagoon,
            clock,
            watcher,
            run,
            files,
            read,
        }
    }

    /// Downloads a file to a writer and returns its length. Fails if the file changes meanwhile,
    /// because what was written cannot be undone.
    pub(crate) async fn copy(
        &mut self,
        name: &str,
        to: &mut (dyn Write + Send),
    ) -> Result<u64, Error> {
        let mut output = OutputDestination {
            name,
            to,
            bytes: 0,
            version: None,
        };
        self.transfer(name, &mut output).await?;
        Ok(output.bytes)
    }

    pub(super) async fn transfer(
        &mut self,
        name: &str,
        to: &mut dyn Destination,
    ) -> Result<(), Error> {
        let mut pauses = RetryPauses::new();
        loop {
            let Err(failure) = self.attempt(name, to).await else {
                return Ok(());
            };
            let pause = pauses.after(to.bytes());
            match pause.filter(|_| failure.is_transient && to.can_retry()) {
                Some(pause) => {
                    self.watcher.interrupted(name, to.bytes(), &failure.error);
                    self.clock.sleep(pause).await;
                }
                None => return Err(failure.error),
            }
        }
    }

    async fn attempt(&mut self, name: &str, to: &mut dyn Destination) -> Result<(), FetchFailure> {
        let mut download = self.begin(name, to.beginning().as_ref()).await?;
        to.begin(download.version.as_ref(), download.start)?;
        let length = download.length;
        while let Some(piece) = download.next().await? {
            to.write(piece.as_ref())?;
            self.watcher.moved(name, to.bytes(), length);
        }
        match length {
            Some(length) if length != to.bytes() => {
                let reason = format!("sent only {} of {length} bytes", to.bytes());
                Err(LagoonError::storage(&self.find(name)?.url, None, reason).into())
            }
            _ => Ok(()),
        }
    }

    async fn begin(
        &mut self,
        name: &str,
        beginning: Option<&Beginning>,
    ) -> Result<Download, FetchFailure> {
        if self.clock.now().saturating_sub(self.read) >= FRESH {
            self.refresh().await?;
        }
        let download = self.lagoon.download(&self.find(name)?.url, beginning).await;
        // The address may have expired by the store's clock.
        let Err(LagoonError::Storage {
            status: Some(401 | 403),
            ..
        }) = download
        else {
            return Ok(download?);
        };
        self.refresh().await?;
        let url = &self.find(name)?.url;
        Ok(self.lagoon.download(url, beginning).await?)
    }

    async fn refresh(&mut self) -> Result<(), FetchFailure> {
        let files = self.lagoon.run_files(self.run).await?;
        self.files = files.ok_or_else(|| super::no_run(self.run))?;
        self.read = self.clock.now();
        Ok(())
    }

    pub(super) fn find(&self, name: &str) -> Result<&RunFile, Error> {
        let found = self.files.iter().find(|file| file.name == name);
        found.ok_or_else(|| {
            Error::not_found(format!(
                "the file `{name}` of run {} no longer exists",
                self.run
            ))
        })
    }
}

struct OutputDestination<'a> {
    name: &'a str,
    to: &'a mut (dyn Write + Send),
    bytes: u64,
    version: Option<Version>,
}

impl Destination for OutputDestination<'_> {
    fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn can_retry(&self) -> bool {
        self.bytes == 0 || self.version.is_some()
    }

    fn begin(&mut self, version: Option<&Version>, start: u64) -> Result<(), Error> {
        if start != self.bytes {
            return Err(Error::failed(format!(
                "cannot resume `{}` after {} bytes: the file has changed, or the file store \
                 does not support it",
                self.name, self.bytes
            ))
            .hint("discard the output and run the command again"));
        }
        self.version = version.cloned();
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.to
            .write_all(piece)
            .map_err(|e| Error::failed(format!("cannot write `{}`", self.name)).because(e))?;
        self.bytes += piece.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_pauses_grow_and_end_without_progress() {
        let mut pauses = RetryPauses::new();
        let mut series = |bytes| {
            let all = std::iter::from_fn(|| pauses.after(bytes));
            all.map(|pause| pause.as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(series(10), [250, 500, 1000, 2000, 4000]);
        assert_eq!(series(PROGRESS - 1), [0; 0]);
        // After progress the delays start over, once.
        assert_eq!(series(PROGRESS), [250, 500, 1000, 2000, 4000]);
        assert_eq!(series(PROGRESS), [0; 0]);
    }
}
