//! The packages that the program and its tests are built from.

use std::collections::BTreeSet;
use std::process::Command;

/// Every package of a dependency tree, with its version and features.
fn tree(args: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--no-dedupe"])
        .args(["--prefix", "none", "--format", "{p} {f}"])
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Otherwise `cargo test` would build them again after `cargo run`.
#[test]
fn the_program_and_its_tests_share_all_packages() {
    let program = tree(&["--package", "lagoon-tasks", "--edges", "no-dev"]);
    let tests = tree(&["--workspace"]);
    let only: Vec<_> = program.difference(&tests).collect();
    assert!(
        only.is_empty(),
        "a development dependency turns on more features of these packages than [dependencies] \
         does (`cargo tree -e features -i PACKAGE` names it): {only:#?}"
    );
}
