//! Configuration files.
#![no_main]

#[path = "../../corpus/config.rs"]
mod config;
#[path = "../../corpus/place.rs"]
mod place;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| config::check(bytes));
