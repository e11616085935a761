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
}
