//! The newest runs of all environments of a project.

use super::fields::{EnvironmentFields, List, ProjectFields, RunFields, all, newest_first};
use super::runs::{RecentView, WithCurrentUser, without_user_errors};
use super::targets::errors_by_environment;
use super::{int, operations};
use crate::domain::Environment;
use crate::domain::run::RecentRun;
use crate::lagoon::reply::Reply;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    ProjectRuns: "graphql/runs/project_runs.graphql" => "ProjectFields",
    ProjectRunsWithUser: "graphql/runs/project_runs_with_user.graphql",
}

#[derive(Debug)]
pub(crate) struct EnvironmentRuns {
    /// Without services.
    pub environment: Environment,
    pub runs: Result<RecentView, LagoonError>,
}

impl Lagoon {
    /// The newest runs of each existing environment, by the environment's name: at most `limit` of
    /// each, 0 for all. With users if the server knows them (Lagoon 2.18). `None` if there is no
    /// such project. A project that exists and is invisible is "not allowed".
    pub(crate) async fn project_runs(
        &self,
        project: &str,
        limit: i64,
    ) -> Result<Option<Vec<EnvironmentRuns>>, LagoonError> {
        let limit = int(limit)?;
        self.with_user_if_known(|with_user| async move {
            let name = project.to_owned();
            let reply: Reply<WithCurrentUser<ProjectFields>> = if with_user {
                let variables = project_runs_with_user::Variables { name, limit };
                self.send_for::<ProjectRunsWithUser, _>(Effect::Query, variables)
                    .await?
            } else {
                let variables = project_runs::Variables { name, limit };
                self.send_for::<ProjectRuns, _>(Effect::Query, variables)
                    .await?
            };
            let mut reply = without_user_errors(reply);
            let mut failures = errors_by_environment(&mut reply.errors);
            let data = reply.whole()?;
            let me = data.email();
            let convert = |at, mut found: EnvironmentFields, project| {
                let (me, runs) = (me.clone(), recent(found.tasks.take())?);
                let failure = failures.remove(&at);
                Ok(EnvironmentRuns {
                    environment: found.into_environment(Some(project))?,
                    runs: failure.map_or(Ok(RecentView { me, runs }), Err),
                })
            };
            let Some(found) = data.found else {
                return Ok(None);
            };
            let (_, all) = found.with_environments(convert, |of| &of.environment.name)?;
            Ok(Some(all))
        })
        .await
    }
}

fn recent(tasks: List<RunFields>) -> Result<Vec<RecentRun>, LagoonError> {
    let runs = all(tasks, RunFields::into_recent_run)?;
    Ok(newest_first(runs, |recent| &recent.run))
}
