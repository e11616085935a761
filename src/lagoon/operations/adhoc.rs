//! Commands without a task, and recorded command lines.

use graphql_client::GraphQLQuery;

use super::fields::{RunFields, same, started};
use super::{int, operations};
use crate::domain::Run;
use crate::domain::task::one_off::OneOff;
use crate::lagoon::transport::request;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    AddTask: "graphql/runs/add_task.graphql" => "RunFields",
    RunRecord: "graphql/runs/run_record.graphql" => "RunFields",
    RunRecordWithUser: "graphql/runs/run_record_with_user.graphql" => "RunFields",
}

/// Facts that Lagoon records about a run and listings lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDetails {
    /// The exact command line with values, or the image.
    pub command: String,
    /// `None` for images.
    pub user: Option<String>,
}

fn variables(one_off: &OneOff) -> Result<add_task::Variables, LagoonError> {
    Ok(add_task::Variables {
        input: add_task::TaskInput {
            name: one_off.name.clone(),
            environment: int(one_off.environment)?,
            service: Some(one_off.service.clone()),
            command: Some(one_off.command.clone()),
        },
    })
}

/// For checks against a schema.
pub fn add_task_variables(one_off: &OneOff) -> Result<serde_json::Value, LagoonError> {
    super::json(&variables(one_off)?)
}

/// Checks that Lagoon would read a request for this command.
pub(crate) fn check_length(one_off: &OneOff) -> Result<(), LagoonError> {
    let body = AddTask::build_query(variables(one_off)?);
    request::tied(body.operation_name, body.query, &body.variables).map(|_| ())
}

impl Lagoon {
    /// Starts a command; sent once. The run lacks its environment.
    pub async fn add_task(&self, one_off: &OneOff) -> Result<Run, LagoonError> {
        let variables = variables(one_off)?;
        let reply = self.send::<AddTask>(Effect::Mutation, variables).await?;
        started(reply.data.and_then(|data| data.add_task), reply.errors)
    }

    /// `None` if there is no such run.
    pub async fn run_record(&self, id: i64) -> Result<Option<RunDetails>, LagoonError> {
        let id = int(id)?;
        let read = async |with_user| {
            Ok(if with_user {
                let variables = run_record_with_user::Variables { id };
                self.query::<RunRecordWithUser>(variables).await?.task_by_id
            } else {
                let variables = run_record::Variables { id };
                self.query::<RunRecord>(variables).await?.task_by_id
            })
        };
        let found = self.with_user_if_known(read).await?;
        let Some(found) = found else {
            return Ok(None);
        };
        same("run", id, found.id)?;
        Ok(Some(RunDetails {
            command: found.command.unwrap_or_default().into(),
            user: found.source_user.map(Into::into),
        }))
    }
}
