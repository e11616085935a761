//! All tests, one binary.

mod sandbox_http;
mod sandbox_push;
mod transcripts;
