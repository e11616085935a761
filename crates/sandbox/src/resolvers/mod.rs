//! What Lagoon decides and in which order, as seen on Lagoon 2.33.1; its slips are kept, since a
//! client has to live with them.

pub(super) mod arguments;
pub(super) mod cancel;
pub(super) mod define;
pub(super) mod environments;
pub(super) mod files;
pub(super) mod invoke;
pub(super) mod listing;
pub(super) mod redefine;
pub(super) mod runs;

use async_graphql::MaybeUndefined;

/// What JavaScript calls truthy.
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

/// Whether nothing or `null` was given.
fn is_missing<T>(value: &MaybeUndefined<T>) -> bool {
    !matches!(value, MaybeUndefined::Value(_))
}

/// What stands for a value that is not given, as JavaScript writes it.
fn nothing<T>(value: &MaybeUndefined<T>) -> &'static str {
    if value.is_null() { "null" } else { "undefined" }
}
