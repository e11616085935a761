//! The corpora of the fuzz targets as ordinary tests: every file is checked by its target.
//!
//! A check lives here once, for these tests and for its target in `tests/fuzz`.

mod checkout;
mod config;
mod cuts;
mod events;
mod key;
mod log;
mod mcp;
mod place;
mod reply;
mod task_file;
mod token;
mod values;

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::source::{all_files_under, files_under};

type Check = fn(&[u8]);

/// Each target and its check of an input.
const TARGETS: [(&str, Check); 10] = [
    ("checkout", checkout::check),
    ("config", config::check),
    ("events", events::check),
    ("key", key::check),
    ("log", log::check),
    ("mcp", mcp::check),
    ("reply", reply::check),
    ("task_file", task_file::check),
    ("token", token::check),
    ("values", values::check),
];

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz")
        .join(name)
}

#[test]
fn every_input_passes_its_check() {
    for (target, check) in TARGETS {
        let files = all_files_under(&folder("corpus").join(target));
        assert!(!files.is_empty(), "the corpus of {target} is empty");
        for file in files {
            let bytes = std::fs::read(&file).unwrap();
            let outcome = std::panic::catch_unwind(|| check(&bytes));
            assert!(outcome.is_ok(), "{}", file.display());
        }
    }
}

#[test]
fn every_fuzz_target_is_listed() {
    let files = files_under(&folder("targets"), "rs");
    let there: BTreeSet<_> = files.iter().map(|f| f.file_stem().unwrap()).collect();
    let here: BTreeSet<_> = TARGETS.iter().map(|(name, _)| name.as_ref()).collect();
    assert_eq!(there, here);
}
