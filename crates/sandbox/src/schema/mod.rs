//! The GraphQL schema: a part of Lagoon 2.33.1's, field for field. Types only; what they answer is
//! decided in `resolvers`.

mod definition;
pub(super) mod inputs;
mod mutation;
mod nulls;
mod people;
mod place;
mod query;
mod run;
mod subscription;

use std::sync::{Arc, LazyLock};

use async_graphql::{Context, SDLExportOptions};

use super::failure::Failure;
use super::permissions::Caller;
use super::state::State;
use mutation::Mutation;
use query::Query;
use subscription::Subscription;

pub(super) type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema, the same for all sandboxes of a process: what a request needs of its own goes along
/// with it.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema::build(Query, Mutation, Subscription)
        .extension(nulls::Nulls)
        .finish()
});

/// The address that the request was sent to: files are there too.
#[derive(Debug, Clone)]
pub(super) struct Base(pub(super) String);

/// The schema.
pub(super) fn schema() -> &'static Schema {
    &SCHEMA
}

/// The schema in its own language.
pub(super) fn sdl() -> String {
    SCHEMA.sdl_with_options(SDLExportOptions::new().sorted_fields().sorted_arguments())
}

fn state<'a>(context: &Context<'a>) -> Result<&'a State, Failure> {
    let state = context.data::<Arc<State>>();
    state
        .map(AsRef::as_ref)
        .map_err(|_| Failure::new("the sandbox has no state"))
}

fn caller<'a>(context: &Context<'a>) -> Result<&'a Caller, Failure> {
    let caller = context.data::<Caller>();
    caller.map_err(|_| Failure::new("Unauthorized"))
}

fn base<'a>(context: &Context<'a>) -> &'a str {
    context.data::<Base>().map_or("", |base| base.0.as_str())
}

/// A list as the schema has it: list and items may be null.
type List<T> = Option<Vec<Option<T>>>;

fn list<R, T>(rows: Vec<R>, show: impl Fn(R) -> T) -> List<T> {
    Some(rows.into_iter().map(|row| Some(show(row))).collect())
}
