//! Where a command is about, where the line does not say: from the files around, from the git
//! remote, from a Lagoon pod.

use crate::app::App;
use crate::domain::git_url::{forms, without_secret};
use crate::error::Error;
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

/// Completes project and environment where the line and variables say none. One request, and only
/// where there is a git remote and no `.lagoon.yml` that names the project.
///
/// # Errors
/// Any failure of that request; that no project has the remote is none.
pub async fn locate(app: &mut App, wants: Wants) -> Result<(), Error> {
    if wants == Wants::Nothing {
        return Ok(());
    }
    // Without a Lagoon a place means nothing, which the command says; the sandbox is a place itself.
    match app.settings.chosen() {
        Ok(chosen) if chosen.target.value == Target::Sandbox => return Ok(()),
        Ok(_) => {}
        Err(_) if wants == Wants::Files => {}
        Err(_) => return Ok(()),
    }
    if app.settings.environment.is_none() {
        app.settings.environment = app.settings.pod_place.environment.clone();
    }
    let is_said = app.settings.project.as_ref().is_some_and(Sourced::is_said);
    if is_said || app.settings.named.names_projects() {
        return Ok(());
    }
    if let Some(project) = inferred(app, wants).await? {
        app.settings.project = Some(project);
    } else if app.settings.project.is_none() {
        app.settings.project = app.settings.pod_place.project.clone();
    }
    Ok(())
}

async fn inferred(app: &App, wants: Wants) -> Result<Option<Sourced<String>>, Error> {
    let checkout = app.checkout();
    if let Some((name, file)) = &checkout.project {
        let source = Source::LagoonFile(file.clone());
        return Ok(Some(Sourced::new(name.clone(), source)));
    }
    let Some(remote) = checkout.remote.as_ref().filter(|_| wants == Wants::Project) else {
        return Ok(None);
    };
    let forms = forms(remote);
    if forms.is_empty() {
        return Ok(None);
    }
    let shown = without_secret(remote);
    match app.lagoon().await?.project_by_git_url(&forms).await? {
        Some(name) => Ok(Some(Sourced::new(name, Source::GitRemote(shown)))),
        None => {
            app.ui.trace(&format!(
                "no project that you see has the git remote {shown}"
            ));
            Ok(None)
        }
    }
}
