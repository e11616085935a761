//! A run by its job name, its recorded command line, and its cancellation.

use super::fields::{RunFields, need, same};
use super::{int, operations};
use crate::domain::Run;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    RunByTaskName: "graphql/runs/run_by_task_name.graphql" => "RunFields",
    RunByTaskNameWithUser: "graphql/runs/run_by_task_name_with_user.graphql" => "RunFields",
    RunRecord: "graphql/runs/run_record.graphql" => "RunFields",
    RunRecordWithUser: "graphql/runs/run_record_with_user.graphql" => "RunFields",
    CancelRun: "graphql/runs/cancel_run.graphql",
}

/// Facts that Lagoon records about a run and listings lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunDetails {
    /// The exact command line with values, or the image.
    pub command: String,
    /// `None` for images.
    pub user: Option<String>,
}

impl Lagoon {
    /// `None` if there is no such run.
    pub(crate) async fn run_by_task_name(&self, name: &str) -> Result<Option<Run>, LagoonError> {
        let read = async |with_user| {
            let name = name.to_owned();
            Ok(if with_user {
                let variables = run_by_task_name_with_user::Variables { name };
                let data = self.query::<RunByTaskNameWithUser>(variables).await?;
                data.task_by_task_name
            } else {
                let variables = run_by_task_name::Variables { name };
                self.query::<RunByTaskName>(variables)
                    .await?
                    .task_by_task_name
            })
        };
        let Some(found) = self.with_user_if_known(read).await? else {
            return Ok(None);
        };
        same("run", name, found.task_name.as_deref())?;
        found.into_run(None).map(Some)
    }

    /// Requests the cancellation, which takes effect later, and returns Lagoon's word for the
    /// result. Sent once.
    pub async fn cancel_run(&self, id: i64) -> Result<String, LagoonError> {
        let variables = cancel_run::Variables { id: int(id)? };
        let data = self
            .send::<CancelRun>(Effect::Mutation, variables)
            .await?
            .whole()?;
        need(data.cancel_task, "the result")
    }

    /// `None` if there is no such run.
    pub(crate) async fn run_record(&self, id: i64) -> Result<Option<RunDetails>, LagoonError> {
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
