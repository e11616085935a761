//! A rehearsal with a real Docker engine, which `.ci/docker` starts.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{DRUSH, TASKS};
use crate::support::home::Home;
use crate::support::output::Output;
use crate::support::process::eventually;
use crate::support::tool;

const COMPOSE: &str = "version: '2.3'
x-lagoon-project: lagoon-demo
services:
  cli:
    image: IMAGE
    command: sleep 100000
    network_mode: none
    labels:
      lagoon.type: cli-persistent
";

const MORE_TASKS: &str = "  - name: Fail
    command: echo no; exit 3
    service: cli
  - name: Stubborn
    command: |
      trap '' TERM
      echo on
      while :; do sleep 1; done
    service: cli
";

/// Says why the test does nothing, or returns true. In CI, only an engine that cannot run is a reason.
fn has_engine() -> bool {
    let given = std::env::var("TASKS_TEST_DOCKER").unwrap_or_default();
    let reason = match given.as_str() {
        "yes" => return tool::have("docker-compose") && tool::have("busybox"),
        "" => {
            let is_ci = std::env::var_os("TASKS_CI").is_some();
            assert!(!is_ci, "TASKS_TEST_DOCKER is not set, and TASKS_CI is");
            "it needs an engine: .ci/docker cargo test rehearsal::docker"
        }
        reason => reason,
    };
    let line = format!("skipped rehearsal::docker: {reason}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    false
}

#[track_caller]
fn run(program: &str, args: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(args)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {text}{said}");
    text
}

/// A site whose containers have busybox and a `drush` of their own.
struct Site {
    home: Home,
    image: String,
}

impl Site {
    fn new() -> Site {
        let home = Home::new();
        let name = home
            .path("")
            .file_name()
            .unwrap()
            .to_string_lossy()
            .to_lowercase();
        let site = Site {
            image: format!(
                "rehearsal:{}",
                name.replace(|c: char| !c.is_ascii_alphanumeric(), "")
            ),
            home,
        };
        site.import_image();
        let write = |path: &str, text: &str| site.home.write(path, text);
        write("work/.git/HEAD", "ref: refs/heads/feature/login\n");
        write(
            "work/.lagoon.yml",
            "docker-compose-yaml: docker-compose.yml\n",
        );
        write(
            "work/docker-compose.yml",
            &COMPOSE.replace("IMAGE", &site.image),
        );
        write(
            "work/.env",
            &format!("COMPOSE_PROJECT_NAME={}\n", site.image.replace(':', "")),
        );
        write("work/.lagoon/tasks.yml", &format!("{TASKS}{MORE_TASKS}"));
        site
    }

    /// An image of a folder, so that nothing is downloaded.
    fn import_image(&self) {
        let root = self.home.path("root");
        for folder in ["bin", "tmp"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::set_permissions(root.join("tmp"), fs::Permissions::from_mode(0o1777)).unwrap();
        let busybox = tool::found("busybox").unwrap();
        fs::copy(&busybox, root.join("bin/busybox")).unwrap();
        // A dynamic one needs its libraries; `ldd` fails for a static one.
        let libraries = Command::new("ldd").arg(&busybox).output().unwrap().stdout;
        for word in String::from_utf8_lossy(&libraries).split_whitespace() {
            if word.starts_with('/') && Path::new(word).is_file() {
                let to = root.join(&word[1..]);
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(word, to).unwrap();
            }
        }
        for applet in run("busybox", &["--list"], &root)
            .lines()
            .filter(|name| *name != "busybox")
        {
            std::os::unix::fs::symlink("busybox", root.join("bin").join(applet)).unwrap();
        }
        let drush = root.join("bin/drush");
        fs::write(&drush, DRUSH).unwrap();
        fs::set_permissions(&drush, fs::Permissions::from_mode(0o755)).unwrap();
        let pack = "tar -c . | docker import --change 'ENV PATH=/bin' - \"$1\"";
        run("sh", &["-c", pack, "sh", &self.image], &root);
    }

    fn compose(&self, args: &[&str]) -> String {
        run("docker-compose", args, &self.home.path("work"))
    }

    #[track_caller]
    fn tasks(&self, args: &[&str]) -> Output {
        let args = [&["-l", "sandbox", "--compose", "-p", "lagoon-demo"], args].concat();
        let mut command = self.home.command(&args);
        if let Some(host) = std::env::var_os("DOCKER_HOST") {
            command = command.env("DOCKER_HOST", host);
        }
        self.home.run(command)
    }

    #[track_caller]
    fn invoke(&self, task: &str, code: i32) -> Output {
        let args = ["invoke", task, "-e", "main", "--follow", "--yes"];
        self.tasks(&args).ends_with(code)
    }

    /// Starts a task and waits for its output.
    fn begin(&self, task: &str) {
        self.tasks(&["invoke", task, "-e", "main", "--yes"])
            .succeeds();
        eventually("the output", || self.log().contains("on\n"));
    }

    fn log(&self) -> String {
        self.tasks(&["logs", "--last"]).stdout
    }

    fn cancel(&self) {
        self.tasks(&["cancel", "--last", "--yes"]).succeeds();
        self.tasks(&["wait", "--last"]).ends_with(6);
        assert!(
            self.log().ends_with("on\n[sandbox] Cancelled.\n"),
            "{}",
            self.log()
        );
        let processes = self.compose(&["exec", "-T", "cli", "ps", "-o", "pid,args"]);
        let left = processes
            .lines()
            .filter(|line| line.contains("sleep 600") || line.contains("trap"));
        assert_eq!(left.count(), 0, "{processes}");
        assert_eq!(self.compose(&["exec", "-T", "cli", "ls", "/tmp"]), "");
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let quiet = |program: &str, args: &[&str]| {
            let folder = self.home.path("work");
            let _ = Command::new(program)
                .args(args)
                .current_dir(folder)
                .output();
        };
        quiet("docker-compose", &["down", "--timeout", "0"]);
        quiet("docker", &["image", "rm", &self.image]);
    }
}

#[test]
fn a_rehearsal_works_with_a_real_engine() {
    if !has_engine() {
        return;
    }
    let site = Site::new();
    let error = site.invoke("Clear caches", 1).stderr;
    assert!(
        error.contains("the service `cli` is not up\nhint: start it: docker"),
        "{error}"
    );
    site.compose(&["up", "-d"]);

    let log = site.invoke("Clear caches", 0).stdout;
    assert_eq!(log, "drush cache:rebuild on lagoon-demo/main\n");
    assert_eq!(site.invoke("Fail", 3).stdout, "no\n");
    site.invoke("Dump", 0);
    let files = site
        .tasks(&["files", "list", "--last", "-o", "name"])
        .succeeds();
    assert_eq!(files.stdout, "dump.sql\n");

    site.begin("Endless");
    site.cancel();
    site.begin("Stubborn");
    site.cancel();

    site.begin("Endless");
    site.compose(&["kill", "cli"]);
    site.tasks(&["wait", "--last"]).ends_with(3);
    let log = site.log();
    assert!(
        log.contains("[sandbox] The container ended before the command."),
        "{log}"
    );
    assert!(log.contains("[sandbox] hint: start it: docker"), "{log}");
}

/// The acceptance of the example for Drupal.
#[test]
fn the_example_for_drupal_is_rehearsed_in_a_container() {
    if !has_engine() {
        return;
    }
    let site = Site::new();
    site.compose(&["up", "-d"]);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for (from, to) in [
        ("drupal.yml", "tasks.yml"),
        ("scripts/copy-database.sh", "scripts/copy-database.sh"),
    ] {
        let text = fs::read(examples.join(from)).unwrap();
        site.home.write(&format!("work/.lagoon/{to}"), text);
    }
    let log = site.invoke("Run updates", 0).stdout;
    let mut expected = "updating main\n".to_owned();
    for words in ["updatedb --yes", "config:import --yes", "cache:rebuild"] {
        writeln!(expected, "drush {words} on lagoon-demo/main").unwrap();
    }
    assert_eq!(log, expected);
    let copy = [
        "invoke",
        "Copy database",
        "-e",
        "main",
        "-a",
        "SOURCE=feature/login",
        "--wait",
        "--yes",
    ];
    site.tasks(&copy).succeeds();
    assert!(
        site.log()
            .contains("drush sql-sync @lagoon.feature/login @self --yes"),
        "{}",
        site.log()
    );
}
