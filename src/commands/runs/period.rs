//! The times of `--since` and `--until`.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::settings::parse_duration;

/// A duration before now, or a date and time: in the local time zone unless it names one.
pub(super) fn parse_time(text: &str) -> Result<Timestamp, String> {
    parse(text, Timestamp::now(), TimeZone::system)
}

fn parse(
    text: &str,
    now: Timestamp,
    local: impl FnOnce() -> TimeZone,
) -> Result<Timestamp, String> {
    if let Ok(length) = parse_duration(text) {
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        return Ok(now.checked_sub(length).unwrap_or(Timestamp::MIN));
    }
    // For example, `2026-11-01T10:00[Europe/Berlin]`.
    if text.contains('[') {
        let zoned: Result<Zoned, _> = text.parse();
        return zoned.map(|zoned| zoned.timestamp()).map_err(|_| wrong());
    }
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let civil: DateTime = text.parse().map_err(|_| wrong())?;
    let zoned = local().to_ambiguous_zoned(civil).compatible();
    zoned.map(|zoned| zoned.timestamp()).map_err(|_| wrong())
}

fn wrong() -> String {
    "expected a duration such as 3d12h (units: ms, s, m, h, d, w), or a date and time such as \
     2026-11-01, 2026-11-01T10:00 or 2026-11-01T10:00Z"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_durations_before_now_or_dates_in_the_local_zone() {
        let now: Timestamp = "2026-11-15T12:00:00Z".parse().unwrap();
        let zone = || TimeZone::get("Europe/Berlin").unwrap();
        for (text, at) in [
            ("30s", "2026-11-15T11:59:30Z"),
            ("3d12h", "2026-11-12T00:00:00Z"),
            ("2w", "2026-11-01T12:00:00Z"),
            ("2026-11-01", "2026-10-31T23:00:00Z"),
            ("2026-11-01T10:00", "2026-11-01T09:00:00Z"),
            ("2026-11-01 10:00:30", "2026-11-01T09:00:30Z"),
            ("2026-07-01T10:00", "2026-07-01T08:00:00Z"),
            ("2026-11-01T10:00Z", "2026-11-01T10:00:00Z"),
            ("2026-11-01T10:00:00-05:00", "2026-11-01T15:00:00Z"),
            ("2026-11-01T10:00[America/New_York]", "2026-11-01T15:00:00Z"),
            // This hour does not exist, or exists twice.
            ("2026-03-29T02:30", "2026-03-29T01:30:00Z"),
            ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(parse(text, now, zone), Ok(at.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-11-01T25:00",
            "1y",
            "10:00",
            "-3d",
        ] {
            let wrong = parse(text, now, zone).expect_err(text);
            assert!(wrong.starts_with("expected a duration"), "{wrong}");
        }
    }
}
