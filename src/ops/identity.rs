//! Who is signed in.

use crate::domain::Person;
use crate::error::Error;
use crate::lagoon::Lagoon;

/// The signed-in user; `None` for a service, whose token belongs to no user.
///
/// # Errors
/// Lagoon's refusal, or that it cannot be reached.
pub async fn person(lagoon: &Lagoon) -> Result<Option<Person>, Error> {
    Ok(lagoon.me().await?)
}
