//! Durations on the command line.

use std::time::Duration;

pub(crate) fn spell_duration(length: Duration) -> String {
    match (length.as_secs(), length.subsec_millis()) {
        (seconds, 0) if seconds > 0 && seconds % 60 == 0 => format!("{}m", seconds / 60),
        (seconds, 0) => format!("{seconds}s"),
        (0, millis) => format!("{millis}ms"),
        (seconds, millis) => format!("{seconds}s{millis}ms"),
    }
}

/// `30`, `30s`, `2m`, `1h`, `7d`, `2w`, `500ms`, `1m30s`; a bare number is seconds.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || "expected a duration such as 30s, 2m or 1h30m (units: ms, s, m, h, d, w)".to_owned();
    if let Ok(seconds) = text.parse::<u32>() {
        return Ok(Duration::from_secs(seconds.into()));
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u32 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let letters = rest.len()
            - rest
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let unit = match &rest[..letters] {
            "ms" => Duration::from_millis(1),
            "s" => Duration::from_secs(1),
            "m" => Duration::from_secs(60),
            "h" => Duration::from_secs(3600),
            "d" => Duration::from_secs(86_400),
            "w" => Duration::from_secs(7 * 86_400),
            _ => return Err(wrong()),
        };
        rest = &rest[letters..];
        total = total.saturating_add(unit.saturating_mul(number));
    }
    if text.is_empty() {
        Err(wrong())
    } else {
        Ok(total)
    }
}

/// Like [`parse_duration`], but refuses zero.
pub(crate) fn parse_limit(text: &str) -> Result<Duration, String> {
    match parse_duration(text)? {
        Duration::ZERO => Err("it must be more than 0".to_owned()),
        limit => Ok(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed() {
        for (text, milliseconds) in [
            ("30", 30_000),
            ("30s", 30_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
            ("500ms", 500),
            ("1m30s", 90_000),
            ("2d", 172_800_000),
            ("2w", 1_209_600_000),
            ("1w12h", 648_000_000),
            ("0", 0),
        ] {
            assert_eq!(
                parse_duration(text).unwrap(),
                Duration::from_millis(milliseconds),
                "{text}"
            );
        }
        for text in [
            "",
            "s",
            "1y",
            "-1",
            "1.5s",
            "1m30",
            "99999999999",
            "1 m",
            "1ü",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert!(parse_limit("0s").is_err());
        for milliseconds in [0, 1, 999, 1000, 1500, 60_000, 61_000, 90_061_001] {
            let length = Duration::from_millis(milliseconds);
            assert_eq!(parse_duration(&spell_duration(length)), Ok(length));
        }
    }
}
