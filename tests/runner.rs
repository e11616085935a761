//! Every whole-program test is a module of this one binary: one link instead of many.
//!
//! A new file in `tests/` needs its line here; the test below says so when it is forgotten.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and tests start programs and read their own environment"
)]

mod support;

mod api;
mod apply;
mod browser;
mod bulk;
mod campaign;
mod cancel;
mod checkout;
mod client;
mod completion;
mod conformance;
mod context;
mod corpus;
mod define;
mod discovery;
mod docs;
mod doctor;
mod exec;
mod exit_status;
mod files;
mod following;
mod from_env;
mod graphql;
mod group;
mod help;
mod hostile;
mod install;
mod invoke;
mod join;
mod lagoon_cli;
mod lagoon_client;
mod language;
mod latest;
mod lint;
mod list;
mod list_order;
mod live;
mod logs;
mod losses;
mod lost;
mod man;
mod manifest;
mod mcp;
mod messages;
mod naming;
mod networks;
mod openssh;
mod packages;
mod packaging;
mod pager;
mod pickers;
mod pictures;
mod pipeline_job;
mod place;
mod progress;
mod prompts;
mod push;
mod rehearsal;
mod releases;
mod renewal;
mod replies;
mod reports;
mod requests;
mod rerun;
mod resend;
mod runs;
mod sandbox_api;
mod sandbox_push;
mod scope;
mod secrets;
mod sign_in;
mod signals;
mod situations;
mod ssh_key;
mod stars;
mod structure;
mod tables;
mod terminal;
mod transcripts;
mod ui;
mod unseen;
mod update;
mod usage;
mod variables;
mod wait;
mod wait_active;
mod waiting;
mod widths;

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

/// The files of `folder` that hold tests, without the suffix.
fn test_files(folder: &Path) -> BTreeSet<String> {
    let not_tests = ["runner"];
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .filter(|name| !not_tests.contains(&name.as_str()))
        .collect()
}

/// The modules that `source` declares.
fn listed(source: &str) -> BTreeSet<String> {
    source
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .filter(|name| *name != "support")
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_test_file_is_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    assert_eq!(test_files(&folder), listed(include_str!("runner.rs")));
}

#[test]
fn a_forgotten_file_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["runner.rs", "graphql.rs", "forgotten.rs", "notes.txt"] {
        std::fs::write(folder.path().join(name), "").unwrap();
    }
    let files = test_files(folder.path());
    let listed = listed("mod support;\n\nmod graphql;\n");
    assert_eq!(
        files.difference(&listed).collect::<Vec<_>>(),
        ["forgotten"],
        "{files:?}"
    );
}

/// The names of the snapshot files that a test file asserts, as patterns.
fn snapshots_in(source: &str) -> Vec<Regex> {
    let named = Regex::new(r#"assert_snapshot!\(\s*(?:format!\(\s*)?"([^"]+)""#).unwrap();
    let value = Regex::new(r"\\\{\w*\\\}").unwrap();
    let names = named.captures_iter(source).map(|found| {
        let name = regex::escape(&found[1]);
        Regex::new(&format!("^{}$", value.replace_all(&name, ".+"))).unwrap()
    });
    names.collect()
}

/// A snapshot file that no test asserts any more would never be removed.
#[test]
fn every_snapshot_file_is_used() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for file in support::source::files_under(&tests, "snap") {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let (module, name) = stem.rsplit_once("__").unwrap();
        let module = module.strip_prefix("all__").unwrap().replace("__", "/");
        let source = std::fs::read_to_string(tests.join(module + ".rs")).unwrap_or_default();
        let is_asserted = snapshots_in(&source).iter().any(|is| is.is_match(name));
        assert!(is_asserted, "{} is not used", file.display());
    }
}

#[test]
fn an_unused_snapshot_file_is_reported() {
    let asserted = snapshots_in(
        "assert_snapshot!(\n  \"one\", x);\nassert_snapshot!(format!(\"of-{a}\"), x);",
    );
    let is_asserted = |name: &str| asserted.iter().any(|is| is.is_match(name));
    assert!(is_asserted("one") && is_asserted("of-all"));
    assert!(!is_asserted("ones") && !is_asserted("of-") && !is_asserted("x"));
}
