//! Projects, environments, services.

use async_graphql::{ComplexObject, Context, Json, MaybeUndefined, SimpleObject};
use serde_json::{Value, json};

use super::cluster::{self, DeployTargetConfig, Kubernetes, Openshift};
use super::definition::AdvancedTaskDefinition;
use super::inputs::EnvType;
use super::people::{self, GroupInterface};
use super::run::Task;
use super::{List, list, object, session};
use crate::failure::Result;
use crate::permissions::PermissionTarget;
use crate::resolvers::{listing, runs};
use crate::rows::Record as _;
use crate::rows::{people as people_rows, places};

object! {
    /// Numbers that the sandbox does not store are the defaults of Lagoon's database, because the
    /// `lagoon` CLI crashes when `autoIdle`, `factsUi` and others are null.
    #[graphql(complex)]
    Project(row: places::Project) {
        active_systems_deploy: String = None;
        active_systems_misc: String = None;
        active_systems_promote: String = None;
        active_systems_remove: String = None;
        active_systems_task: String = None;
        auto_idle: i32 = Some(1);
        availability: ProjectAvailability = Some(ProjectAvailability::Standard);
        branches: String = row.branches.clone();
        build_image: String = None;
        created: String = Some(row.created.clone());
        deploy_target_configs: Vec<Option<DeployTargetConfig>> = Some(Vec::new());
        deployments_disabled: i32 = Some(0);
        development_build_priority: i32 = Some(5);
        development_environments_limit: i32 = Some(5);
        facts_ui: i32 = Some(0);
        feature_api_routes: bool = Some(false);
        git_url: String = row.git_url.clone();
        id: i32 = Some(row.id);
        kubernetes_namespace_pattern: String = None;
        metadata: Json<Value> = Some(Json(json!({})));
        name: String = Some(row.name.clone());
        openshift_project_name: String = None;
        openshift_project_pattern: String = None;
        organization: i32 = None;
        organization_details: Organization = None;
        private_key: String = None;
        problems_ui: i32 = Some(0);
        production_alias: String = Some("lagoon-production".to_owned());
        production_build_priority: i32 = Some(6);
        production_environment: String = row.production_environment.clone();
        production_routes: String = None;
        public_key: String = None;
        pullrequests: String = row.pullrequests.clone();
        router_pattern: String = None;
        shared_baas_bucket: bool = None;
        standby_alias: String = Some("lagoon-standby".to_owned());
        standby_production_environment: String = None;
        standby_routes: String = None;
        storage_calc: i32 = Some(1);
        subfolder: String = None;
    } row
}

#[ComplexObject]
impl Project {
    async fn environments(
        &self,
        context: &Context<'_>,
        include_deleted: Option<bool>,
        #[graphql(name = "type")] kind: Option<EnvType>,
    ) -> Result<List<Environment>> {
        session(context)?.caller.require(
            "environment",
            "view",
            PermissionTarget::Project(self.row.id),
        )?;
        let mut found = session(context)?
            .query(|connection| places::Environment::all(connection, "ORDER BY id", []))?;
        found.retain(|place| place.project == self.row.id);
        // With nothing deleted the database answers from its index, which goes by name.
        if found.iter().all(places::Environment::is_live) {
            found.sort_by(|a, b| a.name.cmp(&b.name));
        }
        found.retain(|place| {
            (include_deleted == Some(true) || place.is_live())
                && kind.is_none_or(|kind| kind.word() == place.environment_type)
        });
        Ok(list(found, Environment::from))
    }

    async fn groups(&self, context: &Context<'_>) -> Result<List<GroupInterface>> {
        let groups = session(context)?
            .query(|connection| people_rows::groups_of_project(connection, self.row.id))?;
        Ok(list(groups, people::group))
    }

    async fn kubernetes(&self, context: &Context<'_>) -> Result<Option<Kubernetes>> {
        cluster::find(context, self.row.openshift)
    }

    async fn openshift(&self, context: &Context<'_>) -> Result<Option<Openshift>> {
        cluster::find(context, self.row.openshift)
    }

    async fn restrictions(&self) -> List<Restriction> {
        let words = self.row.restrictions.split_whitespace();
        Some(words.filter_map(Restriction::from_word).map(Some).collect())
    }
}

words!(ProjectAvailability { High = "HIGH", Polysite = "POLYSITE", Standard = "STANDARD" });

#[derive(SimpleObject)]
pub(crate) struct Organization {
    friendly_name: Option<String>,
    id: Option<i32>,
    name: Option<String>,
}

words!(
    #[allow(clippy::enum_variant_names)] // Lagoon's names
    Restriction {
        NoDeployments = "NO_DEPLOYMENTS",
        NoEnvironmentVariables = "NO_ENVIRONMENT_VARIABLES",
        NoProjectVariables = "NO_PROJECT_VARIABLES",
        NoTasks = "NO_TASKS",
        NoWebhookDeployments = "NO_WEBHOOK_DEPLOYMENTS",
    }
);

