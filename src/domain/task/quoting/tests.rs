use super::*;
use proptest::prelude::*;
use std::process::Command;

fn through(shell: &str, script: &str) -> Vec<u8> {
    let options: &[&str] = match shell {
        "zsh" => &["-f", "-o", "extendedglob", "-o", "magicequalsubst"],
        "fish" => &["--no-config"],
        _ => &[],
    };
    let output = Command::new(shell)
        .args(options)
        .args(["-c", script])
        .output()
        .expect("a shell");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[allow(
    clippy::disallowed_methods,
    reason = "tests are told by a variable that nothing may be skipped"
)]
fn installed<const N: usize>(shells: [&'static str; N]) -> Vec<&'static str> {
    shells
        .into_iter()
        .filter(|shell| {
            let there = Command::new(shell).args(["-c", "true"]).output().is_ok();
            assert!(
                there || std::env::var_os("TASKS_CI").is_none(),
                "{shell} is missing, and in CI nothing is skipped"
            );
            there
        })
        .collect()
}

fn shells() -> Vec<&'static str> {
    installed(["sh", "dash", "bash"])
}

/// Text that Lagoon can store: no NUL, no 4-byte characters; with many characters that are special
/// to shells.
fn storable(most: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => prop::sample::select(vec![
            '"', '\'', '$', '`', '\\', '\n', '\r', '\t', ' ', ';', '&', '|', '(', ')', '{', '}',
            '<', '>', '*', '?', '[', ']', '#', '~', '=', '%', '!', '^', '@', '-',
        ]),
        4 => prop::char::range('\u{1}', '\u{7e}'),
        1 => prop::char::range('\u{80}', '\u{d7ff}'),
        1 => prop::char::range('\u{e000}', '\u{fffd}'),
    ];
    prop::collection::vec(character, 0..most).prop_map(|all| all.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn values_reach_the_shell_unchanged(value in storable(400)) {
        let script = compose([("A", escape(&value).as_str())], r#"printf %s "$A""#);
        for shell in shells() {
            prop_assert_eq!(through(shell, &script), value.as_bytes(), "{}", shell);
        }
    }

    #[test]
    fn suggested_commands_are_one_line_and_unchanged(text in storable(40)) {
        // Command substitution removes line ends at the end.
        let text = format!("{text}.");
        let line = suggestion([&text]);
        prop_assert!(!line.contains('\n'));
        let script = format!("printf %s {line}");
        for shell in shells() {
            prop_assert_eq!(through(shell, &script), text.as_bytes(), "{}", shell);
        }
    }

    #[test]
    fn quoted_program_names_run_the_program(
        name in prop_oneof![
            prop::sample::select(vec!["if", "time", "A=b", "~", "-x", "a b", "!", "{", "[["])
                .prop_map(str::to_owned),
            storable(20).prop_filter("a file name, no builtin, no job", |name| {
                !name.contains('/') && !name.starts_with('%') && name.len() > 3
            }),
        ],
        argument in storable(20),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join(&name);
        std::fs::write(&program, "#!/bin/sh\nprintf '%s\\0' \"$@\"\n").expect("a program");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        std::fs::set_permissions(&program, mode).expect("executable");
        let script = format!(
            "PATH={}\n{}",
            word(folder.path().to_str().expect("a name")),
            command(&[name.as_str(), argument.as_str(), ""])
        );
        let expected = format!("{argument}\0\0");
        for shell in shells() {
            prop_assert_eq!(&through(shell, &script), expected.as_bytes(), "{} {}", shell, script);
        }
    }

    #[test]
    fn words_reach_the_shell_separately(words in prop::collection::vec(storable(20), 1..5)) {
        let script = format!("printf '%s\\0' {}", line(&words));
        let mut expected = Vec::new();
        for word in &words {
            expected.extend_from_slice(word.as_bytes());
            expected.push(0);
        }
        for shell in shells() {
            prop_assert_eq!(&through(shell, &script), &expected, "{}", shell);
        }
    }
}

/// Words whose beginning a shell could expand.
fn expandable() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec![
        "=ls", "=", "==ls", "A==ls", "A:=ls", "A=~", "~", "~root", "~+", "~1", "^x", "#x", "%1",
        "%self", "%", "@x", "!x", "!!", "$x", "{a,b}", "[a]", "<x", "-x", "+1", ":", "/*", "\\",
        "\\\\", "\\'", "'", "a",
    ]);
    (start, "[ -~]{0,6}").prop_map(|(start, rest)| format!("{start}{rest}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn no_shell_expands_a_word(words in prop::collection::vec(expandable(), 1..60)) {
        let mut expected = Vec::new();
        for word in &words {
            expected.extend_from_slice(word.as_bytes());
            expected.push(b'\n');
        }
        let script = format!("printf '%s\\n' {}", line(&words));
        for shell in installed(["sh", "dash", "bash", "zsh", "fish"]) {
            prop_assert_eq!(&through(shell, &script), &expected, "{}: {}", shell, script);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]
    #[test]
    fn long_values_reach_the_shell_unchanged(seed in storable(200).prop_filter("some", |s| !s.is_empty())) {
        let value: String = seed.chars().cycle().take(60_000 / 3).collect();
        prop_assert!(value.len() <= 60_000);
        let script = compose([("A", escape(&value).as_str())], r#"printf %s "$A""#);
        for shell in shells() {
            prop_assert_eq!(through(shell, &script), value.as_bytes(), "{}", shell);
        }
    }
}

/// A single-quoted string as PowerShell's tokenizer reads it; `None` if anything follows.
fn read_back(quoted: &str) -> Option<String> {
    let mut chars = quoted.strip_prefix('\'')?.chars().peekable();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        if SINGLE.contains(&c) && chars.next_if(|next| SINGLE.contains(next)).is_none() {
            return chars.next().is_none().then_some(text);
        }
        text.push(c);
    }
    None
}

#[test]
fn words_are_quoted_for_powershell() {
    for (text, word) in [
        ("pr-12", "pr-12"),
        ("--arg=SOURCE=a.b", "--arg=SOURCE=a.b"),
        ("-a.b", "'-a.b'"),
        ("", "''"),
        ("Run it's", "'Run it''s'"),
        ("x\u{2019}; calc", "'x\u{2019}\u{2019}; calc'"),
        ("$x`", "'$x`'"),
        ("a,b", "'a,b'"),
        ("\u{2013}e", "'\u{2013}e'"),
        ("a\n\"$b\u{201d}", "\"a$([char]10)`\"`$b`\u{201d}\""),
    ] {
        assert_eq!(for_powershell(text), word);
    }
    assert_eq!(unquoted_for_powershell("\u{2018}Run"), "Run");
}

proptest! {
    #[test]
    fn a_word_quoted_for_powershell_stays_one_word(text in "[ -~\u{2013}\u{2018}-\u{201e}]{0,12}") {
        let word = for_powershell(&text);
        if word != text {
            prop_assert_eq!(read_back(&word), Some(text));
        }
    }
}

#[test]
fn commands_are_composed_like_lagoon_does() {
    assert_eq!(
        compose([("STR", "a b"), ("NUM", "42")], "echo hi"),
        r#" STR="a b" NUM="42"; echo hi"#
    );
    assert_eq!(compose([], "echo hi"), "echo hi");
}
