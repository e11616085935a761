//! Clusters ("deploy targets"), which the schema has under two names.

use async_graphql::{Context, Json, SimpleObject};
use serde_json::Value;

use super::{object, session};
use crate::failure::Result;
use crate::rows::places;

macro_rules! cluster {
    ($name:ident) => {
        object! {
            $name(row: places::Cluster) {
                build_image: String = None;
                cloud_provider: String = None;
                cloud_region: String = None;
                console_url: String = None;
                created: String = Some(row.created);
                disabled: bool = Some(false);
                friendly_name: String = None;
                id: i32 = Some(row.id);
                monitoring_config: Json<Value> = None;
                name: String = Some(row.name);
                project_user: String = None;
                router_pattern: String = None;
                shared_baas_bucket_name: String = None;
                ssh_host: String = row.ssh_host;
                ssh_port: String = row.ssh_port;
                token: String = None;
            }
        }
    };
}

cluster!(Openshift);
cluster!(Kubernetes);

/// A cluster that a project uses for some of its environments; no project here has one.
#[derive(SimpleObject)]
pub(crate) struct DeployTargetConfig {
    branches: Option<String>,
    deploy_target: Option<Openshift>,
    id: Option<i32>,
    pullrequests: Option<String>,
    weight: Option<i32>,
}

pub(super) fn find<T: From<places::Cluster>>(
    context: &Context<'_>,
    id: Option<i32>,
) -> Result<Option<T>> {
    let Some(id) = id else { return Ok(None) };
    let found = session(context)?.find::<places::Cluster>(id)?;
    Ok(found.map(T::from))
}
