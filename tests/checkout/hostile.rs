//! A checkout that wants to be read where it must not be: other files, FIFOs, terminals, devices.

use std::os::unix::fs::symlink;

use crate::completion::{asked, values};
use crate::doctor::of;
use crate::place::{REMOTE, git, lagoon_file};
use crate::support::env::TestEnv;

const COMPOSE: &str = "x-lagoon-project: lagoon-demo\n";
const UNKNOWN: &str = "ssh://git@example.com/unknown.git";
const TASKS: &str = "version: 1\nproject: lagoon-demo\ntasks:\n  - name: a\n    service: cli\n    command_file: a.sh\n";

fn fifo(env: &TestEnv, path: &str) {
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, env.home.path(path), mode).unwrap();
}

fn link(env: &TestEnv, target: &str, path: &str) {
    let path = env.home.path(path);
    drop(std::fs::remove_file(&path));
    symlink(target, path).unwrap();
}

/// Requires that every command that looks at the checkout ends, without its project, and that
/// `doctor` reports the reason.
#[track_caller]
fn is_refused(env: &TestEnv, why: &str) {
    let list = env.tasks(&["list"]).ends_with(2);
    assert!(list.stderr.contains("no project given"), "{why}: {list}");
    assert!(list.stderr.contains(why), "{why}: {list}");
    assert_eq!(values(&asked(env, &["list", "-e", ""])), [""; 0], "{why}");
    let doctor = env.tasks(&super::DOCTOR).succeeds();
    let notes = of(&doctor, "checkout");
    assert!(notes.iter().any(|(_, note)| note.contains(why)), "{doctor}");
}

#[test]
fn the_compose_file_must_be_regular_and_in_the_repository() {
    let env = TestEnv::new();
    git(&env, super::DEVELOP, UNKNOWN);
    env.home.write("outside.yml", COMPOSE);
    env.home.write("work/inside.yml", COMPOSE);
    fifo(&env, "work/fifo");
    link(&env, "../outside.yml", "work/out.yml");
    link(&env, "/dev/tty", "work/tty.yml");
    link(&env, "/dev/zero", "work/zero.yml");
    let absolute = env.home.path("work/inside.yml");
    for (compose, why) in [
        (absolute.to_str().unwrap(), "must be relative"),
        ("../outside.yml", "outside the repository"),
        ("../missing.yml", "outside the repository"),
        ("out.yml", "outside the repository"),
        ("tty.yml", "outside the repository"),
        ("zero.yml", "outside the repository"),
        ("/dev/tty", "must be relative"),
        ("fifo", "not a regular file"),
    ] {
        let text = format!("docker-compose-yaml: {compose}\n");
        env.home.write("work/.lagoon.yml", text);
        is_refused(&env, why);
    }
    // What stays inside is read.
    env.home.write("work/sub/x", "");
    for compose in ["inside.yml", "sub/../inside.yml"] {
        let text = format!("docker-compose-yaml: {compose}\n");
        env.home.write("work/.lagoon.yml", text);
        let output = env.tasks(&["environments"]).succeeds();
        assert!(output.stderr.contains("project lagoon-demo"), "{output}");
    }
}

#[test]
fn the_lagoon_file_must_be_regular_and_in_the_repository() {
    let env = TestEnv::new();
    git(&env, super::DEVELOP, UNKNOWN);
    lagoon_file(&env);
    let own = env.home.path("work/.lagoon.yml");
    env.home
        .write("outside.yml", "docker-compose-yaml: docker-compose.yml\n");
    for target in ["../outside.yml", "/dev/tty", "/dev/zero"] {
        link(&env, target, "work/.lagoon.yml");
        is_refused(&env, "outside the repository");
    }
    std::fs::remove_file(&own).unwrap();
    fifo(&env, "work/.lagoon.yml");
    is_refused(&env, "not a regular file");
}

