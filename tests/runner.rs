//! All tests, one binary.

mod sandbox_api;
mod transcripts;
