//! The work: each command's decisions and requests. Returns values, never prints.

pub mod define;
pub mod follow;
pub mod invoke;
pub mod lost;
pub mod place;
pub mod tasks;
pub mod wait;
