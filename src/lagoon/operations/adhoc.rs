//! Commands without a task.

use graphql_client::GraphQLQuery;

use super::fields::{RunFields, started};
use super::{int, operations};
use crate::domain::Run;
use crate::domain::task::one_off::OneOff;
use crate::lagoon::transport::request;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    AddTask: "graphql/runs/add_task.graphql" => "RunFields",
}

pub(super) fn variables(one_off: &OneOff) -> Result<add_task::Variables, LagoonError> {
    Ok(add_task::Variables {
        input: add_task::TaskInput {
            name: one_off.name.clone(),
            environment: int(one_off.environment)?,
            service: Some(one_off.service.clone()),
            command: Some(one_off.command.clone()),
        },
    })
}

/// Checks that Lagoon would read a request for this command.
pub(crate) fn check_length(one_off: &OneOff) -> Result<(), LagoonError> {
    let body = AddTask::build_query(variables(one_off)?);
    request::tied(body.operation_name, body.query, &body.variables).map(|_| ())
}

impl Lagoon {
    /// Starts a command; sent once. The run lacks its environment.
    pub(crate) async fn add_task(&self, one_off: &OneOff) -> Result<Run, LagoonError> {
        let variables = variables(one_off)?;
        let reply = self.send::<AddTask>(Effect::Mutation, variables).await?;
        started(reply.data.and_then(|data| data.add_task), reply.errors)
    }
}
