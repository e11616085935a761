//! Differences between two definitions of one task.

use crate::domain::task::argument::{Argument, by_name};
use crate::domain::task::definition::{Definition, Work};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub field: &'static str,
    pub have: String,
    pub want: String,
}

/// The fields in which Lagoon's definition differs from the new one. Ids, times, scope, ranges and
/// the order of arguments are not compared.
pub fn differences(have: &Definition, want: &Definition) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |field, have: String, want: String| {
        if have != want {
            found.push(Difference { field, have, want });
        }
    };
    compare("name", have.name.clone(), want.name.clone());
    compare(
        "kind",
        have.work.word().to_owned(),
        want.work.word().to_owned(),
    );
    compare(
        "description",
        have.description.clone(),
        want.description.clone(),
    );
    if have.work.word() == want.work.word() {
        let field = if matches!(want.work, Work::Image(_)) {
            "image"
        } else {
            "command"
        };
        compare(field, content(&have.work), content(&want.work));
    }
    compare("service", text(&have.service), text(&want.service));
    compare(
        "permission",
        have.permission.word().to_owned(),
        want.permission.word().to_owned(),
    );
    compare(
        "confirmation text",
        text(&have.confirmation_text),
        text(&want.confirmation_text),
    );
    let yes_no = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    compare(
        "deploy token injection",
        yes_no(have.deploy_token_injection),
        yes_no(want.deploy_token_injection),
    );
    compare(
        "project key injection",
        yes_no(have.project_key_injection),
        yes_no(want.project_key_injection),
    );
    compare(
        "admin only",
        yes_no(have.admin_only_view),
        yes_no(want.admin_only_view),
    );
    compare(
        "arguments",
        arguments(have.arguments()),
        arguments(want.arguments()),
    );
    found
}

fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

fn content(work: &Work) -> String {
    match work {
        Work::Command(text) | Work::Image(text) => text.clone(),
        Work::Unknown(_) => String::new(),
    }
}

fn arguments(all: &[Argument]) -> String {
    let all: Vec<String> = by_name(all).into_iter().map(one_argument).collect();
    all.join(", ")
}

/// An argument in the form of `--arg`, followed by its default.
fn one_argument(argument: &Argument) -> String {
    let default = argument
        .default
        .as_ref()
        .map(|d| format!(" = {d:?}"))
        .unwrap_or_default();
    format!("{}{default}", spelled(argument))
}

/// An argument in the form of `--arg`: `NAME[?]:TYPE[:Display name]`.
pub fn spelled(argument: &Argument) -> String {
    let optional = if argument.optional { "?" } else { "" };
    let display = argument
        .display_name
        .as_ref()
        .map(|n| format!(":{n}"))
        .unwrap_or_default();
    format!(
        "{}{optional}:{}{display}",
        argument.name,
        argument.kind.short()
    )
}
