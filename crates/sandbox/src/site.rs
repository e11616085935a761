//! The project of a checkout: its environments and services, as the sandbox shows them.

use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::resolvers::environments::namespace;
use crate::store::{Store, StoreError};

/// The environment that every site has.
const PRODUCTION: &str = "main";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub project: String,
    /// The branch of an environment beside `main`.
    pub branch: Option<String>,
    pub services: Vec<SiteService>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteService {
    pub name: String,
    /// Lagoon's type of service, such as `cli-persistent`.
    pub kind: String,
    pub containers: Vec<String>,
}

pub(crate) fn show(store: &Store, site: &Site) -> Result<(), StoreError> {
    let shown = format!("{site:?}");
    if remembered(store, "site")?.as_ref() == Some(&shown) {
        return Ok(());
    }
    store.write(|tx| {
        show_project(tx, &site.project)?;
        show_environment(tx, &site.project, PRODUCTION, "production")?;
        if let Some(branch) = site
            .branch
            .as_deref()
            .filter(|branch| *branch != PRODUCTION)
        {
            show_environment(tx, &site.project, branch, "development")?;
        }
        show_services(tx, &site.services)?;
        set(tx, "site", &shown)
    })
}

fn show_project(tx: &Transaction<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO project (id, name, branches, pullrequests, production_environment, openshift, created)
         SELECT 1, ?1, 'true', 'true', ?2, id, datetime('now') FROM openshift WHERE true
         ON CONFLICT (id) DO UPDATE SET name = ?1",
        [name, PRODUCTION],
    )?;
    tx.execute("UPDATE user_group SET name = ?1 || '-group'", [name])?;
    tx.execute(
        "INSERT OR IGNORE INTO project_group (project, user_group) SELECT 1, id FROM user_group",
        [],
    )?;
    Ok(())
}

fn show_environment(
    tx: &Transaction<'_>,
    project: &str,
    name: &str,
    kind: &str,
) -> Result<(), StoreError> {
    let is_there = "SELECT 1 FROM environment WHERE name = ?1 AND deleted = '0000-00-00 00:00:00'";
    if tx
        .query_row(is_there, [name], |_| Ok(()))
        .optional()?
        .is_some()
    {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO environment (name, project, deploy_type, deploy_base_ref, environment_type, openshift,
           namespace, created, updated)
         SELECT ?1, 1, 'branch', ?1, ?2, openshift, ?3, datetime('now'), datetime('now') FROM project",
        [name, kind, &namespace(project, name)],
    )?;
    Ok(())
}

fn show_services(tx: &Transaction<'_>, services: &[SiteService]) -> Result<(), StoreError> {
    tx.execute_batch("DELETE FROM container; DELETE FROM service")?;
    for service in services {
        tx.execute(
            "INSERT INTO service (environment, name, type, created, updated)
             SELECT id, ?1, ?2, datetime('now'), datetime('now') FROM environment
             WHERE deleted = '0000-00-00 00:00:00'",
            [&service.name, &service.kind],
        )?;
        for container in &service.containers {
            tx.execute(
                "INSERT INTO container (service, name) SELECT id, ?2 FROM service WHERE name = ?1",
                [&service.name, container],
            )?;
        }
    }
    Ok(())
}

pub(crate) fn remembered(store: &Store, name: &str) -> Result<Option<String>, StoreError> {
    store.read(|connection| {
        let sql = "SELECT value FROM setting WHERE name = ?1";
        Ok(connection
            .query_row(sql, [name], |row| row.get(0))
            .optional()?)
    })
}

pub(crate) fn remember(store: &Store, name: &str, text: &str) -> Result<(), StoreError> {
    store.write(|tx| set(tx, name, text))
}

fn set(tx: &Transaction<'_>, name: &str, text: &str) -> Result<(), StoreError> {
    let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
    tx.execute(sql, params![name, text])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Seed, seed};

    fn names(store: &Store, sql: &str) -> Vec<String> {
        let read = |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok::<_, StoreError>(rows.collect::<Result<_, _>>()?)
        };
        store.read(read).unwrap()
    }

    #[test]
    fn a_site_has_its_branch_beside_main_and_its_services() {
        let store = Store::open_memory(&|tx| seed::plant(tx, Seed::Empty, "secret")).unwrap();
        let service = |name: &str| SiteService {
            name: name.to_owned(),
            kind: name.to_owned(),
            containers: vec![name.to_owned(), "php".to_owned()],
        };
        let mut site = Site {
            project: "shop".to_owned(),
            branch: Some("feature/x".to_owned()),
            services: vec![service("cli"), service("nginx")],
        };
        show(&store, &site).unwrap();
        show(&store, &site).unwrap();
        let environments =
            "SELECT name || ' ' || environment_type || ' ' || namespace FROM environment";
        assert_eq!(
            names(&store, environments),
            [
                "main production shop-main",
                "feature/x development shop-feature-x"
            ]
        );
        let services =
            "SELECT environment || ' ' || service.name || ' ' || container.name FROM service
                        JOIN container ON service = service.id";
        assert_eq!(names(&store, services).len(), 8);

        site.branch = Some("main".to_owned());
        site.services.truncate(1);
        site.project = "blog".to_owned();
        show(&store, &site).unwrap();
        assert_eq!(names(&store, environments).len(), 2);
        assert_eq!(names(&store, services).len(), 4);
        assert_eq!(names(&store, "SELECT name FROM project"), ["blog"]);
        assert_eq!(names(&store, "SELECT name FROM user_group"), ["blog-group"]);
    }
}
