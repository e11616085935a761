//! Server-sent events.
#![no_main]

#[path = "../../corpus/cuts.rs"]
mod cuts;
#[path = "../../corpus/events.rs"]
mod events;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| events::check(bytes));
