//! Commands that no task defines, and the command lines that Lagoon recorded.

use graphql_client::GraphQLQuery;

use super::fields::{RunFields, same, started};
use super::{int, operation};
use crate::domain::Run;
use crate::domain::task::one_off::OneOff;
use crate::lagoon::transport::request;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operation!(AddTask, "graphql/runs/add_task.graphql", "RunFields");
operation!(RunRecord, "graphql/runs/run_record.graphql", "RunFields");
operation!(
    RunRecordWithUser,
    "graphql/runs/run_record_with_user.graphql",
    "RunFields"
);

/// What Lagoon recorded of a run beside what listings show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The exact command line, values included; of an image its name.
    pub command: String,
    /// Who started it, where Lagoon says so: of images it does not.
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

/// The variables of a one-off command as JSON, for checking them against a schema.
///
/// # Errors
/// For ids outside 32 bits.
pub fn add_task_variables(one_off: &OneOff) -> Result<serde_json::Value, LagoonError> {
    super::json(&variables(one_off)?)
}

/// Checks that Lagoon would read a request for this command.
///
/// # Errors
/// [`LagoonError::TooLong`], and for ids outside 32 bits.
pub fn check_length(one_off: &OneOff) -> Result<(), LagoonError> {
    let body = AddTask::build_query(variables(one_off)?);
    request::tied(body.operation_name, body.query, &body.variables).map(|_| ())
}

impl Lagoon {
    /// Starts a command. Sent once. The run that comes back does not say where it is.
    ///
    /// # Errors
    /// Any [`LagoonError`]; see [`LagoonError::leaves_unknown`].
    pub async fn add_task(&self, one_off: &OneOff) -> Result<Run, LagoonError> {
        let variables = variables(one_off)?;
        let reply = self.send::<AddTask>(Effect::Mutation, variables).await?;
        started(reply.data.and_then(|data| data.add_task), reply.errors)
    }

    /// What was recorded of a run; `None` when there is no such run (any more). Who started it only
    /// where `with_user` (Lagoon 2.18 and newer).
    ///
    /// # Errors
    /// Any [`LagoonError`].
    pub async fn run_record(
        &self,
        id: i64,
        with_user: bool,
    ) -> Result<Option<Record>, LagoonError> {
        let id = int(id)?;
        let found = if with_user {
            let variables = run_record_with_user::Variables { id };
            self.query::<RunRecordWithUser>(variables).await?.task_by_id
        } else {
            let variables = run_record::Variables { id };
            self.query::<RunRecord>(variables).await?.task_by_id
        };
        let Some(found) = found else {
            return Ok(None);
        };
        same("run", id, found.id)?;
        Ok(Some(Record {
            command: found.command.unwrap_or_default().into(),
            user: found.source_user.map(Into::into),
        }))
    }
}
