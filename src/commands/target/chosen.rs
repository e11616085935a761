//! Where something is to be started: said, or asked for at a terminal.

use crate::app::App;
use crate::domain::Environment;
use crate::error::Error;
use crate::ops::place;
use crate::settings::Deciding;
use crate::ui::Choice;

/// The names of project and environment. What only looks needs less to be said.
///
/// # Errors
/// Wrong use when what decides was not said and nobody can be asked; interrupted; nothing to
/// choose from, or any failure of the look-ups.
pub async fn chosen_place(app: &App, only_looks: bool) -> Result<(String, String), Error> {
    if app.ui.can_prompt() && app.settings.environment.is_none() {
        return asked(app).await;
    }
    if !only_looks {
        app.require_said(&[Deciding::Context, Deciding::Project, Deciding::Environment])?;
    }
    let project = super::project(app)?;
    super::say_source(app, "project", project);
    Ok((
        project.value.clone(),
        super::environment(app)?.value.clone(),
    ))
}

async fn asked(app: &App) -> Result<(String, String), Error> {
    let prompt = app.ui.prompt();
    let project = match &app.settings.project {
        Some(project) => project.value.clone(),
        None => {
            let projects = app.lagoon().await?.all_projects().await?;
            let choices: Vec<Choice> = projects.iter().map(|p| Choice::new(&p.name)).collect();
            if choices.is_empty() {
                return Err(Error::not_found("there are no projects that you can see"));
            }
            projects[prompt.select("Project", &choices, None)?]
                .name
                .clone()
        }
    };
    let (found, environments) = place::project(app.lagoon().await?, &project).await?;
    if environments.is_empty() {
        return Err(Error::not_found(format!(
            "the project `{}` has no environments",
            found.name
        )));
    }
    let choices: Vec<Choice> = environments.iter().map(environment_choice).collect();
    let picked = prompt.select("Environment", &choices, None)?;
    Ok((found.name, environments[picked].name.clone()))
}

/// An environment in a list to choose from, production marked.
#[must_use]
pub fn environment_choice(environment: &Environment) -> Choice {
    let choice = Choice::new(&environment.name);
    if environment.is_production() {
        choice.note("production")
    } else {
        choice
    }
}
