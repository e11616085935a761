//! Project and environment inferred from files, the git remote or a Lagoon pod.

use crate::app::App;
use crate::domain::place::git_url::{forms, without_secret};
use crate::error::Error;
use crate::ops::places::details;
use crate::settings::{Source, Sourced, Target};

/// The part of the place that a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceNeed {
    /// No file is read.
    Nothing,
    /// A project if files name one, without a request.
    Files,
    Project,
}

/// The source of the project, as far as no request is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProjectSource {
    /// The project, if there is one.
    Known(Option<Sourced<String>>),
    /// Lagoon has to be asked for the project of this git remote.
    Remote {
        /// The spellings that Lagoon may have.
        forms: Vec<String>,
        /// The remote without credentials.
        shown: String,
        /// The project if Lagoon knows none.
        otherwise: Option<Sourced<String>>,
    },
}

/// Completes project and environment. Sends one request if there is a git remote and no
/// `.lagoon.yml` names the project.
pub(crate) async fn locate(app: &mut App, wants: PlaceNeed) -> Result<(), Error> {
    if wants == PlaceNeed::Nothing {
        return Ok(());
    }
    app.settings.environment = environment_here(app, wants);
    app.settings.project = project_here(app, wants).await?;
    Ok(())
}

/// The given environment, else that of the Lagoon pod.
pub(crate) fn environment_here(app: &App, wants: PlaceNeed) -> Option<Sourced<String>> {
    let said = app.settings.environment.as_ref();
    let pod = app.settings.pod_place.environment.as_ref();
    said.or(pod.filter(|_| is_pod_relevant(app, wants)))
        .cloned()
}

/// True if the checkout and the pod are sources of the target; for the sandbox they are not.
fn is_pod_relevant(app: &App, wants: PlaceNeed) -> bool {
    match app.settings.chosen() {
        Ok(chosen) => chosen.target.value != Target::Sandbox,
        Err(_) => wants == PlaceNeed::Files,
    }
}

/// The given project, else the inferred one.
pub(crate) async fn project_here(
    app: &App,
    wants: PlaceNeed,
) -> Result<Option<Sourced<String>>, Error> {
    let (forms, shown, otherwise) = match project_source(app, wants) {
        ProjectSource::Known(project) => return Ok(project),
        ProjectSource::Remote {
            forms,
            shown,
            otherwise,
        } => (forms, shown, otherwise),
    };
    match details::project_of_repository(app.lagoon().await?, &forms).await? {
        Some(name) => Ok(Some(Sourced::new(name, Source::GitRemote(shown)))),
        None => {
            app.ui
                .trace(&format!("no visible project has the git remote {shown}"));
            Ok(otherwise)
        }
    }
}

pub(crate) fn project_source(app: &App, wants: PlaceNeed) -> ProjectSource {
    let settings = &app.settings;
    let is_explicit = settings.project.as_ref().is_some_and(Sourced::is_explicit);
    if is_explicit || settings.named.names_projects() || !is_pod_relevant(app, wants) {
        return ProjectSource::Known(settings.project.clone());
    }
    let checkout = app.checkout();
    if let Some((name, file)) = &checkout.project {
        let source = Source::LagoonFile(file.clone());
        return ProjectSource::Known(Some(Sourced::new(name.clone(), source)));
    }
    let project = settings.project.as_ref();
    let otherwise = project.or(settings.pod_place.project.as_ref()).cloned();
    let remote = checkout.remote.as_ref();
    match remote.filter(|remote| wants == PlaceNeed::Project && !forms(remote).is_empty()) {
        Some(remote) => ProjectSource::Remote {
            forms: forms(remote),
            shown: without_secret(remote),
            otherwise,
        },
        None => ProjectSource::Known(otherwise),
    }
}
