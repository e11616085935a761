//! The project and the environment of a checkout, as completion and `doctor` determine them.

use std::time::Duration;

use crate::bulk::shops;
use crate::completion::{answered, asked, question, values};
use crate::doctor::of;
use crate::place::{REMOTE, git, lagoon_file};
use crate::support::env::TestEnv;
use crate::support::proxy::{Fault, Proxy};

mod hostile;

const DEVELOP: &str = "ref: refs/heads/develop";
const DOCTOR: [&str; 3] = ["doctor", "-o", "json"];

#[test]
fn completion_infers_the_project_from_remote_or_file() {
    let env = TestEnv::new();
    git(&env, DEVELOP, REMOTE);
    let environments = ["develop", "main", "pr-12"];
    assert_eq!(values(&answered(&env, &["list", "-e", ""])), environments);
    // It is kept with the answer.
    let before = env.requests().len();
    assert_eq!(values(&asked(&env, &["list", "-e", ""])), environments);
    assert_eq!(env.requests().len(), before);
    assert!(
        answered(&env, &["show", ""])
            .iter()
            .any(|t| t.contains("hello"))
    );

    git(&env, DEVELOP, "ssh://git@example.com/unknown.git");
    assert_eq!(values(&asked(&env, &["list", "-e", ""])), [""; 0]);
    lagoon_file(&env);
    assert_eq!(values(&answered(&env, &["list", "-e", ""])), environments);
    // What the line says is stronger.
    let line = ["list", "-p", "nowhere", "-e", ""];
    assert_eq!(values(&asked(&env, &line)), [""; 0]);
}

#[test]
fn completion_offers_services_of_the_branch_environment() {
    let env = TestEnv::new();
    lagoon_file(&env);
    git(&env, "ref: refs/heads/PR-12", REMOTE);
    assert_eq!(
        values(&answered(&env, &["exec", "-s", ""])),
        ["cli", "mariadb", "nginx", "node"]
    );
}

#[test]
fn two_lookups_share_one_time_limit() {
    let env = TestEnv::new();
    git(&env, DEVELOP, REMOTE);
    // Each alone would be in time.
    let late = Duration::from_millis(200);
    let slow = Proxy::drawing(env.address(), Duration::ZERO, move |_| Fault::Late(late));
    let command = question(env.command(&[]), &["list", "-e", ""]);
    let output = env.run(command.env("TASKS_API", slow.url("/graphql")));
    assert_eq!(output.succeeds().stdout, "");
}

#[test]
fn doctor_checks_the_environment_of_the_checkout() {
    let env = TestEnv::new();
    git(&env, DEVELOP, REMOTE);
    let output = env.tasks(&DOCTOR).succeeds();
    let (state, message) = &of(&output, "environment")[0];
    assert_eq!(state, "good");
    assert!(
        message.starts_with("lagoon-demo/develop: you can invoke ")
            && message.ends_with(&format!(
                "(project from the git remote {REMOTE}, environment from the git branch)"
            )),
        "{message}"
    );
    assert_eq!(of(&output, "ssh").len(), 1);

    lagoon_file(&env);
    git(&env, "ref: refs/heads/never/deployed", REMOTE);
    let output = env.tasks(&DOCTOR).succeeds();
    let (state, message) = &of(&output, "environment")[0];
    assert_eq!(state, "note");
    assert_eq!(
        message,
        "`never/deployed` is not deployed in lagoon-demo (project from .lagoon.yml, \
         environment from the git branch)"
    );

    // Without a branch, the project is looked up, and the unresolved part is reported.
    git(&env, "0123456789abcdef0123456789abcdef01234567", REMOTE);
    let output = env.tasks(&DOCTOR).succeeds();
    assert_eq!(
        of(&output, "environment")[0].1,
        "lagoon-demo: 3 environments visible (project from .lagoon.yml)"
    );
    assert_eq!(of(&output, "checkout")[0].0, "note");
}

#[test]
fn unknown_inferred_places_are_no_problem() {
    let env = TestEnv::new();
    git(&env, DEVELOP, "ssh://git@example.com/unknown.git");
    let output = env.tasks(&DOCTOR).succeeds();
    assert_eq!(
        of(&output, "environment"),
        [(
            "note".to_owned(),
            "no project that you can see has the git remote ssh://git@example.com/unknown.git"
                .to_owned()
        )]
    );
    env.tasks(&[&DOCTOR[..], &["-e", "main"]].concat())
        .ends_with(2);

    lagoon_file(&env);
    let outsider = env.as_role("outsider").tasks(&DOCTOR).succeeds();
    assert_eq!(of(&outsider, "environment")[0].0, "warning", "{outsider}");
    let line = [&DOCTOR[..], &["-e", "main"]].concat();
    let outsider = env.as_role("outsider").tasks(&line).succeeds();
    assert_eq!(of(&outsider, "environment")[0].0, "warning", "{outsider}");
}

