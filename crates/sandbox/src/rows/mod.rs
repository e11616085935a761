//! The tables as Rust values.

pub(super) mod definitions;
pub(super) mod events;
pub(super) mod files;
pub(super) mod people;
pub(super) mod places;
pub(super) mod runs;

use rusqlite::types::Value;
use rusqlite::{Connection, Params, Row, params_from_iter};

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(params, read)?;
    rows.collect()
}

fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

fn last_id(connection: &Connection) -> i32 {
    i32::try_from(connection.last_insert_rowid()).unwrap_or(i32::MAX)
}

/// The column names are never taken from a request.
fn update(
    connection: &Connection,
    table: &str,
    id: i32,
    changes: &[(&'static str, Value)],
) -> rusqlite::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let sets: Vec<_> = changes
        .iter()
        .map(|(column, _)| format!("\"{column}\" = ?"))
        .collect();
    let sql = format!("UPDATE {table} SET {} WHERE id = ?", sets.join(", "));
    let id = Value::from(id);
    let values = changes.iter().map(|(_, value)| value).chain([&id]);
    connection.execute(&sql, params_from_iter(values))?;
    Ok(())
}
