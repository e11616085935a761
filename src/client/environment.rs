//! An environment, its tasks and its runs.

use crate::client::{Client, Error, Run, Task};
use crate::domain;
use crate::domain::task::name::find_named;
use crate::ops::places::place;
use crate::ops::runs::read;

/// An environment of a project.
#[derive(Clone)]
pub struct Environment {
    pub(super) client: Client,
    pub(super) inner: domain::Environment,
}

impl Environment {
    pub(super) fn new(client: &Client, inner: domain::Environment) -> Self {
        Environment {
            client: client.clone(),
            inner,
        }
    }

    /// Lagoon's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.inner.id
    }

    /// The name, as Lagoon spells it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The project's name, as Lagoon spells it.
    #[must_use]
    pub fn project(&self) -> &str {
        &self.inner.project.name
    }

    /// True for a production environment.
    #[must_use]
    pub fn is_production(&self) -> bool {
        self.inner.is_production()
    }

    /// The names of the deployed services; `None` if they were not read, as in
    /// [`Client::environments`].
    #[must_use]
    pub fn services(&self) -> Option<&[String]> {
        self.inner.services.as_deref()
    }

    /// The tasks that the signed-in user can invoke here. Tasks hidden by another task of the same name
    /// are not listed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::client::ErrorKind::NotFound) if the environment does not exist any
    /// more.
    pub async fn tasks(&self) -> Result<Vec<Task>, Error> {
        let view = self.view(false).await?;
        let tasks = view.definitions.into_iter();
        Ok(tasks
            .map(|definition| Task::new(self, definition))
            .collect())
    }

    /// A task by its name, as Lagoon's database compares names: case and accents are ignored.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::client::ErrorKind::NotFound) if the user can invoke no such task
    /// here.
    pub async fn task(&self, name: &str) -> Result<Task, Error> {
        let view = self.view(false).await?;
        let found = find_named(name, &view.definitions);
        let found = found.map_err(crate::error::Error::from)?;
        Ok(Task::new(self, found.clone()))
    }

    /// The newest runs, newest first; at most `limit`.
    ///
    /// # Errors
    /// Any failure of the request.
    pub async fn runs(&self, limit: usize) -> Result<Vec<Run>, Error> {
        let runs = read::newest(&self.client.lagoon, &self.inner, limit).await?;
        let runs = runs.into_iter();
        Ok(runs.map(|inner| Run::new(&self.client, inner)).collect())
    }

    pub(super) async fn view(
        &self,
        runs: bool,
    ) -> Result<domain::place::view::EnvironmentView, Error> {
        let (lagoon, project) = (&self.client.lagoon, self.project());
        Ok(place::environment(lagoon, project, self.name(), runs).await?)
    }
}
