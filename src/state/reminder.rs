//! Warnings about a lasting condition, which scripts would otherwise print at each call.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::write_private;

const PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// Once a day, and always if that cannot be remembered.
pub(crate) fn is_reminder_due(state: Option<&Path>, name: &str) -> bool {
    let Some(folder) = state.map(|state| state.join("reminders")) else {
        return true;
    };
    let path = folder.join(name);
    let modified = fs::metadata(&path).and_then(|found| found.modified());
    if modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age < PAUSE)) {
        return false;
    }
    let _ = write_private(&path, b"");
    true
}

/// The terminal sessions that are remembered.
#[cfg(feature = "sandbox")]
const MOST_SESSIONS: usize = 50;

/// True once per terminal session, and always if that cannot be remembered.
#[cfg(feature = "sandbox")]
pub(crate) fn is_first_in_session(state: Option<&Path>, name: &str, session: &str) -> bool {
    let Some(folder) = state.map(|state| state.join("reminders")) else {
        return true;
    };
    let path = folder.join(name);
    let known = fs::read_to_string(&path).unwrap_or_default();
    let known: Vec<&str> = known.lines().collect();
    if known.contains(&session) {
        return false;
    }
    let newest = &known[known.len().saturating_sub(MOST_SESSIONS - 1)..];
    let lines = [newest, &[session]].concat().join("\n");
    let _ = write_private(&path, lines.as_bytes());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_due_once_a_day() {
        let home = tempfile::tempdir().unwrap();
        let is_due = |name| is_reminder_due(Some(home.path()), name);
        assert!(is_due("a") && !is_due("a") && is_due("b"));
        let file = fs::File::options()
            .write(true)
            .open(home.path().join("reminders/a"))
            .unwrap();
        file.set_modified(std::time::SystemTime::now() - PAUSE)
            .unwrap();
        assert!(is_due("a") && !is_due("a"));
        assert!(is_reminder_due(None, "a") && is_reminder_due(None, "a"));
    }

    #[cfg(feature = "sandbox")]
    #[test]
    fn a_notice_is_due_once_per_session() {
        let home = tempfile::tempdir().unwrap();
        let is_first = |session: &str| is_first_in_session(Some(home.path()), "a", session);
        assert!(is_first("1 1") && !is_first("1 1") && is_first("1 2") && !is_first("1 1"));
        let others = 0..MOST_SESSIONS;
        assert!(others.into_iter().all(|n| is_first(&format!("other {n}"))));
        assert!(is_first("1 1"));
        assert!(is_first_in_session(None, "a", "1 1"));
    }
}
