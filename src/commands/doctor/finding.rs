//! Findings of `doctor`, and the exit code they lead to.

use serde_json::{Value, json};

use crate::commands::report::Table;
use crate::error::messages::counted;
use crate::error::{Error, Kind};
use crate::output::{Cell, Detail, Grid, Report};
use crate::terminal::Style;

/// The result of one check.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    check: &'static str,
    state: FindingState,
    message: String,
    fix: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FindingState {
    Good,
    /// Optional and absent.
    Note,
    Warning,
    /// Broken. The kind determines the exit code.
    Problem(Kind),
    /// Could not be checked.
    Skipped,
}

impl Finding {
    fn new(check: &'static str, state: FindingState, message: impl Into<String>) -> Finding {
        Finding {
            check,
            state,
            message: message.into(),
            fix: None,
        }
    }

    pub(super) fn good(check: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(check, FindingState::Good, message)
    }

    pub(super) fn note(check: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(check, FindingState::Note, message)
    }

    pub(super) fn warning(check: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(check, FindingState::Warning, message)
    }

    pub(super) fn problem(check: &'static str, kind: Kind, message: impl Into<String>) -> Finding {
        Finding::new(check, FindingState::Problem(kind), message)
    }

    pub(super) fn failed(check: &'static str, error: &Error) -> Finding {
        let fix = match (error.hint_texts().as_slice(), error.kind) {
            ([], Kind::NotAllowed) => "ask a maintainer of the project for access".to_owned(),
            ([], _) => "add -v to see the requests".to_owned(),
            (hints, _) => hints.join("; "),
        };
        Finding::problem(check, error.kind, error.to_string()).fix(fix)
    }

    pub(super) fn skipped(check: &'static str, message: impl Into<String>) -> Finding {
        Finding::new(check, FindingState::Skipped, message)
    }

    /// Reduces a problem to a warning.
    pub(super) fn into_warning(mut self) -> Finding {
        if self.is_problem() {
            self.state = FindingState::Warning;
        }
        self
    }

    pub(super) fn is_problem(&self) -> bool {
        matches!(self.state, FindingState::Problem(_))
    }

    pub(super) fn fix(mut self, fix: impl Into<String>) -> Finding {
        self.fix = Some(fix.into());
        self
    }
}

impl FindingState {
    /// The word for programs, the mark for people, and the style of both.
    fn appearance(self) -> (&'static str, &'static str, Style) {
        match self {
            FindingState::Good => ("good", "✓", Style::Good),
            FindingState::Note => ("note", "·", Style::Dim),
            FindingState::Warning => ("warning", "!", Style::Warning),
            FindingState::Problem(_) => ("problem", "✗", Style::Bad),
            FindingState::Skipped => ("skipped", "·", Style::Dim),
        }
    }
}

pub(super) struct Findings(pub(super) Vec<Finding>);

/// The first of these kinds among the problems determines the exit code.
const ORDER: [Kind; 5] = [
    Kind::Unreachable,
    Kind::NotAllowed,
    Kind::Usage,
    Kind::NotFound,
    Kind::Failed,
];

impl Findings {
    pub(super) fn verdict(&self) -> Result<(), Error> {
        let kinds: Vec<Kind> = self
            .0
            .iter()
            .filter_map(|finding| match finding.state {
                FindingState::Problem(kind) => Some(kind),
                _ => None,
            })
            .collect();
        let Some(first) = kinds.first() else {
            return Ok(());
        };
        let kind = ORDER.into_iter().find(|kind| kinds.contains(kind));
        let message = format!("{} found", counted(kinds.len(), "problem"));
        Err(Error::new(kind.unwrap_or(*first), message))
    }
}

impl Report for Findings {
    fn value(&self) -> Value {
        self.0
            .iter()
            .map(|finding| {
                json!({
                    "check": finding.check,
                    "state": finding.state.appearance().0,
                    "message": finding.message,
                    "fix": finding.fix,
                })
            })
            .collect()
    }

    fn grid(&self) -> Grid {
        let state = |finding: &Finding| {
            let (word, _, style) = finding.state.appearance();
            Cell::status(word, style)
        };
        Table::of(&self.0)
            .column("check", |finding| Cell::name(finding.check))
            .column("state", state)
            .column("message", |finding| finding.message.clone())
            .column("fix", |finding| finding.fix.clone())
            .grid()
    }

    fn detail(&self) -> Option<Detail> {
        let mut detail = Detail::untitled();
        let mut before = "";
        for finding in &self.0 {
            // Findings of the same check follow its label.
            let label = if finding.check == before {
                ""
            } else {
                finding.check
            };
            before = finding.check;
            let (_, mark, style) = finding.state.appearance();
            let message = finding.message.replace('\n', " ");
            detail = detail.field(label, Cell::status(format!("{mark} {message}"), style));
            if let Some(fix) = &finding.fix {
                detail = detail.field("", format!("→ {}", fix.replace('\n', " ")));
            }
        }
        Some(detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_important_problem_determines_the_exit_code() {
        let of = |kinds: &[Kind]| {
            let problem = |kind: &Kind| Finding::problem("x", *kind, "");
            let findings = Findings(kinds.iter().map(problem).collect());
            findings.verdict().map_err(|error| error.kind.exit_code())
        };
        assert_eq!(of(&[]), Ok(()));
        assert_eq!(of(&[Kind::Failed, Kind::NotFound]), Err(5));
        assert_eq!(of(&[Kind::Usage, Kind::NotAllowed, Kind::NotFound]), Err(4));
        assert_eq!(
            of(&[Kind::Usage, Kind::Unreachable, Kind::NotAllowed]),
            Err(7)
        );
        assert_eq!(of(&[Kind::NotFound, Kind::Usage]), Err(2));
        let fine = Findings(vec![
            Finding::good("x", ""),
            Finding::note("x", ""),
            Finding::warning("x", ""),
            Finding::skipped("x", ""),
        ]);
        assert!(fine.verdict().is_ok());
    }
}
