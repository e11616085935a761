//! Releases: the workflows name existing files, and a package has the expected contents.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::home::Home;
use crate::support::lines::invocations;

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
    // A job that is another workflow has no steps.
    jobs.flat_map(|job| job["steps"].as_array().into_iter().flatten())
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
}

#[test]
fn a_release_depends_on_the_checks_and_on_the_builds() {
    let release = workflow("release");
    let needs = &release["jobs"]["publish"]["needs"];
    assert_eq!(needs, &serde_json::json!(["checks", "build"]));
    let checks = &release["jobs"]["checks"];
    assert_eq!(checks["uses"], "./.github/workflows/ci.yml");
    assert_eq!(checks["with"]["release"], true);
    let scripts = scripts(&workflow("ci"));
    for line in [".ci/run", ".ci/run --release", ".ci/run --packages"] {
        assert!(scripts.iter().any(|script| script == line), "{line}");
    }
}

/// Each action is named by its commit, with the version behind it, and no checkout leaves a token behind.
#[test]
fn actions_are_pinned_and_credentials_do_not_persist() {
    let pinned = regex::Regex::new(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").unwrap();
    for name in ["ci", "release"] {
        let path = format!(".github/workflows/{name}.yml");
        let text = text(&path);
        for line in text.lines() {
            let Some((_, action)) = line.split_once("uses: ") else {
                continue;
            };
            let is_ours = action.starts_with("./");
            assert!(is_ours || pinned.is_match(action), "{path}: {action}");
        }
        let jobs = workflow(name)["jobs"].as_object().unwrap().clone();
        let steps = jobs
            .values()
            .flat_map(|job| job["steps"].as_array().into_iter().flatten());
        for step in steps {
            let uses = step["uses"].as_str().unwrap_or_default();
            if uses.starts_with("actions/checkout@") {
                assert_eq!(step["with"]["persist-credentials"], false, "{path}");
            }
        }
    }
}

/// Nothing that is built depends on the day: the Rust and the machines have versions.
#[test]
fn the_workflows_use_one_version_of_rust_and_fixed_machines() {
    let versions: Vec<Value> = ["ci", "release"]
        .map(|name| workflow(name)["env"]["RUSTUP_TOOLCHAIN"].clone())
        .into();
    assert_eq!(versions[0], versions[1]);
    assert!(
        versions[0]
            .as_str()
            .is_some_and(|v| v.matches('.').count() == 2)
    );
    for name in ["ci", "release"] {
        let path = format!(".github/workflows/{name}.yml");
        assert!(!text(&path).contains("-latest"), "{path}");
    }
    for line in text(".ci/versions").lines() {
        let exact = line.split_once('=').is_some_and(|(_, version)| {
            version.split('.').count() == 3 && version.split('.').all(|n| n.parse::<u32>().is_ok())
        });
        assert!(exact || line.starts_with('#'), "{line}");
    }
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
    let home = Home::new();
    let archive = package(&home, "x86_64-unknown-linux-musl");
    let name = archive.file_name().unwrap().to_str().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        name,
        format!("tasks-{version}-x86_64-unknown-linux-musl.tar.gz")
    );
    let check = format!(
        "cd ../out && {{ sha256sum -c {name}.sha256 || shasum -a 256 -c {name}.sha256; }} && tar -xzf {name}"
    );
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

fn notes(home: &Home, version: &str, changelog: &Path) -> crate::support::output::Output {
    let script = root().join(".ci/notes").display().to_string();
    let line = format!("exec bash '{script}' '{version}' '{}'", changelog.display());
    home.run(home.shell(&line))
}

#[test]
fn the_notes_of_a_release_contain_only_that_version() {
    let home = Home::new();
    let changelog = home.write(
        "changes.md",
        "# Changes\n\n## Unreleased\n\n* New\n\n## 1.10.0 (2027-01-02)\n\n### Output\n\n* Ten\n\n\
         ## 1.1.0\n\n* One\n",
    );
    let of = |version: &str| notes(&home, version, &changelog).succeeds().stdout;
    assert_eq!(of("v1.10.0"), "### Output\n\n* Ten\n");
    assert_eq!(of("1.1.0"), "* One\n");
    for unknown in ["1.1", "1.10", "2.0.0", "1x1.0"] {
        let output = notes(&home, unknown, &changelog).ends_with(1);
        assert!(output.stderr.contains("no section for version"), "{output}");
        assert_eq!(output.stdout, "");
    }
}

/// The database of advisories cannot be downloaded: a warning, except in a release.
#[test]
fn unchecked_advisories_fail_a_release_and_warn_elsewhere() {
    let home = Home::new();
    let cargo = home.write("bin/cargo", "#!/bin/sh\n[ \"$2\" != fetch ]\n");
    std::fs::set_permissions(&cargo, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let script = root().join(".ci/advisories").display().to_string();
    let run = |argument: &str| {
        let folder = home.path("bin").display().to_string();
        let line = format!("PATH='{folder}':$PATH exec bash '{script}' {argument}");
        home.run(home.shell(&line))
    };
    let elsewhere = run("").succeeds();
    assert!(elsewhere.stderr.contains("warning:"), "{elsewhere}");
    let release = run("--required").ends_with(1);
    assert!(release.stderr.contains("error:"), "{release}");
}

/// The files that name the address of a release: those of `.ci/metadata`.
#[test]
fn the_address_of_a_release_is_written_into_its_files() {
    let home = Home::new();
    let sum = "0".repeat(64);
    for target in targets(&workflow("release")) {
        let name = format!("dist/tasks-1.2.3-{target}.tar.gz.sha256");
        home.write(&name, format!("{sum}  tasks-1.2.3-{target}.tar.gz\n"));
    }
    let script = root().join(".ci/metadata").display().to_string();
    let run = |variables: &str| {
        home.run(home.shell(&format!("{variables} exec bash '{script}' v1.2.3 ../dist")))
    };
    let unknown = run("").ends_with(1);
    assert!(unknown.stderr.contains("TASKS_RELEASES"), "{unknown}");
    run("TASKS_RELEASES=\"https://git.example.com/';x\"").ends_with(1);

    run("GITHUB_SERVER_URL=https://git.example.com GITHUB_REPOSITORY=shop/tasks").succeeds();
    let base = "https://git.example.com/shop/tasks/releases";
    let read = |name: &str| std::fs::read_to_string(home.path("dist").join(name)).unwrap();
    assert_eq!(read("VERSION"), "1.2.3\n");
    assert!(read("install.sh").contains(&format!("\ndefault_releases='{base}'\n")));
    let manifest: toml_edit::DocumentMut = read("binstall.toml").parse().unwrap();
    let binstall = &manifest["package"]["metadata"]["binstall"];
    let url = binstall["pkg-url"].as_str().unwrap();
    let expected = "/download/v{ version }/tasks-{ version }-{ target }{ archive-suffix }";
    assert_eq!(url, format!("{base}{expected}"));
    let formula = read("lagoon-tasks.rb");
    for target in targets(&workflow("release")) {
        let line = format!("url \"{base}/download/v1.2.3/tasks-1.2.3-{target}.tar.gz\"");
        let is_unix = !target.contains("windows");
        assert_eq!(formula.contains(&line), is_unix, "{target}:\n{formula}");
    }
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
