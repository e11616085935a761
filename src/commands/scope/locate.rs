//! Where a command is about, where the line does not say: from the files around, from the git
//! remote, from a Lagoon pod.

use crate::app::App;
use crate::domain::place::git_url::{forms, without_secret};
use crate::error::Error;
use crate::ops::places::place;
use crate::settings::{Source, Sourced, Target};

/// What a command has to know of where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Nothing: no file is read.
    Nothing,
    /// A project, if the files around name one; nothing is asked for it.
    Files,
    /// A project.
    Project,
}

/// What says which project is meant, as far as nobody need be asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clue {
    /// The project, or that nothing says one.
    Known(Option<Sourced<String>>),
    /// Lagoon knows which project has this git remote.
    Remote {
        /// The forms in which Lagoon may have it.
        forms: Vec<String>,
        /// The remote as it may be shown.
        shown: String,
        /// What is meant where no project has it.
        otherwise: Option<Sourced<String>>,
    },
}

/// Completes project and environment where the line and variables say none. One request, and only
/// where there is a git remote and no `.lagoon.yml` that names the project.
pub async fn locate(app: &mut App, wants: Wants) -> Result<(), Error> {
    if wants == Wants::Nothing {
        return Ok(());
    }
    app.settings.environment = environment_here(app, wants);
    app.settings.project = project_here(app, wants).await?;
    Ok(())
}

/// The environment that is said, else that of the Lagoon pod that this is.
pub fn environment_here(app: &App, wants: Wants) -> Option<Sourced<String>> {
    let said = app.settings.environment.as_ref();
    let pod = app.settings.pod_place.environment.as_ref();
    said.or(pod.filter(|_| counts(app, wants))).cloned()
}

/// Whether it matters where one is. Without a Lagoon a place means nothing, which the command says;
/// the sandbox is a place itself.
fn counts(app: &App, wants: Wants) -> bool {
    match app.settings.chosen() {
        Ok(chosen) => chosen.target.value != Target::Sandbox,
        Err(_) => wants == Wants::Files,
    }
}

/// The project that is said, else what is around says which it is.
pub async fn project_here(app: &App, wants: Wants) -> Result<Option<Sourced<String>>, Error> {
    let (forms, shown, otherwise) = match clue(app, wants) {
        Clue::Known(project) => return Ok(project),
        Clue::Remote {
            forms,
            shown,
            otherwise,
        } => (forms, shown, otherwise),
    };
    match place::project_of_repository(app.lagoon().await?, &forms).await? {
        Some(name) => Ok(Some(Sourced::new(name, Source::GitRemote(shown)))),
        None => {
            app.ui.trace(&format!(
                "no project that you see has the git remote {shown}"
            ));
            Ok(otherwise)
        }
    }
}

/// What says which project is meant.
pub fn clue(app: &App, wants: Wants) -> Clue {
    let settings = &app.settings;
    let is_explicit = settings.project.as_ref().is_some_and(Sourced::is_explicit);
    if is_explicit || settings.named.names_projects() || !counts(app, wants) {
        return Clue::Known(settings.project.clone());
    }
    let checkout = app.checkout();
    if let Some((name, file)) = &checkout.project {
        let source = Source::LagoonFile(file.clone());
        return Clue::Known(Some(Sourced::new(name.clone(), source)));
    }
    let project = settings.project.as_ref();
    let otherwise = project.or(settings.pod_place.project.as_ref()).cloned();
    let remote = checkout.remote.as_ref();
    match remote.filter(|remote| wants == Wants::Project && !forms(remote).is_empty()) {
        Some(remote) => Clue::Remote {
            forms: forms(remote),
            shown: without_secret(remote),
            otherwise,
        },
        None => Clue::Known(otherwise),
    }
}
