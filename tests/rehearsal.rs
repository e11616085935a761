//! `--compose`: the sandbox with the project of a checkout, in whose containers runs are executed.
//!
//! A script stands in for the compose program. It executes on this machine what it was to execute in a
//! container, with a folder for temporary files and a `drush` of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use insta::assert_snapshot;

use crate::pictures::{PROMPT, ROWS, finished};
use crate::support::home::Home;
use crate::support::output::Output;
use crate::support::process::{Invocation, eventually};
use crate::support::pty::Terminal;
use crate::support::tool;

mod docker;

/// `state` is a file beside the script: `down`, `no-engine` or `dies`; without it, all services are up.
const STAND_IN: &str = r#"#!/bin/sh
here=$(dirname "$0")
case "$*" in *" version") [ "$(cat "$here/lacks" 2>/dev/null)" != compose ]; exit ;; esac
echo "${0##*/} $*" | head -n 1 >>"$here/lines"
case $(cat "$here/state" 2>/dev/null) in
down) echo 'service "cli" is not running' >&2; exit 1 ;;
no-engine) echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2
    exit 1 ;;
dies) case "$*" in *Executes*) echo down >"$here/state"; echo 'half'; exit 137 ;; esac ;;
esac
[ "$1" != compose ] || shift
shift 5
PATH=$here/in-container:$PATH TMPDIR=$here/tmp exec "$@"
"#;

const DRUSH: &str = "#!/bin/sh\necho \"drush $* on $LAGOON_PROJECT/$LAGOON_ENVIRONMENT\"\n";

const COMPOSE: &str = "x-lagoon-project: &project shop
services:
  cli:
    build: .
    labels:
      lagoon.type: cli-persistent
  nginx:
    labels: {lagoon.type: nginx-php-persistent}
  php:
    labels: {lagoon.type: nginx-php-persistent, lagoon.name: nginx}
  mailhog:
    labels: {lagoon.type: none}
";

const TASKS: &str = "version: 1
tasks:
  - name: Clear caches
    command: drush cache:rebuild
    service: cli
  - name: Dump
    command: |
      echo 'a row' >\"$TASK_FILES/../dump.sql\"
      attach-to-run \"$TASK_FILES/../dump.sql\"
    service: cli
  - name: Endless
    command: |
      echo on
      sleep 600
    service: cli
";

/// The programs that the stand-in and the tasks use.
const TOOLS: [&str; 10] = [
    "cat", "chmod", "cp", "dirname", "head", "mkdir", "rm", "sh", "sleep", "wc",
];

/// A checkout of a site in the folder `work`, on a branch, and a stand-in for docker.
struct Site(Home);

