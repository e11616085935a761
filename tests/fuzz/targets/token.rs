//! Tokens.
#![no_main]

#[path = "../../corpus/token.rs"]
mod token;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| token::check(bytes));
