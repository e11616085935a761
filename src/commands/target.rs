//! What the commands share: the place that is meant, and the reports that several of them give.

mod answer;
pub mod arguments;
pub mod bulk;
mod changes;
mod chosen;
mod files;
mod found;
mod given;
pub mod identity;
mod interrupted;
mod json;
pub mod lagoon;
mod last;
pub mod launch;
mod live;
mod locate;
mod log;
pub mod pick;
mod place;
mod plan;
mod planned;
mod reference;
mod run;
mod runs;
pub mod several;
mod targets_file;
mod task;
pub mod text;
mod together;
mod trouble;
pub mod values;
mod waiting;
mod watch;
mod words;

use crate::app::App;
use crate::error::Error;
use crate::settings::Sourced;

pub use answer::Answer;
pub use changes::render;
pub use chosen::{asked_environment, branch, chosen_place, environment_choice, said_environment};
pub use files::{Files, refuse_own_secrets};
pub use found::{Found, give_runs};
pub use given::given_token;
pub use interrupted::unless_interrupted;
pub use json::{located, object};
pub use last::remember;
pub use live::LiveFlags;
pub use locate::{Clue, Wants, clue, environment_here, locate, project_here};
pub use log::LogOut;
pub use place::{
    completed, line_start, named_scope, named_target, not_here, provisional, scope_wants,
};
pub use plan::{PlanReport, summary};
pub use planned::{Permits, planned};
pub use reference::{OneRun, RunArgs};
pub use run::{Linked, RunReport, Style, moment_of, run_value, style};
pub use runs::RunsReport;
pub use task::Task;
pub use trouble::Trouble;
pub use waiting::{OnInterrupt, WaitFlags};
pub use watch::{Lines, Watch, unknown_cancel};
pub use words::{KindWord, PermissionWord, ScopeWord, given, spelled};

/// The project that is meant.
///
/// # Errors
/// Wrong use when none is.
pub fn project(app: &App) -> Result<&Sourced<String>, Error> {
    // Without a Lagoon a project means nothing: that is the first thing to say.
    app.settings.chosen()?;
    app.settings.project.as_ref().ok_or_else(|| {
        let error = Error::usage("which project? None was named")
            .hint("add -p PROJECT, or set TASKS_PROJECT; those you can see: tasks projects");
        let notes = app.checkout().notes.iter();
        notes.fold(error, Error::hint)
    })
}

/// Says on stderr where a value came from that the line did not name.
pub fn say_source(app: &App, what: &str, value: &Sourced<String>) {
    if value.source.is_inferred() {
        app.ui
            .note(&format!("{what} {} (from {})", value.value, value.source));
    }
}

/// Where a change goes, in words: `context · project/environment (production)`.
///
/// # Errors
/// When no Lagoon is meant.
pub fn banner(app: &App, place: &str) -> Result<String, Error> {
    Ok(format!("{} · {place}", app.settings.context_label()?))
}
