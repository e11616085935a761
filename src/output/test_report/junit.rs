//! JUnit XML, as GitLab and Jenkins read it.

use std::collections::HashSet;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCaseStatus, TestSuite};

use super::{Problem, TestCase, TestReport, Verdict};
use crate::terminal::{clean_line, clean_text};

impl TestReport<'_> {
    pub(super) fn junit(&self) -> String {
        let mut suite = TestSuite::new(text(self.title));
        let now = self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        suite.extra.insert("timestamp".into(), now.as_str().into());
        let time: Duration = self.cases.iter().filter_map(TestCase::duration).sum();
        suite.set_time(time);
        let mut names = HashSet::new();
        for case in self.cases {
            suite.add_test_case(self.junit_case(case, &mut names));
        }
        let mut report = Report::new(text(self.title));
        report.set_time(time).add_test_suite(suite);
        // Writing to memory fails only for text that is not UTF-8.
        report.to_string().unwrap_or_default()
    }

    fn junit_case(
        &self,
        case: &TestCase,
        names: &mut HashSet<(String, String)>,
    ) -> quick_junit::TestCase {
        let place = text(case.place.as_deref().unwrap_or(self.title));
        let mut status = match &case.verdict {
            Verdict::Passed | Verdict::Pending => TestCaseStatus::success(),
            Verdict::Failed(problem) => non_success(NonSuccessKind::Failure, problem),
            Verdict::Errored(problem) => non_success(NonSuccessKind::Error, problem),
            Verdict::Skipped(reason) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(text(reason));
                status
            }
        };
        if let Some(problem) = case.verdict.problem() {
            let hints = problem.hints.iter();
            let hints: String = hints.map(|hint| format!("hint: {hint}\n")).collect();
            let body = clean_text(&hints) + case.log.as_deref().unwrap_or_default();
            status.set_description(valid(&body));
        }
        let mut found = quick_junit::TestCase::new(unique(case, &place, names), status);
        found.set_classname(place);
        found.set_time(case.duration().unwrap_or_default());
        if let Some(run) = &case.run {
            let mut about = format!("run {} ({}): {}", run.id, run.job_name, run.status);
            if let Some(url) = &run.url {
                about = format!("{about}\n{url}");
            }
            found.set_system_out(valid(&clean_text(&about)));
        }
        found
    }
}

fn non_success(kind: NonSuccessKind, problem: &Problem) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_type(problem.kind)
        .set_message(text(&problem.message));
    status
}

/// The name of a case. CI services identify it by class and name, and drop a second one of the same name.
fn unique(case: &TestCase, place: &str, names: &mut HashSet<(String, String)>) -> String {
    let name = text(&case.name);
    let with_run = case
        .run
        .as_ref()
        .map(|run| format!("{name} (run {})", run.id));
    let numbered = (2_usize..).map(|number| format!("{name} ({number})"));
    let mut names_in_order = std::iter::once(name.clone())
        .chain(with_run)
        .chain(numbered);
    let is_new = |name: &String| names.insert((place.to_owned(), name.clone()));
    names_in_order.find(is_new).unwrap_or_default()
}

fn text(text: &str) -> String {
    valid(&clean_line(text))
}

/// Replaces the characters that XML 1.0 does not have and that are no control characters.
fn valid(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{all_kinds, case, hostile, now};
    use super::*;
    use insta::assert_snapshot;
    use proptest::prelude::*;

    fn junit(cases: &[TestCase]) -> String {
        let report = TestReport {
            title: "tasks invoke",
            cases,
            now: now(),
        };
        report.junit()
    }

    #[test]
    fn every_kind_of_case_has_its_element() {
        assert_snapshot!(junit(&all_kinds()));
    }

    #[test]
    fn runs_of_one_task_on_one_environment_have_different_names() {
        let same = case(7, "completed", Verdict::Passed);
        let xml = junit(&[same.clone(), same.clone(), same]);
        for name in ["Reindex", "Reindex (run 7)", "Reindex (2)"] {
            assert!(xml.contains(&format!("name=\"{name}\"")), "{xml}");
        }
    }

    proptest! {
        #[test]
        fn a_report_is_valid_xml_whatever_its_texts(
            cases in prop::collection::vec(hostile(), 0..4)
        ) {
            let xml = junit(&cases);
            let is_valid = |c: char| {
                matches!(c, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
            };
            prop_assert!(xml.chars().all(is_valid), "{:?}", xml);
            let read = Report::deserialize_from_str(&xml).unwrap();
            prop_assert_eq!(read.tests, cases.len());
            let found = &read.test_suites[0].test_cases;
            for (case, found) in cases.iter().zip(found) {
                prop_assert!(found.name.as_str().starts_with(&text(&case.name)));
            }
        }
    }
}
