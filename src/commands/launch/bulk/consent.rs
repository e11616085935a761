//! What is to be started on several environments, shown and confirmed once.

use std::collections::BTreeSet;

use crate::app::{App, Executes};
use crate::commands::scope::banner;
use crate::domain::{Work, quoting};
use crate::error::Error;
use crate::ops::launch::ready::Ready;

/// A value in a list of many is cut here.
const LONGEST: usize = 60;

/// Shows what is to be started where, and has it confirmed: that there are several, each
/// confirmation text, and what is executed on this machine. `raw` is for values that are a part of
/// the program.
///
/// # Errors
/// Wrong use when it is declined, or there is nobody to ask.
pub fn confirm(app: &App, all: &[Ready], raw: bool) -> Result<(), Error> {
    show(app, all)?;
    let mut question = String::new();
    for text in texts(all) {
        question.push_str(&format!("{text}\n"));
    }
    question.push_str(&summary(all));
    let recorded: Vec<String> = all
        .iter()
        .map(|ready| match ready {
            Ready::Task(ready) if raw => ready.recorded(),
            _ => String::new(),
        })
        .collect();
    let executes: Vec<Executes<'_>> = all
        .iter()
        .zip(&recorded)
        .filter_map(|(ready, recorded)| match ready {
            Ready::OneOff(ready) => Some(Executes::Command(&ready.one_off.command)),
            Ready::Task(ready) => match &ready.definition.work {
                Work::Command(_) if raw => Some(Executes::Command(recorded)),
                Work::Command(command) => Some(Executes::Command(command)),
                Work::Image(image) => Some(Executes::Image(image)),
                Work::Unknown(_) => None,
            },
        })
        .collect();
    app.confirm_with_execution(&question, &executes)
}

fn show(app: &App, all: &[Ready]) -> Result<(), Error> {
    let Some(first) = all.first() else {
        return Ok(());
    };
    let one_name = all.iter().all(|ready| ready.name() == first.name());
    let one_set = all.iter().all(|ready| ready.values() == first.values());
    let what = if one_name && is_one_each(all) {
        format!("`{}` on {}", first.name(), environments(all.len()))
    } else if one_name {
        format!("`{}`, {} runs", first.name(), all.len())
    } else {
        format!("{} runs", all.len())
    };
    let mut lines = banner(app, &format!("{what}:"))?;
    for ready in all {
        lines.push_str(&format!("\n  {}", ready.environment().label()));
        if !one_name {
            lines.push_str(&format!(": {}", ready.name()));
            if let Ready::OneOff(ready) = ready {
                lines.push_str(&format!(" ({})", short(&ready.one_off.command)));
            }
        }
        if !one_set {
            let values = ready.values().iter();
            let words = values.map(|(name, value)| short(&format!("{name}={value}")));
            lines.push_str(&format!("  {}", quoting::suggestion(words)));
        }
    }
    app.ui.note(&lines);
    if let (Ready::OneOff(first), true) = (first, one_name) {
        app.ui.note(&format!("it runs: {}", first.one_off.command));
    }
    let definitions: BTreeSet<i64> = all
        .iter()
        .filter_map(|ready| match ready {
            Ready::Task(ready) => Some(ready.definition.id),
            Ready::OneOff(_) => None,
        })
        .collect();
    if one_name && definitions.len() > 1 {
        app.ui.note(&format!(
            "there are {} tasks of that name, each environment has its own; --dry-run shows them",
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

/// Each confirmation text once.
fn texts(all: &[Ready]) -> Vec<String> {
    let mut texts = Vec::new();
    for ready in all {
        if let Ready::Task(ready) = ready
            && let Some(text) = ready.definition.confirmation()
        {
            let text = format!("{}: {text}", ready.definition.name);
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    texts
}

fn summary(all: &[Ready]) -> String {
    let production = all
        .iter()
        .filter(|ready| ready.environment().is_production())
        .count();
    let mark = match production {
        0 => String::new(),
        1 if all.len() == 1 => ", production".to_owned(),
        many if many == all.len() => ", all of them production".to_owned(),
        many => format!(", {many} of them production"),
    };
    let one_name = all.iter().all(|ready| ready.name() == all[0].name());
    match (one_name && is_one_each(all), all.len()) {
        (true, many) => format!("Start it on {}{mark}?", environments(many)),
        (false, many) => format!("Start these {many} runs{mark}?"),
    }
}

/// Whether no environment is there twice.
fn is_one_each(all: &[Ready]) -> bool {
    let distinct: BTreeSet<i64> = all.iter().map(|ready| ready.environment().id).collect();
    distinct.len() == all.len()
}

fn environments(count: usize) -> String {
    match count {
        1 => "1 environment".to_owned(),
        many => format!("{many} environments"),
    }
}
