//! `tasks logout`: remove stored tokens.

use clap::Args;
use serde_json::json;

use crate::app::{App, SignOut};
use crate::commands::report::{PreparedReport, ResultPrinter};
use crate::config::Origin;
use crate::error::Error;
use crate::output::{Column, Grid};
use crate::settings::{Target, TokenOrigin};

const EXAMPLES: &str = "\
Examples:
  # Sign out of the current context
  tasks logout
  # Sign out of another context
  tasks logout -l acme
  # Sign out of all contexts
  tasks logout --all";

/// Sign out of a Lagoon
///
/// Deletes the stored tokens of the context and ends a browser session at the Lagoon's Keycloak, so
/// that another user can sign in. The context and the `lagoon` CLI's file are not changed. A copy of
/// a token remains valid until it expires.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LogoutArgs {
    /// Sign out of all Lagoons
    #[arg(long)]
    all: bool,
}

impl LogoutArgs {
    pub(crate) fn needs_context(&self) -> bool {
        !self.all
    }
}

pub(crate) async fn run(args: LogoutArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan_with(app, &[])?;
    let (context, count) = if args.all {
        (None, app.sign_out(SignOut::All).await?)
    } else {
        let chosen = app.settings.chosen()?;
        match &chosen.target.value {
            Target::Sandbox => {
                return Err(Error::usage(
                    "the sandbox requires no sign-in, so it has no token",
                ));
            }
            Target::Context(context) => {
                if context.origin == Origin::LagoonCli {
                    app.ui.note(&format!(
                        "the token of the `lagoon` CLI for `{}` remains; `tasks` never changes its file",
                        context.name
                    ));
                }
                let count = app.sign_out(SignOut::Context(&context.name)).await?;
                (Some(context.name.to_string()), count)
            }
            Target::Address(url) => (None, app.sign_out(SignOut::Address(url)).await?),
        }
    };
    let is_set = app
        .settings
        .chosen()
        .is_ok_and(|chosen| matches!(chosen.token, TokenOrigin::Variable(_)));
    if is_set {
        app.ui.warn("TASKS_TOKEN is still set and remains in use");
    }
    app.ui.note(match count {
        0 => "no token was stored",
        1 => "removed the stored token",
        _ => "removed the stored tokens",
    });
    let value = json!({"context": context, "removed": count});
    let grid = Grid::new(["context", "removed"].map(Column::new));
    let grid = grid.with([context.into(), count.to_string().into()]);
    answer.print(&PreparedReport::new(value, grid))
}
