//! Values as graphql-js writes them into its messages.

use serde_json::Value;

/// A value, two levels deep.
pub(super) fn inspect(value: &Value) -> String {
    at_depth(value, 0)
}

fn at_depth(value: &Value, depth: usize) -> String {
    match value {
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(_) if depth > 2 => "[Array]".to_owned(),
        Value::Array(items) => {
            let mut shown: Vec<_> = items
                .iter()
                .take(10)
                .map(|item| at_depth(item, depth + 1))
                .collect();
            match items.len().saturating_sub(10) {
                0 => {}
                1 => shown.push("... 1 more item".to_owned()),
                more => shown.push(format!("... {more} more items")),
            }
            format!("[{}]", shown.join(", "))
        }
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(_) if depth > 2 => "[Object]".to_owned(),
        Value::Object(fields) => {
            let shown: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", at_depth(value, depth + 1)))
                .collect();
            format!("{{ {} }}", shown.join(", "))
        }
        other => other.to_string(),
    }
}

/// The end of a message that suggests what may have been meant.
pub(super) fn did_you_mean(what: &str, word: &str, known: &[String]) -> String {
    let near = near(word, known);
    if near.is_empty() {
        return String::new();
    }
    format!(" Did you mean {what}{}?", listed(&near))
}

/// Names as a choice, five at most: `"a", "b", or "c"`.
pub(super) fn listed(names: &[String]) -> String {
    let names: Vec<_> = names
        .iter()
        .take(5)
        .map(|name| format!("\"{name}\""))
        .collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} or {two}"),
        [some @ .., last] => format!("{}, or {last}", some.join(", ")),
    }
}

fn near(word: &str, known: &[String]) -> Vec<String> {
    let threshold = word.chars().count() * 2 / 5 + 1;
    let lower = word.to_lowercase();
    let mut found: Vec<_> = known
        .iter()
        .filter_map(|name| {
            let distance = match () {
                () if name == word => 0,
                () if name.to_lowercase() == lower => 1,
                () => strsim::osa_distance(&lower, &name.to_lowercase()),
            };
            (distance <= threshold).then(|| (distance, name.clone()))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_look_like_javascript() {
        let value = json!({"environment": 101, "service": "cli", "deep": {"a": {"b": {"c": 1}}}});
        let shown = r#"{ environment: 101, service: "cli", deep: { a: { b: [Object] } } }"#;
        assert_eq!(inspect(&value), shown);
    }

    #[test]
    fn near_words_are_suggested_by_distance() {
        let known = ["PENDING", "RUNNING", "FAILED"].map(str::to_owned);
        assert_eq!(
            did_you_mean("the enum value ", "running", &known),
            " Did you mean the enum value \"RUNNING\" or \"PENDING\"?"
        );
    }
}
