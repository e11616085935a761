//! Support for the tests; no tests of the program itself.
#![allow(
    dead_code,
    reason = "a subject's tests need not use every tool, and a tool need not wait for them"
)]

pub(crate) mod clock;
pub(crate) mod env;
pub(crate) mod home;
pub(crate) mod lagoon;
pub(crate) mod lines;
pub(crate) mod markdown;
pub(crate) mod network;
pub(crate) mod openid;
pub(crate) mod output;
pub(crate) mod picture;
pub(crate) mod process;
pub(crate) mod proxy;
pub(crate) mod pty;
pub(crate) mod schemas;
pub(crate) mod shuffle;
pub(crate) mod source;
pub(crate) mod ssh;
pub(crate) mod ssh_stand_in;
pub(crate) mod subset;
pub(crate) mod tool;
