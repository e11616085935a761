//! The reports of `--report`: their test cases while the command works, and the files at its end.

mod file;

use std::fmt;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::wall_time;
use crate::error::{Error, Kind};
use crate::output::test_report::{Problem, ReportFormat, TestCase, TestReport, Verdict};
use crate::terminal::Ui;

/// The value of `--report`: `FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportTarget {
    format: ReportFormat,
    /// `-` is stdout.
    file: PathBuf,
}

impl ReportTarget {
    fn is_stdout(&self) -> bool {
        self.file.as_os_str() == "-"
    }
}

impl fmt::Display for ReportTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.format.word(), self.file.display())
    }
}

impl FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected junit=FILE or markdown=FILE";
        let (word, file) = text.split_once('=').ok_or(expected)?;
        let format = ReportFormat::ALL.into_iter().find(|f| f.word() == word);
        match (format, file) {
            (Some(_), "") => Err(format!("the file is missing; {expected}")),
            (Some(format), file) => Ok(ReportTarget {
                format,
                file: file.into(),
            }),
            (None, _) => Err(format!("unknown format `{word}`; {expected}")),
        }
    }
}

/// Does nothing unless the command line asks for reports.
#[derive(Clone, Default)]
pub(crate) struct TestReports {
    /// `None` without reports.
    state: Option<Arc<Mutex<State>>>,
    takes_stdout: bool,
}

struct State {
    title: &'static str,
    /// The name and place of a case without a run.
    subject: String,
    place: Option<String>,
    has_begun: bool,
    /// Empty after they were written.
    targets: Vec<ReportTarget>,
    cases: Vec<TestCase>,
}

impl TestReports {
    /// Checks that each file can be written. `title` is the command.
    pub(crate) fn plan(title: &'static str, targets: &[ReportTarget]) -> Result<Self, Error> {
        for (at, target) in targets.iter().enumerate() {
            let is_same = |other: &ReportTarget| {
                (target.is_stdout() && other.is_stdout())
                    || file::place(&target.file) == file::place(&other.file)
            };
            if targets[..at].iter().any(is_same) {
                let file = target.file.display();
                return Err(Error::usage(format!("--report writes `{file}` twice"))
                    .hint("name another file for one of the reports"));
            }
            if !target.is_stdout() {
                file::check(target.format, &target.file).map_err(|why| {
                    let message = format!("--report {target}: cannot write the file: {why}");
                    match why.kind() {
                        ErrorKind::NotFound => {
                            Error::usage(message).hint("create its folder first")
                        }
                        _ => Error::usage(message),
                    }
                })?;
            }
        }
        if targets.is_empty() {
            return Ok(TestReports::default());
        }
        let state = State {
            title,
            subject: title.to_owned(),
            place: None,
            has_begun: false,
            targets: targets.to_vec(),
            cases: Vec::new(),
        };
        Ok(TestReports {
            state: Some(Arc::new(Mutex::new(state))),
            takes_stdout: targets.iter().any(ReportTarget::is_stdout),
        })
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state.is_some()
    }

    /// True if a report replaces the result on stdout.
    pub(crate) fn takes_stdout(&self) -> bool {
        self.takes_stdout
    }

    /// The arguments are valid. From here on, a usage error is reported as well. `task` and
    /// `place` are those of a case without a run.
    pub(crate) fn begin(&self, task: Option<&str>, place: Option<String>) {
        if let Some(mut state) = self.lock() {
            state.has_begun = true;
            state.subject = task.unwrap_or(state.title).to_owned();
            state.place = place;
        }
    }

