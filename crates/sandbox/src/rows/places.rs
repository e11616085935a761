//! Projects, environments, services and clusters.

use rusqlite::{Connection, Row, params};

use super::{all, first};
use crate::collation::same;
use crate::instant::{self, NEVER};

#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) git_url: Option<String>,
    pub(crate) branches: Option<String>,
    pub(crate) pullrequests: Option<String>,
    pub(crate) production_environment: Option<String>,
    pub(crate) openshift: Option<i32>,
    pub(crate) created: String,
    /// Words separated by blanks.
    pub(crate) restrictions: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) project: i32,
    pub(crate) deploy_type: String,
    pub(crate) deploy_base_ref: Option<String>,
    pub(crate) deploy_head_ref: Option<String>,
    pub(crate) deploy_title: Option<String>,
    /// `production` or `development`.
    pub(crate) environment_type: String,
    pub(crate) openshift: Option<i32>,
    pub(crate) namespace: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) routes: Option<String>,
    pub(crate) created: String,
    pub(crate) updated: String,
    pub(crate) deleted: String,
}

impl Environment {
    pub(crate) fn is_live(&self) -> bool {
        self.deleted == NEVER
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
    pub(crate) replicas: Option<i32>,
    pub(crate) created: String,
    pub(crate) updated: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) ssh_host: Option<String>,
    pub(crate) ssh_port: Option<String>,
    pub(crate) created: String,
}

fn project(row: &Row<'_>) -> rusqlite::Result<Project> {
    Ok(Project {
        id: row.get("id")?,
        name: row.get("name")?,
        git_url: row.get("git_url")?,
        branches: row.get("branches")?,
        pullrequests: row.get("pullrequests")?,
        production_environment: row.get("production_environment")?,
        openshift: row.get("openshift")?,
        created: row.get("created")?,
        restrictions: row.get("restrictions")?,
    })
}

fn environment(row: &Row<'_>) -> rusqlite::Result<Environment> {
    Ok(Environment {
        id: row.get("id")?,
        name: row.get("name")?,
        project: row.get("project")?,
        deploy_type: row.get("deploy_type")?,
        deploy_base_ref: row.get("deploy_base_ref")?,
        deploy_head_ref: row.get("deploy_head_ref")?,
        deploy_title: row.get("deploy_title")?,
        environment_type: row.get("environment_type")?,
        openshift: row.get("openshift")?,
        namespace: row.get("namespace")?,
        route: row.get("route")?,
        routes: row.get("routes")?,
        created: row.get("created")?,
        updated: row.get("updated")?,
        deleted: row.get("deleted")?,
    })
}

pub(crate) fn projects(connection: &Connection) -> rusqlite::Result<Vec<Project>> {
    all(connection, "SELECT * FROM project ORDER BY id", [], project)
}

pub(crate) fn project_by_id(connection: &Connection, id: i32) -> rusqlite::Result<Option<Project>> {
    first(
        connection,
        "SELECT * FROM project WHERE id = ?1",
        [id],
        project,
    )
}

pub(crate) fn project_by_name(
    connection: &Connection,
    name: &str,
) -> rusqlite::Result<Option<Project>> {
    let projects = projects(connection)?;
    Ok(projects.into_iter().find(|found| same(&found.name, name)))
}

/// Deleted ones included.
pub(crate) fn environments(connection: &Connection) -> rusqlite::Result<Vec<Environment>> {
    let sql = "SELECT * FROM environment ORDER BY id";
    all(connection, sql, [], environment)
}

/// Deleted ones included.
pub(crate) fn environment_by_id(
    connection: &Connection,
    id: i32,
) -> rusqlite::Result<Option<Environment>> {
    first(
        connection,
        "SELECT * FROM environment WHERE id = ?1",
        [id],
        environment,
    )
}