#[test]
fn only_a_valid_git_folder_is_read() {
    let env = TestEnv::new();
    // A folder with a remote that would be found, but without HEAD.
    let config = format!("[remote \"origin\"]\n\turl = {REMOTE}\n");
    env.home.write("elsewhere/config", &config);
    env.home.write("work/.git", "gitdir: ../elsewhere\n");
    is_refused(&env, "has no HEAD");
    fifo(&env, "elsewhere/HEAD");
    is_refused(&env, "has no HEAD");
    std::fs::remove_file(env.home.path("elsewhere/HEAD")).unwrap();
    env.home.write("elsewhere/HEAD", super::DEVELOP);
    env.tasks(&["environments"]).succeeds();
    let common = env.home.path("elsewhere/commondir");
    env.home.write("nothing/config", &config);
    std::fs::write(&common, "../nothing").unwrap();
    is_refused(&env, "has no HEAD");
    for file in ["config", "commondir"] {
        drop(std::fs::remove_file(env.home.path("elsewhere").join(file)));
        fifo(&env, &format!("elsewhere/{file}"));
    }
    env.tasks(&["list"]).ends_with(2);
    for target in ["/dev/tty", "/dev/zero"] {
        link(&env, target, "work/.git");
        is_refused(&env, "not a regular file");
    }
    std::fs::remove_file(env.home.path("work/.git")).unwrap();
    fifo(&env, "work/.git");
    is_refused(&env, "not a regular file");
}

#[test]
fn default_task_files_must_be_in_the_repository() {
    let env = TestEnv::new();
    git(&env, super::DEVELOP, REMOTE);
    env.home.write("tasks.yml", TASKS);
    env.home.write("work/.lagoon/a.sh", "true");
    env.home.write("work/.lagoon/tasks.yml", TASKS);
    env.tasks(&["lint"]).succeeds();
    for (target, why) in [
        ("../../tasks.yml", "is outside the repository"),
        ("/dev/tty", "is outside the repository"),
        ("/dev/zero", "is outside the repository"),
    ] {
        link(&env, target, "work/.lagoon/tasks.yml");
        let output = env.tasks(&["lint"]).ends_with(2);
        assert!(output.stderr.contains(why), "{target}: {output}");
    }
    let own = env.home.path("work/.lagoon/tasks.yml");
    std::fs::remove_file(&own).unwrap();
    fifo(&env, "work/.lagoon/tasks.yml");
    let output = env.tasks(&["lint"]).ends_with(2);
    assert!(output.stderr.contains("not a regular file"), "{output}");
    // The same for each file of a folder.
    std::fs::remove_file(&own).unwrap();
    env.home.write("work/.lagoon/tasks/a.sh", "true");
    env.home.write("work/.lagoon/tasks/a.yml", TASKS);
    env.tasks(&["lint"]).succeeds();
    link(&env, "../../../tasks.yml", "work/.lagoon/tasks/b.yml");
    let output = env.tasks(&["lint"]).ends_with(2);
    assert!(output.stderr.contains("outside the repository"), "{output}");
    std::fs::remove_file(env.home.path("work/.lagoon/tasks/b.yml")).unwrap();
    fifo(&env, "work/.lagoon/tasks/b.yml");
    for line in [&["lint"][..], &["lint", "-f", ".lagoon/tasks"]] {
        let output = env.tasks(line).ends_with(2);
        assert!(output.stderr.contains("not a regular file"), "{output}");
    }
}

#[test]
fn a_command_file_must_be_regular() {
    let env = TestEnv::new();
    git(&env, super::DEVELOP, REMOTE);
    env.home.write("work/.lagoon/tasks.yml", TASKS);
    fifo(&env, "work/.lagoon/a.sh");
    let output = env.tasks(&["lint"]).ends_with(2);
    assert!(output.stdout.contains("not a regular file"), "{output}");
    let long = "a".repeat(2 << 20);
    std::fs::remove_file(env.home.path("work/.lagoon/a.sh")).unwrap();
    env.home.write("work/.lagoon/a.sh", long);
    let output = env.tasks(&["lint"]).ends_with(2);
    assert!(output.stdout.contains("larger than 1 MiB"), "{output}");
}

#[test]
fn files_given_by_flag_are_unrestricted() {
    let env = TestEnv::new();
    git(&env, super::DEVELOP, REMOTE);
    let text = TASKS.replace("command_file: a.sh", "command: 'true'");
    env.home.write("outside.yml", text);
    link(&env, "../outside.yml", "work/linked.yml");
    for script in [
        "tasks lint -f ../outside.yml",
        "tasks lint -f linked.yml",
        "tasks lint -f /dev/stdin < ../outside.yml",
        "cat ../outside.yml | tasks lint -f /dev/stdin",
        "mkfifo named && { cat ../outside.yml > named & tasks lint -f named; }",
    ] {
        env.run(env.shell(script)).succeeds();
    }
}
