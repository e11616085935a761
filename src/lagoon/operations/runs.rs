//! Invoking tasks and reading runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use smol_str::SmolStr;

use super::convert::{environment, need, newest_first, run_from, same, started_from};
use super::{int, operation};
use crate::domain::run::RecentRun;
use crate::domain::{Environment, Project, Run};
use crate::lagoon::{Effect, Lagoon, LagoonError};

operation!(InvokeTask, "graphql/runs/invoke_task.graphql");
operation!(RunById, "graphql/runs/run_by_id.graphql");
operation!(RunByTaskName, "graphql/runs/run_by_task_name.graphql");
operation!(CancelRun, "graphql/runs/cancel_run.graphql");

/// Operations whose answers may have a hundred thousand rows.
mod listings {
    use super::operation;
    // What the generated types take for a text: here one that keeps short ones in place.
    use smol_str::SmolStr as String;

    operation!(pub(super) NewestRuns, "graphql/runs/newest_runs.graphql");
    operation!(pub(super) RecentRuns, "graphql/runs/recent_runs.graphql");
    operation!(
        pub(super) RecentRunsWithUser,
        "graphql/runs/recent_runs_with_user.graphql"
    );
}
use listings::{
    NewestRuns, RecentRuns, RecentRunsWithUser, newest_runs, recent_runs, recent_runs_with_user,
};

/// The newest runs of an environment.
#[derive(Debug, Clone)]
pub struct RecentView {
    /// Who is asking, where that is known.
    pub me: Option<SmolStr>,
    /// Newest first.
    pub runs: Vec<RecentRun>,
}

macro_rules! run_with_environment {
    ($generated:expr) => {{
        let mut found = $generated;
        let here = match found.environment.take() {
            Some(e) => Some(place(
                e.id,
                e.name,
                e.environment_type,
                e.project.map(|p| (p.id, p.name)),
            )?),
            None => None,
        };
        run_from!(found, here.map(Arc::new))
    }};
}

fn place(
    id: Option<i64>,
    name: Option<String>,
    kind: Option<String>,
    project: Option<(Option<i64>, Option<String>)>,
) -> Result<Environment, LagoonError> {
    let (project_id, project_name) = need(project, "an environment's project")?;
    let project = Project {
        id: need(project_id, "a project's id")?,
        name: need(project_name, "a project's name")?,
    };
    environment(id, name, kind, project)
}

/// The variables of an invocation, as they are serialised.
fn invocation(
    task: i64,
    environment: i64,
    arguments: &[(String, String)],
) -> Result<invoke_task::Variables, LagoonError> {
    let arguments = (!arguments.is_empty()).then(|| {
        arguments
            .iter()
            .map(|(name, value)| {
                Some(invoke_task::AdvancedTaskDefinitionArgumentValueInput {
                    advanced_task_definition_argument_name: Some(name.clone()),
                    value: Some(value.clone()),
                })
            })
            .collect()
    });
    Ok(invoke_task::Variables {
        task: int(task)?,
        environment: int(environment)?,
        arguments,
    })
}

/// The variables of an invocation as JSON, for checking them against a schema.
///
/// # Errors
/// For ids outside 32 bits.
pub fn invoke_variables(
    task: i64,
    environment: i64,
    arguments: &[(String, String)],
) -> Result<serde_json::Value, LagoonError> {
    super::json(&invocation(task, environment, arguments)?)
}

impl Lagoon {
    /// Starts a task. Sent once; the values go as they are given.
    ///
    /// # Errors
    /// Any [`LagoonError`]; see [`LagoonError::leaves_unknown`].
    pub async fn invoke_task(
        &self,
        task: i64,
        environment: i64,
        arguments: &[(String, String)],
    ) -> Result<Run, LagoonError> {
        let variables = invocation(task, environment, arguments)?;
        let reply = self.send::<InvokeTask>(Effect::Mutation, variables).await?;
        started_from!(reply, invoke_registered_task)
    }

    /// A run by its id; `None` when there is none (any more).
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn run_by_id(&self, id: i64) -> Result<Option<Run>, LagoonError> {
        let variables = run_by_id::Variables { id: int(id)? };
        let data = self
            .send::<RunById>(Effect::Query, variables)
            .await?
            .whole()?;
        match data.task_by_id {
            Some(found) => {
                same("run", id, found.id)?;
                run_with_environment!(found).map(Some)
            }
            None => Ok(None),
        }
    }

    /// A run by its `lagoon-task-…` name; `None` when there is none (any more).
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn run_by_task_name(&self, name: &str) -> Result<Option<Run>, LagoonError> {
        let variables = run_by_task_name::Variables {
            name: name.to_owned(),
        };
        let data = self
            .send::<RunByTaskName>(Effect::Query, variables)
            .await?
            .whole()?;
        match data.task_by_task_name {
            Some(found) => {
                same("run", name, found.task_name.as_deref())?;
                run_with_environment!(found).map(Some)
            }
            None => Ok(None),
        }
    }

