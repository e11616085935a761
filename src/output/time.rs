//! Times and durations in words.

use std::time::Duration;

use jiff::Timestamp;

/// `3 minutes ago`, `in 2 hours`, `just now`.
pub(crate) fn relative(time: Timestamp, now: Timestamp) -> String {
    let past = time <= now;
    let seconds = now.duration_since(time).abs().as_secs();
    const UNITS: [(i64, &str); 6] = [
        (365 * 86_400, "year"),
        (30 * 86_400, "month"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    match UNITS.iter().find(|(unit, _)| seconds >= *unit) {
        None => "just now".to_owned(),
        Some((unit, name)) => {
            let count = seconds / unit;
            let plural = if count == 1 { "" } else { "s" };
            if past {
                format!("{count} {name}{plural} ago")
            } else {
                format!("in {count} {name}{plural}")
            }
        }
    }
}

/// A duration in two units: `350ms`, `42s`, `3m 5s`, `2h 10m`, `4d 1h`.
pub(crate) fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    let two = |large: u64, large_unit: &str, small: u64, small_unit: &str| {
        if small == 0 {
            format!("{large}{large_unit}")
        } else {
            format!("{large}{large_unit} {small}{small_unit}")
        }
    };
    match seconds {
        0 if length.is_zero() => "0s".to_owned(),
        0 => format!("{}ms", length.as_millis()),
        1..60 => format!("{seconds}s"),
        60..3_600 => two(seconds / 60, "m", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "m"),
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
        assert_eq!(told(-1), "1 second ago");
        assert_eq!(told(-59), "59 seconds ago");
        assert_eq!(told(-180), "3 minutes ago");
        assert_eq!(told(-3_600), "1 hour ago");
        assert_eq!(told(-47 * 3_600), "1 day ago");
        assert_eq!(told(-40 * 86_400), "1 month ago");
        assert_eq!(told(-800 * 86_400), "2 years ago");
        assert_eq!(told(7_200), "in 2 hours");
    }

    #[test]
    fn durations_have_at_most_two_units() {
        let told = |ms| length(Duration::from_millis(ms));
        assert_eq!(told(0), "0s");
        assert_eq!(told(350), "350ms");
        assert_eq!(told(42_900), "42s");
        assert_eq!(told(60_000), "1m");
        assert_eq!(told(185_000), "3m 5s");
        assert_eq!(told(7_800_000), "2h 10m");
        assert_eq!(told(349_200_000), "4d 1h");
    }

    #[test]
    fn absolute_times_are_utc() {
        let time: Timestamp = "2024-05-01T12:00:00+02:00".parse().unwrap();
        assert_eq!(absolute(time), "2024-05-01T10:00:00Z");
    }
}
