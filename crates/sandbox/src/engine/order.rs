//! What an executor needs to know about a run.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::store::{StoreError, at};

/// A run as it is handed to an executor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewRun {
    /// The row's id.
    pub(crate) id: i64,
    /// The run's name: that of its task, or what an ad-hoc command was called.
    pub(crate) name: String,
    /// `lagoon-task-…`, the pod's name.
    pub(crate) task_name: String,
    /// The project's name.
    pub(crate) project: String,
    /// The environment's name.
    pub(crate) environment: String,
    /// `production` or `development`.
    pub(crate) environment_type: String,
    /// The environment's namespace.
    pub(crate) namespace: String,
    /// The service the command runs in.
    pub(crate) service: String,
    /// What is to be executed.
    pub(crate) work: Work,
}

/// What a run executes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    /// A shell command, complete, arguments composed into it: COMMAND tasks and ad-hoc commands.
    Command(String),
    /// A container image.
    Image {
        /// The image's name.
        image: String,
        /// The argument values as JSON.
        payload: Option<String>,
    },
}

/// What a runner reads about its run: `runs/<id>/job`, written by whoever started it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Job {
    /// The run.
    pub(super) run: NewRun,
    /// The runner's mark, which becomes the run's `remoteId`.
    pub(super) remote: String,
    /// Where programs are looked for, behind the stand-ins.
    pub(super) search_path: String,
    /// After how long the run is cancelled.
    pub(super) limit: Duration,
    /// How many bytes of output the log takes.
    pub(super) log_limit: u64,
    /// Whether somebody agreed to images being run.
    pub(super) images: bool,
}

impl Job {
    const FILE: &str = "job";

    pub(super) fn save(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(Job::FILE);
        let text =
            serde_json::to_vec(self).map_err(|error| StoreError::Content(error.to_string()))?;
        fs::write(&path, text).map_err(at(&path))
    }

    #[cfg(unix)]
    pub(super) fn load(folder: &Path) -> Result<Job, StoreError> {
        let path = folder.join(Job::FILE);
        let text = fs::read(&path).map_err(at(&path))?;
        serde_json::from_slice(&text).map_err(|error| StoreError::Content(error.to_string()))
    }
}
