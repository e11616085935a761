//! The command lines in documentation, help and hints.

use std::iter::Peekable;
use std::str::Chars;

/// The arguments of every `tasks …` and `cargo run … -- …` in a shell text: in pipes, lists, loops,
/// substitutions, after assignments and after `xargs`.
pub(crate) fn invocations(shell: &str) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    read_commands(&mut shell.chars().peekable(), false, &mut commands);
    commands
        .into_iter()
        .filter_map(|command| arguments(&command))
        .collect()
}

fn arguments(command: &[String]) -> Option<Vec<String>> {
    let keywords = [
        "if", "then", "else", "elif", "while", "until", "do", "!", "time", "exec", "env",
    ];
    let start = command.iter().position(|word| {
        let is_assignment = word
            .split_once('=')
            .is_some_and(|(name, _)| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
        !is_assignment && !keywords.contains(&word.as_str())
    })?;
    let command = &command[start..];
    let after = |word: &str| {
        command
            .iter()
            .position(|found| found == word)
            .map(|at| at + 1)
    };
    let from = match command[0].as_str() {
        "tasks" => Some(1),
        "cargo" if command.get(1).is_some_and(|word| word == "run") => after("--"),
        "xargs" => after("tasks"),
        _ => None,
    }?;
    Some(command[from..].to_vec())
}

/// Reads commands up to the end, or to the `)` that closes a substitution.
fn read_commands(text: &mut Peekable<Chars<'_>>, nested: bool, found: &mut Vec<Vec<String>>) {
    let mut command = Vec::new();
    let mut word: Option<String> = None;
    let mut skip_word = false;
    let end_word = |word: &mut Option<String>, command: &mut Vec<String>, skip: &mut bool| {
        if let Some(word) = word.take()
            && !std::mem::take(skip)
        {
            command.push(word);
        }
    };
    while let Some(c) = text.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                word.extend(text.by_ref().take_while(|c| *c != '\''));
            }
            '"' => read_quoted(text, word.get_or_insert_default(), found),
            '\\' => match text.next() {
                Some('\n') | None => {}
                Some(c) => word.get_or_insert_default().push(c),
            },
            '$' if text.peek() == Some(&'(') => {
                text.next();
                read_commands(text, true, found);
                word.get_or_insert_default().push_str("SUBSTITUTED");
            }
            '#' if word.is_none() => {
                while text.peek().is_some_and(|c| *c != '\n') {
                    text.next();
                }
            }
            ' ' | '\t' => end_word(&mut word, &mut command, &mut skip_word),
            '<' | '>' => {
                // `2>file`: the number is part of the redirection.
                if word
                    .as_ref()
                    .is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()))
                {
                    word = None;
                }
                end_word(&mut word, &mut command, &mut skip_word);
                while text.peek().is_some_and(|c| "<>&".contains(*c)) {
                    text.next();
                }
                skip_word = true;
            }
            '|' | '&' | ';' | '\n' | '(' | ')' => {
                end_word(&mut word, &mut command, &mut skip_word);
                found.push(std::mem::take(&mut command));
                skip_word = false;
                if c == ')' && nested {
                    return;
                }
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    end_word(&mut word, &mut command, &mut skip_word);
    found.push(command);
}

/// The text between double quotes.
fn read_quoted(text: &mut Peekable<Chars<'_>>, word: &mut String, found: &mut Vec<Vec<String>>) {
    while let Some(c) = text.next() {
        match c {
            '"' => return,
            '\\' if text.peek().is_some_and(|c| "\"\\$`".contains(*c)) => word.extend(text.next()),
            '$' if text.peek() == Some(&'(') => {
                text.next();
                read_commands(text, true, found);
                word.push_str("SUBSTITUTED");
            }
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invocations_are_found_at_any_position() {
        let shell = r#"
            tasks list -e main   # a comment with tasks show
            cargo run --release -- --context sandbox invoke "Run yarn audit" -e main \
              --follow
            TASKS_OUTPUT=json tasks show 'It''s' | jq .id > out 2>&1
            run=$(tasks invoke audit -e main -o id) && tasks wait "$run" || echo tasks
            for t in $(tasks list -o name); do tasks show "$t"; done
            tasks list -o id | xargs -n1 tasks show <in
            echo tasks list; cargo test
        "#;
        let found: Vec<String> = invocations(shell)
            .iter()
            .map(|words| words.join("·"))
            .collect();
        assert_eq!(
            found,
            [
                "list·-e·main",
                "--context·sandbox·invoke·Run yarn audit·-e·main·--follow",
                "show·Its",
                "invoke·audit·-e·main·-o·id",
                "wait·$run",
                "list·-o·name",
                "show·$t",
                "list·-o·id",
                "show",
            ]
        );
    }
}
