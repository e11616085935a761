//! A run as an executor and its runner receive it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::compose::Container;
use crate::store::{StoreError, at};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NewRun {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// `lagoon-task-…`, the pod's name.
    pub(crate) task_name: String,
    pub(crate) project: String,
    pub(crate) environment: String,
    pub(crate) environment_type: String,
    pub(crate) namespace: String,
    /// The main address of the site, if it is known.
    pub(crate) route: Option<String>,
    pub(crate) service: String,
    pub(crate) work: Work,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Work {
    /// The complete shell command, with arguments.
    Command(String),
    Image {
        image: String,
        /// The argument values as JSON.
        payload: Option<String>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) run: NewRun,
    /// The runner's mark, which becomes the run's `remoteId`.
    pub(super) remote: String,
    pub(super) search_path: String,
    pub(super) limit: Duration,
    pub(super) log_limit: u64,
    pub(super) images: bool,
    /// The container of a COMMAND run; `None` executes it on this machine.
    pub(super) container: Option<Container>,
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