impl Site {
    fn new() -> Site {
        let site = Site(Home::new());
        site.program("docker", STAND_IN);
        site.program("in-container/drush", DRUSH);
        for folder in ["bin/tmp", "tools"] {
            fs::create_dir(site.0.path(folder)).unwrap();
        }
        for tool in TOOLS {
            let path = tool::found(tool).unwrap();
            std::os::unix::fs::symlink(path, site.0.path("tools").join(tool)).unwrap();
        }
        site.0
            .write("work/.git/HEAD", "ref: refs/heads/feature/login\n");
        site.0.write(
            "work/.lagoon.yml",
            "docker-compose-yaml: docker-compose.yml\n",
        );
        site.0.write("work/docker-compose.yml", COMPOSE);
        site.0.write("work/.lagoon/tasks.yml", TASKS);
        site
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.0.write(&format!("bin/{name}"), script);
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn state(&self, state: &str) {
        self.0.write("bin/state", state);
    }

    /// The first lines of the commands that the stand-in was given.
    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.0.path("bin/lines")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// On the `PATH` are only the stand-ins and what they use.
    fn command(&self, args: &[&str]) -> Invocation {
        let args = [&["-l", "sandbox", "--compose"], args].concat();
        let folders = ["bin", "tools"].map(|name| self.0.path(name));
        let path = std::env::join_paths(folders).unwrap();
        self.0.command(&args).env("PATH", path)
    }

    #[track_caller]
    fn tasks(&self, args: &[&str]) -> Output {
        self.0.run(self.command(args))
    }

    #[track_caller]
    fn error(&self, args: &[&str], code: i32) -> String {
        let error = self.tasks(args).error(code);
        let effect = "the sandbox runs commands in the containers";
        let lines = error.lines().filter(|line| !line.starts_with(effect));
        lines.map(|line| format!("{line}\n")).collect()
    }
}

/// The screen for the picture in the documentation.
pub(crate) fn session() -> String {
    let site = Site::new();
    let line = "tasks -l sandbox --compose invoke 'Clear caches' -e main --follow";
    let programs = Path::new(env!("CARGO_BIN_EXE_tasks")).parent().unwrap();
    let folders = [
        site.0.path("bin"),
        site.0.path("tools"),
        programs.to_owned(),
    ];
    let invocation = site
        .0
        .shell(PROMPT)
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("LINE", line);
    let mut terminal = Terminal::start_with_rows(&invocation, ROWS);
    terminal.wait_for("Run this command in the container");
    terminal.send("y\r");
    let took = regex::Regex::new(r"\bin <?\d+ s").unwrap();
    took.replace(&finished(terminal, 0), "in 2 s").into_owned()
}

const CLEAR: [&str; 6] = ["invoke", "Clear caches", "-e", "main", "--follow", "--yes"];

#[test]
fn a_rehearsal_does_what_lagoon_would() {
    let site = Site::new();
    let output = site.tasks(&CLEAR).succeeds();
    assert_eq!(output.stdout, "drush cache:rebuild on shop/main\n");
    assert_snapshot!(output.snapshot(), @"
    exit code: 0
    ---- stdout
    drush cache:rebuild on shop/main
    ---- stderr
    the sandbox runs commands in the containers of docker-compose.yml
    applied the task files to the sandbox: 3 changes
    project shop (from docker-compose.yml)
    sandbox · shop/main (production)
    run 1
    1	lagoon-task-xxxx	Clear caches	complete	completed	shop	main	cli	TIME	TIME	TIME	maintainer@example.com
    ");
    let file = site
        .0
        .path("work/docker-compose.yml")
        .canonicalize()
        .unwrap();
    let start = format!(
        "docker compose --file {} exec -T cli sh -c ",
        file.display()
    );
    let lines = site.lines();
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.starts_with(&start)),
        "{lines:?}"
    );
}

