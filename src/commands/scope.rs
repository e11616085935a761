//! The place that a command acts on: from flags, variables and the checkout.

pub(crate) mod definition;
pub(crate) mod environment;
pub(crate) mod locate;

use crate::app::App;
use crate::commands::select::pick;
use crate::error::{Error, Kind};
use crate::ops::places::membership;
use crate::settings::Sourced;

pub(crate) use definition::{
    line_start, named_scope, named_target, provisional, target_of_tasks, task_not_found,
    with_environment_name,
};
pub(crate) use environment::{
    branch, by_any_name, chosen_place, environment_view, given_environment, prompt_environment,
    prompt_environment_with,
};
pub(crate) use locate::{
    PlaceNeed, ProjectSource, environment_here, locate, project_here, project_source,
};

/// The name of the given or inferred project, whose source is reported; at a terminal, prompts for a missing
/// one.
pub(crate) async fn project(app: &App) -> Result<String, Error> {
    // A missing context is reported before a missing project.
    app.settings.chosen()?;
    match &app.settings.project {
        Some(project) => {
            report_source(app, "project", project);
            Ok(project.value.clone())
        }
        None if app.ui.can_prompt() => {
            app.unused_checkout()
                .iter()
                .for_each(|why| app.ui.note(why));
            Ok(pick::project(app).await?.name)
        }
        None => Err(Error::no_project().with_hints(app.unused_checkout())),
    }
}

/// Reports the source of an inferred value.
pub(crate) fn report_source(app: &App, what: &str, value: &Sourced<String>) {
    if value.source.is_inferred() {
        app.ui
            .note(&format!("{what} {} (from {})", value.value, value.source));
    }
}

/// Adds the role that Lagoon requires, and the user's own, to a refusal.
pub(crate) async fn explain_refusal(app: &App, error: Error, needs: PlaceNeed) -> Error {
    if error.kind != Kind::NotAllowed {
        return error;
    }
    let Ok(lagoon) = app.lagoon().await else {
        return error;
    };
    // Other commands are not about this project.
    let project = app.settings.project.as_ref();
    let project = project.filter(|_| needs != PlaceNeed::Nothing);
    membership::with_required_role(lagoon, error, project.map(|p| p.value.as_str())).await
}

/// The target of a change in words: `context · project/environment (production)`.
pub(crate) fn banner(app: &App, place: &str) -> Result<String, Error> {
    Ok(format!("{} · {place}", app.settings.context_label()?))
}
