//! The connection of a server, for all calls.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::call::{Call, Caller, Changes};
use super::limits::Limits;
use super::result::{Answer, Failure, failed};
use super::tools::{Input, cancel, invoke, log, places, runs, tasks, wait};
use super::transport::Closing;
use crate::app::App;
use crate::domain::place::view::EnvironmentView;
use crate::domain::{Environment, Project, Run};
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::places::{membership, place};
use crate::ops::runs::push::Push;
use crate::ops::runs::read;
use crate::ops::runs::wait::{WaitOutcome, wait_for_all};

pub(super) struct Session<'a> {
    pub app: &'a App,
    pub limits: &'a Limits,
    closing: &'a Closing,
    /// Starts on one environment, by its id, take turns: a lost reply is looked for among newer runs.
    turns: RefCell<HashMap<i64, Rc<Mutex<()>>>>,
    /// Changes in progress, each under its own number.
    sending: RefCell<BTreeMap<u64, String>>,
}

/// A change in progress; dropping it removes it from the list.
pub(super) struct Sending<'a> {
    all: &'a RefCell<BTreeMap<u64, String>>,
    number: u64,
}

impl Drop for Sending<'_> {
    fn drop(&mut self) {
        self.all.borrow_mut().remove(&self.number);
    }
}

impl<'a> Session<'a> {
    pub(super) fn new(app: &'a App, limits: &'a Limits, closing: &'a Closing) -> Self {
        Session {
            app,
            limits,
            closing,
            turns: RefCell::default(),
            sending: RefCell::default(),
        }
    }

    /// Carries a call out and replies.
    pub(super) async fn answer(&self, call: Call) {
        let caller = Caller::new(call.context, self.closing);
        let project = call.input.project().map(str::to_owned);
        let changes = call.input.changes();
        let work = self.carry_out(&caller, call.input);
        let result = tokio::select! {
            result = work => result,
            // A change that was sent is reported even if the client cancels the call.
            () = caller.cancelled(), if !changes => Err(Failure::Stopped),
        };
        let result = match result {
            Ok(answer) => answer.into(),
            Err(Failure::Error(error)) => failed(&self.explained(error, project.as_deref()).await),
            Err(Failure::Stopped) => {
                failed(&Error::new(Kind::Interrupted, "the call was cancelled"))
            }
        };
        // A client that is gone needs no reply.
        let _ = call.reply.send(Ok(result));
    }

    async fn carry_out(&self, caller: &Caller<'_>, input: Input) -> Result<Answer, Failure> {
        match input {
            Input::ListProjects => places::list_projects(self).await,
            Input::ListEnvironments(input) => places::list_environments(self, &input).await,
            Input::ListTasks(input) => tasks::list_tasks(self, &input).await,
            Input::ShowTask(input) => tasks::show_task(self, &input).await,
            Input::ListRuns(input) => runs::list_runs(self, &input).await,
            Input::RunStatus(input) => runs::run_status(self, &input).await,
            Input::RunLog(input) => log::run_log(self, &input).await,
            Input::WaitForRun(input) => wait::wait_for_run(self, caller, &input).await,
            Input::InvokeTask(input) => invoke::invoke_task(self, caller, input).await,
            Input::CancelRun(input) => cancel::cancel_run(self, caller, &input).await,
        }
    }

    /// Adds hints about roles and the network.
    async fn explained(&self, mut error: Error, project: Option<&str>) -> Error {
        if error.kind == Kind::NotAllowed
            && let Ok(lagoon) = self.app.lagoon().await
        {
            error = membership::with_required_role(lagoon, error, project).await;
        }
        self.app.explain_network(error)
    }

    /// A project within the limits, with the environments that are.
    pub(super) async fn project(&self, name: &str) -> Result<(Project, Vec<Environment>), Error> {
        require_name("project", name)?;
        self.limits.check_project(name)?;
        let found = place::project(self.app.lagoon().await?, name).await;
        let (project, mut environments) = found.map_err(|error| self.without_names(error))?;
        environments.retain(|environment| self.limits.takes_environment(environment));
        Ok((project, environments))
    }

    /// Removes suggestions, which can name places that are out of reach.
    fn without_names(&self, mut error: Error) -> Error {
        if error.kind != Kind::NotFound || !self.limits.narrow_places() {
            return error;
        }
        error.hints.clear();
        error.hint("list_projects and list_environments list the names within the limits")
    }

    /// An environment within the limits, with the tasks that are.
    pub(super) async fn environment(
        &self,
        project: &str,
        name: &str,
        runs: bool,
    ) -> Result<EnvironmentView, Error> {
        require_name("project", project)?;
        require_name("environment", name)?;
        self.limits.check_project(project)?;
        let lagoon = self.app.lagoon().await?;
        let view = place::environment(lagoon, project, name, runs).await;
        let mut view = view.map_err(|error| self.without_names(error))?;
        self.limits.check_environment(&view.environment)?;
        self.limits.retain_tasks(&mut view.definitions);
        Ok(view)
    }

