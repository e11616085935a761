//! Plays runs in process by script, for tests with a store in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{EngineError, Executor, NewRun, log, remote_id};
use crate::store::{RunExecutor, Status, Store};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Status(Status),
    Log(String),
    /// Stops until [`Scripted::advance`].
    Hold,
}

/// The scripted executor. Clones share scripts and runs.
#[derive(Clone)]
pub struct Scripted {
    store: Store,
    scripts: Arc<Mutex<Scripts>>,
}

#[derive(Default)]
struct Scripts {
    default: Vec<Step>,
    by_name: HashMap<String, Vec<Step>>,
    on_cancel: HashMap<String, Vec<Step>>,
    playing: HashMap<i64, Playing>,
}

struct Playing {
    name: String,
    task_name: String,
    remote: String,
    left: VecDeque<Step>,
}

impl Scripted {
    /// Without scripts, runs complete at once.
    #[must_use]
    pub(crate) fn new(store: Store) -> Scripted {
        let scripted = Scripted {
            store,
            scripts: Arc::default(),
        };
        scripted.script_others(vec![
            Step::Status(Status::Pending),
            Step::Status(Status::Running),
            Step::Log("done\n".to_owned()),
            Step::Status(Status::Complete),
        ]);
        scripted
    }

    /// Sets the script of future runs of the task `name`. With an empty one they stay `new`.
    pub fn script(&self, name: &str, steps: Vec<Step>) {
        self.scripts().by_name.insert(name.to_owned(), steps);
    }

    /// Sets the script of all runs that have none of their own.
    pub fn script_others(&self, steps: Vec<Step>) {
        self.scripts().default = steps;
    }

    /// Sets the steps to play instead of `cancelled` when a run named `name` is cancelled.
    pub fn script_cancel(&self, name: &str, steps: Vec<Step>) {
        self.scripts().on_cancel.insert(name.to_owned(), steps);
    }

    /// Plays a run up to its next hold. Returns whether steps are left.
    pub fn advance(&self, id: i64) -> Result<bool, EngineError> {
        let mut scripts = self.scripts();
        let Some(playing) = scripts.playing.get_mut(&id) else {
            return Ok(false);
        };
        let left = self.play(id, playing)?;
        if !left {
            scripts.playing.remove(&id);
        }
        Ok(left)
    }

    /// Sets a run's status, adds to its log, and ends its script. False if there is no such run.
    pub(crate) fn set_run(
        &self,
        id: i64,
        status: Status,
        log: Option<&str>,
    ) -> Result<bool, EngineError> {
        self.scripts().playing.remove(&id);
        if let Some(log) = log {
            self.store.append_log(id, log.as_bytes())?;
        }
        Ok(self.store.force_run(id, status)?)
    }

    fn play(&self, id: i64, playing: &mut Playing) -> Result<bool, EngineError> {
        while let Some(step) = playing.left.pop_front() {
            match step {
                Step::Hold => return Ok(true),
                Step::Status(status) => {
                    if !self.store.move_run(id, &playing.remote, status)? {
                        return Ok(false);
                    }
                }
                Step::Log(text) => {
                    let text = match self.store.log(id)? {
                        Some(_) => text,
                        None => log::header(&playing.task_name) + &text,
                    };
                    self.store.append_log(id, text.as_bytes())?;
                }
            }
        }
        Ok(false)
    }

    fn scripts(&self) -> MutexGuard<'_, Scripts> {
        self.scripts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Executor for Scripted {
    fn start(&self, run: &NewRun) -> Result<(), EngineError> {
        let mut scripts = self.scripts();
        let steps = scripts.by_name.get(&run.name).unwrap_or(&scripts.default);
        if steps.is_empty() {
            return Ok(());
        }
        let mut playing = Playing {
            name: run.name.clone(),
            task_name: run.task_name.clone(),
            remote: remote_id::new(),
            left: steps.iter().cloned().collect(),
        };
        if !self.store.hand_over(run.id, RunExecutor::InProcess)? {
            return Err(EngineError::NotThere(run.id));
        }
        if self.play(run.id, &mut playing)? {
            scripts.playing.insert(run.id, playing);
        }
        Ok(())
    }

    fn cancel(&self, id: i64) -> Result<(), EngineError> {
        self.store.request_cancel(id)?;
        let mut scripts = self.scripts();
        let Some(mut playing) = scripts.playing.remove(&id) else {
            return Ok(());
        };
        let steps = scripts.on_cancel.get(&playing.name);
        playing.left = steps.map_or_else(
            || VecDeque::from([Step::Status(Status::Cancelled)]),
            |steps| steps.iter().cloned().collect(),
        );
        if self.play(id, &mut playing)? {
            scripts.playing.insert(id, playing);
        }
        Ok(())
    }
}
