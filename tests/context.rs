//! Contexts: comments are kept, tokens are stored apart, and a token is sent only to its own Lagoon.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::home::Home;
use crate::support::output::Output;
use crate::support::pty::Terminal;

const CONFIG: &str = ".config/lagoon-tasks/config.toml";
const TOKEN: &str = ".local/state/lagoon-tasks/tokens/acme";

/// A token that holds for a hundred years.
fn token() -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.c2ln",
        part(r#"{"alg":"HS256"}"#),
        part(r#"{"exp":4900000000}"#)
    )
}

fn with_acme() -> Home {
    let home = Home::new();
    let add = home
        .command(&[
            "context",
            "add",
            "acme",
            "https://api.acme.example/",
            "-p",
            "shop",
            "--with-token",
        ])
        .stdin(format!("{}\n", token()));
    home.run(add).succeeds();
    home
}

/// A key or token may be given in the place of a name, in a form that nothing recognizes.
#[test]
fn a_context_name_that_may_be_a_secret_is_not_printed() {
    let home = Home::new();
    let opaque = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    let long = format!("keys {}", "x/".repeat(40));
    for (given, code) in [(opaque, 5), (long.as_str(), 2)] {
        let length = given.chars().count();
        for line in [&["-l", given, "whoami"][..], &["context", "use", given]] {
            let refused = home.tasks(line).ends_with(code);
            let words = format!("a value of {length} characters");
            assert!(refused.stderr.contains(&words), "{refused}");
            assert!(!refused.stderr.contains(&given[5..20]), "{refused}");
        }
        let variable = home.command(&["whoami"]).env("TASKS_CONTEXT", given);
        let refused = home.run(variable).ends_with(code);
        assert!(!refused.stderr.contains(&given[5..20]), "{refused}");
    }
}

#[test]
fn a_context_is_added_listed_used_and_removed() {
    let home = with_acme();
    home.tasks(&["context", "add", "beta", "https://beta.example"])
        .succeeds();
    let names = |home: &Home| {
        home.tasks(&["context", "list", "-o", "name"])
            .succeeds()
            .stdout
    };
    assert_eq!(names(&home), "acme\nbeta\nsandbox\n");

    let shown = home
        .tasks(&["context", "show", "-o", "json"])
        .succeeds()
        .json();
    let fields: Vec<&str> = shown
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        fields,
        [
            "name",
            "api",
            "project",
            "caFile",
            "allowHttp",
            "uiUrl",
            "sshHost",
            "sshPort",
            "sshKey",
            "authorizationEndpoint",
            "current",
            "currentBy",
            "token",
            "tokenExpires",
            "source",
        ]
    );
    assert_eq!(shown["name"], "acme");
    assert_eq!(shown["api"], "https://api.acme.example/graphql");
    assert_eq!(
        (&shown["project"], &shown["token"]),
        (&"shop".into(), &"valid".into())
    );

    home.tasks(&["context", "use", "beta"]).succeeds();
    let current = home.tasks(&["context", "show", "--jq", ".name"]).succeeds();
    assert_eq!(current.stdout, "beta\n");

    let refused = home.tasks(&["context", "remove", "acme"]).ends_with(2);
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    home.tasks(&["context", "remove", "acme", "--yes"])
        .succeeds();
    assert_eq!(names(&home), "beta\nsandbox\n");
    assert!(!home.path(TOKEN).exists());
}

