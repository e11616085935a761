//! The only reader of environment variables. Libraries read their own (proxies, certificates,
//! `COMPLETE`).

#![allow(
    clippy::disallowed_methods,
    reason = "this is the only reader of environment variables"
)]

#[cfg(feature = "cli")]
mod variables;

use std::ffi::OsString;

#[cfg(feature = "cli")]
pub(crate) use crate::secret::Secret;
#[cfg(feature = "cli")]
pub(crate) use variables::{Desktop, Env};

#[cfg(feature = "cli")]
pub(crate) fn named(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

pub(crate) fn named_os(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
