//! Logs and names from elsewhere.
#![no_main]

#[path = "../../corpus/cuts.rs"]
mod cuts;
#[path = "../../corpus/log.rs"]
mod log;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| log::check(bytes));
