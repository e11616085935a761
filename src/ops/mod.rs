//! The operations. They return values and never print.

#[cfg(feature = "cli")]
pub mod as_code;
#[cfg(feature = "cli")]
pub mod definitions;
#[cfg(feature = "cli")]
pub mod doctor;
#[cfg(feature = "cli")]
pub mod document;
#[cfg(feature = "cli")]
pub mod identity;
pub mod launch;
pub mod places;
mod resend;
pub mod runs;

pub fn clock() -> impl crate::clock::Clock {
    crate::clock::SystemClock::new()
}
