//! Reports for CI services: a test case for each run, as JUnit XML or Markdown.

mod junit;
mod markdown;

use std::time::Duration;

use jiff::Timestamp;

use crate::terminal::{LogCleaner, clean_text};

/// The limit for the end of a log in bytes, because a line can be long.
const LONGEST_LOG: usize = 32 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReportFormat {
    Junit,
    Markdown,
}

impl ReportFormat {
    pub(crate) const ALL: [ReportFormat; 2] = [ReportFormat::Junit, ReportFormat::Markdown];

    pub(crate) fn word(self) -> &'static str {
        match self {
            ReportFormat::Junit => "junit",
            ReportFormat::Markdown => "markdown",
        }
    }
}

/// A run, or a run that could not be started or found.
#[derive(Debug, Clone)]
pub(crate) struct TestCase {
    /// The index of its launch, if the command starts runs.
    pub launch: Option<usize>,
    /// The task.
    pub name: String,
    /// `project/environment`.
    pub place: Option<String>,
    pub run: Option<ReportedRun>,
    pub verdict: Verdict,
    /// The end of its log.
    pub log: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct ReportedRun {
    pub id: i64,
    pub job_name: String,
    pub url: Option<String>,
    /// The outcome, or Lagoon's word for a run in progress.
    pub status: String,
    pub duration: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It depends on the end of the command.
    Pending,
    Passed,
    /// The run failed.
    Failed(Problem),
    /// There is no result: not started, cancelled, timed out.
    Errored(Problem),
    Skipped(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The kind of the error.
    pub kind: &'static str,
    pub message: String,
    pub hints: Vec<String>,
}

impl Verdict {
    pub(crate) fn is_bad(&self) -> bool {
        matches!(self, Verdict::Failed(_) | Verdict::Errored(_))
    }

    fn problem(&self) -> Option<&Problem> {
        match self {
            Verdict::Failed(problem) | Verdict::Errored(problem) => Some(problem),
            _ => None,
        }
    }
}

impl TestCase {
    pub(crate) fn new(name: impl Into<String>, verdict: Verdict) -> Self {
        TestCase {
            launch: None,
            name: name.into(),
            place: None,
            run: None,
            verdict,
            log: None,
        }
    }

    pub(crate) fn is_of(&self, run: i64) -> bool {
        self.run.as_ref().is_some_and(|known| known.id == run)
    }

    /// Adds the end of its log, without escape sequences.
    pub(crate) fn set_log(&mut self, tail: &str) {
        let mut cleaner = LogCleaner::new(false);
        let clean = cleaner.feed(tail.as_bytes()) + &cleaner.finish();
        let mut clean = clean_text(&clean);
        if clean.len() > LONGEST_LOG {
            let from = clean.len() - LONGEST_LOG;
            let from = (from..clean.len()).find(|at| clean.is_char_boundary(*at));
            clean = format!("[…]{}", &clean[from.unwrap_or(clean.len())..]);
        }
        self.log = (!clean.is_empty()).then_some(clean);
    }

    fn duration(&self) -> Option<Duration> {
        self.run.as_ref()?.duration
    }
}

pub(crate) struct TestReport<'a> {
    /// The command, such as `tasks invoke`.
    pub title: &'a str,
    pub cases: &'a [TestCase],
    pub now: Timestamp,
}

impl TestReport<'_> {
    pub(crate) fn render(&self, format: ReportFormat) -> String {
        match format {
            ReportFormat::Junit => self.junit(),
            ReportFormat::Markdown => self.markdown(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(super) fn problem(kind: &'static str, message: &str) -> Problem {
        Problem {
            kind,
            message: message.to_owned(),
            hints: Vec::new(),
        }
    }

    pub(super) fn case(id: i64, status: &str, verdict: Verdict) -> TestCase {
        TestCase {
            place: Some("shop/main".to_owned()),
            run: Some(ReportedRun {
                id,
                job_name: "lagoon-task-a".to_owned(),
                url: Some(format!("https://ui.example/{id}")),
                status: status.to_owned(),
                duration: Some(Duration::from_secs(12)),
            }),
            ..TestCase::new("Reindex", verdict)
        }
    }

    pub(super) fn now() -> Timestamp {
        "2026-01-02T03:04:05Z".parse().unwrap()
    }

    /// A case of each kind.
    pub(super) fn all_kinds() -> Vec<TestCase> {
        let failed = Verdict::Failed(problem("run-failed", "run 2 of `Reindex` failed"));
        let mut failed = case(2, "failed", failed);
        failed.set_log("\u{1b}[31mred\u{1b}[0m <&>\n");
        let mut refused = problem("not-allowed", "not allowed: a | b");
        refused.hints.push("ask a maintainer".to_owned());
        let skipped = "not started, because another target cannot be started";
        vec![
            case(1, "completed", Verdict::Passed),
            failed,
            case(
                3,
                "cancelled",
                Verdict::Errored(problem("run-cancelled", "run 3 was cancelled")),
            ),
            TestCase {
                place: Some("shop/develop".to_owned()),
                ..TestCase::new("Reindex", Verdict::Errored(refused))
            },
            TestCase::new("Reindex", Verdict::Skipped(skipped.to_owned())),
        ]
    }

    #[test]
    fn the_end_of_a_log_is_limited() {
        let mut case = TestCase::new("a", Verdict::Passed);
        case.set_log(&"ü".repeat(LONGEST_LOG));
        let log = case.log.unwrap();
        assert!(log.len() <= LONGEST_LOG + 6 && log.starts_with("[…]ü"));
    }

    /// Cases with texts of any kind.
    pub(super) fn hostile() -> impl Strategy<Value = TestCase> {
        let text = || {
            prop_oneof![
                any::<String>(),
                "[\u{0}-\u{1f}\u{7f}-\u{9f}\u{fffe}\u{ffff}`|<>&\"'\\]a]{0,30}",
                "(`{1,6}|\n|~~~|]]>|<!--|\u{1b}\\[3[0-9]m|a){0,20}",
            ]
        };
        (text(), text(), text(), text(), 0..5_usize).prop_map(
            |(name, place, message, log, kind)| {
                let found = Problem {
                    kind: "failed",
                    hints: vec![message.clone()],
                    message,
                };
                let verdict = match kind {
                    0 => Verdict::Passed,
                    1 => Verdict::Failed(found),
                    2 => Verdict::Errored(found),
                    _ => Verdict::Skipped(found.message),
                };
                let mut case = TestCase {
                    place: Some(place.clone()),
                    run: Some(ReportedRun {
                        id: 1,
                        job_name: place.clone(),
                        url: Some(place.clone()),
                        status: place,
                        duration: None,
                    }),
                    ..TestCase::new(name, verdict)
                };
                case.set_log(&log);
                case
            },
        )
    }
}
