//! The newest runs of all environments of a project, in one request.

use super::fields::{ProjectFields, errors_by_environment};
use super::runs::{Listing, RecentView, recent, without_errors_about_me};
use super::{int, operation};
use crate::domain::Environment;
use crate::lagoon::reply::Reply;
use crate::lagoon::{Effect, Lagoon, LagoonError};

operation!(
    ProjectRuns,
    "graphql/runs/project_runs.graphql",
    "ProjectFields"
);
operation!(
    ProjectRunsWithUser,
    "graphql/runs/project_runs_with_user.graphql"
);

/// An environment and its newest runs.
#[derive(Debug)]
pub struct EnvironmentRuns {
    /// The environment, without its services.
    pub environment: Environment,
    /// Its newest runs, or why they could not be read.
    pub runs: Result<RecentView, LagoonError>,
}

impl Lagoon {
    /// The newest runs of each live environment of a project, by the environment's name: at most `limit`
    /// of each, 0 for all. The users who started them only if the server knows them (Lagoon 2.18 and
    /// newer). `None` if there is no such project.
    ///
    /// # Errors
    /// Any [`LagoonError`]; a project that exists and may not be seen is "not allowed".
    pub async fn project_runs(
        &self,
        project: &str,
        limit: i64,
    ) -> Result<Option<Vec<EnvironmentRuns>>, LagoonError> {
        self.with_user_if_known(|with_user| self.project_runs_as(project, limit, with_user))
            .await
    }

    async fn project_runs_as(
        &self,
        project: &str,
        limit: i64,
        with_user: bool,
    ) -> Result<Option<Vec<EnvironmentRuns>>, LagoonError> {
        let (name, limit) = (project.to_owned(), int(limit)?);
        let reply: Reply<Listing<ProjectFields>> = if with_user {
            let variables = project_runs_with_user::Variables { name, limit };
            self.send_for::<ProjectRunsWithUser, _>(Effect::Query, variables)
                .await?
        } else {
            let variables = project_runs::Variables { name, limit };
            self.send_for::<ProjectRuns, _>(Effect::Query, variables)
                .await?
        };
        let mut reply = without_errors_about_me(reply);
        let failures = errors_by_environment(&mut reply.errors);
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
                runs: match failures.iter().find(|(of, _)| *of == at) {
                    Some((_, failure)) => Err(failure.clone()),
                    None => Ok(RecentView {
                        me: me.clone(),
                        runs,
                    }),
                },
            });
        }
        all.sort_by(|a, b| a.environment.name.cmp(&b.environment.name));
        Ok(Some(all))
    }
}
