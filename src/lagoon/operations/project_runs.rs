//! The newest runs of all environments of a project, in one request.

use super::convert::{environment, errors_by_environment, need, newest_first, run_from};
use super::runs::RecentView;
use super::{int, operation};
use crate::domain::run::RecentRun;
use crate::domain::{Environment, Project};
use crate::lagoon::{Effect, Lagoon, LagoonError};

/// Operations whose replies may have a hundred thousand rows.
mod listings {
    use super::operation;
    // The generated types use this for text: it stores short ones in place.
    use smol_str::SmolStr as String;

    operation!(pub(super) ProjectRuns, "graphql/runs/project_runs.graphql");
    operation!(
        pub(super) ProjectRunsWithUser,
        "graphql/runs/project_runs_with_user.graphql"
    );
}
use listings::{ProjectRuns, ProjectRunsWithUser, project_runs, project_runs_with_user};

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
        self.with_user_if_known(async |with_user| {
            self.project_runs_as(project, limit, with_user).await
        })
        .await
    }

    async fn project_runs_as(
        &self,
        project: &str,
        limit: i64,
        with_user: bool,
    ) -> Result<Option<Vec<EnvironmentRuns>>, LagoonError> {
        let limit = int(limit)?;
        macro_rules! environments {
            ($found:expr, $failures:expr, $me:expr, $user:expr) => {{
                let Some(found) = $found else {
                    return Ok(None);
                };
                let (failures, me) = ($failures, $me);
                let project = Project {
                    id: need(found.id, "a project's id")?,
                    name: need(found.name, "a project's name")?.into(),
                };
                let mut all = Vec::new();
                let found = found.environments.unwrap_or_default().into_iter();
                for (at, found) in found.enumerate() {
                    let Some(found) = found else { continue };
                    let failure = failures.iter().find(|(of, _)| *of == at);
                    let runs = found.tasks.unwrap_or_default().into_iter().flatten();
                    let runs = runs.map(|mut run| {
                        let command = run.command.take().unwrap_or_default();
                        let user = $user(&mut run);
                        Ok(RecentRun {
                            run: run_from!(run, None)?,
                            command,
                            user,
                        })
                    });
                    let mut runs = runs.collect::<Result<Vec<_>, LagoonError>>()?;
                    newest_first(&mut runs, |recent| &recent.run);
                    let (name, kind) = (found.name, found.environment_type);
                    let (name, kind) = (name.map(Into::into), kind.map(Into::into));
                    all.push(EnvironmentRuns {
                        environment: environment(found.id, name, kind, project.clone())?,
                        runs: match failure {
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
            }};
        }
        let name = project.into();
        if !with_user {
            let variables = project_runs::Variables { name, limit };
            let mut reply = self.send::<ProjectRuns>(Effect::Query, variables).await?;
            let failures = errors_by_environment(&mut reply.errors);
            let found = reply.whole()?.project_by_name;
            return environments!(found, failures, None, |_: &mut _| None);
        }
        let variables = project_runs_with_user::Variables { name, limit };
        let mut reply = self
            .send::<ProjectRunsWithUser>(Effect::Query, variables)
            .await?;
        // `me` fails for service tokens; the rest of the reply is still good.
        let is_about_me = |path: &[serde_json::Value]| path.first().is_some_and(|p| p == "me");
        reply.errors.retain(|error| !is_about_me(&error.path));
        let failures = errors_by_environment(&mut reply.errors);
        let data = reply.whole()?;
        let me = data.me.and_then(|me| me.email);
        environments!(
            data.project_by_name,
            failures,
            me,
            |run: &mut project_runs_with_user::ProjectRunsWithUserProjectByNameEnvironmentsTasks| {
                run.source_user.take()
            }
        )
    }
}