const ENVIRONMENTS: [&str; 1] = ["environments"];

#[test]
fn variables_in_x_lagoon_project_come_from_dot_env_and_defaults_only() {
    let env = TestEnv::new();
    env.home.write("work/.lagoon.yml", "tasks: {}\n");
    let compose = |project: &str| {
        let text = format!("x-lagoon-project: {project}\nservices: {{}}\n");
        env.home.write("work/docker-compose.yml", text);
    };
    let from_file = "project lagoon-demo (from .lagoon.yml)\n";
    for (project, dot_env) in [
        ("${NAME:-lagoon-demo}", ""),
        ("${NAME-lagoon-demo}", ""),
        ("lagoon-$NAME", "export NAME='demo' # the site\n"),
        ("${NAME}", "# x\nPART=demo\nNAME=\"lagoon-${PART}\"\n"),
        ("${GONE:-${NAME}}", "NAME=lagoon-demo\n"),
    ] {
        compose(project);
        env.home.write("work/.env", dot_env);
        let process = env.command(&ENVIRONMENTS).env("NAME", "other");
        let output = env.run(process).succeeds();
        assert_eq!(output.stderr, from_file, "{project}");
    }
    compose("${NAME}");
    env.home.write("work/.env", "NAME=other\n");
    let ours = env
        .command(&ENVIRONMENTS)
        .env("TASKS_VAR_NAME", "lagoon-demo");
    assert_eq!(env.run(ours).succeeds().stderr, from_file);

    // The process environment does not select a project.
    env.home.write("work/.env", "");
    let process = env.command(&ENVIRONMENTS).env("NAME", "lagoon-demo");
    let refused = env.run(process).ends_with(2);
    assert_eq!(
        refused.stderr,
        "error: no project given\n\
         hint: name it with -p or TASKS_PROJECT; to list projects: tasks projects\n\
         hint: .lagoon.yml: docker-compose.yml: `x-lagoon-project` is `${NAME}`, but .env has no value for NAME; \
         add it there, or set TASKS_VAR_NAME\n"
    );
}

#[test]
fn a_top_level_project_is_used_before_the_git_remote() {
    let env = TestEnv::new();
    git(&env, DEVELOP, "ssh://git@example.com/unknown.git");
    env.home.write("work/.lagoon.yml", "project: lagoon-demo\n");
    let output = env.tasks(&ENVIRONMENTS).succeeds();
    assert_eq!(output.stderr, "project lagoon-demo (from .lagoon.yml)\n");
    // The compose file takes precedence over it.
    let both = "project: unknown\ndocker-compose-yaml: docker-compose.yml\n";
    lagoon_file(&env);
    env.home.write("work/.lagoon.yml", both);
    let output = env.tasks(&ENVIRONMENTS).succeeds();
    assert_eq!(output.stderr, "project lagoon-demo (from .lagoon.yml)\n");
}

