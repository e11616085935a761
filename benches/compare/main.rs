//! `cargo bench`: how fast `tasks` is, beside `curl` on the same server in the same run.
//!
//! Medians and ratios are reported and nothing is judged, because a busy machine must not fail a build. A
//! word after `--` picks subjects by name: `cargo bench -- start`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement that cannot be made ends by panicking, and it reads its own environment"
)]

mod delay;
mod large;
mod measure;
#[allow(dead_code, reason = "the tests use the rest of it")]
#[path = "../../tests/support/network.rs"]
mod network;
mod requests;
mod server;
mod start;
mod ui;
mod waiting;

use measure::Line;

/// A subject: its name, and what measures it.
type Subject = (&'static str, fn() -> Vec<Line>);

const SUBJECTS: [Subject; 9] = [
    ("start", start::cold),
    ("size", start::size),
    ("requests", requests::against_curl),
    ("completion", requests::completion),
    ("delay", requests::round_trips),
    ("bulk", requests::many_environments),
    ("wait", waiting::runs),
    ("large", large::answers),
    ("ui", ui::keys_and_rest),
];

fn main() {
    // Cargo adds `--bench`.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    println!("| what | tasks | beside | ratio | goal |");
    println!("|---|---|---|---|---|");
    for (name, measure) in SUBJECTS {
        if wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str())) {
            measure().iter().for_each(|line| println!("{line}"));
        }
    }
}