#[test]
fn the_project_and_its_services_are_those_of_the_checkout() {
    let site = Site::new();
    let found = site.tasks(&[
        "environments",
        "-o",
        "json",
        "--jq",
        ".[] | [.project.name, .name, .environmentType]",
    ]);
    assert_eq!(
        found.succeeds().stdout,
        "[\"shop\",\"feature/login\",\"development\"]\n[\"shop\",\"main\",\"production\"]\n"
    );
    assert_snapshot!(site.error(&["exec", "-s", "mailhog", "-e", "main", "-y", "--", "true"], 2), @"
    project shop (from docker-compose.yml)
    error: shop/main (production) has no service `mailhog`, so the command would never start
    hint: services: `cli`, `nginx`
    hint: pass --no-preflight to start it anyway
    ");
    // The branch is the environment, as on Lagoon.
    let shown = site.tasks(&["invoke", "Dump", "--dry-run"]).succeeds();
    let note = "environment shop/feature/login (from the git branch)";
    assert!(shown.stderr.contains(note), "{shown}");

    site.0.write("work/.git/HEAD", "ref: refs/heads/main\n");
    site.0.write(
        "work/docker-compose.yml",
        COMPOSE.replace("mailhog", "mail").replace("none", "basic"),
    );
    site.tasks(&[
        "exec", "-s", "mail", "-e", "main", "-y", "--wait", "--", "true",
    ])
    .succeeds();
}

#[test]
fn task_files_are_applied_when_they_are_new_or_have_changed() {
    let site = Site::new();
    let applies = |args: &[&str]| {
        let output = site.tasks(args).succeeds();
        output
            .stderr
            .contains("applied the task files to the sandbox")
    };
    assert!(!applies(&["runs", "-e", "main"]));
    assert!(applies(&["list", "-e", "main"]));
    assert!(!applies(&["list", "-e", "main"]));
    // A change in the sandbox stays until the file changes.
    site.tasks(&[
        "update",
        "Clear caches",
        "-p",
        "shop",
        "--description",
        "Ours",
        "-y",
    ])
    .succeeds();
    let description = ["show", "Clear caches", "-e", "main", "--jq", ".description"];
    assert_eq!(site.tasks(&description).stdout, "Ours\n");
    site.0.write(
        "work/.lagoon/tasks.yml",
        TASKS.replace("drush cache:rebuild", "drush cr"),
    );
    assert!(applies(&description));
    let command = ["show", "Clear caches", "-e", "main", "--jq", ".command"];
    assert_eq!(site.tasks(&command).stdout, "drush cr\n");

    site.0.write(
        "work/.lagoon/tasks.yml",
        "version: 1\ntasks:\n  - name: X\n",
    );
    assert_snapshot!(site.error(&["list", "-e", "main"], 2), @"error: .lagoon/tasks.yml:3:5: the task has no `command`, `command_file` or `image`");
    // Runs can be read with a broken file.
    site.tasks(&["runs", "-e", "main"]).succeeds();
    fs::remove_dir_all(site.0.path("work/.lagoon")).unwrap();
    assert!(!applies(&["list", "-e", "main"]));
}

#[test]
fn tasks_of_other_projects_and_environments_are_left_out() {
    let site = Site::new();
    let text = "version: 1\nprojects: {shop: {}, blog: {}}\ntasks:\n  - {name: A, command: a, service: cli}\n  \
                - {name: B, command: b, service: cli, environment: staging}\n  \
                - {name: C, command: c, service: cli, environment: main}\n  \
                - {name: D, command: d, service: cli, group: all}\n";
    site.0.write("work/.lagoon/tasks.yml", text);
    let tasks = site.tasks(&["list", "-e", "main", "-o", "name"]).succeeds();
    let mut names: Vec<&str> = tasks.stdout.lines().collect();
    names.sort_unstable();
    assert_eq!(names, ["A", "C"]);
}

#[test]
fn a_new_command_needs_consent() {
    let site = Site::new();
    assert_snapshot!(site.error(&["invoke", "Clear caches", "-e", "main"], 2), @"
    applied the task files to the sandbox: 3 changes
    project shop (from docker-compose.yml)
    sandbox · shop/main (production)
    error: confirmation required: Run this command in the container of `cli`: drush cache:rebuild
    hint: pass --yes to confirm
    ");
    site.tasks(&CLEAR).succeeds();
    site.tasks(&["invoke", "Clear caches", "-e", "main", "--wait"])
        .succeeds();
}

#[test]
fn nothing_starts_if_a_service_is_not_up() {
    let site = Site::new();
    site.state("down");
    assert_snapshot!(site.error(&CLEAR, 1), @"
    applied the task files to the sandbox: 3 changes
    project shop (from docker-compose.yml)
    sandbox · shop/main (production)
    error: the service `cli` is not up
    hint: start it: docker compose up -d
    ");
    site.state("no-engine");
    assert_snapshot!(site.error(&CLEAR, 1), @"
    project shop (from docker-compose.yml)
    sandbox · shop/main (production)
    error: the container engine is not running: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
    hint: start Docker or Podman; to see its state: docker info
    ");
    assert_eq!(site.tasks(&["runs", "-e", "main", "-o", "id"]).stdout, "");
    // Nothing is executed.
    site.tasks(&[&CLEAR[..], &["--simulate"]].concat())
        .succeeds();
}

#[test]
fn a_container_that_ends_is_a_failed_run() {
    let site = Site::new();
    site.state("dies");
    let output = site.tasks(&CLEAR).ends_with(3);
    assert_snapshot!(output.stdout, @"
    half
    [sandbox] The container ended before the command. The service `cli` is not up.
    [sandbox] hint: start it: docker compose up -d
    ");
}

#[test]
fn errors_of_the_compose_file_name_it() {
    let site = Site::new();
    site.0
        .write("work/docker-compose.yml", "services:\n  cli:\n\timage: a\n");
    assert_snapshot!(site.error(&["list"], 2), @"error: --compose: docker-compose.yml: line 3, column 2: this line is indented with a tab; YAML allows only spaces");
    site.0
        .write("work/docker-compose.yml", "services: {cli: {image: a}}\n");
    assert_snapshot!(site.error(&["list"], 2), @"
    error: --compose: docker-compose.yml: no service is deployed by Lagoon
    hint: label each service that Lagoon deploys, such as `lagoon.type: cli`
    ");
    fs::remove_file(site.0.path("work/docker-compose.yml")).unwrap();
    assert_snapshot!(site.error(&["list"], 2), @"error: --compose: docker-compose.yml: cannot read it: No such file or directory (os error 2)");
    fs::remove_file(site.0.path("work/.lagoon.yml")).unwrap();
    assert_snapshot!(site.error(&["list"], 2), @"
    error: --compose: no compose file found
    hint: change to the site's folder, or name the file: --compose=FILE
    ");
}

#[test]
fn the_compose_file_can_be_given() {
    let site = Site::new();
    fs::remove_file(site.0.path("work/.lagoon.yml")).unwrap();
    site.0.write(
        "other/compose.yml",
        "services: {web: {labels: ['lagoon.type=basic']}}\n",
    );
    let command = site.command(&["--compose=../other/compose.yml"]);
    assert!(
        site.0
            .run(command)
            .stderr
            .contains("--compose was given twice")
    );
    let projects = [
        "-l",
        "sandbox",
        "--compose=../other/compose.yml",
        "projects",
        "-o",
        "name",
    ];
    assert_eq!(site.0.tasks(&projects).succeeds().stdout, "other\n");
    assert_snapshot!(site.0.tasks(&["--compose", "list", "-p", "a"]).error(2), @"
    error: --compose requires the context `sandbox`
    hint: add --context sandbox, or omit --compose
    ");
}

#[test]
fn a_file_that_follows_the_flag_like_a_value_is_explained() {
    let home = Home::new();
    assert_snapshot!(home.tasks(&["-l", "sandbox", "--compose", "c.yml", "list"]).error(2), @"
    error: unexpected argument `c.yml`
    hint: the file follows an equals sign: tasks -l sandbox --compose=c.yml list
    ");
    assert_snapshot!(home.tasks(&["list", "-l", "sandbox", "--compose", "./c.yml"]).error(2), @"
    error: unexpected argument `./c.yml`
    hint: the file follows an equals sign: tasks list -l sandbox --compose=./c.yml
    ");
}

#[test]
fn doctor_checks_the_compose_project() {
    let site = Site::new();
    let filter = ".[] | select(.check == \"compose\") | [.state, .message, .fix]";
    let doctor = ["doctor", "-o", "json", "--jq", filter];
    assert_snapshot!(site.tasks(&doctor).stdout, @r#"
    ["good","runs are executed with docker compose",null]
    ["good","the service `cli` is up",null]
    ["good","the service `nginx` is up",null]
    "#);
    site.state("down");
    assert_snapshot!(site.tasks(&doctor).stdout, @r#"
    ["good","runs are executed with docker compose",null]
    ["problem","the service `cli` is not up","start it: docker compose up -d"]
    ["problem","the service `nginx` is not up","start it: docker compose up -d"]
    "#);
}

#[test]
fn guests_see_the_tasks_of_the_checkout() {
    let site = Site::new();
    let text = TASKS.replace(
        "    service: cli\n  - name: Dump",
        "    service: cli\n    permission: guest\n  - name: Dump",
    );
    site.0.write("work/.lagoon/tasks.yml", text);
    let tasks = site.tasks(&["list", "-e", "main", "-o", "name", "--as", "guest"]);
    assert_eq!(tasks.succeeds().stdout, "Clear caches\n");
}

#[test]
fn without_a_compose_program_the_error_names_them() {
    let site = Site::new();
    let command = site.command(&CLEAR).env("PATH", "/nowhere");
    let error = site.0.run(command).error(1);
    let error = error.lines().skip_while(|line| !line.starts_with("error"));
    assert_snapshot!(error.collect::<Vec<_>>().join("\n"), @"
    error: no compose program found: `docker compose`, `docker-compose` or `podman-compose`
    hint: install one of them; with Docker, the package is docker-compose-plugin
    ");
    // Reading needs none.
    site.0
        .run(
            site.command(&["list", "-e", "main"])
                .env("PATH", "/nowhere"),
        )
        .succeeds();
}

#[test]
fn older_compose_programs_are_used_if_docker_has_no_compose() {
    let site = Site::new();
    site.0.write("bin/lacks", "compose");
    for program in ["podman-compose", "docker-compose"] {
        site.program(program, STAND_IN);
        site.tasks(&CLEAR).succeeds();
        let line = site.lines().pop().unwrap();
        assert!(line.starts_with(&format!("{program} --file /")), "{line}");
    }
}

#[test]
fn a_run_continues_without_tasks_and_can_be_cancelled() {
    let site = Site::new();
    site.tasks(&["invoke", "Endless", "-e", "main", "-y"])
        .succeeds();
    let log = || site.tasks(&["logs", "--last"]).stdout;
    eventually("the run's output", || log().contains("on\n"));
    site.tasks(&["cancel", "--last", "-y"]).succeeds();
    site.tasks(&["wait", "--last"]).ends_with(6);
    assert!(log().ends_with("on\n[sandbox] Cancelled.\n"), "{}", log());
    assert!(site.lines().iter().any(|line| line.contains("#!/bin/sh")));
    let left = fs::read_dir(site.0.path("bin/tmp")).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn attached_files_arrive() {
    let site = Site::new();
    site.tasks(&["invoke", "Dump", "-e", "main", "-y", "--wait"])
        .succeeds();
    let files = site
        .tasks(&["files", "list", "--last", "-o", "name"])
        .succeeds();
    assert_eq!(files.stdout, "dump.sql\n");
    site.tasks(&["files", "get", "--last"]).succeeds();
    assert_eq!(
        fs::read_to_string(site.0.path("work/dump.sql")).unwrap(),
        "a row\n"
    );
}

#[test]
fn suggested_commands_keep_the_compose_project() {
    let site = Site::new();
    let output = site.tasks(&["status", "4711"]).ends_with(5);
    let hint = "tasks -l sandbox --compose runs";
    assert!(output.stderr.contains(hint), "{output}");
}

#[test]
fn a_rehearsal_has_its_own_data_and_can_be_reset() {
    let site = Site::new();
    site.tasks(&CLEAR).succeeds();
    let of_sandbox = site
        .0
        .tasks(&["-l", "sandbox", "projects", "-o", "name"])
        .succeeds();
    assert_eq!(of_sandbox.stdout, "lagoon-demo\n");
    let none = site
        .0
        .tasks(&["-l", "sandbox", "status", "--last"])
        .ends_with(5);
    assert!(none.stderr.contains("no run has been started"), "{none}");
    site.tasks(&["sandbox", "reset", "-y"]).succeeds();
    assert_eq!(
        site.tasks(&["runs", "-e", "main", "-o", "id"])
            .succeeds()
            .stdout,
        ""
    );
    site.tasks(&CLEAR).succeeds();
}

/// The acceptance of the example: its tasks are rehearsed as they are.
#[test]
fn the_example_for_drupal_can_be_rehearsed() {
    let site = Site::new();
    site.0.write(
        "work/docker-compose.yml",
        COMPOSE.replace("shop", "lagoon-demo"),
    );
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for (from, to) in [
        ("drupal.yml", "tasks.yml"),
        ("scripts/copy-database.sh", "scripts/copy-database.sh"),
    ] {
        site.0.write(
            &format!("work/.lagoon/{to}"),
            fs::read(examples.join(from)).unwrap(),
        );
    }
    let log = |args: &[&str]| {
        let common = ["-e", "feature/login", "--follow", "--yes"];
        site.tasks(&[&["invoke"], args, &common].concat())
            .succeeds()
            .stdout
    };
    assert_eq!(
        log(&["Clear caches"]),
        "drush cache:rebuild on lagoon-demo/feature-login\n"
    );
    assert_snapshot!(log(&["Run updates"]), @"
    updating feature-login
    drush updatedb --yes on lagoon-demo/feature-login
    drush config:import --yes on lagoon-demo/feature-login
    drush cache:rebuild on lagoon-demo/feature-login
    ");
    assert_eq!(
        log(&["One-time login", "-a", "ACCOUNT=7"]),
        "drush user:login --uid=7 on lagoon-demo/feature-login\n"
    );
    assert_snapshot!(log(&["Copy database", "-a", "SOURCE=main"]), @"
    copying the database of main
    drush sql-sync @lagoon.main @self --yes on lagoon-demo/feature-login
    drush sql-sanitize --yes on lagoon-demo/feature-login
    drush cache:rebuild on lagoon-demo/feature-login
    ");
}
