//! `tasks whoami`: show the signed-in user.

use clap::Args;

use crate::app::App;
use crate::commands::report::Answer;
use crate::commands::sign_in::identity;
use crate::error::Error;
use crate::settings::Target;

const EXAMPLES: &str = "\
Examples:
  tasks whoami
  tasks whoami -l acme --jq .email
  tasks whoami --jq '.groupRoles[] | select(.role == \"MAINTAINER\") | .name'";

/// Show who is signed in, with which roles, and for how long
///
/// The roles are those in your groups and, on Lagoon 2.24 and newer, your platform roles. A service's token belongs to no user; the output says so.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WhoamiArgs;

pub(crate) async fn run(_args: WhoamiArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan_with(app, &["id"])?;
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
    answer.give(&identity)
}
