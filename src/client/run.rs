//! A run: its status, its log and its files.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::client::{Client, Error, ErrorKind, Outcome};
use crate::clock::SystemClock;
use crate::domain;
use crate::domain::run::{Log, moment};
use crate::lagoon::Lagoon;
use crate::ops::runs::files::{self, Fetch};
use crate::ops::runs::log;
use crate::ops::runs::push::Push;
use crate::ops::runs::read;
use crate::ops::runs::wait::{self, Limits};

/// One execution of a task, as it was read last.
#[derive(Clone)]
pub struct Run {
    client: Client,
    inner: domain::Run,
}

/// A file that a run has stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    name: String,
    created: Option<String>,
}

/// Reports nothing: callers read a run's status when they want it.
pub(super) struct Unwatched;

impl wait::Watcher for Unwatched {
    fn read(&mut self, _: &domain::Run) {}

    fn unreadable(&mut self, _: &str) {}
}

impl files::TransferWatcher for Unwatched {
    fn moved(&self, _: &str, _: u64, _: Option<u64>) {}

    fn interrupted(&self, _: &str, _: u64, _: &crate::error::Error) {}
}

impl Run {
    pub(super) fn new(client: &Client, inner: domain::Run) -> Self {
        Run {
            client: client.clone(),
            inner,
        }
    }

    /// Lagoon's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.inner.id
    }

    /// The name of the task.
    #[must_use]
    pub fn task(&self) -> &str {
        &self.inner.name
    }

    /// The job name, `lagoon-task-…`.
    #[must_use]
    pub fn job_name(&self) -> &str {
        &self.inner.task_name
    }

    /// Lagoon's word for the status. An open set.
    #[must_use]
    pub fn status(&self) -> &str {
        &self.inner.status
    }

    /// The status as this library classifies it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.inner.outcome()
    }

    /// The time of the request to start it, in RFC 3339.
    #[must_use]
    pub fn created(&self) -> Option<String> {
        time(self.inner.created.as_deref())
    }

    /// The time of its start, in RFC 3339.
    #[must_use]
    pub fn started(&self) -> Option<String> {
        time(self.inner.started.as_deref())
    }

    /// The time of its end, in RFC 3339.
    #[must_use]
    pub fn completed(&self) -> Option<String> {
        time(self.inner.completed.as_deref())
    }

    /// Reads the run again.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if Lagoon has deleted the run.
    pub async fn refresh(&mut self) -> Result<(), Error> {
        let newer = read::by_id(self.lagoon(), self.id()).await?;
        self.inner = domain::Run {
            environment: newer.environment.or_else(|| self.inner.environment.take()),
            ..newer
        };
        Ok(())
    }

    /// Waits until the run has ended, for `timeout` at most, and returns its outcome. Waiting continues
    /// through expired tokens (see [`TokenSource`](crate::client::TokenSource)), lost connections and
    /// restarts of Lagoon. A run that fails or is cancelled is no error.
    ///
    /// # Errors
    /// [`ErrorKind::TimedOut`]; [`ErrorKind::NeverStarted`] if the run has not started after 15 minutes;
    /// [`ErrorKind::NotFound`] if Lagoon has deleted it. The run itself is not affected.
    pub async fn wait(&mut self, timeout: Option<Duration>) -> Result<Outcome, Error> {
        let limits = Limits {
            timeout,
            ..Limits::default()
        };
        let (lagoon, clock) = (&self.client.lagoon, SystemClock::new());
        let mut push = Push::new(lagoon);
        let run = self.inner.clone();
        let watcher = &mut Unwatched;
        let waited =
            wait::wait_for_all(lagoon, &clock, vec![run], &limits, watcher, &mut push).await;
        for waited in waited {
            self.inner = waited.run;
            waited.end?;
        }
        Ok(self.outcome())
    }

    /// The log, without the lines that Lagoon puts before it. It is raw terminal output, with escape
    /// sequences. Lagoon stores the log after the end of the run, so this waits up to 15 seconds for
    /// it; before the end, Lagoon has a part of it or nothing.
    ///
    /// # Errors
    /// Any failure of the request, and that Lagoon has lost the log.
    pub async fn log(&self) -> Result<String, Error> {
        let (lagoon, id) = (self.lagoon(), self.id());
        let log = if self.outcome().is_finished() {
            log::settled(lagoon, &SystemClock::new(), id).await
        } else {
            log::log(lagoon, id).await?
        };
        match log {
            Log::Text(file) => Ok(file.text(&file.without_banner()?)?),
            Log::Empty => Ok(String::new()),
            Log::Unavailable(why) => {
                let message = format!("the log of run {id} is not available: {why}");
                Err(Error::new(ErrorKind::Refused, message))
            }
        }
    }

    /// The files that the run has stored, by name.
    ///
    /// # Errors
    /// Any failure of the request.
    pub async fn files(&self) -> Result<Vec<File>, Error> {
        let files = files::list(self.lagoon(), self.id()).await?.into_iter();
        let files = files.map(|file| File {
            created: time(file.created.as_deref()),
            name: file.name,
        });
        Ok(files.collect())
    }

    /// Writes a file to `output` and returns its length. An interrupted download is resumed, and the
    /// length verified.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if the run has no such file; any failure of the download or of `output`.
    pub async fn download(
        &self,
        file: &str,
        output: &mut (dyn Write + Send),
    ) -> Result<u64, Error> {
        let clock = SystemClock::new();
        let files = files::list(self.lagoon(), self.id()).await?;
        let mut fetch = Fetch::new(self.lagoon(), &clock, &Unwatched, self.id(), files);
        Ok(fetch.copy(file, output).await?)
    }

    /// Adds a local file to the run under its own name.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] if it cannot be read; any failure of the upload.
    pub async fn upload(&self, path: &Path) -> Result<(), Error> {
        let (lagoon, clock) = (self.lagoon(), SystemClock::new());
        let existing = files::list(lagoon, self.id()).await?;
        for local in files::locals(&[path.to_owned()])? {
            let replaces = existing.iter().any(|file| file.name == local.name);
            files::put(lagoon, &clock, &Unwatched, self.id(), &local, replaces).await?;
        }
        Ok(())
    }

    fn lagoon(&self) -> &Lagoon {
        &self.client.lagoon
    }
}

impl File {
    /// The name, which can hold any character, slashes included.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The time at which it was stored, in RFC 3339.
    #[must_use]
    pub fn created(&self) -> Option<&str> {
        self.created.as_deref()
    }
}

fn time(text: Option<&str>) -> Option<String> {
    moment(text?).map(|time| time.to_string())
}