#[test]
fn git_remotes_are_tried_in_order_until_one_has_a_project() {
    let env = TestEnv::new();
    git(&env, DEVELOP, "git@example.com:me/fork.git");
    let config = |remotes: &str| {
        let origin = "[remote \"origin\"]\n\turl = git@example.com:me/fork.git\n";
        env.home
            .write("work/.git/config", format!("{origin}{remotes}"));
    };
    config(&format!("[remote \"theirs\"]\n\turl = {REMOTE}\n"));
    let output = env.tasks(&ENVIRONMENTS).succeeds();
    let found = format!("project lagoon-demo (from the git remote {REMOTE})\n");
    assert_eq!(output.stderr, found);
    assert_eq!(values(&answered(&env, &["list", "-e", ""])).len(), 3);

    config(&format!(
        "[remote \"up\"]\n\turl = {REMOTE}\n[branch \"develop\"]\n\tremote = up\n"
    ));
    let (output, requests) = env.tasks_and_requests(&ENVIRONMENTS);
    assert_eq!(output.succeeds().stderr, found);
    assert_eq!(requests.len(), 2, "the branch's remote is tried first");

    // Of several projects, the first remote in this order that has one.
    shops(&env);
    env.sql("UPDATE project SET git_url = 'git@example.com:shop.git' WHERE name = 'shop'");
    let shop = "git@example.com:shop.git";
    let remote = |name: &str, address: &str| format!("[remote \"{name}\"]\n\turl = {address}\n");
    let tracked = "[branch \"develop\"]\n\tremote = mine\n";
    for (first, other, more) in [
        ("mine", "origin", tracked),
        ("origin", "upstream", ""),
        ("upstream", "backup", ""),
        ("mine", "upstream", tracked),
    ] {
        let text = [&remote(other, REMOTE), &remote(first, shop), more].concat();
        env.home.write("work/.git/config", text);
        let output = env.tasks(&ENVIRONMENTS).succeeds();
        let source = format!("project shop (from the git remote {shop})\n");
        assert_eq!(output.stderr, source, "{first}, {other}");
    }

    config("[remote \"upstream\"]\n\turl = https://me:hunter2@example.com/other\n");
    let refused = env.tasks(&ENVIRONMENTS).ends_with(2);
    assert_eq!(
        refused.stderr,
        "error: no project given\n\
         hint: name it with -p or TASKS_PROJECT; to list projects: tasks projects\n\
         hint: this git repository has no .lagoon.yml\n\
         hint: no project that you can see has one of the git remotes `git@example.com:me/fork.git`, \
         `https://example.com/other`\n"
    );
}

/// The reason is a hint, without -v.
#[test]
fn the_error_says_why_nothing_could_be_inferred_from_a_checkout() {
    let compose = "x-lagoon-project: lagoon-demo\n";
    for (lagoon_file, files, why) in [
        (
            "docker-compose-yaml: [\n",
            &[][..],
            "hint: .lagoon.yml: line 1, column 22: this bracket is never closed\n",
        ),
        (
            "docker-compose-yaml: a.yml\n",
            &[("a.yml", "services:\n\tcli: {}\n")],
            "hint: .lagoon.yml: a.yml: line 2, column 2: this line is indented with a tab",
        ),
        (
            "docker-compose-yaml: gone.yml\n",
            &[("docker-compose.yml", compose)],
            "hint: .lagoon.yml: `docker-compose-yaml` is gone.yml, which does not exist; \
             to use docker-compose.yml, set `docker-compose-yaml: docker-compose.yml`\n",
        ),
        (
            "tasks: {}\n",
            &[
                ("compose.yaml", compose),
                ("docker-compose.prod.yml", compose),
            ],
            "hint: .lagoon.yml: it has no `docker-compose-yaml`, and docker-compose.yml does not exist; \
             set `docker-compose-yaml` to one of compose.yaml, docker-compose.prod.yml\n",
        ),
        (
            "docker-compose-yaml: [a.yml, b.yml]\n",
            &[],
            "hint: .lagoon.yml: `docker-compose-yaml` lists several files; Lagoon reads one\n",
        ),
        (
            "docker-compose-yaml: a.yml\n",
            &[("a.yml", "x-lagoon-project: '{{ project }}'\n")],
            "hint: .lagoon.yml: a.yml: `x-lagoon-project` is the placeholder `{{ project }}` of a template\n",
        ),
    ] {
        let env = TestEnv::new();
        env.home.write("work/.lagoon.yml", lagoon_file);
        for (path, text) in files {
            env.home.write(&format!("work/{path}"), *text);
        }
        let refused = env.tasks(&ENVIRONMENTS).ends_with(2);
        assert!(refused.stderr.contains(why), "{lagoon_file}: {refused}");
        // A change needs a project too, and its error gives the same reason.
        let line = [
            "define",
            "X",
            "--scope",
            "project",
            "--command",
            "true",
            "--service",
            "cli",
        ];
        let refused = env.tasks(&line).ends_with(2);
        assert!(refused.stderr.contains(why), "{lagoon_file}: {refused}");
    }
    // A detached HEAD is the reason for a missing environment.
    let env = TestEnv::new();
    lagoon_file(&env);
    git(&env, "0123456789abcdef0123456789abcdef01234567", REMOTE);
    let refused = env.tasks(&["invoke", "hello"]).ends_with(2);
    let why = "hint: git's HEAD is not on a branch\n";
    assert!(refused.stderr.contains(why), "{refused}");
}
