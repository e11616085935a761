//! Limits of Lagoon's database on texts.

/// Lagoon's limits, in characters unless the name says bytes (seen on Lagoon 2.33.1).
pub(crate) mod limit {
    /// A run gets the name of its task.
    pub(crate) const RUN_NAME: usize = 100;
    /// A command with its argument values in front.
    pub(crate) const COMMAND_BYTES: usize = 65_535;
}

/// A JSON text or number as trimmed text; `None` if it is empty.
#[cfg(feature = "cli")]
pub(crate) fn scalar(value: &serde_json::Value) -> Option<String> {
    let text = match value {
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The predicate of a sentence about a text that is too long.
pub(crate) fn too_long(length: usize, unit: &str, most: usize) -> String {
    format!("has {length} {unit}; at most {most} are allowed")
}

/// Lagoon's database refuses NUL and characters of four bytes, such as emoji. The error is a
/// sentence.
pub(crate) fn storable(text: &str) -> Result<(), String> {
    for c in text.chars() {
        if c == '\0' {
            return Err("it contains a NUL byte".to_owned());
        }
        if c.len_utf8() > 3 {
            return Err(format!(
                "it contains `{c}` (U+{:04X}); Lagoon's database cannot store 4-byte characters",
                u32::from(c)
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_and_nul_are_refused() {
        assert!(storable("Grüße, 日本").is_ok());
        assert!(storable("🚀").is_err_and(|why| why.contains("U+1F680")));
        assert!(storable("a\0b").is_err());
    }
}
