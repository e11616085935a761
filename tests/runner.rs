//! All tests, one binary.

mod sandbox_api;
mod sandbox_push;
mod transcripts;