#[cfg(unix)]
#[test]
fn tokens_are_stored_separately_and_privately() {
    use std::os::unix::fs::PermissionsExt;
    let home = with_acme();
    let mode = |path: &str| {
        std::fs::metadata(home.path(path))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(mode(TOKEN), 0o600);
    assert_eq!(mode(".local/state/lagoon-tasks/tokens"), 0o700);
    assert!(
        !std::fs::read_to_string(home.path(CONFIG))
            .unwrap()
            .contains(&token())
    );
    for args in [["context", "list"], ["context", "show"]] {
        for format in ["table", "json", "yaml", "csv"] {
            let mut args = args.to_vec();
            args.extend(["-v", "-o", format]);
            let said = home.tasks(&args).succeeds();
            assert!(!said.stdout.contains(&token()) && !said.stderr.contains(&token()));
        }
    }

    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(home.path(TOKEN), open).unwrap();
    let refused = home.tasks(&["list", "-e", "main"]).ends_with(2);
    assert!(refused.stderr.contains("chmod 600"), "{}", refused.stderr);
}

#[test]
fn invalid_tokens_are_not_stored() {
    for (given, complaint) in [
        ("", "empty"),
        ("Permission denied.\n", "is not a valid token"),
        ("e30.eyJleHAiOjF9.c2ln", "has expired"),
    ] {
        let home = Home::new();
        let add = home
            .command(&[
                "context",
                "add",
                "acme",
                "https://acme.example",
                "--with-token",
            ])
            .stdin(given);
        let refused = home.run(add).ends_with(2);
        assert!(refused.stderr.contains(complaint), "{}", refused.stderr);
        assert!(!home.path(CONFIG).exists(), "nothing is half done");
    }
}

#[test]
fn another_address_does_not_inherit_a_token() {
    let home = with_acme();
    let add = ["context", "add", "acme", "https://evil.example"];
    let refused = home.tasks(&add).ends_with(2);
    assert!(
        refused.stderr.contains("already exists for another Lagoon"),
        "{}",
        refused.stderr
    );
}

#[test]
fn plain_http_to_another_machine_must_be_allowed() {
    let home = Home::new();
    let add = ["context", "add", "far", "http://10.255.255.1:3000"];
    home.tasks(&add).ends_with(2);
    home.tasks(&["context", "add", "near", "http://localhost:3000"])
        .succeeds();
    let allowed = [&add[..], &["--allow-http"]].concat();
    home.tasks(&allowed).succeeds();
    let api = home
        .command(&["list", "-p", "p", "-e", "e"])
        .env("TASKS_API", "http://10.255.255.1:3000")
        .env("TASKS_TOKEN", token());
    let refused = home.run(api).ends_with(2);
    assert!(
        refused.stderr.contains("does not use https"),
        "{}",
        refused.stderr
    );
}

#[test]
fn comments_in_the_configuration_are_kept() {
    let home = Home::new();
    home.write(
        CONFIG,
        "# mine\n[contexts.acme] # work\napi = \"https://acme.example\" # new\n",
    );
    home.tasks(&["context", "use", "acme"]).succeeds();
    home.tasks(&[
        "context",
        "add",
        "acme",
        "https://acme.example",
        "-p",
        "shop",
    ])
    .succeeds();
    let text = std::fs::read_to_string(home.path(CONFIG)).unwrap();
    for comment in ["# mine", "# work", "# new"] {
        assert!(text.contains(comment), "{text}");
    }
    assert!(text.contains("current = \"acme\"") && text.contains("project = \"shop\""));
}

#[test]
fn a_broken_configuration_is_reported_with_the_position() {
    let home = Home::new();
    home.write(
        CONFIG,
        "[contexts.acme]\napi = \"https://acme.example\"\nprojct = \"x\"\n",
    );
    let refused = home.tasks(&["context", "list", "-o", "json"]).ends_with(2);
    let error = refused.json_error();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("config.toml:3:1: unknown key `projct`"),
        "{message}"
    );
    assert_eq!(error["hints"][0], "did you mean `project`?");
    // Commands that use no context still work.
    home.tasks(&["completions", "bash"]).succeeds();
    home.tasks(&["help", "exit-codes"]).succeeds();
}

#[test]
fn not_signed_in_and_not_found_have_distinct_exit_codes() {
    let home = Home::new();
    let list = ["list", "-p", "p", "-e", "e"];
    home.tasks(&list).ends_with(4);
    home.tasks(&["list", "-l", "nowhere"]).ends_with(5);
    let alone = home.command(&list).env("TASKS_API", "https://acme.example");
    home.run(alone).ends_with(4);
    let empty = home.command(&list).env("TASKS_CONTEXT", "");
    home.run(empty).ends_with(2);
}

