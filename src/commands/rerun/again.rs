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
use crate::ops::launch::rerun::{self, Origin, Past};
use crate::terminal::Choice;

pub(super) async fn resolve(
    app: &App,
    past: &Past,
    view: &EnvironmentView,
    given: &Values,
    no_preflight: bool,
) -> Result<Launch, Error> {
    let task = |definition: &Definition, kept: &Values, given: &Values| {
        rerun::task(view, definition, kept, given, no_preflight)
    };
    match past.origin(view)? {
        Origin::OneOff if !given.is_empty() => Err(Error::usage(format!(
            "run {} was a command of its own: it takes no values",
            past.run.id
        ))),
        Origin::OneOff => {
            app.ui.note(&format!(
                "there is no task `{}` on {}: run {} is run again as a command of its own",
                past.run.name,
                view.environment.label(),
                past.run.id
            ));
            past.as_command(view, no_preflight)
        }
        Origin::Task(definition, kept) => task(&definition, &kept, given),
        Origin::ValuesUnknown(definition) => {
            app.ui.note(&format!(
                "Lagoon does not keep the values of an image's run: `{}` needs them again",
                definition.name
            ));
            let values = request_values(app, past, view, &definition, given).await?;
            task(&definition, &Vec::new(), &values)
        }
        Origin::Changed(definition) => {
            show_both(app, past, &definition);
            if wants_recorded_command(app, past, view, &definition)? {
                return past.as_command(view, no_preflight);
            }
            let values = request_values(app, past, view, &definition, given).await?;
            task(&definition, &Vec::new(), &values)
        }
    }
}

fn show_both(app: &App, past: &Past, definition: &Definition) {
    let now = match &definition.work {
        Work::Command(command) => command,
        Work::Image(image) => image,
        Work::Unknown(word) => word,
    };
    app.ui.note(&format!(
        "run {} ran:\n{}\n`{}` is now:\n{}",
        past.run.id,
        indented(past.command()),
        definition.name,
        indented(now)
    ));
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// Whether the user chooses the recorded command, and not the task as it is now.
fn wants_recorded_command(
    app: &App,
    past: &Past,
    view: &EnvironmentView,
    definition: &Definition,
) -> Result<bool, Error> {
    let is_command = matches!(definition.work, Work::Command(_));
    if !app.ui.can_prompt() {
        let environment = &view.environment;
        let mut words = scope::line_start(app, "invoke");
        words.push(TaskRef::spell(&definition.name));
        words.extend(["-p", &environment.project.name, "-e", &environment.name].map(str::to_owned));
        let line = quoting::suggestion(words);
        return Err(Error::usage(format!(
            "run {} cannot be repeated by itself: `{}` is another task by now, or its values \
             cannot be read back",
            past.run.id, definition.name
        ))
        .hint(format!(
            "the task as it is now, with values: {line} -a NAME=VALUE"
        )));
    }
    let mut choices = vec![Choice::new("the task as it is now").note("values are asked for")];
    if is_command {
        choices.push(Choice::new("the command as it was").note("as a command of its own"));
    }
    let picked = app.ui.prompt().select("Start", &choices, None)?;
    Ok(picked == 1)
}

async fn request_values(
    app: &App,
    past: &Past,
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
        "run {} of `{}` had values that Lagoon does not keep: {} must be given again",
        past.run.id,
        definition.name,
        quoted_list(&missing)
    ))
    .hint("give each with -a NAME=VALUE"))
}
