//! Arguments and values.
#![no_main]

#[path = "../../corpus/values.rs"]
mod values;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| values::check(bytes));
