//! What a checkout says of where one is, for those who are not told it: completion and `doctor`.

use std::time::Duration;

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

    // Without a branch the project is looked up, and what the files cannot say is said.
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
            "no visible project has the git remote ssh://git@example.com/unknown.git".to_owned()
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
