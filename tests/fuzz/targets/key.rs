//! Keys in variables.
#![no_main]

#[path = "../../corpus/key.rs"]
mod key;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| key::check(bytes));