    /// The same, with the values of arguments that are within the limits: a task reaches the environments
    /// that it is given.
    pub(super) async fn tasks(
        &self,
        project: &str,
        name: &str,
        runs: bool,
    ) -> Result<EnvironmentView, Error> {
        let mut view = self.environment(project, name, runs).await?;
        let definitions = view.definitions.iter_mut();
        let arguments = definitions.filter_map(|task| task.arguments.as_mut());
        let arguments = arguments.flatten().filter(|a| a.kind.is_environment());
        let mut arguments = arguments.peekable();
        if !self.limits.narrow_environments() || arguments.peek().is_none() {
            return Ok(view);
        }
        let (_, reached) = self.project(&view.environment.project.name).await?;
        let reached: Vec<String> = reached.into_iter().map(|e| e.name).collect();
        for argument in arguments {
            match &mut argument.range {
                Some(range) => range.retain(|name| reached.contains(name)),
                None => argument.range = Some(reached.clone()),
            }
        }
        Ok(view)
    }

    /// A run within the limits.
    pub(super) async fn run(&self, id: i64) -> Result<Run, Error> {
        let run = read::by_id(self.app.lagoon().await?, id).await?;
        self.limits.check_run(&run)?;
        Ok(run)
    }

    /// Waits for the end of a run, for `limit` at most, with progress notifications.
    pub(super) async fn watch(
        &self,
        caller: &Caller<'_>,
        run: Run,
        limit: Duration,
    ) -> Result<WaitOutcome, Failure> {
        let lagoon = self.app.lagoon().await?;
        let clock = ops::clock();
        let limits = ops::runs::wait::Limits {
            timeout: Some(limit),
            ..ops::runs::wait::Limits::default()
        };
        let (mut watcher, mut changes) = Changes::channel();
        let mut push = Push::new(lagoon);
        let runs = vec![run];
        let mut waiting = pin!(wait_for_all(
            lagoon,
            &clock,
            runs,
            &limits,
            &mut watcher,
            &mut push
        ));
        let mut step = 0.0;
        loop {
            tokio::select! {
                biased;
                () = caller.stopped() => return Err(Failure::Stopped),
                Some(message) = changes.recv() => {
                    step += 1.0;
                    caller.notify(step, message).await;
                }
                mut waited = &mut waiting => {
                    let missing = || Error::failed("the wait has no result").into();
                    return waited.pop().ok_or_else(missing);
                }
            }
        }
    }

    /// The turn of an environment.
    pub(super) fn turn(&self, environment: &Environment) -> Rc<Mutex<()>> {
        let mut turns = self.turns.borrow_mut();
        Rc::clone(turns.entry(environment.id).or_default())
    }

    /// Registers a change, in words such as "`X` is started on shop/main".
    pub(super) fn sending(&self, what: String) -> Sending<'_> {
        let mut all = self.sending.borrow_mut();
        let number = all.keys().next_back().map_or(0, |last| last + 1);
        all.insert(number, what);
        Sending {
            all: &self.sending,
            number,
        }
    }

    pub(super) fn is_sending(&self) -> bool {
        !self.sending.borrow().is_empty()
    }

    /// Reports the changes whose reply did not come.
    pub(super) fn warn_of_unknown(&self) {
        for what in self.sending.borrow().values() {
            self.app.ui.warn(&format!("it is unknown whether {what}"));
        }
    }

    /// Reports on stderr what was changed for a client that no longer reads.
    pub(super) fn note_if_unread(&self, caller: &Caller<'_>, what: &str) {
        if caller.is_stopped() {
            self.app.ui.note(&format!(
                "{what}, after the client cancelled the call or disconnected"
            ));
        }
    }
}

fn require_name(field: &str, name: &str) -> Result<(), Error> {
    if name.trim().is_empty() {
        return Err(Error::usage(format!("`{field}` is empty"))
            .hint("list_projects and list_environments list the names"));
    }
    Ok(())
}

impl Input {
    fn changes(&self) -> bool {
        matches!(self, Input::InvokeTask(_) | Input::CancelRun(_))
    }

    /// The project that the call is about, if it names one.
    fn project(&self) -> Option<&str> {
        match self {
            Input::ListEnvironments(input) => Some(&input.project),
            Input::ListTasks(input) => Some(&input.project),
            Input::ShowTask(input) => Some(&input.project),
            Input::ListRuns(input) => Some(&input.project),
            Input::InvokeTask(input) => Some(&input.project),
            _ => None,
        }
    }
}