/// The environments of a project with this name: the live one first, then the deleted ones.
pub(crate) fn environments_by_name(
    connection: &Connection,
    project: i32,
    name: &str,
) -> rusqlite::Result<Vec<Environment>> {
    let sql = "SELECT * FROM environment WHERE project = ?1 ORDER BY deleted, id";
    let mut found = all(connection, sql, [project], environment)?;
    found.retain(|environment| same(&environment.name, name));
    Ok(found)
}

/// The live environments of the project of environment `id`.
pub(crate) fn neighbours(connection: &Connection, id: i32) -> rusqlite::Result<Vec<(i32, String)>> {
    all(
        connection,
        "SELECT id, name FROM environment
         WHERE deleted = '0000-00-00 00:00:00'
           AND project = (SELECT project FROM environment WHERE id = ?1)
         ORDER BY name",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Returns the id, which is new if it was 0.
pub(crate) fn insert_environment(
    connection: &Connection,
    new: &Environment,
) -> rusqlite::Result<i32> {
    connection.execute(
        "INSERT INTO environment (id, name, project, deploy_type, deploy_base_ref, deploy_head_ref,
           deploy_title, environment_type, openshift, namespace, route, routes, created, updated,
           deleted)
         VALUES (NULLIF(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        params![
            new.id,
            new.name,
            new.project,
            new.deploy_type,
            new.deploy_base_ref,
            new.deploy_head_ref,
            new.deploy_title,
            new.environment_type,
            new.openshift,
            new.namespace,
            new.route,
            new.routes,
            new.created,
            new.updated,
            new.deleted,
        ],
    )?;
    Ok(super::last_id(connection))
}

/// Updates the columns of an existing environment that a deployment may change.
pub(crate) fn redeploy(connection: &Connection, changed: &Environment) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE environment SET deploy_type = ?2, deploy_base_ref = ?3, deploy_head_ref = ?4,
           deploy_title = ?5, environment_type = ?6, updated = ?7 WHERE id = ?1",
        params![
            changed.id,
            changed.deploy_type,
            changed.deploy_base_ref,
            changed.deploy_head_ref,
            changed.deploy_title,
            changed.environment_type,
            instant::now(),
        ],
    )?;
    Ok(())
}

/// Marks an environment as deleted and removes its services.
pub(crate) fn delete_environment(connection: &Connection, id: i32) -> rusqlite::Result<()> {
    connection.execute(
        "DELETE FROM container WHERE service IN (SELECT id FROM service WHERE environment = ?1)",
        [id],
    )?;
    connection.execute("DELETE FROM service WHERE environment = ?1", [id])?;
    connection.execute(
        "UPDATE environment SET deleted = ?2 WHERE id = ?1",
        params![id, instant::now()],
    )?;
    Ok(())
}

pub(crate) fn services(
    connection: &Connection,
    environment: i32,
) -> rusqlite::Result<Vec<Service>> {
    all(
        connection,
        "SELECT * FROM service WHERE environment = ?1 ORDER BY id",
        [environment],
        |row| {
            Ok(Service {
                id: row.get("id")?,
                name: row.get("name")?,
                kind: row.get("type")?,
                replicas: row.get("replicas")?,
                created: row.get("created")?,
                updated: row.get("updated")?,
            })
        },
    )
}

pub(crate) fn containers(connection: &Connection, service: i32) -> rusqlite::Result<Vec<String>> {
    all(
        connection,
        "SELECT name FROM container WHERE service = ?1 ORDER BY id",
        [service],
        |row| row.get(0),
    )
}

pub(crate) fn cluster(connection: &Connection, id: i32) -> rusqlite::Result<Option<Cluster>> {
    first(
        connection,
        "SELECT * FROM openshift WHERE id = ?1",
        [id],
        |row| {
            Ok(Cluster {
                id: row.get("id")?,
                name: row.get("name")?,
                ssh_host: row.get("ssh_host")?,
                ssh_port: row.get("ssh_port")?,
                created: row.get("created")?,
            })
        },
    )
}
