//! The signed-in user.

use tokio::join;

use crate::domain::{Person, Project, Role};
use crate::error::Error;
use crate::lagoon::{Lagoon, LagoonError};
use crate::ops::places::place;

#[derive(Debug)]
pub(crate) struct SignedIn {
    /// `None` for a service, whose token belongs to no user.
    pub person: Option<Person>,
    pub api: String,
    /// The reason why the platform roles could not be read; `None` also for a Lagoon before 2.24,
    /// which has none.
    pub roles_error: Option<Error>,
}

/// Looks up the user and, if this Lagoon has them, the platform roles.
pub(crate) async fn signed_in(lagoon: &Lagoon) -> Result<SignedIn, Error> {
    let (person, features) = join!(lagoon.me(), lagoon.features());
    let mut signed_in = SignedIn {
        person: person?,
        api: lagoon.url().to_string(),
        roles_error: None,
    };
    let Some(person) = &mut signed_in.person else {
        return Ok(signed_in);
    };
    let roles = match features {
        Ok(features) if !features.platform_roles => return Ok(signed_in),
        Ok(_) => platform_roles(lagoon, person).await,
        Err(error) => Err(error),
    };
    match roles {
        Ok(roles) => person.platform_roles = Some(roles),
        Err(error) => signed_in.roles_error = Some(error.into()),
    }
    Ok(signed_in)
}

/// The projects of a user, and what the user may do on one of them.
#[derive(Debug)]
pub(crate) struct Access {
    /// By name, with the highest role.
    pub projects: Vec<(String, Role)>,
    /// The project in question, and the user's role on it.
    pub on: Option<(Project, Option<Role>)>,
}

/// Reads the user's roles on projects, and the role on one of them.
pub(crate) async fn access(lagoon: &Lagoon, project: Option<&str>) -> Result<Access, Error> {
    let roles = lagoon.my_roles().await?;
    let on = match project {
        Some(name) => {
            let (project, _) = place::project(lagoon, name).await?;
            let role = roles.on_project(project.id);
            Some((project, role))
        }
        None => None,
    };
    let projects = roles.projects();
    Ok(Access { projects, on })
}

/// The names of the user's groups with the user's roles; none for a service.
pub(crate) async fn groups(lagoon: &Lagoon) -> Result<Vec<(String, String)>, Error> {
    let person = lagoon.me().await?;
    Ok(person.map(|person| person.group_roles).unwrap_or_default())
}

async fn platform_roles(lagoon: &Lagoon, person: &Person) -> Result<Vec<String>, LagoonError> {
    let Some(email) = &person.email else {
        let reason = "the user has no email address";
        return Err(LagoonError::Unusable(reason.to_owned()));
    };
    lagoon.platform_roles(email).await
}
