//! Commands that write their exit code at the end of their log, because Lagoon does not keep it.

/// The marker is followed by a nonce and the exit code.
const MARKER: &str = "tasks-exit-status:";

/// The hexadecimal digits of a nonce.
const NONCE: usize = 16;

/// In bytes, with the line end.
pub(crate) const LONGEST_MARKER: usize = MARKER.len() + NONCE + ":255\r\n".len();

pub(crate) fn nonce(random: u64) -> String {
    format!("{random:0NONCE$x}")
}

/// A command line that runs `command`, writes its exit code at the end of the log and exits with it.
pub(crate) fn wrap(command: &str, nonce: &str) -> String {
    let quoted = command.replace('\'', r"'\''");
    format!("sh -c '{quoted}'{}", end(nonce))
}

/// With one stream for both outputs, no line can reach the log after the marker.
fn end(nonce: &str) -> String {
    format!(" 2>&1; c=$?; echo \"{MARKER}{nonce}:$c\"; exit $c")
}

/// The command of a line that `wrap` made.
pub(crate) fn unwrap(line: &str) -> Option<String> {
    let rest = line.strip_prefix("sh -c '")?;
    let at = rest.rfind(MARKER)? + MARKER.len();
    let nonce = rest.get(at..at + NONCE)?;
    let quoted = rest.strip_suffix(&end(nonce))?.strip_suffix('\'')?;
    let command = quoted.replace(r"'\''", "'");
    (is_nonce(nonce) && wrap(&command, nonce) == line).then_some(command)
}

/// The command that the user gave.
pub(crate) fn plain(line: &str) -> String {
    unwrap(line).unwrap_or_else(|| line.to_owned())
}

/// The exit code at the end of a log. Only the last line counts.
pub(crate) fn code(log: &str, nonce: &str) -> Option<u8> {
    let (_, found, code) = split(log)?;
    (found == nonce).then_some(code)
}

/// A log, or a line of it, without a marker at its end.
pub(crate) fn without_marker(log: &str) -> &str {
    split(log).map_or(log, |(before, ..)| before)
}

/// The text before the marker, the nonce and the code.
fn split(log: &str) -> Option<(&str, &str, u8)> {
    let body = log.strip_suffix('\n').unwrap_or(log);
    let body = body.strip_suffix('\r').unwrap_or(body);
    let at = body.rfind(MARKER)?;
    let (nonce, code) = body[at + MARKER.len()..].split_once(':')?;
    let digits = code.bytes().all(|b| b.is_ascii_digit());
    let code = code.parse().ok().filter(|_| digits && code.len() <= 3)?;
    is_nonce(nonce).then_some((&body[..at], nonce, code))
}

fn is_nonce(text: &str) -> bool {
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.len() == NONCE && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    const ONE: &str = "00000000000000ff";

    #[test]
    fn the_shell_exits_with_the_code_of_the_command_and_writes_it_last() {
        for (command, code, shown) in [
            ("exit 7", 7, ""),
            ("echo \"it's $0\"", 0, "it's sh\n"),
            ("printf 'no newline'; false", 1, "no newline"),
            ("echo to stderr >&2; exit 255", 255, "to stderr\n"),
            ("kill -9 $$", 137, "Killed\n"),
            (
                "echo \"tasks-exit-status:00000000000000ff:0\"; exit 3",
                3,
                "tasks-exit-status:00000000000000ff:0\n",
            ),
        ] {
            let line = wrap(command, ONE);
            let output = Command::new("sh").args(["-c", &line]).output().expect("sh");
            assert_eq!(output.status.code(), Some(code), "{command}");
            let log = String::from_utf8(output.stdout).expect("UTF-8");
            assert_eq!(super::code(&log, ONE).map(i32::from), Some(code), "{log}");
            // Shells differ in what they say of a signal, and where.
            if code != 137 {
                assert_eq!(without_marker(&log), shown);
                assert!(output.stderr.is_empty());
            }
        }
    }

    #[test]
    fn only_the_last_line_and_the_own_nonce_count() {
        let marker = |nonce: &str, code: &str| format!("{MARKER}{nonce}:{code}\n");
        let log = format!("a\n{}", marker(ONE, "3"));
        assert_eq!(code(&log, ONE), Some(3));
        assert_eq!(code(log.trim_end(), ONE), Some(3));
        assert_eq!(code(&log.replace('\n', "\r\n"), ONE), Some(3));
        assert_eq!(code(&log, "00000000000000fe"), None);
        for log in [
            format!("{log}more\n"),
            format!("{log}\n"),
            marker(ONE, "256"),
            marker(ONE, "-1"),
            marker(ONE, "+1"),
            marker(ONE, ""),
            marker("FF", "1"),
            marker("00000000000000FF", "1"),
            String::new(),
        ] {
            assert_eq!(code(&log, ONE), None, "{log:?}");
            assert_eq!(without_marker(&log), log);
        }
    }

    #[test]
    fn other_command_lines_are_not_unwrapped() {
        let line = wrap("id", ONE);
        assert_eq!(unwrap(&line).as_deref(), Some("id"));
        for other in [
            "sh -c 'id'".to_owned(),
            line.replace("sh -c", "bash -c"),
            line.replace(ONE, "ff"),
            format!("{line}; id"),
            wrap("a' b", ONE).replace(r"'\''", "'"),
        ] {
            assert_eq!(unwrap(&other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_command_is_unwrapped_again(command in any::<String>(), random in any::<u64>()) {
            let line = wrap(&command, &nonce(random));
            prop_assert_eq!(unwrap(&line), Some(command));
        }

        #[test]
        fn wrapped_commands_are_unwrapped_once(command in "['\\\\ a]{0,8}", random in any::<u64>()) {
            let line = wrap(&wrap(&command, &nonce(random)), &nonce(random));
            prop_assert_eq!(unwrap(&line), Some(wrap(&command, &nonce(random))));
        }

        #[test]
        fn quoted_commands_arrive_unchanged_in_the_shell(text in "['\"\\\\$`!*; \na-c]{0,12}") {
            let command = format!("cat <<'END'\n{text}\nEND\n");
            let line = wrap(&command, ONE);
            let output = Command::new("sh").args(["-c", &line]).output().expect("sh");
            let log = String::from_utf8(output.stdout).expect("UTF-8");
            prop_assert_eq!(without_marker(&log), format!("{text}\n"));
        }

        #[test]
        fn a_marker_is_found_after_any_log(log in any::<String>(), random in any::<u64>(), end in any::<u8>()) {
            let nonce = nonce(random);
            let marked = format!("{log}{MARKER}{nonce}:{end}\n");
            prop_assert_eq!(code(&marked, &nonce), Some(end));
            prop_assert_eq!(without_marker(&marked), log);
        }

        #[test]
        fn reading_markers_never_panics(text in "[a-z:0-9\\n\\r-]{0,60}", cut in 0usize..40) {
            let text = format!("{text}{MARKER}{}", &format!("{ONE}:12\n")[..cut.min(20)]);
            without_marker(&text);
            code(&text, ONE);
            unwrap(&text);
        }
    }
}
