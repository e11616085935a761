//! `install.sh`: installs a release from a folder, or changes nothing.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;

use crate::support::home::Home;
use crate::support::output::Output;
use crate::support::process::Invocation;
use crate::support::tool;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The shells that must be able to execute the script, as far as they are installed.
fn shells() -> Vec<&'static str> {
    let mut shells = vec!["sh"];
    shells.extend(
        ["dash", "busybox"]
            .into_iter()
            .filter(|name| tool::have(name)),
    );
    shells
}

/// The script as a command line, with the folder `releases` as its source.
fn script(home: &Home, shell: &str) -> Invocation {
    let shell = if shell == "busybox" {
        "busybox sh"
    } else {
        shell
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh");
    home.shell(&format!("exec {shell} '{}'", script.display()))
        .env("TASKS_RELEASES", home.path("releases"))
}

fn install(home: &Home, shell: &str) -> Output {
    home.run(script(home, shell))
}

fn target() -> String {
    let system = if cfg!(target_os = "macos") {
        "apple-darwin"
    } else {
        "unknown-linux-musl"
    };
    format!("{}-{system}", std::env::consts::ARCH)
}

/// A release in the folder `releases` with the script `program` as its program.
pub(crate) fn release(home: &Home, version: &str, program: &str) {
    let name = format!("tasks-{version}-{}", target());
    let file = home.write(&format!("build/{name}/tasks"), program);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    home.write("releases/latest/download/VERSION", format!("{version}\n"));
    let folder = home.path(&format!("releases/download/v{version}"));
    fs::create_dir_all(&folder).unwrap();
    let pack = format!(
        "cd '{}' && tar -czf {name}.tar.gz -C '{}' {name} && \
         {{ sha256sum {name}.tar.gz 2>/dev/null || shasum -a 256 {name}.tar.gz; }} >{name}.tar.gz.sha256",
        folder.display(),
        home.path("build").display(),
    );
    home.run(home.shell(&pack)).succeeds();
}

/// A program that only prints its version.
fn program(version: &str) -> String {
    format!("#!/bin/sh\necho 'tasks {version}'\n")
}

fn installed(home: &Home) -> bool {
    home.path(".local/bin/tasks").exists()
}

#[test]
fn the_latest_release_is_installed_by_each_shell() {
    for shell in shells() {
        let home = Home::new();
        release(&home, "0.9.0", &program("0.9.0"));
        release(&home, "0.10.0", &program("0.10.0"));
        let stderr = install(&home, shell).error(0).replace(&target(), "TARGET");
        insta::allow_duplicates! {
            assert_snapshot!(stderr, @r#"
            downloading HOME/releases/download/v0.10.0/tasks-0.10.0-TARGET.tar.gz
            installed tasks 0.10.0 in HOME/.local/bin
            hint: HOME/.local/bin is not on your PATH; add it in your shell's profile: export PATH="HOME/.local/bin:$PATH"
            try it: tasks -l sandbox invoke
            "#);
        }
        let program = home.path(".local/bin/tasks");
        let said = Command::new(program).output().unwrap();
        assert_eq!(said.stdout, b"tasks 0.10.0\n");
        let folder = fs::read_dir(home.path(".local/bin")).unwrap();
        assert_eq!(folder.count(), 1, "{shell} left a file");
        let rest = fs::read_dir(home.path("tmp")).unwrap();
        assert_eq!(rest.count(), 0, "{shell} left a temporary file");
    }
}

/// As a new user: from an empty folder to the log of a first run.
#[test]
fn a_real_archive_is_installed_and_invokes_a_task_in_the_sandbox() {
    let home = Home::new();
    let line = "set -eu
        .ci/package \"$1\" \"$2\" \"$3/releases/download/v$4\"
        mkdir -p \"$3/releases/latest/download\"
        echo \"$4\" >\"$3/releases/latest/download/VERSION\"";
    let packed = Command::new("bash")
        .args(["-c", line, "pack", env!("CARGO_BIN_EXE_tasks"), &target()])
        .arg(home.path("."))
        .arg(VERSION)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(packed.status.success(), "{packed:?}");
    home.run(script(&home, "sh").env("TASKS_INSTALL_DIR", "bin"))
        .succeeds();
    let line = "./bin/tasks -l sandbox invoke 'Say hello' -e main --follow --yes";
    let output = home.run(home.shell(line)).succeeds();
    assert!(output.stdout.contains("Hello"), "{output}");
}

#[test]
fn a_named_version_is_installed_from_each_form_of_the_address() {
    let home = Home::new();
    release(&home, "0.9.0", &program("0.9.0"));
    release(&home, "0.10.0", &program("0.10.0"));
    symlink(home.path("releases"), home.path("work/relative")).unwrap();
    let folder = home.path("releases").display().to_string();
    for (releases, version) in [
        (folder.clone(), "0.9.0"),
        (format!("{folder}//"), "v0.9.0"),
        (format!("file://{folder}"), "0.9.0"),
        ("relative".to_owned(), "0.9.0"),
    ] {
        let script = script(&home, "sh")
            .env("TASKS_RELEASES", &releases)
            .env("TASKS_VERSION", version);
        let output = home.run(script).succeeds();
        let line = "installed tasks 0.9.0 in ";
        assert!(output.stderr.contains(line), "{releases}: {output}");
        fs::remove_file(home.path(".local/bin/tasks")).unwrap();
    }
}

#[test]
fn a_damaged_archive_is_not_installed() {
    for shell in shells() {
        let home = Home::new();
        release(&home, VERSION, &program(VERSION));
        let archive = format!(
            "releases/download/v{VERSION}/tasks-{VERSION}-{}.tar.gz",
            target()
        );
        let mut bytes = fs::read(home.path(&archive)).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        home.write(&archive, bytes);
        let output = install(&home, shell).ends_with(1);
        let line = format!(
            "error: the checksum of tasks-{VERSION}-{}.tar.gz does not match; nothing was installed\n",
            target()
        );
        assert!(output.stderr.contains(&line), "{shell}: {output}");
        assert!(!installed(&home), "{shell}");
    }
}

#[test]
fn an_archive_without_checksum_is_not_installed() {
    let home = Home::new();
    release(&home, VERSION, &program(VERSION));
    for empty in [true, false] {
        let path = format!(
            "releases/download/v{VERSION}/tasks-{VERSION}-{}.tar.gz.sha256",
            target()
        );
        if empty {
            home.write(&path, "");
        } else {
            fs::remove_file(home.path(&path)).unwrap();
        }
        let output = install(&home, "sh").ends_with(1);
        assert!(output.stderr.contains("checksum"), "{output}");
        assert!(!installed(&home));
    }
}

/// The old program is replaced at once, or kept.
#[test]
fn a_program_that_does_not_run_replaces_nothing() {
    let home = Home::new();
    home.write(".local/bin/tasks", "old");
    for program in [
        "#!/bin/sh\necho 'no such library' >&2\nexit 127\n".to_owned(),
        program("0.0.1"),
    ] {
        release(&home, VERSION, &program);
        install(&home, "sh").ends_with(1);
        let kept = fs::read_to_string(home.path(".local/bin/tasks")).unwrap();
        assert_eq!(kept, "old");
        let folder = fs::read_dir(home.path(".local/bin")).unwrap();
        assert_eq!(folder.count(), 1);
    }
    release(&home, VERSION, &program(VERSION));
    install(&home, "sh").succeeds();
    let new = fs::read_to_string(home.path(".local/bin/tasks")).unwrap();
    assert_eq!(new, program(VERSION));
}

#[test]
fn a_missing_or_unsafe_address_is_an_error_that_says_what_to_set() {
    let home = Home::new();
    let mut errors = String::new();
    for releases in [
        "",
        "http://git.example.com/tasks/releases",
        "ftp://git.example.com/releases",
        "file://other/releases",
        "nowhere",
    ] {
        let script = script(&home, "sh").env("TASKS_RELEASES", releases);
        errors += &home.run(script).ends_with(1).stderr;
    }
    assert_snapshot!(errors, @"
    error: no download address
    hint: set TASKS_RELEASES to the address of the releases, such as https://git.example.com/tasks/releases, or to a folder
    error: TASKS_RELEASES is an unencrypted address: http://git.example.com/tasks/releases
    hint: use https:// or a folder
    error: TASKS_RELEASES is neither https:// nor file:// nor a folder: ftp://git.example.com/releases
    error: TASKS_RELEASES is neither https:// nor file:// nor a folder: file://other/releases
    error: the folder of TASKS_RELEASES does not exist: ./nowhere
    ");
}

#[test]
fn an_unknown_version_is_an_error_that_names_the_file() {
    let home = Home::new();
    release(&home, VERSION, &program(VERSION));
    let mut errors = String::new();
    for version in ["9.9.9", "../1.0", "latest-one"] {
        let output = home.run(script(&home, "sh").env("TASKS_VERSION", version));
        errors += &output.error(1).replace(&target(), "TARGET");
    }
    fs::remove_file(home.path("releases/latest/download/VERSION")).unwrap();
    errors += &install(&home, "sh").error(1);
    assert_snapshot!(errors, @"
    downloading HOME/releases/download/v9.9.9/tasks-9.9.9-TARGET.tar.gz
    error: cannot download HOME/releases/download/v9.9.9/tasks-9.9.9-TARGET.tar.gz
    hint: check that version 9.9.9 exists and has an archive for TARGET
    error: invalid version: ../1.0
    hint: set it to a version, such as TASKS_VERSION=0.1.0
    error: invalid version: latest-one
    hint: set it to a version, such as TASKS_VERSION=0.1.0
    error: the latest version is unknown: cannot read HOME/releases/latest/download/VERSION
    hint: check TASKS_RELEASES, or name a version with TASKS_VERSION
    ");
}
