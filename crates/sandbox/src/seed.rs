//! The content of a new sandbox.

use rusqlite::Transaction;

use super::Seed;
use super::store::StoreError;

pub(super) fn plant(tx: &Transaction<'_>, seed: Seed, secret: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO setting (name, value) VALUES ('secret', ?1)";
    tx.execute(sql, [secret])?;
    let (project, containers) = (
        include_str!("seed/project.sql"),
        include_str!("seed/containers.sql"),
    );
    let parts: &[&str] = match seed {
        Seed::Empty => &[],
        Seed::Bare => &[project, include_str!("seed/bare.sql"), containers],
        Seed::Demo => &[project, include_str!("seed/demo.sql"), containers],
    };
    for sql in [include_str!("seed/lagoon.sql")].iter().chain(parts) {
        tx.execute_batch(sql)?;
    }
    Ok(())
}
