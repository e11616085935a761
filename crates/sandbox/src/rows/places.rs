//! Projects, environments, services and clusters.

use rusqlite::{Connection, Result, params};

use super::{Record as _, all, record};
use crate::collation::same;
use crate::instant::{self, NEVER};

record! {
    Project in "project" {
        id: i32,
        name: String,
        git_url: Option<String>,
        branches: Option<String>,
        pullrequests: Option<String>,
        production_environment: Option<String>,
        openshift: Option<i32>,
        created: String,
        /// Words separated by blanks.
        restrictions: String,
    }
}

record! {
    Environment in "environment" {
        id: i32,
        name: String,
        project: i32,
        deploy_type: String,
        deploy_base_ref: Option<String>,
        deploy_head_ref: Option<String>,
        deploy_title: Option<String>,
        /// `production` or `development`.
        environment_type: String,
        openshift: Option<i32>,
        namespace: Option<String>,
        route: Option<String>,
        routes: Option<String>,
        created: String,
        updated: String,
        deleted: String,
    }
}

record! {
    Service in "service" {
        id: i32,
        name: String,
        kind: Option<String> = "type",
        replicas: Option<i32>,
        created: String,
        updated: Option<String>,
    }
}

record! {
    Cluster in "openshift" {
        id: i32,
        name: String,
        ssh_host: Option<String>,
        ssh_port: Option<String>,
        created: String,
    }
}

impl Environment {
    pub(crate) fn is_live(&self) -> bool {
        self.deleted == NEVER
    }
}

pub(crate) fn projects(connection: &Connection) -> Result<Vec<Project>> {
    Project::all(connection, "ORDER BY id", [])
}

pub(crate) fn projects_of_group(connection: &Connection, group: &str) -> Result<Vec<Project>> {
    let rest = "JOIN project_group ON project = id WHERE user_group = ?1 ORDER BY id";
    Project::all(connection, rest, [group])
}

pub(crate) fn project_by_name(connection: &Connection, name: &str) -> Result<Option<Project>> {
    let projects = projects(connection)?;
    Ok(projects.into_iter().find(|found| same(&found.name, name)))
}

/// The environments of a project with this name: the live one first, then the deleted ones.
pub(crate) fn environments_by_name(
    connection: &Connection,
    project: i32,
    name: &str,
) -> Result<Vec<Environment>> {
    let rest = "WHERE project = ?1 ORDER BY deleted, id";
    let mut found = Environment::all(connection, rest, [project])?;
    found.retain(|environment| same(&environment.name, name));
    Ok(found)
}

/// The live environments of the project of environment `id`.
pub(crate) fn neighbours(connection: &Connection, id: i32) -> Result<Vec<(i32, String)>> {
    let sql = "SELECT id, name FROM environment
               WHERE deleted = '0000-00-00 00:00:00'
                 AND project = (SELECT project FROM environment WHERE id = ?1)
               ORDER BY name";
    all(connection, sql, [id], |row| row.try_into())
}

pub(crate) fn redeploy(connection: &Connection, changed: &Environment) -> Result<()> {
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
            changed.updated,
        ],
    )?;
    Ok(())
}

/// Marks an environment as deleted and removes its services.
pub(crate) fn delete_environment(connection: &Connection, id: i32) -> Result<()> {
    let sql =
        "DELETE FROM container WHERE service IN (SELECT id FROM service WHERE environment = ?1)";
    connection.execute(sql, [id])?;
    connection.execute("DELETE FROM service WHERE environment = ?1", [id])?;
    let sql = "UPDATE environment SET deleted = ?2 WHERE id = ?1";
    connection.execute(sql, params![id, instant::now()])?;
    Ok(())
}

pub(crate) fn services(connection: &Connection, environment: i32) -> Result<Vec<Service>> {
    let rest = "WHERE environment = ?1 ORDER BY id";
    Service::all(connection, rest, [environment])
}

pub(crate) fn containers(connection: &Connection, service: i32) -> Result<Vec<String>> {
    let sql = "SELECT name FROM container WHERE service = ?1 ORDER BY id";
    all(connection, sql, [service], |row| row.get(0))
}
