//! `tasks doctor`: check the set-up and suggest fixes.

mod finding;
mod local;
mod place;
mod remote;

use clap::Args;

use crate::app::App;
use crate::commands::report::ResultPrinter;
use crate::error::Error;
use finding::Findings;

/// Check the setup and suggest fixes
///
/// Checks the configuration files and their permissions, the connection to Lagoon, its certificate,
/// the clock, the sign-in, the features of this Lagoon and the sandbox. With an environment (from -e
/// or the checkout), also checks that environment and the ssh portal of its cluster. Each problem
/// comes with a fix. Changes nothing and prints no token.
///
/// The exit code is 0 without problems, otherwise the first of 7, 4, 2, 5, 1 that applies.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Check the current context
  tasks doctor
  # Check another context, with an environment
  tasks doctor -l acme -p shop -e main
  # Print only the fixes
  tasks doctor -o json --jq '.[] | select(.state == \"problem\") | .fix'")]
pub(crate) struct DoctorArgs {}

/// Runs the command.
///
/// # Errors
/// When there is a problem; the findings are printed too.
pub(crate) async fn run(_args: DoctorArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan(app)?;
    let mut found = local::configuration(app);
    found.extend(local::tokens(app));
    found.push(local::context(app));
    found.extend(place::checkout(app));
    if app.settings.chosen().is_ok() {
        found.extend(remote::all(app).await);
    }
    found.extend(local::sandbox(app));
    let findings = Findings(found);
    answer.print(&findings)?;
    findings.verdict()
}
