//! The work: each command's decisions and requests. Returns values, never prints.

pub mod as_code;
pub mod definitions;
pub mod doctor;
pub mod document;
pub mod identity;
pub mod launch;
pub mod places;
mod resend;
pub mod runs;

/// The clock of commands: the machine's.
#[must_use]
pub fn clock() -> impl crate::clock::Clock {
    crate::clock::SystemClock::new()
}
