//! Markdown, for a job summary or the comment of a merge request.

use super::{TestCase, TestReport, Verdict};
use crate::output::markdown::{cell, code_block};
use crate::output::time;

/// The limit for all logs together in bytes. A job summary of GitHub has at most 1 MiB.
const LONGEST_LOGS: usize = 512 << 10;

impl TestReport<'_> {
    pub(super) fn markdown(&self) -> String {
        let mut report = format!("### {}: {}\n", cell(self.title), self.counts());
        report.push_str(
            "\n| | Run | Task | Environment | Result | Took |\n|---|---|---|---|---|---|\n",
        );
        for case in self.cases {
            report.push_str(&row(case));
        }
        let (mut logs, mut omitted) = (String::new(), 0);
        for case in self.cases {
            let (Some(problem), Some(log)) = (case.verdict.problem(), &case.log) else {
                continue;
            };
            if logs.len() + log.len() > LONGEST_LOGS {
                omitted += 1;
                continue;
            }
            let (message, log) = (cell(&problem.message), code_block(log, "text"));
            logs.push_str(&format!("\n#### {message}\n\n{log}"));
        }
        report.push_str(&logs);
        if omitted > 0 {
            report.push_str(&format!("\nThe logs of {omitted} more runs are omitted.\n"));
        }
        report
    }

    fn counts(&self) -> String {
        let count = |is: fn(&Verdict) -> bool| {
            let verdicts = self.cases.iter().map(|case| &case.verdict);
            verdicts.filter(|verdict| is(verdict)).count()
        };
        let counts = [
            (count(|v| matches!(v, Verdict::Passed)), "passed"),
            (count(|v| matches!(v, Verdict::Failed(_))), "failed"),
            (
                count(|v| matches!(v, Verdict::Errored(_))),
                "without result",
            ),
            (
                count(|v| matches!(v, Verdict::Skipped(_) | Verdict::Pending)),
                "skipped",
            ),
        ];
        let some = counts.iter().filter(|(count, _)| *count > 0);
        let some: Vec<String> = some
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        some.join(", ")
    }
}

fn row(case: &TestCase) -> String {
    let mark = match &case.verdict {
        Verdict::Passed => "✓",
        Verdict::Failed(_) | Verdict::Errored(_) => "✗",
        Verdict::Skipped(_) | Verdict::Pending => "–",
    };
    let status = case.run.as_ref().map(|run| run.status.as_str());
    let result = match (&case.verdict, status) {
        (Verdict::Passed | Verdict::Failed(_), Some(status)) => cell(status),
        (Verdict::Failed(problem) | Verdict::Errored(problem), _) => cell(&problem.message),
        (Verdict::Skipped(reason), _) => cell(reason),
        (Verdict::Passed | Verdict::Pending, status) => cell(status.unwrap_or_default()),
    };
    let run = case
        .run
        .as_ref()
        .map_or(String::new(), |run| match &run.url {
            Some(url) if is_plain(url) => format!("[{}]({url})", run.id),
            _ => run.id.to_string(),
        });
    let took = case.duration().map_or(String::new(), time::length);
    let (name, place) = (
        cell(&case.name),
        cell(case.place.as_deref().unwrap_or_default()),
    );
    let took = cell(&took);
    format!("| {mark} | {run} | {name} | {place} | {result} | {took} |\n")
}

/// An address that needs no escaping in a link.
fn is_plain(url: &str) -> bool {
    url.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b":/._~%?&=#+-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{all_kinds, case, hostile, now, problem};
    use super::*;
    use insta::assert_snapshot;
    use proptest::prelude::*;

    fn markdown(cases: &[TestCase]) -> String {
        let report = TestReport {
            title: "tasks invoke",
            cases,
            now: now(),
        };
        report.markdown()
    }

    #[test]
    fn every_kind_of_case_has_its_row() {
        assert_snapshot!(markdown(&all_kinds()));
    }

    #[test]
    fn a_summary_stays_below_the_limit_of_a_job_summary() {
        let verdict = Verdict::Failed(problem("run-failed", "run 1 failed"));
        let mut long = case(1, "failed", verdict);
        long.set_log(&"a".repeat(super::super::LONGEST_LOG));
        let text = markdown(&vec![long; 40]);
        assert!(text.len() < 1 << 20, "{}", text.len());
        assert!(text.ends_with("\nThe logs of 25 more runs are omitted.\n"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_table_or_leaves_its_block(
            cases in prop::collection::vec(hostile(), 1..4)
        ) {
            let text = markdown(&cases);
            let mut rows = 0;
            let mut fence: Option<usize> = None;
            for line in text.split('\n') {
                let ticks = line.len() - line.trim_start_matches('`').len();
                match fence {
                    Some(length) if ticks >= length && ticks == line.len() => fence = None,
                    Some(_) => {}
                    None if ticks > 2 => fence = Some(ticks),
                    None if line.starts_with('|') => {
                        rows += 1;
                        let bare = line.replace("\\\\", "").replace("\\|", "");
                        prop_assert_eq!(bare.matches('|').count(), 7, "{}", line);
                    }
                    None => prop_assert!(
                        line.is_empty() || line.starts_with("###") || line.starts_with("The logs"),
                        "{}", line
                    ),
                }
            }
            prop_assert_eq!((rows, fence), (cases.len() + 2, None));
        }
    }
}
