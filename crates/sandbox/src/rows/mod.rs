//! The tables as Rust values.

pub(super) mod definitions;
pub(super) mod events;
pub(super) mod files;
pub(super) mod people;
pub(super) mod places;
pub(super) mod runs;

use rusqlite::types::Value;
use rusqlite::{Connection, Params, Result, Row, ToSql, params_from_iter};

/// A row of a table. The first column is the id.
pub(crate) trait Record: Sized {
    const TABLE: &'static str;
    const COLUMNS: &'static [&'static str];

    fn read(row: &Row<'_>) -> Result<Self>;

    fn values(&self) -> Vec<&dyn ToSql>;

    /// Selects rows. `rest` is the part of the statement after the table's name.
    fn all(connection: &Connection, rest: &str, params: impl Params) -> Result<Vec<Self>> {
        all(connection, &select::<Self>(rest), params, Self::read)
    }

    fn first(connection: &Connection, rest: &str, params: impl Params) -> Result<Option<Self>> {
        first(connection, &select::<Self>(rest), params, Self::read)
    }

    fn by_id(connection: &Connection, id: impl ToSql) -> Result<Option<Self>> {
        Self::first(connection, "WHERE id = ?1", [id])
    }

    /// Returns the id, which is new if it was 0.
    fn insert(&self, connection: &Connection) -> Result<i32> {
        let (table, columns) = (Self::TABLE, Self::COLUMNS.join(", "));
        let others = ", ?".repeat(Self::COLUMNS.len() - 1);
        let sql = format!("INSERT INTO {table} ({columns}) VALUES (NULLIF(?, 0){others})");
        connection.execute(&sql, params_from_iter(self.values()))?;
        Ok(i32::try_from(connection.last_insert_rowid()).unwrap_or(i32::MAX))
    }

    /// The column names are never taken from a request.
    fn update(connection: &Connection, id: i32, changes: &[(&'static str, Value)]) -> Result<()> {
        let sets = changes.iter().map(|(column, _)| format!("{column} = ?"));
        let sets = sets.collect::<Vec<_>>().join(", ");
        let sql = format!("UPDATE {} SET {sets} WHERE id = ?", Self::TABLE);
        let id = Value::from(id);
        let values = changes.iter().map(|(_, value)| value).chain([&id]);
        connection.execute(&sql, params_from_iter(values))?;
        Ok(())
    }

    /// Returns whether there was such a row.
    fn delete(connection: &Connection, id: i32) -> Result<bool> {
        let sql = format!("DELETE FROM {} WHERE id = ?1", Self::TABLE);
        Ok(connection.execute(&sql, [id])? > 0)
    }
}

fn select<R: Record>(rest: &str) -> String {
    format!("SELECT {} FROM {} {rest}", R::COLUMNS.join(", "), R::TABLE)
}

/// Declares the row of a table by its columns. A literal is the name of a column if it differs.
macro_rules! record {
    (@column $field:ident) => { stringify!($field) };
    (@column $field:ident $column:literal) => { $column };
    ($name:ident in $table:literal {
        $($(#[$doc:meta])* $field:ident: $kind:ty $(= $column:literal)?,)*
    }) => {
        #[derive(Debug, Clone)]
        pub(crate) struct $name {
            $($(#[$doc])* pub(crate) $field: $kind,)*
        }

        impl $crate::rows::Record for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] =
                &[$($crate::rows::record!(@column $field $($column)?)),*];

            fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<$name> {
                let mut columns = 0..;
                let mut next = || columns.next().unwrap_or_default();
                Ok($name { $($field: row.get(next())?),* })
            }

            fn values(&self) -> Vec<&dyn rusqlite::ToSql> {
                vec![$(&self.$field),*]
            }
        }
    };
}
use record;

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(params, read)?;
    rows.collect()
}

fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}
