//! Messages of a client of `tasks mcp`.
#![no_main]

#[path = "../../corpus/cuts.rs"]
mod cuts;
#[path = "../../corpus/mcp.rs"]
mod mcp;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mcp::check(bytes));
