//! Task files.
#![no_main]

#[path = "../../corpus/place.rs"]
mod place;
#[path = "../../corpus/task_file.rs"]
mod task_file;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| task_file::check(bytes));
