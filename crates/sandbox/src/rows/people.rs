//! Users and groups.

use rusqlite::{Connection, Result};

use super::{Record, all, first, record};
use crate::permissions::{PlatformRole, Role, User};

record! {
    Person in "user" {
        id: String,
        email: String,
        first_name: Option<String>,
        last_name: Option<String>,
        created: String,
        /// `owner` or `viewer`.
        platform_role: Option<String>,
    }
}

record! {
    Group in "user_group" {
        id: String,
        name: String,
    }
}

pub(crate) fn id_of(connection: &Connection, email: &str) -> Result<Option<String>> {
    let sql = "SELECT id FROM user WHERE email = ?1";
    first(connection, sql, [email], |row| row.get(0))
}

pub(crate) fn user(connection: &Connection, id: &str) -> Result<Option<User>> {
    let Some(person) = Person::by_id(connection, id)? else {
        return Ok(None);
    };
    let sql = "SELECT user_group, role FROM membership WHERE member = ?1";
    let groups: Vec<(String, String)> = all(connection, sql, [id], |row| row.try_into())?;
    let sql = "SELECT project, role FROM membership JOIN project_group USING (user_group)
               WHERE member = ?1";
    let projects: Vec<(i32, String)> = all(connection, sql, [id], |row| row.try_into())?;
    Ok(Some(User {
        id: person.id,
        email: person.email,
        platform: person
            .platform_role
            .as_deref()
            .and_then(PlatformRole::from_word),
        projects: with_role(projects),
        groups: with_role(groups),
    }))
}

fn with_role<T>(rows: Vec<(T, String)>) -> Vec<(T, Role)> {
    rows.into_iter()
        .filter_map(|(of, word)| Some((of, Role::from_word(&word)?)))
        .collect()
}

pub(crate) fn group_by_name(connection: &Connection, name: &str) -> Result<Option<Group>> {
    Group::first(connection, "WHERE name = ?1", [name])
}

pub(crate) fn groups_of_project(connection: &Connection, project: i32) -> Result<Vec<Group>> {
    let rest = "JOIN project_group ON user_group = id WHERE project = ?1 ORDER BY name";
    Group::all(connection, rest, [project])
}

pub(crate) fn groups_of_user(connection: &Connection, user: &str) -> Result<Vec<Group>> {
    let rest = "JOIN membership ON user_group = id WHERE member = ?1 ORDER BY name";
    Group::all(connection, rest, [user])
}

pub(crate) fn roles_of_user(connection: &Connection, user: &str) -> Result<Vec<(Group, String)>> {
    all(
        connection,
        "SELECT id, name, role FROM user_group JOIN membership ON user_group = id
         WHERE member = ?1 ORDER BY name",
        [user],
        |row| Ok((Group::read(row)?, row.get("role")?)),
    )
}

pub(crate) fn members(connection: &Connection, group: &str) -> Result<Vec<(String, String)>> {
    let sql = "SELECT member, role FROM membership WHERE user_group = ?1 ORDER BY member";
    all(connection, sql, [group], |row| row.try_into())
}
