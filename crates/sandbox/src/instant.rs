//! Times as the server's database stores them: UTC, without a zone.

use jiff::Timestamp;
use jiff::civil::DateTime;

const FORM: &str = "%Y-%m-%d %H:%M:%S";

/// The value of `deleted` of a live environment or definition.
pub(super) const NEVER: &str = "0000-00-00 00:00:00";

pub(super) fn now() -> String {
    Timestamp::now().strftime(FORM).to_string()
}

/// The stored form of a time; `None` for a time with a zone and others that the database refuses.
pub(super) fn stored(text: &str) -> Option<String> {
    if text == NEVER {
        return Some(text.to_owned());
    }
    let text = text.trim();
    if text.ends_with(['Z', 'z']) || text.contains('[') {
        return None;
    }
    let time: DateTime = text.parse().ok()?;
    // `DateTime` ignores an offset.
    let clock = text.get(10..).unwrap_or_default();
    if clock.contains(['+', '-']) {
        return None;
    }
    Some(time.strftime(FORM).to_string())
}

#[cfg(test)]
mod tests {
    use super::stored;

    #[test]
    fn times_with_a_zone_are_refused() {
        assert_eq!(stored("2026-01-02T03:04:05Z"), None);
        assert_eq!(stored("2026-01-02T03:04:05+01:00"), None);
        assert_eq!(stored("yesterday"), None);
    }

    #[test]
    fn fractions_and_the_t_separator_are_dropped() {
        let kept = Some("2026-01-02 03:04:05".to_owned());
        assert_eq!(stored("2026-01-02T03:04:05"), kept);
        assert_eq!(stored("2026-01-02 03:04:05.7"), kept);
        assert_eq!(stored("2026-01-02"), Some("2026-01-02 00:00:00".to_owned()));
    }
}
