//! `tasks whoami`: show the signed-in user.

use clap::Args;

use crate::app::App;
use crate::commands::report::ResultPrinter;
use crate::commands::sign_in::identity::{self, Identity};
use crate::error::Error;
use crate::ops;
use crate::settings::{Source, Sourced, Target};

const EXAMPLES: &str = "\
Examples:
  # Show the user of the current context
  tasks whoami
  # Show what you may do on a project
  tasks whoami -p shop
  # Print only the email address
  tasks whoami -l acme --jq .email
  # Print the groups in which you are a maintainer
  tasks whoami --jq '.groupRoles[] | select(.role == \"MAINTAINER\") | .name'";

/// Show the signed-in user and their roles
///
/// Shows your roles in groups and on their projects, your platform roles (Lagoon 2.24 and newer), and
/// the expiry of the token. With -p, also shows what your role allows on that project. A service token
/// belongs to no user; the output says so.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WhoamiArgs;

pub(crate) async fn run(_args: WhoamiArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan_with(app, &["id"])?;
    let identity = match app.token_source().await? {
        None => identity::in_sandbox(app).await?,
        Some(source) => {
            app.warn_of_stray_variables()?;
            let context = match &app.settings.chosen()?.target.value {
                Target::Context(context) => Some(context),
                _ => None,
            };
            identity::of(source, context, app).await?
        }
    };
    let (is_user, names_project) = (identity.is_user(), named_project(app).is_some());
    answer.print(&with_access(identity, app).await?)?;
    if is_user && !names_project && answer.is_for_people() {
        app.ui
            .hint("to see what you may do on a project: tasks whoami -p PROJECT");
    }
    Ok(())
}

fn named_project(app: &App) -> Option<&Sourced<String>> {
    let project = app.settings.project.as_ref();
    project.filter(|p| matches!(p.source, Source::Flag(_) | Source::Variable(_)))
}

/// Adds the roles on projects. They are an error only if a project is named.
async fn with_access(identity: Identity, app: &App) -> Result<Identity, Error> {
    let named = named_project(app);
    if !identity.is_user() {
        if named.is_some() {
            app.ui
                .note("the token of a service has no role on a project");
        }
        return Ok(identity);
    }
    let project = named.map(|project| project.value.as_str());
    match ops::identity::access(app.lagoon().await?, project).await {
        Ok(access) => Ok(identity.with(access)),
        Err(error) if project.is_some() => Err(error),
        Err(error) => {
            app.ui
                .warn(&format!("could not read your roles on projects: {error}"));
            Ok(identity)
        }
    }
}
