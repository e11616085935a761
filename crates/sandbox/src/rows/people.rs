//! Users and groups.

use rusqlite::Connection;

use super::{all, first};
use crate::permissions::{Platform, Role, User};

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) created: String,
    /// `owner` or `viewer`.
    pub(crate) platform_role: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) name: String,
}

fn group(row: &rusqlite::Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        id: row.get("id")?,
        name: row.get("name")?,
    })
}

pub(crate) fn person(connection: &Connection, id: &str) -> rusqlite::Result<Option<Person>> {
    let sql = "SELECT * FROM user WHERE id = ?1";
    first(connection, sql, [id], |row| {
        Ok(Person {
            id: row.get("id")?,
            email: row.get("email")?,
            first_name: row.get("first_name")?,
            last_name: row.get("last_name")?,
            created: row.get("created")?,
            platform_role: row.get("platform_role")?,
        })
    })
}

pub(crate) fn id_of(connection: &Connection, email: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT id FROM user WHERE email = ?1";
    first(connection, sql, [email], |row| row.get(0))
}

pub(crate) fn user(connection: &Connection, id: &str) -> rusqlite::Result<Option<User>> {
    let Some(person) = person(connection, id)? else {
        return Ok(None);
    };
    let groups = all(
        connection,
        "SELECT user_group, role FROM membership WHERE member = ?1",
        [id],
        |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
    )?;
    let projects = all(
        connection,
        "SELECT project, role FROM membership JOIN project_group USING (user_group)
         WHERE member = ?1",
        [id],
        |row| Ok((row.get::<_, i32>(0)?, row.get::<_, String>(1)?)),
    )?;
    Ok(Some(User {
        id: person.id,
        email: person.email,
        platform: match person.platform_role.as_deref() {
            Some("owner") => Some(Platform::Owner),
            Some("viewer") => Some(Platform::Viewer),
            _ => None,
        },
        projects: with_role(projects),
        groups: with_role(groups),
    }))
}

fn with_role<T>(rows: Vec<(T, String)>) -> Vec<(T, Role)> {
    rows.into_iter()
        .filter_map(|(of, word)| Some((of, Role::from_word(&word)?)))
        .collect()
}

pub(crate) fn groups(connection: &Connection) -> rusqlite::Result<Vec<Group>> {
    let sql = "SELECT * FROM user_group ORDER BY name";
    all(connection, sql, [], group)
}

pub(crate) fn group_by_name(
    connection: &Connection,
    name: &str,
) -> rusqlite::Result<Option<Group>> {
    let sql = "SELECT * FROM user_group WHERE name = ?1";
    first(connection, sql, [name], group)
}

pub(crate) fn groups_of_project(
    connection: &Connection,
    project: i32,
) -> rusqlite::Result<Vec<Group>> {
    all(
        connection,
        "SELECT user_group.* FROM user_group JOIN project_group ON user_group = id
         WHERE project = ?1 ORDER BY name",
        [project],
        group,
    )
}

pub(crate) fn groups_of_user(connection: &Connection, user: &str) -> rusqlite::Result<Vec<Group>> {
    all(
        connection,
        "SELECT user_group.* FROM user_group JOIN membership ON user_group = id
         WHERE member = ?1 ORDER BY name",
        [user],
        group,
    )
}

pub(crate) fn roles_of_user(
    connection: &Connection,
    user: &str,
) -> rusqlite::Result<Vec<(Group, String)>> {
    all(
        connection,
        "SELECT user_group.*, role FROM user_group JOIN membership ON user_group = id
         WHERE member = ?1 ORDER BY name",
        [user],
        |row| Ok((group(row)?, row.get("role")?)),
    )
}

pub(crate) fn members(
    connection: &Connection,
    group: &str,
) -> rusqlite::Result<Vec<(String, String)>> {
    all(
        connection,
        "SELECT member, role FROM membership WHERE user_group = ?1 ORDER BY member",
        [group],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

pub(crate) fn projects_of_group(
    connection: &Connection,
    group: &str,
) -> rusqlite::Result<Vec<i32>> {
    all(
        connection,
        "SELECT project FROM project_group WHERE user_group = ?1 ORDER BY project",
        [group],
        |row| row.get(0),
    )
}
