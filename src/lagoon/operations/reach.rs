//! Details of projects and environments.

use super::fields::{all, environment, project};
use super::operations;
use crate::domain::Project;
use crate::domain::place::git_url;
use crate::domain::place::reach::{EnvironmentDetails, ProjectDetails};
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    ProjectByGitUrl: "graphql/places/project_by_git_url.graphql",
    Projects: "graphql/places/projects.graphql",
    Environments: "graphql/places/environments.graphql",
}

impl Lagoon {
    /// The first project whose repository has one of these addresses, at most [`git_url::FORMS`].
    /// Addresses that Lagoon does not know or show are no errors (seen on Lagoon 2.33.1).
    pub(crate) async fn project_by_git_url(
        &self,
        forms: &[String],
    ) -> Result<Option<String>, LagoonError> {
        let Some(first) = forms.first() else {
            return Ok(None);
        };
        // All variables are required, so the first address fills the others.
        let form = |n: usize| forms.get(n).unwrap_or(first).clone();
        const _: () = assert!(git_url::FORMS == 8);
        let variables = project_by_git_url::Variables {
            a: form(0),
            b: form(1),
            c: form(2),
            d: form(3),
            e: form(4),
            f: form(5),
            g: form(6),
            h: form(7),
        };
        let reply = self
            .send::<ProjectByGitUrl>(Effect::Query, variables)
            .await?;
        Ok(reply.data.and_then(|data| {
            let found = [
                data.a.and_then(|p| p.name),
                data.b.and_then(|p| p.name),
                data.c.and_then(|p| p.name),
                data.d.and_then(|p| p.name),
                data.e.and_then(|p| p.name),
                data.f.and_then(|p| p.name),
                data.g.and_then(|p| p.name),
                data.h.and_then(|p| p.name),
            ];
            found.into_iter().flatten().next()
        }))
    }

    pub(crate) async fn projects(&self) -> Result<Vec<ProjectDetails>, LagoonError> {
        let variables = projects::Variables {};
        let data = self.query::<Projects>(variables).await?;
        let mut reached = all(data.all_projects, |p| {
            Ok(ProjectDetails {
                project: project(p.id, p.name)?,
                git_url: p.git_url,
                production: p.production_environment.filter(|name| !name.is_empty()),
                created: p.created,
            })
        })?;
        reached.sort_by_key(|reached| reached.project.id);
        Ok(reached)
    }

    pub(crate) async fn environments(
        &self,
        project: &str,
    ) -> Result<Option<(Project, Vec<EnvironmentDetails>)>, LagoonError> {
        let variables = environments::Variables {
            name: project.to_owned(),
        };
        let data = self.query::<Environments>(variables).await?;
        let Some(found) = data.project_by_name else {
            return Ok(None);
        };
        let project = self::project(found.id, found.name)?;
        let mut deployed = all(found.environments, |e| {
            Ok(EnvironmentDetails {
                environment: environment(e.id, e.name, e.environment_type, project.clone())?,
                deploy_type: e.deploy_type,
                namespace: e.kubernetes_namespace_name,
                route: e.route.filter(|route| !route.is_empty()),
                created: e.created,
                updated: e.updated,
            })
        })?;
        deployed.sort_by(|a, b| a.environment.name.cmp(&b.environment.name));
        Ok(Some((project, deployed)))
    }
}