#[test]
fn at_a_terminal_each_context_takes_one_line() {
    let home = with_acme();
    let add = [
        "context",
        "add",
        "amazee",
        "https://api.lagoon.amazeeio.cloud/graphql",
        "--no-discovery",
    ];
    home.tasks(&add).succeeds();
    let mut terminal = Terminal::start(&home.command(&["context", "list"]));
    assert_eq!(terminal.finish(), 0);
    insta::assert_snapshot!(terminal.screen(), @"
    NAME     ADDRESS                                    PROJECT      CURRENT  TOKEN
    acme     https://api.acme.example/graphql           shop         yes      valid
    amazee   https://api.lagoon.amazeeio.cloud/graphql               no       none
    sandbox                                             lagoon-demo  no       valid
    ");
}

#[test]
fn relative_paths_start_at_the_configuration_folder() {
    let home = Home::new();
    let folder = ".config/lagoon-tasks";
    home.write(
        &format!("{folder}/config.toml"),
        "[contexts.acme]\napi = \"https://api.acme.example/graphql\"\nssh_key = \"keys/id\"\n",
    );
    home.write(&format!("{folder}/keys/id"), "x");
    let line = [
        "context",
        "add",
        "acme",
        "https://api.acme.example",
        "-p",
        "shop",
        "--no-discovery",
    ];
    home.tasks(&line).succeeds();
    let text = std::fs::read_to_string(home.path(&format!("{folder}/config.toml"))).unwrap();
    assert!(text.contains("ssh_key = \"keys/id\""), "{text}");
    assert!(text.contains("project = \"shop\""), "{text}");
}

#[test]
fn adding_a_first_context_does_not_switch_away_from_the_lagoon_cli() {
    let lagoon = "  theirs:\n    graphql: https://api.theirs.example/graphql\n";
    for file in [
        format!("current: theirs\nlagoons:\n{lagoon}"),
        // A single context is used, too.
        format!("lagoons:\n{lagoon}"),
    ] {
        let home = Home::new();
        home.write(".lagoon.yml", &file);
        let add = [
            "context",
            "add",
            "ours",
            "https://api.ours.example",
            "--no-discovery",
        ];
        let said = home.tasks(&add).succeeds().stderr;
        assert!(
            said.contains("`theirs` is still the current context"),
            "{said}"
        );
        assert!(
            said.contains("hint: to switch: tasks context use ours"),
            "{said}"
        );
        let current = || {
            home.tasks(&["context", "show", "-o", "name"])
                .succeeds()
                .stdout
        };
        assert_eq!(current(), "theirs\n", "{file}");
        home.tasks(&[&add[..], &["--use"]].concat()).succeeds();
        assert_eq!(current(), "ours\n", "{file}");
    }
}

#[test]
fn the_sandbox_notice_appears_once_per_terminal_session() {
    const NOTICE: &str = "without isolation";
    let count = |text: &str| text.matches(NOTICE).count();
    let home = Home::new();
    let list = "tasks -l sandbox list -e main -o name";
    let script = format!(
        "{list} >/dev/null; {list} >/dev/null; tasks -l sandbox --simulate list -e main -o name"
    );
    for _ in 0..2 {
        let mut terminal = Terminal::start(&home.shell(&script));
        assert_eq!(terminal.finish(), 0);
        let screen = terminal.screen();
        assert_eq!(count(&screen), 1, "{screen}");
        assert!(!screen.contains("warning:"), "{screen}");
        assert!(screen.contains("(--simulate)"), "{screen}");
    }
    // Without a terminal, there is no session.
    for _ in 0..2 {
        let output = home
            .tasks(&["-l", "sandbox", "list", "-e", "main"])
            .succeeds();
        assert_eq!(count(&output.stderr), 1, "{output}");
    }
}

#[test]
fn a_context_that_a_variable_overrides_is_not_called_current() {
    let home = with_acme();
    let add = [
        "context",
        "add",
        "eu",
        "https://api.eu.example",
        "--no-discovery",
    ];
    home.tasks(&add).succeeds();
    let under = |args: &[&str], context: &str| {
        home.run(home.command(args).env("TASKS_CONTEXT", context))
            .succeeds()
    };
    let shown = under(&["context", "use", "eu", "-o", "table"], "acme");
    assert_eq!(
        shown
            .stderr
            .replace(&home.path("").display().to_string(), "HOME/"),
        "`eu` is the current context in HOME/.config/lagoon-tasks/config.toml, but in this shell \
         TASKS_CONTEXT overrides it\nhint: to use `eu` in this shell: unset TASKS_CONTEXT\n"
    );
    let current = |output: &Output| {
        let line = output
            .stdout
            .lines()
            .find(|line| line.starts_with("Current"));
        line.unwrap_or_default()
            .split_once("  ")
            .unwrap_or_default()
            .1
            .trim()
            .to_owned()
    };
    assert_eq!(current(&shown), "no, TASKS_CONTEXT overrides it");
    // The result says it; the message is one of those that -q silences.
    let quiet = under(&["context", "use", "eu", "-q", "-o", "table"], "acme");
    assert_eq!((&*quiet.stderr, &quiet.stdout), ("", &shown.stdout));
    let json = under(&["context", "use", "eu", "-o", "json"], "acme").json();
    assert_eq!(json["current"], false);
    let added = under(&[&add[..], &["--use", "-o", "table"]].concat(), "acme");
    assert_eq!(current(&added), "no, TASKS_CONTEXT overrides it");
    // The variable can name the same one.
    let same = under(&["context", "use", "eu", "-o", "table"], "eu");
    assert_eq!(current(&same), "yes, from TASKS_CONTEXT");
    assert_eq!(same.stderr, "`eu` is the current context\n");
}
