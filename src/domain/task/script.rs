//! Scripts as command lines for a container's shell, which depend on the first line.

use crate::domain::task::quoting::line;

const SHELLS: [&str; 7] = ["sh", "bash", "dash", "ash", "ksh", "mksh", "zsh"];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its first line names `{interpreter}`, but only shells are supported")]
pub(crate) struct UnsupportedInterpreter {
    pub interpreter: String,
}

/// Runs a script with the shell of its first line. Without such a line, or with plain `sh`, the
/// script itself is sent, because the container's `sh` runs it.
pub(crate) fn command_line(script: &str) -> Result<String, UnsupportedInterpreter> {
    let first = script.lines().next().unwrap_or_default();
    let Some(named) = first.strip_prefix("#!") else {
        return Ok(script.to_owned());
    };
    let words: Vec<&str> = named.split_whitespace().collect();
    let refused = || UnsupportedInterpreter {
        interpreter: named.trim().to_owned(),
    };
    // `env` finds the shell; its `-S` only splits the words, as was done here.
    let (env, rest) = match words.as_slice() {
        [env, "-S", rest @ ..] | [env, rest @ ..] if base(env) == "env" => (Some(*env), rest),
        all => (None, all),
    };
    let (shell, options) = rest.split_first().ok_or_else(refused)?;
    if !SHELLS.contains(&base(shell)) {
        return Err(refused());
    }
    if base(shell) == "sh" && options.is_empty() {
        return Ok(script.to_owned());
    }
    let reading = ["-c", script];
    let words = env.iter().chain(rest).chain(&reading);
    Ok(format!("exec {}", line(words)))
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn sh_scripts_are_left_unchanged() {
        for script in [
            "echo hi",
            "# no line of that kind\n",
            "#!/bin/sh\necho hi\n",
            "#! /usr/bin/env sh\necho hi",
        ] {
            assert_eq!(command_line(script).as_deref(), Ok(script));
        }
    }

    #[test]
    fn other_shells_and_their_options_are_honoured() {
        for (first, starts) in [
            ("#!/bin/bash", "exec /bin/bash -c "),
            ("#! /bin/sh -eu", "exec /bin/sh -eu -c "),
            ("#!/usr/bin/env bash", "exec /usr/bin/env bash -c "),
            ("#!/usr/bin/env -S bash -e", "exec /usr/bin/env bash -e -c "),
        ] {
            let line = command_line(&format!("{first}\necho \"it's $0\"\n")).expect("a shell");
            assert!(line.starts_with(starts), "{line}");
        }
    }

    #[test]
    fn interpreters_other_than_shells_are_refused() {
        for first in [
            "#!/usr/bin/env python3",
            "#!/usr/bin/php -q",
            "#!",
            "#!/usr/bin/env",
        ] {
            assert!(command_line(&format!("{first}\nx")).is_err(), "{first}");
        }
    }

    #[test]
    fn the_named_shell_runs_the_script() {
        let script = "#!/usr/bin/env -S sh -e\nfalse\necho 'it went on'\n";
        let output = Command::new("sh")
            .args(["-c", &command_line(script).expect("a shell")])
            .output()
            .expect("sh");
        assert_eq!(
            (output.status.success(), output.stdout),
            (false, Vec::new())
        );
    }
}
