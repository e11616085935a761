//! The GraphQL types: a part of Lagoon 2.33.1's schema. `resolvers` decides the replies.

/// Declares an enumeration with the words that stand for its values in the database.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        #[derive(async_graphql::Enum, Debug, Clone, Copy, PartialEq, Eq)]
        $(#[$meta])*
        pub(crate) enum $name {
            $($variant),*
        }

        #[allow(dead_code, reason = "not every type is needed in both directions")]
        impl $name {
            pub(crate) fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }
            pub(crate) fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use words;

mod cluster;
mod definition;
pub(super) mod inputs;
mod mutation;
mod nulls;
mod people;
mod place;
mod query;
mod run;
mod subscription;

use std::sync::LazyLock;

use async_graphql::{Context, SDLExportOptions};

use super::failure::Result;
use super::state::Session;
use mutation::Mutation;
use query::Query;
use subscription::Subscription;

pub(super) type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Shared by all sandboxes of a process; each request carries its own state.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema::build(Query, Mutation, Subscription)
        .extension(nulls::Nulls)
        .finish()
});

pub(super) fn schema() -> &'static Schema {
    &SCHEMA
}

pub(super) fn sdl() -> String {
    SCHEMA.sdl_with_options(
        SDLExportOptions::new()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items(),
    )
}

fn session<'a>(context: &Context<'a>) -> Result<&'a Session> {
    let session = context.data::<Session>();
    session.map_err(|_| "the request has no session".into())
}

type List<T> = Option<Vec<Option<T>>>;

fn list<R, T>(rows: Vec<R>, show: impl Fn(R) -> T) -> List<T> {
    Some(rows.into_iter().map(|row| Some(show(row))).collect())
}

/// Declares a GraphQL object by its nullable fields, and its conversion from a row. A name after the
/// fields keeps the row, for `#[ComplexObject]`.
macro_rules! object {
    ($(#[$meta:meta])* $name:ident($row:ident: $source:ty) {
        $($(#[$attribute:meta])* $field:ident: $kind:ty = $value:expr;)*
    } $($kept:ident)?) => {
        #[derive(SimpleObject)]
        $(#[$meta])*
        pub(crate) struct $name {
            $($(#[$attribute])* $field: Option<$kind>,)*
            $(#[graphql(skip)] $kept: $source,)?
        }

        impl From<$source> for $name {
            fn from($row: $source) -> $name {
                $name {
                    $($field: $value,)*
                    $($kept: $row,)?
                }
            }
        }
    };
}
use object;
