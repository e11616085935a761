//! Output failures that do not end a command but change its exit code.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde_json::Value;

use super::App;
use crate::domain::Run;
use crate::error::Error;

const SHOWN: usize = 20;

#[derive(Clone, Default)]
pub(crate) struct OutputFailures {
    filter: Arc<OnceLock<String>>,
    runs: Arc<Mutex<Vec<Value>>>,
}

impl OutputFailures {
    /// Records that `--jq` failed and JSON was printed instead.
    pub(crate) fn filter_failed(&self, message: String) {
        let _ = self.filter.set(message);
    }
}

impl App {
    /// Records a run, whose id is reported if the output is incomplete.
    pub(crate) fn record_run(&self, run: &Run) {
        let runs = self.output_failures.runs.lock();
        let mut runs = runs.unwrap_or_else(PoisonError::into_inner);
        match runs.iter_mut().find(|known| known["id"] == run.id) {
            Some(known) => *known = run.to_json(),
            None => runs.push(run.to_json()),
        }
    }

    /// A successful command with output failures fails with exit code 1.
    pub(crate) fn conclude(&self, result: Result<(), Error>) -> Result<(), Error> {
        let written = self.ui.write_failure();
        let written = written.map(|why| format!("cannot write the output: {why}"));
        let Some(loss) = written
            .as_ref()
            .or_else(|| self.output_failures.filter.get())
        else {
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
        let runs = self.output_failures.runs.lock();
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
