//! Lagoon's decisions, in its order and with its faults (seen on Lagoon 2.33.1).

pub(super) mod arguments;
pub(super) mod cancel;
pub(super) mod define;
pub(super) mod drush;
pub(super) mod environments;
pub(super) mod files;
pub(super) mod invoke;
pub(super) mod listing;
pub(super) mod redefine;
pub(super) mod runs;

use async_graphql::MaybeUndefined;
use rusqlite::Connection;

use super::failure::{Failure, Result};
use super::rows::places::{self, Environment};
use crate::rows::Record as _;

fn environment(connection: &Connection, id: i32) -> Result<Environment> {
    let found = places::Environment::by_id(connection, id)?;
    found.ok_or_else(|| Failure::reading("project", "undefined"))
}

/// Truthiness as in JavaScript.
trait Truthy {
    fn is_truthy(&self) -> bool;
}

impl Truthy for MaybeUndefined<i32> {
    fn is_truthy(&self) -> bool {
        matches!(self, MaybeUndefined::Value(number) if *number != 0)
    }
}

impl Truthy for MaybeUndefined<String> {
    fn is_truthy(&self) -> bool {
        matches!(self, MaybeUndefined::Value(text) if !text.is_empty())
    }
}

impl Truthy for MaybeUndefined<bool> {
    fn is_truthy(&self) -> bool {
        matches!(self, MaybeUndefined::Value(true))
    }
}

fn is_missing<T>(value: &MaybeUndefined<T>) -> bool {
    !matches!(value, MaybeUndefined::Value(_))
}

/// JavaScript's word for an absent value.
fn nothing<T>(value: &MaybeUndefined<T>) -> &'static str {
    if value.is_null() { "null" } else { "undefined" }
}
