//! Times and durations in words.

use std::time::Duration;

use jiff::Timestamp;

/// `3 min ago`, `in 2 h`, `just now`.
pub(crate) fn relative(time: Timestamp, now: Timestamp) -> String {
    let past = time <= now;
    let seconds = now.duration_since(time).abs().as_secs();
    const UNITS: [(i64, &str, &str); 6] = [
        (365 * 86_400, "year", "years"),
        (30 * 86_400, "month", "months"),
        (86_400, "day", "days"),
        (3_600, "h", "h"),
        (60, "min", "min"),
        (1, "s", "s"),
    ];
    match UNITS.iter().find(|(unit, ..)| seconds >= *unit) {
        None => "just now".to_owned(),
        Some((unit, one, several)) => {
            let count = seconds / unit;
            let name = if count == 1 { one } else { several };
            if past {
                format!("{count} {name} ago")
            } else {
                format!("in {count} {name}")
            }
        }
    }
}

/// A duration in at most two units: `<1 s`, `42 s`, `3 min 5 s`, `2 h 10 min`, `4 d 1 h`.
///
/// Lagoon's times have whole seconds, so shorter durations are not told apart.
pub(crate) fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| {
        if small == 0 {
            format!("{large} {large_unit}")
        } else {
            format!("{large} {large_unit} {small} {small_unit}")
        }
    };
    match seconds {
        0 => "<1 s".to_owned(),
        1..60 => format!("{seconds} s"),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

pub(crate) fn absolute(time: Timestamp) -> String {
    time.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + seconds).unwrap()
    }

    #[test]
    fn relative_times_use_the_largest_unit() {
        let told = |seconds| relative(at(seconds), at(0));
        assert_eq!(told(0), "just now");
        assert_eq!(told(-1), "1 s ago");
        assert_eq!(told(-59), "59 s ago");
        assert_eq!(told(-180), "3 min ago");
        assert_eq!(told(-3_600), "1 h ago");
        assert_eq!(told(-47 * 3_600), "1 day ago");
        assert_eq!(told(-40 * 86_400), "1 month ago");
        assert_eq!(told(-800 * 86_400), "2 years ago");
        assert_eq!(told(7_200), "in 2 h");
    }

    #[test]
    fn durations_have_at_most_two_units() {
        let told = |ms| length(Duration::from_millis(ms));
        assert_eq!(told(0), "<1 s");
        assert_eq!(told(350), "<1 s");
        assert_eq!(told(42_900), "42 s");
        assert_eq!(told(60_000), "1 min");
        assert_eq!(told(185_000), "3 min 5 s");
        assert_eq!(told(7_800_000), "2 h 10 min");
        assert_eq!(told(349_200_000), "4 d 1 h");
    }

    #[test]
    fn absolute_times_are_utc() {
        let time: Timestamp = "2024-05-01T12:00:00+02:00".parse().unwrap();
        assert_eq!(absolute(time), "2024-05-01T10:00:00Z");
    }
}
