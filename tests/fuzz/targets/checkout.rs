//! Compose files with variables.
#![no_main]

#[path = "../../corpus/checkout.rs"]
mod checkout;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checkout::check(bytes));
