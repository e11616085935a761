//! Checks of several targets together: nothing starts unless all can start.

use std::collections::BTreeSet;

use crate::error::{Error, Hint};
use crate::ops::launch::Launch;
use crate::ops::launch::check::Obstacle;
use crate::ops::runs::wait::combined_error;

/// With the target's label.
pub(crate) type TargetCheck = (String, Result<Launch, Obstacle>);

/// A text and the environments that it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub text: String,
    pub labels: Vec<String>,
}

/// The launches in the order of the targets, if all can be started. With `skip_missing`, targets
/// without the task or the service are left out and returned as notices.
pub(crate) fn all_or_none(
    checks: Vec<TargetCheck>,
    skip_missing: bool,
) -> Result<(Vec<Launch>, Vec<Notice>), Error> {
    let total = checks.len();
    let (mut launches, mut skipped, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    let mut is_missing = false;
    for (label, check) in checks {
        let missing = match check {
            Ok(launch) => {
                launches.push(launch);
                continue;
            }
            Err(Obstacle::Other(error)) => {
                wrong.push((label, error));
                continue;
            }
            Err(Obstacle::NoTask(error)) => error,
            Err(Obstacle::NoService(service, _)) => {
                let message = format!("no service `{service}`, so a run would never start");
                Error::usage(message).hint(Hint::SkipPreflight)
            }
        };
        if skip_missing {
            skipped.push((missing.message, label));
        } else {
            is_missing = true;
            wrong.push((label, missing));
        }
    }
    if !wrong.is_empty() {
        return Err(none_started(wrong, total, is_missing));
    }
    let skipped = by_text(skipped);
    if launches.is_empty() {
        let mut message = match total {
            1 => "nothing was started: the target was skipped".to_owned(),
            total => format!("nothing was started: all {total} targets were skipped"),
        };
        skipped
            .iter()
            .for_each(|notice| message.push_str(&notice.line()));
        return Err(Error::not_found(message));
    }
    Ok((launches, skipped))
}

fn none_started(wrong: Vec<(String, Error)>, total: usize, is_missing: bool) -> Error {
    let mut message = match total {
        1 => "nothing was started: the target cannot be started".to_owned(),
        total => format!(
            "nothing was started: {} of {total} targets cannot be started",
            wrong.len()
        ),
    };
    let texts = wrong
        .iter()
        .map(|(label, e)| (e.to_string(), label.clone()));
    for notice in by_text(texts) {
        message.push_str(&notice.line());
    }
    // A hint is given once for targets with the same obstacle.
    let mut hinted = BTreeSet::new();
    let errors = wrong.into_iter().map(|(_, mut error)| {
        if !hinted.insert(error.to_string()) {
            error.hints.clear();
        }
        error
    });
    let mut error = match combined_error(errors.collect()) {
        Err(error) => Error { message, ..error },
        Ok(()) => Error::failed(message),
    };
    (error.source, error.flag) = (None, None);
    if is_missing {
        return error.hint(Hint::SkipMissing);
    }
    error
}

impl Notice {
    fn line(&self) -> String {
        format!("\n  {}: {}", self.labels.join(", "), self.text)
    }
}

/// Each text once, with all its environments.
pub(crate) fn by_text(texts: impl IntoIterator<Item = (String, String)>) -> Vec<Notice> {
    let mut all: Vec<Notice> = Vec::new();
    for (text, label) in texts {
        match all.iter_mut().find(|notice| notice.text == text) {
            Some(notice) => notice.labels.push(label),
            None => all.push(Notice {
                text,
                labels: vec![label],
            }),
        }
    }
    all
}
