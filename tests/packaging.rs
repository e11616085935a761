//! Releases: the workflows name existing files, and a package has the expected contents.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::home::Home;
use crate::support::lines::invocations;
use crate::support::tool;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn workflow(name: &str) -> Value {
    let path = format!(".github/workflows/{name}.yml");
    serde_saphyr::from_str(&text(&path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The shell texts of all steps.
fn scripts(workflow: &Value) -> Vec<String> {
    let jobs = workflow["jobs"].as_object().unwrap().values();
    jobs.flat_map(|job| job["steps"].as_array().unwrap())
        .filter_map(|step| step["run"].as_str().map(str::to_owned))
        .collect()
}

fn targets(workflow: &Value) -> Vec<String> {
    let matrix = workflow["jobs"]["build"]["strategy"]["matrix"]["include"]
        .as_array()
        .unwrap();
    matrix
        .iter()
        .map(|entry| entry["target"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_release_is_built_for_existing_targets() {
    let release = workflow("release");
    assert_eq!(release["on"]["push"]["tags"][0], "v*");
    let targets = targets(&release);
    let known = Command::new("rustc")
        .args(["--print", "target-list"])
        .output()
        .unwrap();
    let known = String::from_utf8(known.stdout).unwrap();
    for target in &targets {
        assert!(known.lines().any(|line| line == target), "{target}");
    }
    for wanted in [
        "x86_64-unknown-linux-musl",
        "aarch64-unknown-linux-musl",
        "apple-darwin",
        "pc-windows",
    ] {
        assert!(
            targets.iter().any(|target| target.contains(wanted)),
            "{wanted}"
        );
    }
    let needs = release["jobs"]["publish"]["needs"].as_str().unwrap();
    assert!(release["jobs"][needs].is_object());
}

#[test]
fn the_workflows_run_existing_commands_and_scripts() {
    for name in ["ci", "release"] {
        let workflow = workflow(name);
        assert!(workflow["permissions"]["contents"] == "read", "{name}");
        for script in scripts(&workflow) {
            // Words that the workflow inserts match any word here.
            let syntax = Command::new("bash")
                .args(["-n", "-c", &script])
                .output()
                .unwrap();
            assert!(syntax.status.success(), "{script}\n{syntax:?}");
            for line in invocations(&script) {
                super::help::takes(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
            }
            for word in script
                .split_whitespace()
                .filter(|word| word.starts_with(".ci/"))
            {
                let file = root().join(word);
                let mode = std::os::unix::fs::PermissionsExt::mode(
                    &file
                        .metadata()
                        .unwrap_or_else(|error| panic!("{word}: {error}"))
                        .permissions(),
                );
                assert!(mode & 0o111 != 0, "{word} cannot be run");
            }
        }
    }
    assert!(scripts(&workflow("ci")).contains(&".ci/run".to_owned()));
    assert!(
        scripts(&workflow("release"))
            .iter()
            .any(|script| script.contains(".ci/package "))
    );
}

#[test]
fn the_pages_for_maintainers_name_files_that_exist() {
    let folders = [
        ".ci/", ".github/", "crates/", "docs/", "graphql/", "src/", "tests/",
    ];
    for page in [
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/architecture.md",
        "justfile",
    ] {
        let text = text(page);
        let is_part = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
        let words = text.split(|c: char| !is_part(c));
        let paths: Vec<&str> = words
            .map(|word| word.trim_end_matches('.'))
            // `src/commands/NAME.rs` is the file of any command.
            .filter(|word| !word.contains("NAME"))
            .filter(|word| folders.iter().any(|folder| word.starts_with(folder)))
            .collect();
        for path in paths {
            assert!(root().join(path).exists(), "{page} names {path}");
        }
    }
}

/// Runs `.ci/package` on the program under test.
fn package(home: &Home, target: &str) -> PathBuf {
    let script = root().join(".ci/package");
    let out = home.path("out");
    let line = format!(
        "exec bash '{}' '{}' {target} '{}'",
        script.display(),
        env!("CARGO_BIN_EXE_tasks"),
        out.display()
    );
    let output = home.run(home.shell(&line)).succeeds();
    let archive = PathBuf::from(output.stdout.trim_end());
    assert!(archive.starts_with(&out), "{output}");
    archive
}

#[test]
fn a_package_contains_program_completions_pages_and_licence() {
    if !tool::have("tar") || !tool::have("sha256sum") {
        return;
    }
    let home = Home::new();
    let archive = package(&home, "x86_64-unknown-linux-musl");
    let name = archive.file_name().unwrap().to_str().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        name,
        format!("tasks-{version}-x86_64-unknown-linux-musl.tar.gz")
    );
    let check = format!("cd ../out && sha256sum --check {name}.sha256 && tar -xzf {name}");
    home.run(home.shell(&check)).succeeds();
    let folder = home.path("out").join(name.trim_end_matches(".tar.gz"));
    for file in [
        "tasks",
        "README.md",
        "docs/troubleshooting.md",
        "CHANGELOG.md",
        "LICENSE",
        "completions/_tasks",
        "completions/tasks.bash",
        "completions/tasks.fish",
        "man/man1/tasks.1",
        "man/man1/tasks-invoke.1",
    ] {
        assert!(folder.join(file).is_file(), "{file}");
    }
    let said = Command::new(folder.join("tasks"))
        .arg("--version")
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8(said.stdout).unwrap(),
        format!("tasks {version}\n")
    );
}

/// The files that a container is built from are enough, and are there.
#[test]
fn the_container_sources_are_complete() {
    let containerfile = text("examples/container/Containerfile");
    let home = Home::new();
    let into = home.path("source");
    std::fs::create_dir(&into).unwrap();
    let copies = containerfile
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .filter(|line| !line.starts_with("--from"));
    for copy in copies {
        let mut words: Vec<&str> = copy.split_whitespace().collect();
        let to = into.join(words.pop().unwrap());
        for from in words {
            let from = root().join(from);
            assert!(from.exists(), "{}", from.display());
            let to = if to.is_dir() {
                to.join(from.file_name().unwrap())
            } else {
                to.clone()
            };
            std::fs::create_dir_all(to.parent().unwrap()).unwrap();
            let copied = Command::new("cp")
                .arg("-R")
                .args([&from, &to])
                .status()
                .unwrap();
            assert!(copied.success());
        }
    }
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(&into)
        .output()
        .unwrap();
    assert!(
        metadata.status.success(),
        "{}",
        String::from_utf8_lossy(&metadata.stderr)
    );
    // Files outside `src` that a source includes are copied, too.
    let sources = ["src", "crates"].map(|folder| into.join(folder));
    for path in sources
        .iter()
        .flat_map(|folder| crate::support::source::files_under(folder, "rs"))
    {
        let source = std::fs::read_to_string(&path).unwrap();
        for (_, rest) in source
            .match_indices("include_str!(\"")
            .map(|(at, _)| source[at..].split_at(14))
        {
            let included = path.parent().unwrap().join(rest.split('"').next().unwrap());
            assert!(
                included.exists(),
                "{} includes {}",
                path.display(),
                included.display()
            );
        }
    }
    for line in invocations(&containerfile.replace("#   ", "")) {
        super::help::takes(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
    }
}
