//! Showing and confirming launches before they start.

use std::collections::BTreeSet;

use crate::app::{App, ExecutedWork};
use crate::commands::scope::banner;
use crate::domain::Work;
use crate::domain::task::quoting;
use crate::error::Error;
use crate::error::messages::counted;
use crate::ops::launch::{Launch, Subject};

/// The longest value in a list of launches, in characters.
const LONGEST: usize = 60;

/// Has one launch confirmed: its confirmation text, a command in production, and that it is executed
/// on this machine. `raw` is for values that are a part of the program; `banner` names the target.
pub(super) fn confirm_one(
    app: &App,
    launch: &Launch,
    raw: bool,
    banner: &str,
) -> Result<(), Error> {
    for question in questions(launch, banner) {
        app.confirm(&question)?;
    }
    match executed_work(launch, program(launch, raw).as_deref()) {
        Some(executes) => app.confirm_execution(executes),
        None => Ok(()),
    }
}

/// The confirmation text, and a command in production.
fn questions(launch: &Launch, banner: &str) -> Vec<String> {
    let mut questions: Vec<String> = launch.confirmation().into_iter().collect();
    if matches!(launch.subject, Subject::Command(_)) && launch.place.is_production() {
        let command = launch.shown();
        questions.push(format!("{banner}: run `{command}` in production?"));
    }
    questions
}

/// The questions before one launch, for an interface that asks them itself.
#[cfg(feature = "ui")]
pub(crate) fn questions_before(app: &App, launch: &Launch) -> Result<Vec<String>, Error> {
    let banner = banner(app, &launch.place.label())?;
    let mut all = questions(launch, &banner);
    let program = program(launch, false);
    if let Some(executes) = executed_work(launch, program.as_deref()) {
        all.extend(app.execution_question(executes)?);
    }
    Ok(all)
}

/// Records that the questions were answered with yes.
#[cfg(feature = "ui")]
pub(crate) fn agree(app: &App, launch: &Launch) -> Result<(), Error> {
    let program = program(launch, false);
    match executed_work(launch, program.as_deref()) {
        Some(executes) => app.agree_to_execution(executes),
        None => Ok(()),
    }
}

/// Shows all launches and has them confirmed with one question: that there are several, each
/// confirmation text, and what is executed on this machine.
pub(super) fn confirm_all(app: &App, all: &[Launch], raw: bool) -> Result<(), Error> {
    show(app, all)?;
    let mut texts: Vec<String> = Vec::new();
    for text in all.iter().filter_map(Launch::confirmation) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.push(summary(all));
    let programs = all.iter().map(|launch| program(launch, raw));
    let programs: Vec<Option<String>> = programs.collect();
    let executes: Vec<ExecutedWork<'_>> = all
        .iter()
        .zip(&programs)
        .filter_map(|(launch, program)| executed_work(launch, program.as_deref()))
        .collect();
    app.confirm_with_execution(&texts.join("\n"), &executes)
}

/// The program that the sandbox executes, unless it is that of the task.
fn program(launch: &Launch, raw: bool) -> Option<String> {
    let is_other = raw || launch.definition().is_none();
    is_other.then(|| launch.shown())
}

fn executed_work<'a>(launch: &'a Launch, program: Option<&'a str>) -> Option<ExecutedWork<'a>> {
    let command = match &launch.subject {
        Subject::Command(_) => program?,
        Subject::Task(definition, _) => match &definition.work {
            Work::Command(command) => program.unwrap_or(command),
            Work::Image(image) => return Some(ExecutedWork::Image(image)),
        },
    };
    let service = launch.service().unwrap_or_default();
    Some(ExecutedWork::Command { command, service })
}

fn show(app: &App, all: &[Launch]) -> Result<(), Error> {
    let Some(first) = all.first() else {
        return Ok(());
    };
    let one_name = all.iter().all(|launch| launch.name() == first.name());
    let one_set = all.iter().all(|launch| launch.values() == first.values());
    let what = if one_name && is_one_each(all) {
        format!(
            "`{}` on {}",
            first.name(),
            counted(all.len(), "environment")
        )
    } else if one_name {
        format!("`{}`, {} runs", first.name(), all.len())
    } else {
        format!("{} runs", all.len())
    };
    let mut lines = banner(app, &format!("{what}:"))?;
    for launch in all {
        lines.push_str(&format!("\n  {}", launch.place.label()));
        if !one_name {
            lines.push_str(&format!(": {}", launch.name()));
            if matches!(launch.subject, Subject::Command(_)) {
                lines.push_str(&format!(" ({})", short(&launch.shown())));
            }
        }
        if !one_set {
            let values = launch.values().iter();
            let words = values.map(|(name, value)| short(&format!("{name}={value}")));
            lines.push_str(&format!("  {}", quoting::suggestion(words)));
        }
    }
    app.ui.note(&lines);
    if let (Subject::Command(_), true) = (&first.subject, one_name) {
        app.ui.note(&format!("command: {}", first.shown()));
    }
    let definitions = all
        .iter()
        .filter_map(|launch| Some(launch.definition()?.id));
    let definitions: BTreeSet<i64> = definitions.collect();
    if one_name && definitions.len() > 1 {
        app.ui.note(&format!(
            "{} different tasks have that name in these environments; --dry-run shows them",
            definitions.len()
        ));
    }
    Ok(())
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn summary(all: &[Launch]) -> String {
    let production = all
        .iter()
        .filter(|launch| launch.place.is_production())
        .count();
    let mark = match production {
        0 => String::new(),
        1 if all.len() == 1 => ", production".to_owned(),
        many if many == all.len() => ", all of them production".to_owned(),
        many => format!(", {many} of them production"),
    };
    let one_name = all.iter().all(|launch| launch.name() == all[0].name());
    match (one_name && is_one_each(all), all.len()) {
        (true, many) => format!("Start it on {}{mark}?", counted(many, "environment")),
        (false, many) => format!("Start these {many} runs{mark}?"),
    }
}

fn is_one_each(all: &[Launch]) -> bool {
    let distinct: BTreeSet<i64> = all.iter().map(|launch| launch.place.id).collect();
    distinct.len() == all.len()
}
