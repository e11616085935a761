//! How waiting ended, for one run and for several.

use crate::domain::{Outcome, Run};
use crate::error::{Error, Kind};

/// How waiting for one run ended.
#[derive(Debug)]
pub struct Waited {
    /// The run as it was read last.
    pub run: Run,
    /// `Ok` when it is over, whatever its outcome.
    pub end: Result<(), Error>,
}

impl Waited {
    /// The error that this means for somebody who waited; none if the run completed.
    #[must_use]
    pub fn failure(self) -> Option<Error> {
        self.end.and_then(|()| verdict(&self.run)).err()
    }
}

/// What counts most when several runs ended in several ways, first to last.
const ORDER: [Kind; 8] = [
    Kind::RunFailed,
    Kind::RunCancelled,
    Kind::NeverStarted,
    Kind::StillGoing,
    Kind::Unreachable,
    Kind::NotAllowed,
    Kind::NotFound,
    Kind::Failed,
];

/// The error that a finished run means for somebody who waited for it; `Ok` if it completed.
///
/// # Errors
/// The run failed (3) or was cancelled (6).
pub fn verdict(run: &Run) -> Result<(), Error> {
    let (kind, how) = match run.outcome() {
        Outcome::Completed => return Ok(()),
        Outcome::Failed => (Kind::RunFailed, "failed"),
        Outcome::Cancelled => (Kind::RunCancelled, "was cancelled"),
        Outcome::Going | Outcome::Unknown => {
            let message = format!("run {} of `{}` is {}", run.id, run.name, run.status);
            return Err(about(run, Kind::StillGoing, message));
        }
    };
    let message = format!("run {} of `{}` {how}", run.id, run.name);
    Err(about(run, kind, message))
}

/// One verdict on `total` runs that were waited for, from the failures among them: of the first
/// kind in the order that applies, with every run concerned.
///
/// # Errors
/// Unless there is no failure.
pub fn verdict_of_all(failures: Vec<Error>, total: usize) -> Result<(), Error> {
    if total == 1 {
        return first_of_all(failures);
    }
    let head = format!("{} of {total} runs did not complete", failures.len());
    joined(failures, &head)
}

/// One error for several, of the first kind in the order that applies.
///
/// # Errors
/// Unless there is none.
pub fn first_of_all(failures: Vec<Error>) -> Result<(), Error> {
    let mut failures = failures;
    if failures.len() == 1 {
        return failures.pop().map_or(Ok(()), Err);
    }
    let head = format!("{} failures", failures.len());
    joined(failures, &head)
}

/// One error for the problems of several targets; a usage error among them decides the kind.
pub(in crate::ops) fn all_together(problems: Vec<Error>) -> Result<(), Error> {
    let is_usage = problems.iter().any(|p| p.kind == Kind::Usage);
    first_of_all(problems).map_err(|error| Error {
        kind: if is_usage { Kind::Usage } else { error.kind },
        ..error
    })
}

fn joined(failures: Vec<Error>, head: &str) -> Result<(), Error> {
    const SHOWN: usize = 10;
    let applies = |kind: &Kind| failures.iter().any(|f| f.kind == *kind);
    let first = ORDER.into_iter().find(applies);
    let Some(kind) = first.or_else(|| failures.first().map(|f| f.kind)) else {
        return Ok(());
    };
    let mut messages: Vec<String> = failures
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    if failures.len() > SHOWN {
        messages.push(format!("and {} more", failures.len() - SHOWN));
    }
    let mut error = Error::new(kind, format!("{head}: {}", messages.join("; ")));
    for failure in failures {
        error.runs.extend(failure.runs);
        for hint in failure.hints {
            if error.hints.len() < SHOWN && !error.hints.contains(&hint) {
                error.hints.push(hint);
            }
        }
    }
    Err(error)
}

/// An error about this run.
pub(in crate::ops) fn about(run: &Run, kind: Kind, message: String) -> Error {
    Error {
        runs: vec![run.to_json()],
        ..Error::new(kind, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_applies_decides() {
        let of = |kinds: &[Kind]| {
            let failures = kinds.iter().map(|k| Error::new(*k, k.word())).collect();
            verdict_of_all(failures, 9).map_err(|e| e.kind.exit_code())
        };
        assert_eq!(of(&[]), Ok(()));
        let all = [
            Kind::Failed,
            Kind::NotFound,
            Kind::NotAllowed,
            Kind::Unreachable,
            Kind::StillGoing,
            Kind::NeverStarted,
            Kind::RunCancelled,
            Kind::RunFailed,
        ];
        for (worst, code) in all
            .iter()
            .enumerate()
            .zip([1, 5, 4, 7, 8, 10, 6, 3])
            .map(|((i, _), c)| (i, c))
        {
            assert_eq!(of(&all[..=worst]), Err(code));
        }
    }
}
