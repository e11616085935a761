//! Answers of a server.
#![no_main]

#[path = "../../corpus/reply.rs"]
mod reply;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| reply::check(bytes));
