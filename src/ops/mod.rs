//! The operations. They return values and never print.

#[cfg(feature = "cli")]
pub(crate) mod as_code;
#[cfg(feature = "cli")]
pub(crate) mod definitions;
#[cfg(feature = "cli")]
pub(crate) mod doctor;
#[cfg(feature = "cli")]
pub(crate) mod document;
#[cfg(feature = "cli")]
pub(crate) mod identity;
pub(crate) mod launch;
pub(crate) mod places;
mod resend;
pub(crate) mod runs;

#[cfg(feature = "cli")]
pub(crate) fn clock() -> impl crate::clock::Clock {
    crate::clock::SystemClock::new()
}
