//! Starting runs: checks, the one mutation, and the recovery of a lost reply.

pub mod bulk;
pub mod exec;
pub mod fit;
pub mod invoke;
pub mod lost;
pub mod ready;
pub mod rerun;
