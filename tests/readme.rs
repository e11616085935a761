//! README.md says what is so: its lines are lines that the program takes.

use std::path::Path;

use crate::support::lines::{invocations, shell_blocks};

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

#[test]
fn the_first_blocks_are_the_whole_set_up() {
    let blocks = shell_blocks(&readme());
    assert_eq!(
        blocks[..2],
        [
            "cargo run -- --context sandbox invoke \"Run yarn audit\" -e main --follow --yes",
            "cargo test",
        ]
    );
}

#[test]
fn what_is_said_first_is_short() {
    let readme = readme();
    let said = readme.lines().skip(2).take_while(|line| !line.is_empty());
    assert!(said.count() <= 5);
}

#[test]
fn every_line_is_taken() {
    let lines: Vec<Vec<String>> = shell_blocks(&readme())
        .iter()
        .flat_map(|block| invocations(block))
        .collect();
    assert!(lines.len() > 5, "{lines:?}");
    for line in lines {
        super::help::takes(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
    }
}
