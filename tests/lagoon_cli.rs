//! The file of the `lagoon` CLI: its contexts just work, and nothing is ever written to it.

use crate::support::env::TestEnv;
use crate::support::home::Home;

const FILE: &str = "\
default: acme
current: other
lagoons:
  acme:
    graphql: https://api.acme.example/graphql
    hostname: ssh.acme.example
    port: 32222
    token: \"\"
    ui: https://ui.acme.example
  other:
    graphql: https://api.other.example/graphql
    hostname: ssh.other.example
    port: \"22\"
  half:
    hostname: ssh.half.example
  two words:
    graphql: https://api.two.example/graphql
";

const OURS: &str = ".config/lagoon-tasks/config.toml";

fn with_file() -> Home {
    let home = Home::new();
    home.write(".lagoon.yml", FILE);
    home
}

fn names(home: &Home) -> String {
    home.tasks(&["context", "list", "-o", "name"])
        .succeeds()
        .stdout
}

#[test]
fn lagoon_cli_contexts_are_listed_with_their_source() {
    let home = with_file();
    let list = home.tasks(&["context", "list", "-o", "json"]).succeeds();
    let listed = list.json();
    assert_eq!(listed[0]["name"], "acme");
    assert_eq!(listed[0]["current"], true);
    assert_eq!(listed[0]["sshPort"], 32222);
    let file = home.path(".lagoon.yml").display().to_string();
    assert_eq!(listed[0]["source"], file.as_str());
    assert_eq!(listed[0]["currentBy"], file.as_str());
    assert_eq!(names(&home), "acme\nother\nsandbox\n");
    // An unusable entry is reported and affects no other entry.
    for why in [
        "`half` has no API address",
        "`two words` is not a valid context name",
    ] {
        assert!(list.stderr.contains(why), "{list}");
    }
    for name in ["half", "two words"] {
        let refused = home.tasks(&["list", "-l", name]).ends_with(2);
        assert!(refused.stderr.contains(".lagoon.yml"), "{refused}");
    }
}

#[test]
fn a_context_called_sandbox_is_reported_each_time_the_built_in_one_is_selected() {
    let entry = "lagoons:\n  sandbox:\n    graphql: https://api.sandbox.example/graphql\n";
    let own = "[contexts.sandbox]\napi = \"https://api.sandbox.example\"\n";
    for (file, text) in [(".lagoon.yml", entry), (OURS, own)] {
        let home = Home::new();
        let path = home.write(file, text).display().to_string();
        let report = format!("not the context of that name in {path}");
        for _ in 0..2 {
            let line = ["list", "-l", "sandbox", "-e", "main", "-q"];
            let output = home.tasks(&line).succeeds();
            assert!(output.stderr.contains(&report), "{output}");
        }
        let mut command = home.command(&["list", "-e", "main", "-o", "json"]);
        command = command.env("TASKS_CONTEXT", "sandbox");
        let output = home.run(command).succeeds();
        assert!(output.stderr.contains(&report), "{output}");
        assert!(output.stderr.contains("another name"), "{output}");
        let output = home.tasks(&["context", "use", "sandbox"]).succeeds();
        assert!(output.stderr.contains(&report), "{output}");
    }
    let quiet = with_file().tasks(&["list", "-l", "sandbox", "-e", "main"]);
    let stderr = &quiet.succeeds().stderr;
    assert!(!stderr.contains("of that name"), "{stderr}");
    // A file that cannot be read may have any context.
    let home = Home::new();
    home.write(".lagoon.yml", "a: [");
    let broken = home.tasks(&["list", "-l", "sandbox", "-e", "main"]);
    let stderr = &broken.succeeds().stderr;
    assert!(!stderr.contains("of that name"), "{stderr}");
}

#[test]
fn own_contexts_take_precedence_by_name() {
    let home = with_file();
    home.write(OURS, "[contexts.acme]\napi = \"https://ours.example\"\n");
    assert_eq!(names(&home), "acme\nother\nsandbox\n");
    let current = home.tasks(&["context", "show", "--jq", ".api"]).succeeds();
    assert_eq!(current.stdout, "https://ours.example/graphql\n");
}