pub(super) fn visible_project(
    context: &Context<'_>,
    project: Option<places::Project>,
) -> Result<Option<Project>> {
    if let Some(project) = &project {
        let caller = &session(context)?.caller;
        caller.require("project", "view", PermissionTarget::Project(project.id))?;
    }
    Ok(project.map(Project::from))
}

pub(super) fn visible_place(
    context: &Context<'_>,
    place: Option<places::Environment>,
) -> Result<Option<Environment>> {
    if let Some(place) = &place {
        let caller = &session(context)?.caller;
        caller.require(
            "environment",
            "view",
            PermissionTarget::Project(place.project),
        )?;
    }
    Ok(place.map(Environment::from))
}

object! {
    #[graphql(complex)]
    Environment(row: places::Environment) {
        auto_idle: i32 = Some(1);
        autogenerated_routes: bool = None;
        created: String = Some(row.created.clone());
        deleted: String = Some(row.deleted.clone());
        deploy_base_ref: String = row.deploy_base_ref.clone();
        deploy_head_ref: String = row.deploy_head_ref.clone();
        deploy_title: String = row.deploy_title.clone();
        deploy_type: String = Some(row.deploy_type.clone());
        disable_request_verification: bool = Some(false);
        environment_type: String = Some(row.environment_type.clone());
        id: i32 = Some(row.id);
        idle_state: IdleState = Some(IdleState::Active);
        kubernetes_namespace_name: String = row.namespace.clone();
        kubernetes_namespace_pattern: String = None;
        monitoring_urls: String = None;
        name: String = Some(row.name.clone());
        openshift_project_name: String = row.namespace.clone();
        openshift_project_pattern: String = None;
        route: String = row.route.clone();
        routes: String = row.routes.clone();
        updated: String = Some(row.updated.clone());
    } row
}

#[ComplexObject]
impl Environment {
    async fn advanced_tasks(&self, context: &Context<'_>) -> Result<List<AdvancedTaskDefinition>> {
        let session = session(context)?;
        let listed = listing::for_environment(session, self.row.id)?;
        let listed = session.without_admin_only(listed, |shown| shown.definition.admin_only_view);
        Ok(list(listed, AdvancedTaskDefinition::from))
    }

    async fn deployments(&self, limit: Option<i32>, name: Option<String>) -> List<Deployment> {
        let _ = (limit, name);
        Some(Vec::new())
    }

    async fn kubernetes(&self, context: &Context<'_>) -> Result<Option<Kubernetes>> {
        cluster::find(context, self.row.openshift)
    }

    async fn openshift(&self, context: &Context<'_>) -> Result<Option<Openshift>> {
        cluster::find(context, self.row.openshift)
    }

    async fn project(&self, context: &Context<'_>) -> Result<Option<Project>> {
        visible_project(context, session(context)?.find(self.row.project)?)
    }

    async fn services(&self, context: &Context<'_>) -> Result<List<EnvironmentService>> {
        let services =
            session(context)?.query(|connection| places::services(connection, self.row.id))?;
        Ok(list(services, EnvironmentService::from))
    }

    async fn tasks(
        &self,
        context: &Context<'_>,
        id: MaybeUndefined<i32>,
        limit: MaybeUndefined<i32>,
        task_name: MaybeUndefined<String>,
    ) -> Result<List<Task>> {
        let session = session(context)?;
        let found = runs::of_environment(session, &self.row, &id, &task_name, &limit)?;
        Ok(list(found, Task::from))
    }
}

words!(IdleState { Active = "active", Idled = "idled", Scaled = "scaled" });

#[derive(SimpleObject)]
pub(crate) struct Deployment {
    completed: Option<String>,
    created: Option<String>,
    id: Option<i32>,
    name: Option<String>,
    started: Option<String>,
    status: Option<String>,
}

object! {
    #[graphql(complex)]
    EnvironmentService(row: places::Service) {
        created: String = Some(row.created.clone());
        id: i32 = Some(row.id);
        name: String = Some(row.name.clone());
        replicas: i32 = row.replicas;
        #[graphql(name = "type")] kind: String = row.kind.clone();
        updated: String = row.updated.clone();
    } row
}

#[ComplexObject]
impl EnvironmentService {
    async fn containers(&self, context: &Context<'_>) -> Result<List<ServiceContainer>> {
        let names =
            session(context)?.query(|connection| places::containers(connection, self.row.id))?;
        Ok(list(names, |name| ServiceContainer { name: Some(name) }))
    }
}

#[derive(SimpleObject)]
pub(crate) struct ServiceContainer {
    name: Option<String>,
}