    /// The task of [`TestReports::begin`].
    pub(crate) fn subject(&self) -> String {
        self.lock()
            .map_or(String::new(), |state| state.subject.clone())
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Vec<TestCase>)) {
        if let Some(mut state) = self.lock() {
            change(&mut state.cases);
        }
    }

    /// Writes the reports, once, with the result of the command. Returns the reasons why files could not be
    /// written.
    pub(crate) fn write(&self, ui: &Ui, result: Result<(), &Error>) -> Vec<String> {
        let Some(mut state) = self.lock() else {
            return Vec::new();
        };
        let is_invalid = result.is_err_and(|error| error.kind == Kind::Usage);
        if is_invalid && !state.has_begun {
            return Vec::new();
        }
        let targets = std::mem::take(&mut state.targets);
        state.conclude(result);
        state.complete_hints(ui);
        let report = TestReport {
            title: state.title,
            cases: &state.cases,
            now: wall_time(),
        };
        let write = |target: &ReportTarget| {
            let text = report.render(target.format);
            let written = match target.is_stdout() {
                true => ui.out(&text).map_err(|error| error.to_string()),
                false => file::write(target.format, &target.file, &text)
                    .map_err(|error| format!("cannot write the file: {error}")),
            };
            written.err().map(|why| format!("--report {target}: {why}"))
        };
        targets.iter().filter_map(write).collect()
    }

    fn lock(&self) -> Option<MutexGuard<'_, State>> {
        let state = self.state.as_ref()?;
        Some(state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// Decides pending cases. A failed command has at least one failed case, and every report a case.
    fn conclude(&mut self, result: Result<(), &Error>) {
        let open = match result {
            Ok(()) => Verdict::Skipped("not waited for".to_owned()),
            Err(error) => verdict(error),
        };
        for case in &mut self.cases {
            if case.verdict == Verdict::Pending {
                case.verdict = open.clone();
            }
        }
        let without_run = match result {
            Err(_) if !self.cases.iter().any(|case| case.verdict.is_bad()) => open,
            Ok(()) if self.cases.is_empty() => Verdict::Skipped("no runs".to_owned()),
            _ => return,
        };
        let case = TestCase {
            place: self.place.clone(),
            ..TestCase::new(self.subject.as_str(), without_run)
        };
        self.cases.push(case);
    }

    /// Adds the flags that suggested commands keep.
    fn complete_hints(&mut self, ui: &Ui) {
        for case in &mut self.cases {
            if let Verdict::Failed(problem) | Verdict::Errored(problem) = &mut case.verdict {
                for hint in &mut problem.hints {
                    *hint = ui.completed(hint);
                }
            }
        }
    }
}

/// The verdict on a case with this error.
pub(crate) fn verdict(error: &Error) -> Verdict {
    let problem = Problem {
        kind: error.kind.word(),
        message: error.to_string(),
        hints: error.hint_texts(),
    };
    match error.kind {
        Kind::RunFailed => Verdict::Failed(problem),
        _ => Verdict::Errored(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Stream;

    fn printed(begun: bool, cases: Vec<TestCase>, result: Result<(), &Error>) -> String {
        let target = "markdown=-".parse().unwrap();
        let reports = TestReports::plan("tasks wait", &[target]).unwrap();
        if begun {
            reports.begin(Some("Reindex"), None);
        }
        reports.update(|all| *all = cases);
        let ui = Ui::captured();
        assert!(reports.write(&ui, result).is_empty());
        // A second one is not written.
        assert!(reports.write(&ui, result).is_empty());
        ui.printed(Stream::Out)
    }

    #[test]
    fn a_report_agrees_with_the_result_of_the_command() {
        let lost = Error::new(Kind::Unreachable, "no answer");
        let wrong = Error::usage("no such flag");
        let pending = || vec![TestCase::new("a", Verdict::Pending)];
        let passed = || vec![TestCase::new("a", Verdict::Passed)];
        for (begun, cases, result, counts) in [
            (true, vec![], Ok(()), "1 skipped"),
            (true, passed(), Ok(()), "1 passed"),
            (true, pending(), Ok(()), "1 skipped"),
            (true, pending(), Err(&lost), "1 without result"),
            (true, passed(), Err(&lost), "1 passed, 1 without result"),
            (false, vec![], Err(&lost), "1 without result"),
            (true, vec![], Err(&wrong), "1 without result"),
        ] {
            let text = printed(begun, cases, result);
            let heading = format!("### tasks wait: {counts}\n");
            assert!(text.starts_with(&heading), "{text}");
        }
        assert_eq!(printed(false, vec![], Err(&wrong)), "");
    }

    #[test]
    fn a_target_has_a_format_and_a_file() {
        let target = |text: &str| text.parse::<ReportTarget>().map(|t| t.to_string());
        assert_eq!(target("junit=a=b").unwrap(), "junit=a=b");
        assert_eq!(
            target("xml=a").unwrap_err(),
            "unknown format `xml`; expected junit=FILE or markdown=FILE"
        );
        for wrong in ["", "junit", "junit=", "=a"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn two_reports_have_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a").display().to_string();
        let other = folder.path().join("./a").display().to_string();
        let target = |text: String| text.parse::<ReportTarget>().unwrap();
        for pair in [
            [format!("junit={file}"), format!("markdown={other}")],
            ["junit=-", "markdown=-"].map(str::to_owned),
        ] {
            let error = TestReports::plan("tasks wait", &pair.map(target))
                .err()
                .unwrap();
            assert!(error.message.ends_with(" twice"), "{error}");
        }
    }
}
