//! The status of a run in words for people, the same in tables, pickers and results.

use jiff::Timestamp;

use crate::domain::run::moment;
use crate::domain::{Outcome, Run};
use crate::output::{Cell, time};
use crate::terminal::{Style, Symbols};

/// `✓ completed in 12 s`, `✗ failed after 3 s`, `⊘ cancelled`, `● running 40 s`. Without symbols
/// where the locale is not UTF-8.
pub(crate) fn status_text(run: &Run, now: Timestamp, symbols: Symbols) -> String {
    let mark = symbols.mark(status_style(run));
    format!("{mark}{}", status_phrase(run, now))
}

/// As [`status_text`], for a table or a detail view, which adds the symbol.
pub(crate) fn long_status_cell(run: &Run, now: Timestamp) -> Cell {
    Cell::marked(
        run.status.clone(),
        status_phrase(run, now),
        status_style(run),
    )
}

/// Lagoon's status for programs; symbol and word for people (`✓ completed`).
pub(crate) fn status_cell(run: &Run) -> Cell {
    Cell::marked(run.status.clone(), status_word(run), status_style(run))
}

pub(crate) fn status_phrase(run: &Run, now: Timestamp) -> String {
    let word = status_word(run);
    let between = match run.outcome() {
        Outcome::Completed => " in",
        Outcome::Failed => " after",
        Outcome::Going => "",
        Outcome::Cancelled | Outcome::Unknown => return word,
    };
    match duration(run, now) {
        Some(duration) => format!("{word}{between} {}", time::length(duration)),
        None => word,
    }
}

pub(crate) fn status_style(run: &Run) -> Style {
    match run.outcome() {
        Outcome::Completed => Style::Good,
        Outcome::Failed => Style::Bad,
        Outcome::Cancelled => Style::Stopped,
        Outcome::Going => Style::Going,
        Outcome::Unknown => Style::Warning,
    }
}

/// The time that a run took, or has been running.
pub(crate) fn duration(run: &Run, now: Timestamp) -> Option<std::time::Duration> {
    if run.outcome().is_finished() || !run.has_started() {
        return run.length();
    }
    now.duration_since(moment(run.started.as_deref()?)?)
        .try_into()
        .ok()
}

/// The word of the outcome; Lagoon's word for a run in progress.
pub(crate) fn status_word(run: &Run) -> String {
    let status = run.status.to_lowercase();
    match run.outcome() {
        Outcome::Going if status == "active" => "running".to_owned(),
        Outcome::Going | Outcome::Unknown => status,
        outcome => outcome.word().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(status: &str, started: Option<&str>, completed: Option<&str>) -> Run {
        Run {
            id: 7,
            name: "Reindex".into(),
            task_name: "lagoon-task-a".into(),
            status: status.into(),
            service: None,
            created: None,
            started: started.map(Into::into),
            completed: completed.map(Into::into),
            environment: None,
            user: None,
        }
    }

    #[test]
    fn the_outcome_comes_first_with_symbol_and_duration() {
        let now = "2026-01-01T10:00:40Z".parse().unwrap();
        let start = Some("2026-01-01 10:00:00");
        for (status, completed, text) in [
            (
                "complete",
                Some("2026-01-01 10:00:12"),
                "✓ completed in 12 s",
            ),
            ("complete", start, "✓ completed in <1 s"),
            ("succeeded", None, "✓ completed"),
            ("failed", Some("2026-01-01 10:00:03"), "✗ failed after 3 s"),
            ("cancelled", Some("2026-01-01 10:00:03"), "⊘ cancelled"),
            ("running", None, "● running 40 s"),
            ("active", None, "● running 40 s"),
            ("hibernating", None, "? hibernating"),
        ] {
            let run = run(status, start, completed);
            assert_eq!(status_text(&run, now, Symbols::Unicode), text);
            let letters = text.trim_start_matches(|c: char| !c.is_ascii_lowercase());
            assert_eq!(status_text(&run, now, Symbols::Ascii), letters);
        }
        let queued = run("queued", None, None);
        assert_eq!(status_text(&queued, now, Symbols::Unicode), "● queued");
    }
}
