//! Arguments of a task, and the check of their values.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentKind {
    Text,
    /// Digits and dots only, no sign: `^[0-9.]+$` (seen on Lagoon 2.33.1).
    Numeric,
    EnvironmentName,
    /// Like `EnvironmentName`, without the environment on which the task runs.
    OtherEnvironmentName,
    /// An unknown type, by Lagoon's name. Only a range limits its values here.
    Unknown(String),
}

impl ArgumentKind {
    pub const WORDS: [&str; 4] = ["string", "numeric", "environment", "other-environment"];

    /// The known types with Lagoon's name and the short one.
    const KNOWN: [(ArgumentKind, &str, &str); 4] = {
        let [text, numeric, environment, other] = Self::WORDS;
        [
            (ArgumentKind::Text, "STRING", text),
            (ArgumentKind::Numeric, "NUMERIC", numeric),
            (
                ArgumentKind::EnvironmentName,
                "ENVIRONMENT_SOURCE_NAME",
                environment,
            ),
            (
                ArgumentKind::OtherEnvironmentName,
                "ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF",
                other,
            ),
        ]
    };

    fn words(&self) -> (&str, &str) {
        if let ArgumentKind::Unknown(word) = self {
            return (word, word);
        }
        let known = Self::KNOWN.into_iter().find(|(kind, ..)| kind == self);
        known.map_or(("", ""), |(_, word, short)| (word, short))
    }

    pub fn word(&self) -> &str {
        self.words().0
    }

    /// The short name, or Lagoon's if there is none.
    pub fn short(&self) -> &str {
        self.words().1
    }

    pub fn from_word(word: &str) -> Self {
        let known = Self::KNOWN.into_iter().find(|(_, known, _)| *known == word);
        known.map_or_else(|| Self::Unknown(word.to_owned()), |(kind, ..)| kind)
    }

    /// Accepts short names and Lagoon's, in any case.
    pub fn parse(word: &str) -> Option<Self> {
        let is_it = |name: &str| name.eq_ignore_ascii_case(word);
        let mut known = Self::KNOWN.into_iter();
        let found = known.find(|(_, name, short)| is_it(name) || is_it(short));
        found.map(|(kind, ..)| kind)
    }

    /// Accepts a name that Lagoon could have and that is no misspelling of a known type.
    pub fn newer(word: &str) -> Option<Self> {
        let is_word = word.starts_with(|c: char| c.is_ascii_uppercase())
            && word
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let is_misspelled = Self::KNOWN
            .iter()
            .any(|(_, known, _)| strsim::damerau_levenshtein(word, known) <= 2);
        (is_word && !is_misspelled).then(|| Self::Unknown(word.to_owned()))
    }

    pub fn is_environment(&self) -> bool {
        matches!(
            self,
            ArgumentKind::EnvironmentName | ArgumentKind::OtherEnvironmentName
        )
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// A shell variable in COMMAND tasks.
    pub name: String,
    pub display_name: Option<String>,
    pub kind: ArgumentKind,
    /// Sent by the client; Lagoon itself never applies it.
    pub default: Option<String>,
    pub optional: bool,
    /// Allowed values, which Lagoon fills in for some types (environment types in 2.33.1).
    pub range: Option<Vec<String>>,
}

impl Argument {
    pub fn is_required(&self) -> bool {
        !self.optional && self.default.is_none()
    }

    /// The allowed values, if Lagoon limits them.
    pub fn allowed(&self) -> Option<&[String]> {
        let range = self.range.as_deref();
        match self.kind {
            ArgumentKind::Text | ArgumentKind::Numeric => None,
            ArgumentKind::EnvironmentName | ArgumentKind::OtherEnvironmentName => range,
            // An empty range of an unknown type does not limit its values.
            ArgumentKind::Unknown(_) => range.filter(|range| !range.is_empty()),
        }
    }

    /// Lagoon refuses an empty value for typed arguments without default.
    pub fn takes_blank(&self) -> bool {
        self.default.is_some()
            || match self.kind {
                ArgumentKind::Text => true,
                ArgumentKind::Unknown(_) => self.allowed().is_none(),
                _ => false,
            }
    }

