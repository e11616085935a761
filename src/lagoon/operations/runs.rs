//! Starting and reading runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use graphql_client::{GraphQLQuery, QueryBody};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::fields::{EnvironmentFields, RunFields, all, need, newest_first, same, started};
use super::{int, operations};
use crate::domain::run::RecentRun;
use crate::domain::{Environment, Run};
use crate::lagoon::reply::{self, Reply};
use crate::lagoon::transport::extract::ValueKind;
use crate::lagoon::transport::streamed::Streamed;
use crate::lagoon::{Effect, Lagoon, LagoonError, Receiver};

operations! {
    InvokeTask: "graphql/runs/invoke_task.graphql" => "RunFields",
    RunById: "graphql/runs/run_by_id.graphql" => "RunFields",
    RunByIdWithUser: "graphql/runs/run_by_id_with_user.graphql" => "RunFields",
    NewestRuns: "graphql/runs/newest_runs.graphql" => "EnvironmentFields",
    RecentRuns: "graphql/runs/recent_runs.graphql" => "EnvironmentFields",
    RecentRunsWithUser: "graphql/runs/recent_runs_with_user.graphql",
}

#[derive(Debug, Clone)]
pub(crate) struct RecentView {
    /// The user's email address, if it is known.
    pub me: Option<SmolStr>,
    pub runs: Vec<RecentRun>,
}

/// The reply for an environment or project, with or without users.
#[derive(Deserialize)]
pub(super) struct WithCurrentUser<T> {
    me: Option<CurrentUser>,
    #[serde(alias = "environmentById", alias = "projectByName")]
    pub(super) found: Option<T>,
}

#[derive(Deserialize)]
struct CurrentUser {
    email: Option<SmolStr>,
}

impl<T> WithCurrentUser<T> {
    pub(super) fn email(&self) -> Option<SmolStr> {
        self.me.as_ref()?.email.clone()
    }
}

struct RunReceiver {
    runs: Vec<RecentRun>,
    /// Of the server.
    address: String,
}

impl Receiver for RunReceiver {
    fn begin(&mut self) -> Result<(), LagoonError> {
        self.runs.clear();
        Ok(())
    }

    fn write(&mut self, element: &str) -> Result<(), LagoonError> {
        let run: Option<RunFields> = serde_json::from_str(element).map_err(|error| {
            if error.is_data() {
                return LagoonError::Unusable(reply::unexpected(&error));
            }
            LagoonError::NoAnswer {
                address: self.address.clone(),
                reason: "sent invalid JSON".to_owned(),
            }
        })?;
        if let Some(run) = run {
            self.runs.push(run.into_recent_run()?);
        }
        Ok(())
    }
}

/// Removes errors about `me`, which fails for service tokens.
pub(super) fn without_user_errors<T>(mut reply: Reply<T>) -> Reply<T> {
    let is_about_me = |path: &[serde_json::Value]| path.first().is_some_and(|p| p == "me");
    reply.errors.retain(|error| !is_about_me(&error.path));
    reply
}

pub(super) fn invocation(
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

impl Lagoon {
    /// Starts a task; sent once.
    pub(crate) async fn invoke_task(
        &self,
        task: i64,
        environment: i64,
        arguments: &[(String, String)],
    ) -> Result<Run, LagoonError> {
        let variables = invocation(task, environment, arguments)?;
        let reply = self.send::<InvokeTask>(Effect::Mutation, variables).await?;
        let found = reply.data.and_then(|data| data.invoke_registered_task);
        started(found, reply.errors)
    }

    /// `None` if there is no such run.
    pub async fn run_by_id(&self, id: i64) -> Result<Option<Run>, LagoonError> {
        let wanted = int(id)?;
        let read = async |with_user| {
            Ok(if with_user {
                let variables = run_by_id_with_user::Variables { id: wanted };
                self.query::<RunByIdWithUser>(variables).await?.task_by_id
            } else {
                let variables = run_by_id::Variables { id: wanted };
                self.query::<RunById>(variables).await?.task_by_id
            })
        };
        let Some(found) = self.with_user_if_known(read).await? else {
            return Ok(None);
        };
        same("run", id, found.id)?;
        found.into_run(None).map(Some)
    }

    /// At most `limit` runs, 0 for all; without fields that cost the server more.
    pub(crate) async fn newest_runs(
        &self,
        environment: &Environment,
        limit: i64,
    ) -> Result<Vec<Run>, LagoonError> {
        let variables = newest_runs::Variables {
            environment: int(environment.id)?,
            limit: int(limit)?,
        };
        let data = self.query::<NewestRuns>(variables).await?;
        let place = Arc::new(environment.clone());
        let Some(found) = data.environment_by_id else {
            return Ok(Vec::new());
        };
        same("environment", environment.id, found.id)?;
        let runs = all(found.tasks, |run| run.into_run(Some(Arc::clone(&place))))?;
        Ok(newest_first(runs, |run| run))
    }

    /// The newest runs with command lines, at most `limit`, 0 for all. With users if the server
    /// knows them (Lagoon 2.18).
    pub(crate) async fn recent_runs(
        &self,
        environment: i64,
        limit: i64,
    ) -> Result<RecentView, LagoonError> {
        let (environment, limit) = (int(environment)?, int(limit)?);
        self.with_user_if_known(|with_user| async move {
            let mut runs = RunReceiver {
                runs: Vec::new(),
                address: self.transport.address(),
            };
            let reply = if with_user {
                let variables = recent_runs_with_user::Variables { environment, limit };
                let body = RecentRunsWithUser::build_query(variables);
                self.send_streamed(body, &mut runs).await?
            } else {
                let body = RecentRuns::build_query(recent_runs::Variables { environment, limit });
                self.send_streamed(body, &mut runs).await?
            };
            let data: WithCurrentUser<EnvironmentFields> = without_user_errors(reply).whole()?;
            let me = data.email();
            // Without the environment the reply does not say that there are no runs.
            let found = need(data.found, "the environment")?;
            same("environment", environment, found.id)?;
            let RunReceiver { mut runs, .. } = runs;
            runs.extend(all(found.tasks, RunFields::into_recent_run)?);
            let runs = newest_first(runs, |recent| &recent.run);
            Ok(RecentView { me, runs })
        })
        .await
    }

    /// Receives the runs of an environment one by one, because there may be many.
    async fn send_streamed<V: Serialize, T: DeserializeOwned>(
        &self,
        body: QueryBody<V>,
        runs: &mut RunReceiver,
    ) -> Result<Reply<T>, LagoonError> {
        let streamed = Streamed {
            kind: ValueKind::Elements,
            path: &["data", "environmentById", "tasks"],
            is_expected: &|_| true,
            receiver: runs,
        };
        let (name, query, variables) = (body.operation_name, body.query, &body.variables);
        let (query_only, patience) = (Effect::Query, self.patience);
        self.transport
            .send(name, query_only, query, variables, patience, Some(streamed))
            .await
    }

    /// Sends a query with users. A server that refuses it, but answers the query without users,
    /// lacks the field, and is not asked for it again.
    pub(super) async fn with_user_if_known<T, F>(
        &self,
        send: impl Fn(bool) -> F,
    ) -> Result<T, LagoonError>
    where
        F: Future<Output = Result<T, LagoonError>>,
    {
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
}
