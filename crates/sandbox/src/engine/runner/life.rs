//! The statuses of a run, as its runner sets them.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use super::process::{self, ProcessEnd};
use super::{image, takeover};
use crate::engine::order::Job;
use crate::engine::{EngineError, Work, log, standins};
use crate::rows::files;
use crate::store::{RunnerOrder, Status, Store, StoreError, at, create_private, if_exists};

struct Life {
    store: Store,
    data: PathBuf,
    folder: PathBuf,
    job: Job,
}

pub(super) fn lead(args: impl IntoIterator<Item = OsString>) -> Result<(), EngineError> {
    takeover::leave()?;
    let (data, id) = takeover::parse(args)?;
    let folder = data.join("runs").join(id.to_string());
    takeover::take_lock(&folder.join("lock"))?;
    let life = Life {
        store: Store::open_existing(&data)?,
        job: Job::load(&folder)?,
        data,
        folder,
    };
    let result = life.run();
    if let Err(error) = &result {
        life.fail(&error.to_string())?;
    }
    result
}

impl Life {
    fn run(&self) -> Result<(), EngineError> {
        if !self.set_status(Status::Pending)? {
            return Ok(());
        }
        self.append(&log::header(&self.job.run.task_name))?;
        if self.order() == RunnerOrder::Cancel {
            return self.end(&ProcessEnd::Cancelled);
        }
        let command = match self.command()? {
            Ok(command) => command,
            Err(reason) => return self.fail(&reason),
        };
        if !self.set_status(Status::Running)? {
            return Ok(());
        }
        let log = self.folder.join("log");
        let log = File::options().append(true).open(&log).map_err(at(&log))?;
        let limits = process::Limits {
            time: self.job.limit,
            log: self.job.log_limit,
        };
        match process::run(command, log, limits, || self.order()) {
            Ok(end) => self.end(&end),
            Err(error) => self.fail(&format!("The command cannot be started: {error}.")),
        }
    }

    /// The run's process, or the reason why there is none.
    fn command(&self) -> Result<Result<Command, String>, StoreError> {
        let variables = self.variables();
        let shell = match &self.job.run.work {
            Work::Command(shell) => shell,
            Work::Image { image, payload } => {
                return Ok(image::command(
                    &self.job,
                    image,
                    payload.as_deref(),
                    &variables,
                ));
            }
        };
        let scratch = self.scratch();
        let attached = self.attached();
        for folder in [&scratch, &attached] {
            create_private(folder).map_err(at(folder))?;
        }
        let mut path = standins::folder(&self.data).into_os_string();
        path.push(":");
        path.push(&self.job.search_path);
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", shell])
            .current_dir(&scratch)
            .env_clear()
            .envs(variables)
            .env("PATH", path)
            .env("HOME", &scratch)
            .env("TASK_FILES", &attached);
        Ok(Ok(command))
    }

    fn variables(&self) -> Vec<(&'static str, String)> {
        let run = &self.job.run;
        vec![
            ("LAGOON_PROJECT", run.project.clone()),
            ("LAGOON_ENVIRONMENT", run.environment.clone()),
            ("LAGOON_ENVIRONMENT_TYPE", run.environment_type.clone()),
            ("LAGOON_GIT_BRANCH", run.environment.clone()),
            ("LAGOON_KUBERNETES_NAMESPACE", run.namespace.clone()),
            ("NAMESPACE", run.namespace.clone()),
            ("PODNAME", run.task_name.clone()),
            ("SERVICE_NAME", run.service.clone()),
            ("TASK_DATA_ID", run.id.to_string()),
        ]
    }

    fn scratch(&self) -> PathBuf {
        self.folder.join("work")
    }

    /// The folder of the files that the command attaches to the run.
    fn attached(&self) -> PathBuf {
        self.folder.join("attached")
    }

    fn attach_files(&self) -> Result<(), StoreError> {
        let folder = self.attached();
        let Ok(run) = i32::try_from(self.job.run.id) else {
            return Ok(());
        };
        let Some(entries) = if_exists(fs::read_dir(&folder), &folder)? else {
            return Ok(());
        };
        for entry in entries {
            let path = entry.map_err(at(&folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let body = fs::read(&path).map_err(at(&path))?;
            self.store
                .write(|tx| Ok::<_, StoreError>(files::put(tx, run, &name, &body)?))?;
        }
        let _ = fs::remove_dir_all(&folder);
        Ok(())
    }

    /// A store that cannot be read says nothing about the run.
    fn order(&self) -> RunnerOrder {
        let order = self.store.order(self.job.run.id, &self.job.remote);
        order.unwrap_or(RunnerOrder::Go)
    }

    fn end(&self, end: &ProcessEnd) -> Result<(), EngineError> {
        if !matches!(end, ProcessEnd::Exited(_)) {
            self.remove_container();
        }
        let status = match end {
            // The run's folder may belong to another run of the same id.
            ProcessEnd::Gone => return Ok(()),
            ProcessEnd::Exited(status) if status.success() => Status::Complete,
            ProcessEnd::Exited(status) => {
                // As in Lagoon, an exit code adds nothing to the log.
                if let Some(message) = signal_message(*status) {
                    self.remark(&message)?;
                }
                Status::Failed
            }
            ProcessEnd::Cancelled => {
                self.remark("Cancelled.")?;
                Status::Cancelled
            }
            ProcessEnd::TimedOut => {
                let seconds = self.job.limit.as_secs();
                self.remark(&format!("Cancelled after the time limit of {seconds} s."))?;
                Status::Cancelled
            }
        };
        if let Err(error) = self.attach_files() {
            self.remark(&format!("The run's files could not be stored: {error}."))?;
        }
        // Remaining files do no harm.
        let _ = fs::remove_dir_all(self.scratch());
        self.set_status(status)?;
        Ok(())
    }

    fn fail(&self, reason: &str) -> Result<(), EngineError> {
        self.remark(reason)?;
        self.set_status(Status::Failed)?;
        Ok(())
    }

    fn remove_container(&self) {
        if let Work::Image { .. } = self.job.run.work
            && let Some(mut removal) = image::removal(&self.job)
        {
            let quiet = removal.stdin(Stdio::null()).stdout(Stdio::null());
            let _ = quiet.stderr(Stdio::null()).status();
        }
    }

    fn remark(&self, text: &str) -> Result<(), StoreError> {
        let log = self.store.log(self.job.run.id)?;
        let open = log.is_some_and(|log| !log.is_empty() && !log.ends_with('\n'));
        let line = if open { "\n" } else { "" };
        self.append(&format!("{line}[sandbox] {text}\n"))
    }

    fn append(&self, text: &str) -> Result<(), StoreError> {
        self.store.append_log(self.job.run.id, text.as_bytes())
    }

    fn set_status(&self, status: Status) -> Result<bool, StoreError> {
        self.store
            .move_run(self.job.run.id, &self.job.remote, status)
    }
}

fn signal_message(status: ExitStatus) -> Option<String> {
    match (status.code(), status.signal()) {
        (Some(_), _) => None,
        (None, Some(signal)) => Some(format!("The command was terminated by signal {signal}.")),
        (None, None) => Some("The command ended for an unknown reason.".to_owned()),
    }
}
