//! Sizes in bytes on the command line.

use super::{Env, Flags, SettingsError, Source, Sourced, given};

const MAX_RESPONSE: u64 = 256 << 20;

pub(super) fn max_response(flags: &Flags, env: &Env) -> Result<Sourced<u64>, SettingsError> {
    const VARIABLE: &str = "TASKS_MAX_RESPONSE";
    if let Some(bytes) = flags.max_response {
        return Ok(Sourced::new(bytes, Source::Flag("--max-response")));
    }
    let Some(text) = given(&None, "--max-response", &env.max_response, VARIABLE)? else {
        return Ok(Sourced::new(MAX_RESPONSE, Source::Default));
    };
    match parse_size(&text.value) {
        Ok(bytes) => Ok(Sourced::new(bytes, text.source)),
        Err(why) => Err(SettingsError::usage(format!(
            "{VARIABLE}: invalid value `{}`: {why}",
            text.value
        ))),
    }
}

/// `65536`, `64K`, `1GiB`, `500MB`: K, M and G are powers of 1024, as are KiB, MiB and GiB; KB, MB
/// and GB are powers of 1000.
pub(crate) fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || "expected a size such as 64M, 1GiB or 1048576".to_owned();
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let unit: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    match number.checked_mul(unit) {
        Some(0) => Err("it must be more than 0".to_owned()),
        Some(bytes) => Ok(bytes),
        None => Err("it is too large".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_parsed() {
        for (text, bytes) in [
            ("1", 1),
            ("512b", 512),
            ("64k", 64 << 10),
            ("64M", 64 << 20),
            ("64MiB", 64 << 20),
            ("64MB", 64_000_000),
            ("1g", 1 << 30),
            ("1GiB", 1 << 30),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "M",
            "0",
            "0M",
            "-1",
            "1.5M",
            "1 M",
            "1T",
            "99999999999G",
            "1ü",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }
}
