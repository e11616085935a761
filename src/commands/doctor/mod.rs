//! `tasks doctor`: check the set-up and suggest fixes.

mod finding;
mod local;
mod place;
mod remote;

use clap::Args;

use crate::app::App;
use crate::commands::report::Answer;
use crate::error::Error;
use finding::Findings;

/// Find out what keeps tasks from working
///
/// Looks at the configuration and who can read it, the way to Lagoon, its certificate, the clock,
/// the sign-in, what this Lagoon can do and what it costs where it cannot, whether changes are
/// pushed, and the sandbox; also at the environment that -e names or the checkout leads to, and the
/// ssh portal of its cluster. Whatever is not as it should be comes with a fix. Nothing is changed,
/// and no token is shown.
///
/// The exit code is 0, or the first that applies of 7, 4, 2, 5, 1.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks doctor
  tasks doctor -l acme -p shop -e main
  tasks doctor -o json --jq '.[] | select(.state == \"problem\") | .fix'")]
pub(crate) struct DoctorArgs {}

/// Runs the command.
///
/// # Errors
/// When there is a problem; the findings are printed all the same.
pub(crate) async fn run(_args: DoctorArgs, app: &App) -> Result<(), Error> {
    let answer = Answer::plan(app)?;
    let mut found = local::configuration(app);
    found.extend(local::tokens(app));
    found.push(local::context(app));
    found.extend(place::checkout(app));
    if app.settings.chosen().is_ok() {
        found.extend(remote::all(app).await);
    }
    found.push(local::sandbox(app));
    let findings = Findings(found);
    answer.give(&findings)?;
    findings.verdict()
}
