//! Projects, environments, services and clusters.

use async_graphql::{Context, Enum, MaybeUndefined, Object, SimpleObject};

use super::definition::AdvancedTaskDefinition;
use super::inputs::EnvType;
use super::people::{self, GroupInterface};
use super::run::{Task, tasks};
use super::{List, caller, list, state};
use crate::failure::Failure;
use crate::permissions::On;
use crate::resolvers::{listing, runs};
use crate::rows::{people as people_rows, places};

pub(crate) struct Project(pub(crate) places::Project);

#[Object]
impl Project {
    async fn branches(&self) -> Option<&String> {
        self.0.branches.as_ref()
    }

    async fn created(&self) -> Option<&String> {
        Some(&self.0.created)
    }

    async fn environments(
        &self,
        context: &Context<'_>,
        include_deleted: Option<bool>,
        #[graphql(name = "type")] kind: Option<EnvType>,
    ) -> Result<List<Environment>, Failure> {
        caller(context)?.require("environment", "view", On::Project(self.0.id))?;
        let mut found = state(context)?.read(|connection| Ok(places::environments(connection)?))?;
        found.retain(|place| place.project == self.0.id);
        // With nothing deleted, the database uses its index, which is ordered by name.
        if found.iter().all(places::Environment::is_live) {
            found.sort_by(|a, b| a.name.cmp(&b.name));
        }
        found.retain(|place| {
            (include_deleted == Some(true) || place.is_live())
                && kind.is_none_or(|kind| kind.word() == place.environment_type)
        });
        Ok(list(found, Environment))
    }

    async fn git_url(&self) -> Option<&String> {
        self.0.git_url.as_ref()
    }

    async fn groups(&self, context: &Context<'_>) -> Result<List<GroupInterface>, Failure> {
        let groups = state(context)?
            .read(|connection| Ok(people_rows::groups_of_project(connection, self.0.id)?))?;
        Ok(list(groups, people::group))
    }

    async fn id(&self) -> Option<i32> {
        Some(self.0.id)
    }

    async fn kubernetes(&self, context: &Context<'_>) -> Result<Option<Kubernetes>, Failure> {
        Ok(cluster(context, self.0.openshift)?.map(Kubernetes))
    }

    async fn name(&self) -> Option<&String> {
        Some(&self.0.name)
    }

    async fn openshift(&self, context: &Context<'_>) -> Result<Option<Openshift>, Failure> {
        Ok(cluster(context, self.0.openshift)?.map(Openshift))
    }

    async fn organization(&self) -> Option<i32> {
        None
    }

    async fn production_environment(&self) -> Option<&String> {
        self.0.production_environment.as_ref()
    }

    async fn pullrequests(&self) -> Option<&String> {
        self.0.pullrequests.as_ref()
    }

    async fn restrictions(&self) -> List<Restriction> {
        let words = self.0.restrictions.split_whitespace();
        Some(words.filter_map(Restriction::from_word).map(Some).collect())
    }

    async fn standby_production_environment(&self) -> Option<String> {
        None
    }

    async fn subfolder(&self) -> Option<String> {
        None
    }
}

#[allow(clippy::enum_variant_names)] // Lagoon's names
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restriction {
    NoDeployments,
    NoEnvironmentVariables,
    NoProjectVariables,
    NoTasks,
    NoWebhookDeployments,
}

impl Restriction {
    fn from_word(word: &str) -> Option<Restriction> {
        Some(match word {
            "NO_DEPLOYMENTS" => Restriction::NoDeployments,
            "NO_ENVIRONMENT_VARIABLES" => Restriction::NoEnvironmentVariables,
            "NO_PROJECT_VARIABLES" => Restriction::NoProjectVariables,
            "NO_TASKS" => Restriction::NoTasks,
            "NO_WEBHOOK_DEPLOYMENTS" => Restriction::NoWebhookDeployments,
            _ => return None,
        })
    }
}

pub(crate) struct Environment(pub(crate) places::Environment);

#[Object]
impl Environment {
    async fn advanced_tasks(
        &self,
        context: &Context<'_>,
    ) -> Result<List<AdvancedTaskDefinition>, Failure> {
        let caller = caller(context)?;
        let listed = listing::for_environment(state(context)?, caller, self.0.id)?;
        let listed =
            listing::without_admin_only(caller, listed, |shown| shown.definition.admin_only_view);
        Ok(list(listed, AdvancedTaskDefinition::from))
    }

    async fn auto_idle(&self) -> Option<i32> {
        Some(1)
    }

    async fn created(&self) -> Option<&String> {
        Some(&self.0.created)
    }

    async fn deleted(&self) -> Option<&String> {
        Some(&self.0.deleted)
    }

    async fn deploy_base_ref(&self) -> Option<&String> {
        self.0.deploy_base_ref.as_ref()
    }

    async fn deploy_head_ref(&self) -> Option<&String> {
        self.0.deploy_head_ref.as_ref()
    }

