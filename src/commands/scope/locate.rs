//! Project and environment inferred from files, the git remote or a Lagoon pod.

use crate::app::App;
use crate::domain::place::git_url::{forms, without_secret};
use crate::error::Error;
use crate::ops::places::{details, other_name};
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
    /// Lagoon has to be asked for the project of a git remote.
    Remotes {
        /// In the order in which they are tried.
        remotes: Vec<Remote>,
        /// The project if Lagoon knows none.
        otherwise: Option<Sourced<String>>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remote {
    /// The spellings that Lagoon may have.
    pub forms: Vec<String>,
    /// Without credentials.
    pub shown: String,
}

/// Completes project and environment. Sends a request for each git remote until one has a project,
/// unless a file names the project.
pub(crate) async fn locate(app: &mut App, wants: PlaceNeed) -> Result<(), Error> {
    if wants == PlaceNeed::Nothing {
        return Ok(());
    }
    app.settings.environment = environment_here(app, wants);
    app.settings.project = project_here(app, wants).await?;
    if app.settings.project.is_none() && wants == PlaceNeed::Project {
        app.settings.project = project_of_namespace(app).await?;
    }
    Ok(())
}

/// The project of an environment that is given by its namespace. The environment's source names the
/// project, too.
async fn project_of_namespace(app: &App) -> Result<Option<Sourced<String>>, Error> {
    let Some(said) = &app.settings.environment else {
        return Ok(None);
    };
    let is_namespace = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_possible = said.value.contains('-') && said.value.chars().all(is_namespace);
    let has_projects = app.settings.named.names_projects();
    if !is_possible || has_projects || app.settings.named.environments.len() > 1 {
        return Ok(None);
    }
    let found = other_name::by_namespace(app.lagoon().await?, &said.value).await;
    Ok(found.map(|found| Sourced::new(found.environment.project.name, said.source.clone())))
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
    let (remotes, otherwise) = match project_source(app, wants) {
        ProjectSource::Known(project) => return Ok(project),
        ProjectSource::Remotes { remotes, otherwise } => (remotes, otherwise),
    };
    let lagoon = app.lagoon().await?;
    let mut unknown = Vec::new();
    for Remote { forms, shown } in remotes {
        if let Some(name) = details::project_of_repository(lagoon, &forms).await? {
            return Ok(Some(Sourced::new(name, Source::GitRemote(shown))));
        }
        app.ui.trace(&format!(
            "no project that you can see has the git remote {shown}"
        ));
        unknown.push(shown);
    }
    app.set_unknown_remotes(unknown);
    Ok(otherwise)
}

pub(crate) fn project_source(app: &App, wants: PlaceNeed) -> ProjectSource {
    let settings = &app.settings;
    #[cfg(feature = "sandbox")]
    if settings.project.is_none()
        && !settings.named.names_projects()
        && let Ok(Some(rehearsal)) = app.rehearsal()
    {
        return ProjectSource::Known(Some(rehearsal.project.clone()));
    }
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
    if wants != PlaceNeed::Project {
        return ProjectSource::Known(otherwise);
    }
    let remotes = checkout.remotes.iter().map(|remote| Remote {
        forms: forms(remote),
        shown: without_secret(remote),
    });
    // A local folder has no other spellings; Lagoon does not have it.
    let remotes: Vec<Remote> = remotes.filter(|remote| !remote.forms.is_empty()).collect();
    if remotes.is_empty() {
        return ProjectSource::Known(otherwise);
    }
    ProjectSource::Remotes { remotes, otherwise }
}
