//! The launch that repeats a run, with prompts for values that Lagoon does not keep.

use crate::app::App;
use crate::commands::input::values::Values;
use crate::commands::scope;
use crate::commands::select::prompt;
use crate::domain::place::view::EnvironmentView;
use crate::domain::task::quoting;
use crate::domain::{Definition, TaskRef, Work};
use crate::error::{Error, quoted_list};
use crate::ops::launch::Launch;
use crate::ops::launch::rerun::{self, RecordedRun, RerunSource};
use crate::terminal::Choice;

pub(super) struct PreparedRerun {
    pub launch: Launch,
    pub was_prompted: bool,
}

impl PreparedRerun {
    /// A launch with the recorded values.
    fn recorded(launch: Launch) -> PreparedRerun {
        PreparedRerun {
            launch,
            was_prompted: false,
        }
    }

    fn prompted(app: &App, launch: Launch) -> PreparedRerun {
        PreparedRerun {
            launch,
            was_prompted: app.ui.can_prompt(),
        }
    }
}

pub(super) async fn resolve(
    app: &App,
    past: &RecordedRun,
    view: &EnvironmentView,
    given: &Values,
    no_preflight: bool,
) -> Result<PreparedRerun, Error> {
    let task = |definition: &Definition, kept: &Values, given: &Values| {
        rerun::task(view, definition, kept, given, no_preflight)
    };
    match past.origin(view)? {
        RerunSource::OneOff if !given.is_empty() => Err(Error::usage(format!(
            "run {} was a one-off command, which takes no values",
            past.run.id
        ))),
        RerunSource::OneOff => {
            app.ui.note(&format!(
                "no task `{}` on {}; rerunning run {} as a one-off command",
                past.run.name,
                view.environment.label(),
                past.run.id
            ));
            let launch = past.as_command(view, no_preflight)?;
            Ok(PreparedRerun::recorded(launch))
        }
        RerunSource::Task(definition, kept) => {
            let launch = task(&definition, &kept, given)?;
            Ok(PreparedRerun::recorded(launch))
        }
        RerunSource::ValuesUnknown(definition) => {
            app.ui.note(&format!(
                "Lagoon does not store the values of image tasks; pass them again for `{}`",
                definition.name
            ));
            let values = request_values(app, past, view, &definition, given).await?;
            let launch = task(&definition, &Vec::new(), &values)?;
            Ok(PreparedRerun::prompted(app, launch))
        }
        RerunSource::Changed(definition) => {
            show_both(app, past, &definition);
            if wants_recorded_command(app, past, view, &definition)? {
                let launch = past.as_command(view, no_preflight)?;
                return Ok(PreparedRerun::prompted(app, launch));
            }
            let values = request_values(app, past, view, &definition, given).await?;
            let launch = task(&definition, &Vec::new(), &values)?;
            Ok(PreparedRerun::prompted(app, launch))
        }
    }
}

fn show_both(app: &App, past: &RecordedRun, definition: &Definition) {
    app.ui.note(&format!(
        "run {} executed:\n{}\n`{}` is now:\n{}",
        past.run.id,
        indented(past.command()),
        definition.name,
        indented(definition.work.text())
    ));
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// True if the user chooses the recorded command instead of the current task.
fn wants_recorded_command(
    app: &App,
    past: &RecordedRun,
    view: &EnvironmentView,
    definition: &Definition,
) -> Result<bool, Error> {
    let is_command = matches!(definition.work, Work::Command(_));
    if !app.ui.can_prompt() {
        let environment = &view.environment;
        let mut words = scope::line_start("invoke");
        words.push(TaskRef::spell(&definition.name));
        words.extend(["-p", &environment.project.name, "-e", &environment.name].map(str::to_owned));
        let line = quoting::suggestion(words);
        let values = match definition.arguments() {
            [] => "",
            _ => " -a NAME=VALUE",
        };
        return Err(Error::usage(format!(
            "run {} cannot be rerun as it was: `{}` has changed, or its values could not be \
             determined",
            past.run.id, definition.name
        ))
        .hint(format!("to run the current task: {line}{values}")));
    }
    let mut choices = vec![Choice::new("current task").note("prompts for its values")];
    if is_command {
        choices.push(Choice::new("recorded command").note("as a one-off command"));
    }
    let picked = app.ui.prompt().select("Rerun", &choices, None)?;
    Ok(picked == 1)
}

async fn request_values(
    app: &App,
    past: &RecordedRun,
    view: &EnvironmentView,
    definition: &Definition,
    given: &Values,
) -> Result<Values, Error> {
    let mut values = given.clone();
    if app.ui.can_prompt() {
        prompt::values(app, &view.environment, definition, &mut values, true).await?;
        return Ok(values);
    }
    let missing: Vec<&str> = definition
        .arguments()
        .iter()
        .map(|argument| argument.name.as_str())
        .filter(|name| !given.iter().any(|(given, _)| given == name))
        .collect();
    if missing.is_empty() {
        return Ok(values);
    }
    Err(Error::usage(format!(
        "Lagoon does not store the values of run {} of `{}`; missing: {}",
        past.run.id,
        definition.name,
        quoted_list(&missing)
    ))
    .hint("pass each value with -a NAME=VALUE"))
}