#[test]
fn adding_a_context_does_not_switch_to_it() {
    let home = with_file();
    let current = || {
        let shown = home.tasks(&["context", "show", "--jq", ".name"]);
        shown.succeeds().stdout
    };
    for name in ["first", "second"] {
        let add = [
            "context",
            "add",
            name,
            "https://x.example",
            "--no-discovery",
        ];
        let added = home.tasks(&[&add[..], &["-o", "json"]].concat()).succeeds();
        let note = "`acme` is still the current context, set in ";
        for text in [note, "to switch: tasks context use "] {
            assert!(added.stderr.contains(text), "{added}");
        }
        assert_eq!(added.json()["current"], false);
        assert_eq!(current(), "acme\n");
    }
    home.tasks(&["context", "use", "second"]).succeeds();
    assert_eq!(current(), "second\n");
    let add = [
        "context",
        "add",
        "third",
        "https://x.example",
        "--no-discovery",
    ];
    home.tasks(&[&add[..], &["--use"]].concat()).succeeds();
    assert_eq!(current(), "third\n");
    let by_variable = home
        .command(&["context", "show", "--jq", ".name"])
        .env("TASKS_CONTEXT", "other");
    assert_eq!(home.run(by_variable).succeeds().stdout, "other\n");
}

#[test]
fn the_lagoon_cli_file_is_never_written() {
    let home = with_file();
    let refused = home
        .tasks(&["context", "remove", "acme", "--yes"])
        .ends_with(2);
    assert!(refused.stderr.contains("never changes"), "{refused}");
    home.tasks(&["context", "use", "other"]).succeeds();
    let add = [
        "context",
        "add",
        "acme",
        "https://api.acme.example",
        "--no-discovery",
    ];
    home.tasks(&add).succeeds();
    let text = std::fs::read_to_string(home.path(".lagoon.yml")).unwrap();
    assert_eq!(text, FILE);
    let show = home.tasks(&["context", "show", "acme", "--jq", ".source"]);
    assert!(show.succeeds().stdout.contains(OURS));
}

#[test]
fn variables_locate_the_lagoon_cli_file() {
    let home = Home::new();
    let file = home.write("elsewhere.yml", FILE);
    for variable in ["LAGOON_CONFIG_FILE", "LAGOONCONFIG"] {
        let list = home
            .command(&["context", "list", "-o", "name"])
            .env(variable, &file);
        assert_eq!(home.run(list).succeeds().stdout, "acme\nother\nsandbox\n");
    }
}

#[test]
fn a_broken_file_fails_only_commands_that_need_it() {
    let home = Home::new();
    home.write(".lagoon.yml", "lagoons:\n  a: [\n");
    home.write(OURS, "[contexts.acme]\napi = \"https://acme.example\"\n");
    home.tasks(&["context", "show"]).succeeds();
    let list = home.tasks(&["context", "list"]).succeeds();
    assert!(list.stderr.contains(".lagoon.yml:"), "{list}");
    let refused = home
        .tasks(&["list", "-l", "beta", "-o", "json"])
        .ends_with(2);
    let error = refused.json_error();
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains(".lagoon.yml:3:") || message.contains(".lagoon.yml:2:"),
        "{message}"
    );
    assert!(error["hints"][0].as_str().unwrap().contains("YAML"));
}

#[test]
fn a_missing_current_lagoon_is_named() {
    let home = Home::new();
    home.write(
        ".lagoon.yml",
        FILE.replace("default: acme", "default: acne"),
    );
    let refused = home.tasks(&["list", "-p", "x"]).ends_with(5);
    let words = ".lagoon.yml: `default` is `acne`, but the file has no Lagoon of that name";
    assert!(refused.stderr.contains(words), "{refused}");
    assert!(refused.stderr.contains("did you mean `acme`?"), "{refused}");
    let list = home.tasks(&["context", "list"]).succeeds();
    assert!(list.stderr.contains(words), "{list}");
    let doctor = home.tasks(&["doctor", "-o", "json", "--jq", ".[] | .message"]);
    assert!(doctor.stdout.contains(words), "{doctor}");
}

#[test]
fn a_token_readable_by_others_is_reported_once_a_day() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::new();
    let text = format!(
        "lagoons:\n  acme:\n    graphql: {}\n    token: {}\n",
        env.url(),
        env.token()
    );
    let file = env.home.write(".lagoon.yml", text);
    let set = |mode| std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
    let warning = "other users can read the token in ";
    let whoami = || env.home.tasks(&["whoami"]).succeeds().stderr;
    let list = || env.home.tasks(&["projects"]).succeeds().stderr;
    let doctor = || {
        let doctor = env.home.tasks(&["doctor", "-o", "json"]);
        doctor.stdout.contains("other users can read the token in ")
    };
    set(0o600);
    assert!(!list().contains(warning) && !doctor());
    set(0o644);
    let first = list();
    assert!(
        first.contains(warning) && first.contains("chmod 600 "),
        "{first}"
    );
    assert!(!list().contains(warning) && !whoami().contains(warning));
    // Doctor reports it each time.
    assert!(doctor() && doctor());
}
