//! Commands that no task defines, and the command lines that Lagoon recorded.

use graphql_client::GraphQLQuery;

use super::convert::{same, started_from};
use super::{int, operation};
use crate::domain::Run;
use crate::domain::one_off::OneOff;
use crate::lagoon::{Effect, Lagoon, LagoonError, request};

operation!(AddTask, "graphql/runs/add_task.graphql");
operation!(RunRecord, "graphql/runs/run_record.graphql");
operation!(
    RunRecordWithUser,
    "graphql/runs/run_record_with_user.graphql"
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
        started_from!(reply, add_task)
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
        if with_user {
            let variables = run_record_with_user::Variables { id };
            let data = self
                .send::<RunRecordWithUser>(Effect::Query, variables)
                .await?
                .whole()?;
            let Some(found) = data.task_by_id else {
                return Ok(None);
            };
            same("run", id, found.id)?;
            return Ok(Some(Record {
                command: found.command.unwrap_or_default(),
                user: found.source_user,
            }));
        }
        let variables = run_record::Variables { id };
        let data = self
            .send::<RunRecord>(Effect::Query, variables)
            .await?
            .whole()?;
        let Some(found) = data.task_by_id else {
            return Ok(None);
        };
        same("run", id, found.id)?;
        Ok(Some(Record {
            command: found.command.unwrap_or_default(),
            user: None,
        }))
    }
}
