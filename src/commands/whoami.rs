//! `tasks whoami`: show the signed-in user.

use clap::Args;

use crate::app::App;
use crate::commands::report::ResultPrinter;
use crate::commands::sign_in::identity;
use crate::error::Error;
use crate::settings::Target;

const EXAMPLES: &str = "\
Examples:
  # Show the user of the current context
  tasks whoami
  # Print only the email address
  tasks whoami -l acme --jq .email
  # Print the groups in which you are a maintainer
  tasks whoami --jq '.groupRoles[] | select(.role == \"MAINTAINER\") | .name'";

/// Show the signed-in user and their roles
///
/// Shows your roles in groups, your platform roles (Lagoon 2.24 and newer), and the expiry of the
/// token. A service token belongs to no user; the output says so.
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
    answer.print(&identity)
}
