//! Failures of the output that do not end a command, and how they end it after all.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::App;
use crate::domain::Run;
use crate::error::Error;

/// The number of run ids in a hint.
const SHOWN: usize = 20;

/// What is to be reported if the output is incomplete.
#[derive(Clone, Default)]
pub struct Losses {
    filter: Arc<OnceLock<String>>,
    runs: Arc<Mutex<Vec<Value>>>,
}

impl Losses {
    /// Records that `--jq` failed on a result, which was printed as JSON instead.
    pub fn filter_failed(&self, message: String) {
        let _ = self.filter.set(message);
    }
}

impl App {
    /// Records a run that the command is about, as it was read last, to name it if the output is
    /// incomplete.
    pub fn record_run(&self, run: &Run) {
        let runs = self.losses.runs.lock();
        let mut runs = runs.unwrap_or_else(PoisonError::into_inner);
        match runs.iter_mut().find(|known| known["id"] == run.id) {
            Some(known) => *known = run.to_json(),
            None => runs.push(run.to_json()),
        }
    }

    /// The result of a command, given that its output may be incomplete: the exit code of the
    /// operation, or 1 if that would be 0.
    ///
    /// # Errors
    /// The command's error; else why the output is incomplete.
    pub fn conclude(&self, result: Result<(), Error>) -> Result<(), Error> {
        let written = self.ui.write_failure();
        let written = written.map(|why| format!("cannot write the output: {why}"));
        let Some(loss) = written.as_ref().or_else(|| self.losses.filter.get()) else {
            return result;
        };
        let mut error = match result {
            Ok(()) => Error::failed(loss),
            Err(error) if error.message == *loss => error,
            Err(error) => {
                self.ui.warn(loss);
                error
            }
        };
        let runs = self.losses.runs.lock();
        let runs = runs.unwrap_or_else(PoisonError::into_inner);
        if written.is_some() && !runs.is_empty() {
            error.hints.push(run_ids(&runs).into());
        }
        if error.runs.is_empty() {
            error.runs.clone_from(&runs);
        }
        Err(error)
    }
}

fn run_ids(runs: &[Value]) -> String {
    let ids: Vec<String> = runs.iter().map(|run| run["id"].to_string()).collect();
    let mut hint = format!("run ids: {}", ids[..ids.len().min(SHOWN)].join(", "));
    if ids.len() > SHOWN {
        hint.push_str(&format!(" and {} more", ids.len() - SHOWN));
    }
    hint
}
