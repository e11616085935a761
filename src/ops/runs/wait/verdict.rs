//! Results of waiting.

use crate::domain::{Outcome, Run};
use crate::error::{Error, Kind};

use super::{WaitOutcome, about};

impl WaitOutcome {
    /// `None` if the run completed.
    pub(crate) fn failure(self) -> Option<Error> {
        self.end.and_then(|()| verdict(&self.run)).err()
    }
}

/// Kinds of failures, by precedence.
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

/// Fails unless the run completed.
pub(crate) fn verdict(run: &Run) -> Result<(), Error> {
    Err(match run.outcome() {
        Outcome::Completed => return Ok(()),
        Outcome::Failed => about(run, Kind::RunFailed, "failed"),
        Outcome::Cancelled => about(run, Kind::RunCancelled, "was cancelled"),
        Outcome::Going | Outcome::Unknown => {
            about(run, Kind::StillGoing, &format!("is {}", run.status))
        }
    })
}

/// One error for the failures among `total` runs, with the kind that takes precedence.
pub(crate) fn verdict_of_all(failures: Vec<Error>, total: usize) -> Result<(), Error> {
    if total == 1 {
        return first_of_all(failures);
    }
    let head = format!("{} of {total} runs did not complete", failures.len());
    joined(failures, &head)
}

/// One error for several, with the kind that takes precedence.
pub(crate) fn first_of_all(mut failures: Vec<Error>) -> Result<(), Error> {
    if failures.len() == 1 {
        return failures.pop().map_or(Ok(()), Err);
    }
    let head = format!("{} errors", failures.len());
    joined(failures, &head)
}

/// As [`first_of_all`], but a usage error takes precedence.
pub(in crate::ops) fn combined_error(problems: Vec<Error>) -> Result<(), Error> {
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
    let messages = failures.iter().take(SHOWN).map(ToString::to_string);
    let mut messages: Vec<String> = messages.collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_important_failure_determines_the_exit_code() {
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
