//! What Lagoon's database takes as text.

/// Lagoon's limits. Characters, but bytes where it says so (seen on Lagoon 2.33.1).
pub mod limit {
    /// A task's name, in characters.
    pub const NAME: usize = 300;
    /// The name of a run, which is its task's, in characters.
    pub const RUN_NAME: usize = 100;
    /// A service's name, in characters.
    pub const SERVICE: usize = 100;
    /// An image, in characters.
    pub const IMAGE: usize = 2_000;
    /// A description, in bytes.
    pub const DESCRIPTION_BYTES: usize = 65_535;
    /// A confirmation text, in characters.
    pub const CONFIRMATION: usize = 2_000;
    /// A command with its arguments in front, in bytes.
    pub const COMMAND_BYTES: usize = 65_535;
    /// An argument's name, in characters.
    pub const ARGUMENT_NAME: usize = 300;
    /// An argument's display name, in characters.
    pub const DISPLAY_NAME: usize = 500;
}

/// Why a text cannot be kept by Lagoon, or `Ok`: its database has no NUL in a shell command and
/// no characters of four bytes (emoji and the like).
///
/// # Errors
/// A sentence that names the character.
pub fn storable(text: &str) -> Result<(), String> {
    for c in text.chars() {
        if c == '\0' {
            return Err("it contains a NUL byte, which cannot be passed on".to_owned());
        }
        if c.len_utf8() > 3 {
            return Err(format!(
                "it contains `{c}` (U+{:04X}): Lagoon's database takes no 4-byte characters",
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