    pub fn check(&self, value: &str) -> Result<(), String> {
        if value.trim().is_empty() && self.takes_blank() {
            return Ok(());
        }
        if self.kind == ArgumentKind::Numeric && !is_numeric(value) {
            return Err("a numeric argument takes digits and dots only".to_owned());
        }
        match self.allowed() {
            Some(allowed) if !allowed.iter().any(|known| known == value) => {
                Err(format!("it must be one of {}", allowed.join(", ")))
            }
            _ => Ok(()),
        }
    }

    pub fn to_json(&self) -> Value {
        json!({
            "name": self.name,
            "displayName": self.display_name,
            "type": self.kind.word(),
            "defaultValue": self.default,
            "optional": self.optional,
            "range": self.range,
        })
    }
}

/// Lagoon's rule: `^[0-9.]+$`.
pub(crate) fn is_numeric(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// Arguments of COMMAND tasks become shell variables.
pub(crate) fn is_shell_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Returns true for variables of the shell itself: such an argument would change how the command
/// runs, or could not be assigned.
pub(crate) fn is_special_variable(name: &str) -> bool {
    const SPECIAL: &str = "PATH IFS HOME PWD OLDPWD SHELL USER UID EUID GROUPS PPID ENV BASH_ENV \
        BASHOPTS SHELLOPTS BASH_VERSINFO PS1 PS2 PS4 OPTIND OPTARG LD_PRELOAD LD_LIBRARY_PATH \
        CDPATH _";
    SPECIAL.split(' ').any(|special| special == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argument(kind: ArgumentKind) -> Argument {
        Argument {
            name: "A".into(),
            display_name: None,
            kind,
            default: None,
            optional: false,
            range: None,
        }
    }

    #[test]
    fn numeric_values_are_digits_and_dots() {
        let numeric = argument(ArgumentKind::Numeric);
        assert!(numeric.check("42").is_ok());
        assert!(numeric.check("1.2.3...").is_ok());
        for wrong in ["-5", "abc", "", " 1", "1e3"] {
            assert!(numeric.check(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_default_allows_blank_values() {
        let mut numeric = argument(ArgumentKind::Numeric);
        numeric.default = Some("1".into());
        assert!(numeric.check("").is_ok());
        assert!(numeric.check("x").is_err());
    }

    #[test]
    fn environment_values_are_compared_exactly() {
        let mut source = argument(ArgumentKind::EnvironmentName);
        source.range = Some(vec!["main".into(), "develop".into()]);
        assert!(source.check("main").is_ok());
        assert!(
            source
                .check("Main")
                .is_err_and(|why| why.contains("main, develop"))
        );
    }

    #[test]
    fn a_range_also_limits_an_unknown_type() {
        let mut argument = argument(ArgumentKind::Unknown("SERVICE_NAME".into()));
        assert!(argument.check("anything").is_ok() && argument.check("").is_ok());
        argument.range = Some(Vec::new());
        assert!(argument.check("anything").is_ok());
        argument.range = Some(vec!["cli".into(), "nginx".into()]);
        assert!(argument.check("cli").is_ok());
        for wrong in ["mysql", "CLI", "cli ", ""] {
            let why = argument.check(wrong).expect_err(wrong);
            assert!(why.contains("cli, nginx"), "{why}");
        }
        // Lagoon fills the range of other types, which it does not limit.
        argument.kind = ArgumentKind::Text;
        assert!(argument.check("anything").is_ok());
    }

    #[test]
    fn shell_variable_names_are_recognized() {
        for good in ["A", "_x", "A1_b"] {
            assert!(is_shell_variable(good), "{good}");
        }
        for bad in ["", "1A", "A-B", "ü", "A B", "A=B"] {
            assert!(!is_shell_variable(bad), "{bad}");
        }
    }

    #[test]
    fn argument_type_words_round_trip() {
        for word in ArgumentKind::WORDS {
            let kind = ArgumentKind::parse(word).expect(word);
            assert_eq!(ArgumentKind::from_word(kind.word()), kind);
            assert_eq!(kind.short(), word);
        }
        assert_eq!(
            ArgumentKind::parse("Environment_Source_Name"),
            Some(ArgumentKind::EnvironmentName)
        );
        assert_eq!(ArgumentKind::parse("int"), None);
        for word in ["int", "", "STRNG", "NUMERIC ", "A-B", "1A"] {
            assert_eq!(ArgumentKind::newer(word), None, "{word:?}");
        }
        assert_eq!(
            ArgumentKind::newer("SERVICE_NAME"),
            Some(ArgumentKind::from_word("SERVICE_NAME"))
        );
    }
}
