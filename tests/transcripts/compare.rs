//! Two answers, with what differs from server to server masked.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

/// The strictness of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strictness {
    /// All of it.
    Whole,
    /// All but ids: the step makes something.
    AnyId,
}

/// The compared parts of a reply: for the refusal of an invalid request, the presence of `data` and
/// `errors` only. The flag says that this is such a refusal.
pub(super) fn compared(status: u64, reply: &Value, strictness: Strictness) -> (Value, bool) {
    match reply {
        // The wording of a 401 is compared: it depends on the token, not on the request.
        _ if status == 401 => (mask(reply, false), false),
        Value::Object(fields) if fields.contains_key("errors") && !fields.contains_key("data") => {
            (json!({"errors": "<refusal>"}), true)
        }
        Value::Array(items) => {
            let items = items.iter().map(|item| compared(status, item, strictness));
            let (items, refused): (Vec<_>, Vec<_>) = items.unzip();
            (Value::Array(items), refused.contains(&true))
        }
        Value::String(_) if status >= 400 => (json!("<refusal>"), true),
        _ => (mask(reply, strictness == Strictness::AnyId), false),
    }
}

fn mask(value: &Value, any_id: bool) -> Value {
    match value {
        Value::String(text) => Value::from(mask_text(text)),
        Value::Array(items) => items.iter().map(|item| mask(item, any_id)).collect(),
        Value::Object(fields) => {
            let mut masked = Map::new();
            for (name, value) in fields {
                let value = match name.as_str() {
                    "id" if any_id && value.is_number() => Value::from("<id>"),
                    // The recorded server was nearly empty: it kept the order of insertion.
                    "advancedTaskDefinitionArguments" => in_one_order(mask(value, any_id)),
                    _ => mask(value, any_id),
                };
                masked.insert(name.clone(), value);
            }
            sorted(masked)
        }
        other => other.clone(),
    }
}

/// A list that the server returns in no particular order.
fn in_one_order(mut list: Value) -> Value {
    if let Value::Array(items) = &mut list {
        items.sort_by_key(Value::to_string);
    }
    list
}

fn sorted(fields: Map<String, Value>) -> Value {
    let mut fields: Vec<_> = fields.into_iter().collect();
    fields.sort_by(|a, b| a.0.cmp(&b.0));
    Value::Object(fields.into_iter().collect())
}

/// Parts that differ from server to server, and their placeholders.
static MASKS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let masks = [
        (r"^[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d$", "<time>"),
        (r"lagoon-task-[a-z0-9]+", "<task>"),
        (r"\(conn:\d+", "(conn:<n>"),
        (
            r"iat \d+ is issued before \d+",
            "iat <n> is issued before <n>",
        ),
        // The statement in an error of the database.
        (r"(?s)\nsql: .*", "\nsql: <statement>"),
    ];
    let compiled = masks.map(|(pattern, with)| (Regex::new(pattern).unwrap(), with));
    compiled.into_iter().collect()
});

fn mask_text(text: &str) -> String {
    MASKS.iter().fold(text.to_owned(), |text, (pattern, with)| {
        pattern.replace_all(&text, *with).into_owned()
    })
}