    /// The newest runs of an environment, at most `limit` of them, 0 for all; without what costs
    /// the server more.
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn newest_runs(
        &self,
        environment: &Environment,
        limit: i64,
    ) -> Result<Vec<Run>, LagoonError> {
        let variables = newest_runs::Variables {
            environment: int(environment.id)?,
            limit: int(limit)?,
        };
        let data = self
            .send::<NewestRuns>(Effect::Query, variables)
            .await?
            .whole()?;
        let place = Arc::new(environment.clone());
        let Some(found) = data.environment_by_id else {
            return Ok(Vec::new());
        };
        same("environment", environment.id, found.id)?;
        let runs = found.tasks.unwrap_or_default().into_iter();
        let mut runs = runs
            .flatten()
            .map(|run| run_from!(run, Some(Arc::clone(&place))))
            .collect::<Result<Vec<_>, _>>()?;
        newest_first(&mut runs, |run| run);
        Ok(runs)
    }

    /// Asks for the end of a run, which comes later; Lagoon's word for how that went. Sent once.
    ///
    /// # Errors
    /// Any [`LagoonError`]; see [`LagoonError::leaves_unknown`].
    pub async fn cancel_run(&self, id: i64) -> Result<String, LagoonError> {
        let variables = cancel_run::Variables { id: int(id)? };
        let data = self
            .send::<CancelRun>(Effect::Mutation, variables)
            .await?
            .whole()?;
        need(data.cancel_task, "the answer")
    }

    /// The newest runs of an environment with their command lines, at most `limit` of them, 0 for
    /// all. The users who started them only if the server knows them (Lagoon 2.18 and newer).
    ///
    /// # Errors
    /// Any [`LagoonError`]; that the user is unknown (service tokens) is none.
    pub async fn recent_runs(
        &self,
        environment: i64,
        limit: i64,
    ) -> Result<RecentView, LagoonError> {
        self.with_user_if_known(async |with_user| {
            self.recent_runs_as(environment, limit, with_user).await
        })
        .await
    }

    /// Sends a query for runs with the users who started them. A server that refuses this, but answers
    /// the query without users, lacks the field, and is not asked for it again.
    pub(super) async fn with_user_if_known<T>(
        &self,
        send: impl AsyncFn(bool) -> Result<T, LagoonError>,
    ) -> Result<T, LagoonError> {
        let lacks = &self.transport.lacks_source_user;
        if lacks.load(Ordering::Relaxed) {
            return send(false).await;
        }
        match send(true).await {
            Err(LagoonError::Refused { status: 400, .. }) => {
                let found = send(false).await?;
                lacks.store(true, Ordering::Relaxed);
                Ok(found)
            }
            other => other,
        }
    }

    async fn recent_runs_as(
        &self,
        environment: i64,
        limit: i64,
        with_user: bool,
    ) -> Result<RecentView, LagoonError> {
        let environment = int(environment)?;
        let limit = int(limit)?;
        macro_rules! runs {
            ($found:expr, $user:expr) => {{
                // Without the environment the reply does not say that there are no runs.
                let found = need($found, "the environment")?;
                same("environment", environment, found.id)?;
                let runs = found.tasks.unwrap_or_default();
                let mut runs = runs
                    .into_iter()
                    .flatten()
                    .map(|mut run| {
                        let command = run.command.take().unwrap_or_default();
                        let user = $user(&mut run);
                        Ok(RecentRun {
                            run: run_from!(run, None)?,
                            command,
                            user,
                        })
                    })
                    .collect::<Result<Vec<_>, LagoonError>>()?;
                newest_first(&mut runs, |recent: &RecentRun| &recent.run);
                runs
            }};
        }
        if !with_user {
            let variables = recent_runs::Variables { environment, limit };
            let data = self
                .send::<RecentRuns>(Effect::Query, variables)
                .await?
                .whole()?;
            return Ok(RecentView {
                me: None,
                runs: runs!(data.environment_by_id, |_: &mut _| None),
            });
        }
        let variables = recent_runs_with_user::Variables { environment, limit };
        let mut reply = self
            .send::<RecentRunsWithUser>(Effect::Query, variables)
            .await?;
        // `me` fails for service tokens; the rest of the answer is good all the same.
        reply
            .errors
            .retain(|e| e.path.first().and_then(|p| p.as_str()) != Some("me"));
        let data = reply.whole()?;
        let me = data.me.and_then(|me| me.email);
        let runs = runs!(
            data.environment_by_id,
            |run: &mut recent_runs_with_user::RecentRunsWithUserEnvironmentByIdTasks| run
                .source_user
                .take()
        );
        Ok(RecentView { me, runs })
    }
}
