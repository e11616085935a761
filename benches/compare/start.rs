//! The start-up time of the program.

use std::process::Command;

use super::measure::{Line, in_turn, megabytes};
use super::server::program;

pub(crate) fn cold() -> Vec<Line> {
    [("--version", "0.28"), ("--help", "0.30")]
        .map(|(flag, goal)| {
            let mut curl = Command::new("curl");
            curl.env_clear().arg("--version");
            let (ours, theirs) = in_turn(100, &mut program(&[flag]), &mut curl);
            let beside = ("curl --version", theirs);
            Line::times(&format!("`tasks {flag}`"), ours, beside, goal)
        })
        .into()
}

pub(crate) fn size() -> Vec<Line> {
    let size = std::fs::metadata(env!("CARGO_BIN_EXE_tasks"))
        .unwrap()
        .len();
    vec![Line::alone(
        "binary, with tables for unwinding",
        megabytes(size),
        "13 MB without",
    )]
}
