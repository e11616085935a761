//! The formats of `-o`.

use std::fmt;

use clap::ValueEnum;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Format {
    /// For people; the default at a terminal
    Table,
    /// Tab-separated, no header, absolute times; the default elsewhere
    Tsv,
    /// JSON, indented
    Json,
    /// JSON, one element a line
    Jsonl,
    /// YAML
    Yaml,
    /// Comma-separated with a header
    Csv,
    /// Names, one a line
    Name,
    /// Ids, one a line
    Id,
}

impl Format {
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Format::Json | Format::Jsonl)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_names_match_the_flag_values() {
        for format in Format::value_variants() {
            let name = format.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(format.to_string(), name);
        }
    }
}
