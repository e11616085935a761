//! The statuses of a run, as its runner sets them.

use std::ffi::OsString;
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use rustix::process::Signal;

use super::container::{Remains, RunInContainer};
use super::process::{self, Client, ProcessEnd};
use super::{image, takeover};
use crate::engine::order::Job;
use crate::engine::{ComposeError, EngineError, Work, log, standins};
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
            return self.end(&ProcessEnd::Cancelled, None);
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
        let container = self.container();
        let signal = |sent: Signal| {
            if let Some(container) = &container {
                container.signal(sent);
            }
        };
        let client = match &container {
            Some(_) => Some(Client {
                signal: &signal,
                messages: File::create(self.messages()).map_err(at(&self.messages()))?,
            }),
            None => None,
        };
        match process::run(command, log, limits, || self.order(), client) {
            Ok(end) => self.end(&end, self.container().map(|container| container.collect())),
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
        if let Some(container) = self.container() {
            let prepared = container.prepare().map_err(|error| error.in_log());
            return Ok(prepared.map(|()| container.command(shell, &variables)));
        }
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
        let route = run.route.clone().map(|route| ("LAGOON_ROUTE", route));
        let safe = safe_name(&run.environment);
        let others = [
            ("LAGOON_PROJECT", run.project.clone()),
            ("LAGOON_SAFE_PROJECT", safe_name(&run.project)),
            ("LAGOON_ENVIRONMENT", safe.clone()),
            ("LAGOON_ENVIRONMENT_TYPE", run.environment_type.clone()),
            ("LAGOON_GIT_BRANCH", run.environment.clone()),
            ("LAGOON_GIT_SAFE_BRANCH", safe),
            ("LAGOON_KUBERNETES_NAMESPACE", run.namespace.clone()),
            ("NAMESPACE", run.namespace.clone()),
            ("PODNAME", run.task_name.clone()),
            ("SERVICE_NAME", run.service.clone()),
            ("TASK_DATA_ID", run.id.to_string()),
        ];
        route.into_iter().chain(others).collect()
    }

    fn container(&self) -> Option<RunInContainer<'_>> {
        let container = self.job.container.as_ref()?;
        let name = &self.job.run.task_name;
        Some(RunInContainer { container, name })
    }

    /// The messages of the compose program.
    fn messages(&self) -> PathBuf {
        self.folder.join("messages")
    }

    fn append_messages(&self) -> Result<(), StoreError> {
        let text = fs::read_to_string(self.messages()).unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.take(20).try_for_each(|line| self.remark(line))
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
        let Some(entries) = if_exists(fs::read_dir(&folder), &folder)? else {
            return Ok(());
        };
        for entry in entries {
            let path = entry.map_err(at(&folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let body = fs::read(&path).map_err(at(&path))?;
            self.attach(&name, &body)?;
        }
        let _ = fs::remove_dir_all(&folder);
        Ok(())
    }

    fn attach(&self, name: &str, body: &[u8]) -> Result<(), StoreError> {
        let Ok(run) = i32::try_from(self.job.run.id) else {
            return Ok(());
        };
        self.store.write(|tx| Ok(files::put(tx, run, name, body)?))
    }

    /// A store that cannot be read says nothing about the run.
    fn order(&self) -> RunnerOrder {
        let order = self.store.order(self.job.run.id, &self.job.remote);
        order.unwrap_or(RunnerOrder::Go)
    }

    /// `remains` is what a run in a container left there.
    fn end(
        &self,
        end: &ProcessEnd,
        remains: Option<Result<Remains, ComposeError>>,
    ) -> Result<(), EngineError> {
        if !matches!(end, ProcessEnd::Exited(_)) {
            self.remove_container();
        }
        let status = match end {
            // The run's folder may belong to another run of the same id.
            ProcessEnd::Gone => return Ok(()),
            ProcessEnd::Exited(status) => {
                // As in Lagoon, an exit code adds nothing to the log.
                let (status, message) = match &remains {
                    Some(remains) => exit_in_container(remains),
                    None => exit_here(*status),
                };
                if let Some(message) = message {
                    self.append_messages()?;
                    self.remark(&message)?;
                }
                status
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
        let mut attached = self.attach_files();
        for (name, body) in remains.into_iter().flatten().flat_map(|found| found.files) {
            attached = attached.and_then(|()| self.attach(&name, &body));
        }
        if let Err(error) = attached {
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

fn exit_here(status: ExitStatus) -> (Status, Option<String>) {
    match (status.code(), status.signal()) {
        (Some(0), _) => (Status::Complete, None),
        (Some(_), _) => (Status::Failed, None),
        (None, Some(signal)) => {
            let message = format!("The command was terminated by signal {signal}.");
            (Status::Failed, Some(message))
        }
        (None, None) => {
            let message = "The command ended for an unknown reason.".to_owned();
            (Status::Failed, Some(message))
        }
    }
}

/// The exit status of the client is not used, because it also fails for reasons of its own.
fn exit_in_container(remains: &Result<Remains, ComposeError>) -> (Status, Option<String>) {
    match remains {
        Ok(Remains {
            status: Some(0), ..
        }) => (Status::Complete, None),
        Ok(Remains {
            status: Some(_), ..
        }) => (Status::Failed, None),
        Ok(Remains { status: None, .. }) => {
            let message = "The command was killed, or its container was restarted.".to_owned();
            (Status::Failed, Some(message))
        }
        Err(error) => {
            let message = format!("The container ended before the command. {}", error.in_log());
            (Status::Failed, Some(message))
        }
    }
}

/// Lower-case letters, digits and dashes, as in the names that Lagoon derives from a branch.
fn safe_name(name: &str) -> String {
    let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let safe = |c: char| if is_safe(c) { c } else { '-' };
    name.to_lowercase().chars().map(safe).collect()
}
