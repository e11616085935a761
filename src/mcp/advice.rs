//! Rewords the hints of errors for clients, which have tools instead of a command line.

use crate::error::Hint;

/// A line for each hint that applies to tools.
pub(super) fn advice(hints: &[Hint]) -> Vec<String> {
    hints.iter().filter_map(line).collect()
}

fn line(hint: &Hint) -> Option<String> {
    let text = match hint {
        Hint::Text(text) => return of_text(text),
        Hint::FixCertificate(_) | Hint::FixAuthorities(_) => {
            return Some(
                "hint for the user: this machine does not trust the server's certificate; to find \
                 the cause: tasks doctor"
                    .to_owned(),
            );
        }
        Hint::ListRuns => "Lagoon keeps runs for a limited time; list_runs lists them",
        Hint::ListTasks => "list_tasks lists the tasks",
        Hint::CancelRun { id, status } => {
            return Some(format!(
                "hint: run {id} ({status}) was created and may never start; cancel_run can cancel it"
            ));
        }
        Hint::NameEnvironmentOrId => "use the task's id",
        Hint::GiveValue => "pass each value in `arguments`",
        Hint::ChooseIfRunning => "to allow this, pass `ifRunning`: start, skip or join",
        // About other commands, or about flags without a counterpart.
        _ => return None,
    };
    Some(format!("hint: {text}"))
}

/// Texts with a command of `tasks` or of the shell are for the user. Others must not have flags.
fn of_text(text: &str) -> Option<String> {
    let has_flag = |text: &str| {
        let mut words = text.split_whitespace();
        words.any(|word| word.trim_start_matches(['`', '(']).starts_with('-') && word.len() > 1)
    };
    if text.contains("tasks ") || text.contains("TASKS_") || text.contains("curl ") {
        return Some(format!("hint for the user: {text}"));
    }
    if has_flag(text) && !text.contains("--allow-") && !text.starts_with("the limits are ") {
        return None;
    }
    Some(format!("hint: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_in_words_of_the_tools() {
        let hints = [
            Hint::ListTasks,
            Hint::SkipPreflight,
            Hint::GiveValue,
            Hint::CancelRun {
                id: 63,
                status: "new".to_owned(),
            },
            "did you mean `Clear caches`?".into(),
            "to find the cause: tasks doctor".into(),
            "name it with -p".into(),
            "the limits are --project shop".into(),
        ];
        let lines = advice(&hints);
        assert_eq!(
            lines,
            [
                "hint: list_tasks lists the tasks",
                "hint: pass each value in `arguments`",
                "hint: run 63 (new) was created and may never start; cancel_run can cancel it",
                "hint: did you mean `Clear caches`?",
                "hint for the user: to find the cause: tasks doctor",
                "hint: the limits are --project shop",
            ]
        );
    }
}
