//! The scope of definitions, changes and deletions: the command line names it, variables and the checkout
//! complete it.

use lagoon_sandbox::RecordedRequest;

use crate::place::{REMOTE, git, lagoon_file};
use crate::support::env::TestEnv;
use crate::support::pty::ENTER;

/// The lines of `define`, `update` and `delete` with these words about the scope.
fn lines<'a>(words: &[&'a str]) -> [Vec<&'a str>; 3] {
    let command = ["-s", "cli", "--command", "true"];
    [
        [&["define", "Mine"], &command[..], words].concat(),
        [&["update", "Mine", "--permission", "guest"], words].concat(),
        [&["delete", "Mine", "--yes"], words].concat(),
    ]
}

fn changes(env: &TestEnv) -> usize {
    let is_change = |r: &&RecordedRequest| r.body.contains("mutation");
    env.requests().iter().filter(is_change).count()
}

#[test]
fn without_a_terminal_the_branch_does_not_complete_a_scope() {
    let env = TestEnv::bare();
    lagoon_file(&env);
    git(&env, "ref: refs/heads/develop", REMOTE);
    for line in lines(&["--scope", "environment"]) {
        let output = env.tasks(&line).ends_with(2);
        assert!(
            output.stderr.contains("no environment given")
                && output
                    .stderr
                    .contains("name it with -e or TASKS_ENVIRONMENT")
                && output.stderr.contains("the git branch is `develop`"),
            "{output}"
        );
    }
    assert_eq!(env.requests().len(), 0);
    // A variable does, and neither chooses.
    for line in lines(&["--scope", "environment"]) {
        let command = env.command(&line).env("TASKS_ENVIRONMENT", "develop");
        let output = env.run(command).succeeds();
        assert!(output.stdout.contains("\tenvironment"), "{output}");
    }
    assert_eq!(changes(&env), 3);
    for line in lines(&[]) {
        let command = env.command(&line).env("TASKS_ENVIRONMENT", "develop");
        let output = env.run(command).ends_with(2);
        assert!(output.stderr.contains("say where"), "{output}");
    }
    assert_eq!(changes(&env), 3);
    // To look, the branch is enough.
    let output = env.tasks(&["export", "--scope", "environment"]).succeeds();
    assert!(
        output
            .stderr
            .contains("environment lagoon-demo/develop (from the git branch)"),
        "{output}"
    );
}

#[test]
fn at_a_terminal_the_branch_is_the_default_unless_it_is_production() {
    let env = TestEnv::bare();
    lagoon_file(&env);
    for line in lines(&["--scope", "environment"]) {
        git(&env, "ref: refs/heads/main", REMOTE);
        let mut terminal = env.terminal(&line);
        terminal.wait_for("? Environment");
        let screen = terminal.screen();
        assert!(
            screen.contains("the git branch `main` is the production environment")
                && !screen.contains("❯ main"),
            "{screen}"
        );
        terminal.send(crate::support::pty::CTRL_C);
        assert_eq!(terminal.finish(), 130);

        git(&env, "ref: refs/heads/develop", REMOTE);
        let mut terminal = env.terminal(&line);
        terminal.wait_for("❯ develop");
        terminal.send(ENTER);
        assert_eq!(terminal.finish(), 0);
        let screen = terminal.screen();
        assert!(screen.contains("✔ Environment · develop"), "{screen}");
    }
    assert_eq!(changes(&env), 3);
}

#[test]
fn the_prompts_of_define_respect_the_scope_flag() {
    let env = TestEnv::bare();
    lagoon_file(&env);
    git(&env, "ref: refs/heads/develop", REMOTE);
    let mut terminal = env.terminal(&["define", "--scope", "environment", "--command", "true"]);
    terminal.wait_for("? Task name");
    terminal.send("Mine\r");
    terminal.wait_for("❯ develop");
    terminal.send(ENTER);
    terminal.wait_for("? Service");
    drop(terminal);
    let mut terminal = env.terminal(&["define", "--scope", "group", "-e", "main"]);
    terminal.wait_for("? Task name");
    terminal.send("Mine\r");
    assert_eq!(terminal.finish(), 2);
}

#[test]
fn a_group_needs_no_project() {
    let env = TestEnv::bare();
    git(&env, "ref: refs/heads/develop", REMOTE);
    let by_remote = |r: &RecordedRequest| r.operations.iter().any(|o| o == "projectByGitUrl");
    for line in lines(&["--group", "lagoon-demo-group"]) {
        let (output, requests) = env.tasks_and_requests(&line);
        output.succeeds();
        assert!(!requests.iter().any(by_remote), "{line:?}");
    }
    // Where a project is wanted it is asked for.
    let line = ["export", "--scope", "project"];
    let (output, requests) = env.tasks_and_requests(&line);
    output.succeeds();
    assert!(requests.iter().any(by_remote));
}
