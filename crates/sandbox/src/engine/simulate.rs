//! Completes runs without executing anything (`--simulate`).

use super::{EngineError, Executor, NewRun, Work, remote_id};
use crate::store::{RunExecutor, Status, Store};

pub(crate) struct Simulate(pub(crate) Store);

impl Executor for Simulate {
    fn start(&self, run: &NewRun) -> Result<(), EngineError> {
        if !self.0.hand_over(run.id, RunExecutor::InProcess)? {
            return Err(EngineError::NotThere(run.id));
        }
        let what = match &run.work {
            Work::Command(command) => command,
            Work::Image { image, .. } => image,
        };
        let remote = remote_id::new();
        let log = format!(
            "{}[sandbox] Simulated; nothing was executed. The command:\n{what}\n",
            super::log::header(&run.task_name)
        );
        for status in [Status::Pending, Status::Running] {
            self.0.move_run(run.id, &remote, status)?;
        }
        self.0.append_log(run.id, log.as_bytes())?;
        self.0.move_run(run.id, &remote, Status::Complete)?;
        Ok(())
    }

    /// Runs complete before they can be cancelled.
    fn cancel(&self, _id: i64) -> Result<(), EngineError> {
        Ok(())
    }
}
