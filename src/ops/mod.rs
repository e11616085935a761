//! The operations. They return values and never print.

pub mod as_code;
pub mod definitions;
pub mod doctor;
pub mod document;
pub mod identity;
pub mod launch;
pub mod places;
mod resend;
pub mod runs;

pub fn clock() -> impl crate::clock::Clock {
    crate::clock::SystemClock::new()
}
