//! Who is signed in.

use tokio::join;

use crate::domain::Person;
use crate::error::Error;
use crate::lagoon::Lagoon;

/// The signed-in user; `None` for a service, whose token belongs to no user. Roles on the platform
/// are there where this Lagoon tells them.
///
/// # Errors
/// Lagoon's refusal, or that it cannot be reached.
pub async fn person(lagoon: &Lagoon) -> Result<Option<Person>, Error> {
    let (person, features) = join!(lagoon.me(), lagoon.features());
    let Some(mut person) = person? else {
        return Ok(None);
    };
    if features.is_ok_and(|features| features.platform_roles) {
        person.platform_roles = lagoon.platform_roles().await.unwrap_or(None);
    }
    Ok(Some(person))
}
