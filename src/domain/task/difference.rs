//! Differences between two definitions of one task.

use crate::domain::task::argument::Argument;
use crate::domain::task::definition::{Definition, Work};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub field: &'static str,
    pub have: String,
    pub want: String,
}

impl Difference {
    /// The content of a task that is replaced by one of another type.
    pub(crate) fn removed(work: &Work) -> Difference {
        let (field, have) = (content_field(work), work.text().to_owned());
        Difference {
            field,
            have,
            want: String::new(),
        }
    }

    /// The content of a task that replaces one of another type.
    pub(crate) fn added(work: &Work) -> Difference {
        let (field, want) = (content_field(work), work.text().to_owned());
        Difference {
            field,
            have: String::new(),
            want,
        }
    }

    /// The field's name for people.
    pub(crate) fn label(&self) -> &'static str {
        match self.field {
            "kind" => "type",
            field => field,
        }
    }

    /// Both values for people, who write permissions and types in lower case.
    pub(crate) fn values(&self) -> [String; 2] {
        let values = [&self.have, &self.want];
        match self.field {
            "permission" | "kind" => values.map(|value| value.to_lowercase()),
            _ => values.map(Clone::clone),
        }
    }
}

/// Ignores ids, times, scope, ranges and the order of arguments.
pub(crate) fn differences(have: &Definition, want: &Definition) -> Vec<Difference> {
    let is_same_kind = have.work.word() == want.work.word();
    let pairs = fields(have).into_iter().zip(fields(want));
    pairs
        .filter(|((_, have), (field, want))| {
            have != want && (is_same_kind || !matches!(*field, "command" | "image"))
        })
        .map(|((_, have), (field, want))| Difference { field, have, want })
        .collect()
}

fn content_field(work: &Work) -> &'static str {
    match work {
        Work::Command(_) => "command",
        Work::Image(_) => "image",
    }
}

fn fields(definition: &Definition) -> [(&'static str, String); 11] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let yes_no = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let work = content_field(&definition.work);
    [
        ("name", definition.name.clone()),
        ("kind", definition.work.word().to_owned()),
        ("description", definition.description.clone()),
        (work, definition.work.text().to_owned()),
        ("service", text(&definition.service)),
        ("permission", definition.permission.word().to_owned()),
        ("confirmation text", text(&definition.confirmation_text)),
        (
            "deploy token injection",
            yes_no(definition.deploy_token_injection),
        ),
        (
            "project key injection",
            yes_no(definition.project_key_injection),
        ),
        ("admin only", yes_no(definition.admin_only_view)),
        ("arguments", arguments(definition)),
    ]
}

fn arguments(definition: &Definition) -> String {
    let arguments = definition.arguments_by_name().into_iter();
    let spelled = arguments.map(|argument| match &argument.default {
        Some(default) => format!("{} = {default:?}", spelled(argument)),
        None => spelled(argument),
    });
    spelled.collect::<Vec<_>>().join(", ")
}

/// An argument in the form of `--arg`: `NAME[?]:TYPE[:Display name]`.
pub fn spelled(argument: &Argument) -> String {
    let optional = if argument.optional { "?" } else { "" };
    let kind = argument.kind.short();
    let mut text = format!("{}{optional}:{kind}", argument.name);
    if let Some(display_name) = &argument.display_name {
        text.push(':');
        text.push_str(display_name);
    }
    text
}
