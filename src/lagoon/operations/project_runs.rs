//! The newest runs of all environments of a project.

use super::fields::{ProjectFields, errors_by_environment};
use super::runs::{RecentView, WithCurrentUser, recent, without_user_errors};
use super::{int, operations};
use crate::domain::Environment;
use crate::lagoon::reply::Reply;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    ProjectRuns: "graphql/runs/project_runs.graphql" => "ProjectFields",
    ProjectRunsWithUser: "graphql/runs/project_runs_with_user.graphql",
}

#[derive(Debug)]
pub struct EnvironmentRuns {
    /// Without services.
    pub environment: Environment,
    pub runs: Result<RecentView, LagoonError>,
}

impl Lagoon {
    /// The newest runs of each existing environment, by the environment's name: at most `limit` of
    /// each, 0 for all. With users if the server knows them (Lagoon 2.18). `None` if there is no
    /// such project. A project that exists and is invisible is "not allowed".
    pub async fn project_runs(
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
            let Some(found) = data.found else {
                return Ok(None);
            };
            let (project, found) = found.into_parts()?;
            let mut all = Vec::new();
            for (at, found) in found.into_iter().enumerate() {
                let Some(mut found) = found else { continue };
                let runs = recent(found.tasks.take())?;
                all.push(EnvironmentRuns {
                    environment: found.into_environment(Some(project.clone()))?,
                    runs: match failures.remove(&at) {
                        Some(failure) => Err(failure),
                        None => Ok(RecentView {
                            me: me.clone(),
                            runs,
                        }),
                    },
                });
            }
            all.sort_by(|a, b| a.environment.name.cmp(&b.environment.name));
            Ok(Some(all))
        })
        .await
    }
}
