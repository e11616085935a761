//! Executes each run in a process of its own, which continues after this one ends.
//!
//! The run's lock file is locked while the runner lives. It becomes the runner's standard input: on
//! Unix, [`File::lock`] is `flock`, whose locks belong to the open file, so the runner inherits it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::order::Job;
use super::{
    ComposeProject, EngineError, Executor, NewRun, Work, log, remote_id, runner, standins,
};
use crate::store::{RunExecutor, Status, Store, StoreError, at, create_private, if_exists};

const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Lagoon's own limit.
const LIMIT: Duration = Duration::from_secs(6 * 60 * 60);

const LOG_LIMIT: u64 = 64 << 20;

pub(crate) struct Detached {
    pub(super) store: Store,
    pub(super) data: PathBuf,
    pub(super) program: PathBuf,
    /// Arguments of the program before the data folder and the run's id.
    pub(super) args: Vec<OsString>,
    /// A `PATH`, searched after the stand-ins.
    pub(super) search_path: String,
    pub(super) limit: Duration,
    pub(super) log_limit: u64,
    pub(super) images: bool,
    /// COMMAND runs are executed in its containers.
    pub(super) compose: Option<Arc<ComposeProject>>,
}

impl Detached {
    /// The subcommand [`runner::SUBCOMMAND`] of `program` must call [`runner::main`].
    pub(crate) fn new(store: Store, program: &Path, images: bool) -> Result<Detached, EngineError> {
        if cfg!(not(unix)) {
            return Err(EngineError::Unsupported);
        }
        let Some(data) = store.folder().map(Path::to_owned) else {
            return Err(EngineError::NoFolder);
        };
        standins::install(&data)?;
        Ok(Detached {
            store,
            data,
            program: std::path::absolute(program).map_err(at(program))?,
            args: vec![runner::SUBCOMMAND.into()],
            search_path: SEARCH_PATH.to_owned(),
            limit: LIMIT,
            log_limit: LOG_LIMIT,
            images,
            compose: None,
        })
    }

    #[must_use]
    pub(crate) fn in_compose(self, project: Arc<ComposeProject>) -> Detached {
        Detached {
            compose: Some(project),
            ..self
        }
    }

    fn launch(
        &self,
        run: &NewRun,
        remote: &str,
        folder: &Path,
        lock: File,
    ) -> Result<Child, EngineError> {
        // A run of a deleted store may have left a log.
        let log = folder.join("log");
        if_exists(fs::remove_file(&log), &log)?;
        let container = match (&self.compose, &run.work) {
            (Some(compose), Work::Command(_)) => Some(compose.container(&run.service)?),
            _ => None,
        };
        let job = Job {
            container,
            run: run.clone(),
            remote: remote.to_owned(),
            search_path: self.search_path.clone(),
            limit: self.limit,
            log_limit: self.log_limit,
            images: self.images,
        };
        job.save(folder)?;
        self.spawn(run, lock).map_err(|source| EngineError::Spawn {
            program: self.program.clone(),
            source,
        })
    }

    fn spawn(&self, run: &NewRun, lock: File) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .arg(&self.data)
            .arg(run.id.to_string())
            .current_dir(&self.data)
            .stdin(lock)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // A container client needs its settings. A command needs no variables, and must not see our
        // token, which a compose file could pass on.
        if self.compose.is_none() && matches!(run.work, Work::Command(_)) {
            command.env_clear();
        }
        for secret in ["TASKS_TOKEN", "TASKS_SSH_KEY"] {
            command.env_remove(secret);
        }
        let mut child = command.spawn()?;
        // The runner closes its end after it has left this session, so that Ctrl-C does not reach
        // it.
        if let Some(mut stdout) = child.stdout.take() {
            stdout.read_to_end(&mut Vec::new())?;
        }
        Ok(child)
    }
}

impl Executor for Detached {
    fn start(&self, run: &NewRun) -> Result<(), EngineError> {
        let folder = self.data.join("runs").join(run.id.to_string());
        create_private(&folder).map_err(at(&folder))?;
        let lock = lock(&folder.join("lock"))?;
        if !self.store.hand_over(run.id, RunExecutor::Runner)? {
            return Err(EngineError::NotThere(run.id));
        }
        let remote = remote_id::new();
        match self.launch(run, &remote, &folder, lock) {
            Ok(child) => {
                wait(child, self.store.clone(), folder.join("lock"));
                Ok(())
            }
            Err(error) => {
                let reason = match &error {
                    EngineError::Compose(error) => error.in_log(),
                    error => error.to_string(),
                };
                let text = format!("{}[sandbox] {reason}\n", log::header(&run.task_name));
                self.store.append_log(run.id, text.as_bytes())?;
                self.store.move_run(run.id, &remote, Status::Failed)?;
                Err(error)
            }
        }
    }

    fn cancel(&self, id: i64) -> Result<(), EngineError> {
        Ok(self.store.request_cancel(id)?)
    }
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(at(path))?;
    file.try_lock().map_err(|error| at(path)(error.into()))?;
    Ok(file)
}

/// Collects the process when it ends, and marks the run of a runner that died.
fn wait(mut child: Child, store: Store, lock: PathBuf) {
    let reaper = std::thread::Builder::new().name("sandbox-run".to_owned());
    let reap = move || {
        if child.wait().is_ok() {
            // For a moment, a process that another thread starts has a copy of the lock.
            let _ = File::open(lock).and_then(|file| file.lock_shared());
            // The next process that opens the store repeats this.
            let _ = store.recover();
        }
    };
    // The run continues even without this thread.
    let _ = reaper.spawn(reap);
}
