//! The content of a new sandbox.

use rusqlite::Transaction;

use super::Seed;
use super::store::StoreError;

pub(super) fn plant(tx: &Transaction<'_>, seed: Seed, secret: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO setting (name, value) VALUES ('secret', ?1)";
    tx.execute(sql, [secret])?;
    let services = match seed {
        Seed::Bare => include_str!("seed/bare.sql"),
        Seed::Demo => include_str!("seed/demo.sql"),
    };
    let (lagoon, containers) = (
        include_str!("seed/lagoon.sql"),
        include_str!("seed/containers.sql"),
    );
    for sql in [lagoon, services, containers] {
        tx.execute_batch(sql)?;
    }
    Ok(())
}