    async fn deploy_title(&self) -> Option<&String> {
        self.0.deploy_title.as_ref()
    }

    async fn deploy_type(&self) -> Option<&String> {
        Some(&self.0.deploy_type)
    }

    /// Nothing is ever deployed here.
    async fn deployments(&self, limit: Option<i32>, name: Option<String>) -> List<Deployment> {
        let _ = (limit, name);
        Some(Vec::new())
    }

    async fn environment_type(&self) -> Option<&String> {
        Some(&self.0.environment_type)
    }

    async fn id(&self) -> Option<i32> {
        Some(self.0.id)
    }

    async fn kubernetes(&self, context: &Context<'_>) -> Result<Option<Kubernetes>, Failure> {
        Ok(cluster(context, self.0.openshift)?.map(Kubernetes))
    }

    async fn kubernetes_namespace_name(&self) -> Option<&String> {
        self.0.namespace.as_ref()
    }

    async fn name(&self) -> Option<&String> {
        Some(&self.0.name)
    }

    async fn openshift(&self, context: &Context<'_>) -> Result<Option<Openshift>, Failure> {
        Ok(cluster(context, self.0.openshift)?.map(Openshift))
    }

    async fn openshift_project_name(&self) -> Option<&String> {
        self.0.namespace.as_ref()
    }

    async fn project(&self, context: &Context<'_>) -> Result<Option<Project>, Failure> {
        let project = state(context)?
            .read(|connection| Ok(places::project_by_id(connection, self.0.project)?))?;
        let Some(project) = project else {
            return Ok(None);
        };
        caller(context)?.require("project", "view", On::Project(project.id))?;
        Ok(Some(Project(project)))
    }

    async fn route(&self) -> Option<&String> {
        self.0.route.as_ref()
    }

    async fn routes(&self) -> Option<&String> {
        self.0.routes.as_ref()
    }

    async fn services(&self, context: &Context<'_>) -> Result<List<EnvironmentService>, Failure> {
        let services =
            state(context)?.read(|connection| Ok(places::services(connection, self.0.id)?))?;
        Ok(list(services, EnvironmentService))
    }

    async fn tasks(
        &self,
        context: &Context<'_>,
        id: MaybeUndefined<i32>,
        limit: MaybeUndefined<i32>,
        task_name: MaybeUndefined<String>,
    ) -> Result<List<Task>, Failure> {
        let (state, caller) = (state(context)?, caller(context)?);
        let found = runs::of_environment(state, caller, &self.0, &id, &task_name, &limit)?;
        Ok(tasks(found))
    }

    async fn updated(&self) -> Option<&String> {
        Some(&self.0.updated)
    }
}

#[derive(SimpleObject)]
pub(crate) struct Deployment {
    completed: Option<String>,
    created: Option<String>,
    id: Option<i32>,
    name: Option<String>,
    started: Option<String>,
    status: Option<String>,
}

pub(crate) struct EnvironmentService(pub(crate) places::Service);

#[Object]
impl EnvironmentService {
    async fn containers(&self, context: &Context<'_>) -> Result<List<ServiceContainer>, Failure> {
        let names =
            state(context)?.read(|connection| Ok(places::containers(connection, self.0.id)?))?;
        Ok(list(names, |name| ServiceContainer { name: Some(name) }))
    }

    async fn created(&self) -> Option<&String> {
        Some(&self.0.created)
    }

    async fn id(&self) -> Option<i32> {
        Some(self.0.id)
    }

    async fn name(&self) -> Option<&String> {
        Some(&self.0.name)
    }

    async fn replicas(&self) -> Option<i32> {
        self.0.replicas
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> Option<&String> {
        self.0.kind.as_ref()
    }

    async fn updated(&self) -> Option<&String> {
        self.0.updated.as_ref()
    }
}

#[derive(SimpleObject)]
pub(crate) struct ServiceContainer {
    name: Option<String>,
}

pub(crate) struct Openshift(places::Cluster);

pub(crate) struct Kubernetes(places::Cluster);

macro_rules! cluster {
    ($type:ident) => {
        #[Object]
        impl $type {
            async fn created(&self) -> Option<&String> {
                Some(&self.0.created)
            }
            async fn disabled(&self) -> Option<bool> {
                Some(false)
            }
            async fn friendly_name(&self) -> Option<String> {
                None
            }
            async fn id(&self) -> Option<i32> {
                Some(self.0.id)
            }
            async fn name(&self) -> Option<&String> {
                Some(&self.0.name)
            }
            async fn ssh_host(&self) -> Option<&String> {
                self.0.ssh_host.as_ref()
            }
            async fn ssh_port(&self) -> Option<&String> {
                self.0.ssh_port.as_ref()
            }
        }
    };
}
cluster!(Openshift);
cluster!(Kubernetes);

fn cluster(context: &Context<'_>, id: Option<i32>) -> Result<Option<places::Cluster>, Failure> {
    let Some(id) = id else { return Ok(None) };
    state(context)?.read(|connection| Ok(places::cluster(connection, id)?))
}
