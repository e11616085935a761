//! Task definitions, their arguments, and the escaping of values.

pub mod argument;
pub mod definition;
#[cfg(feature = "cli")]
pub mod difference;
#[cfg(feature = "cli")]
pub mod hidden;
pub mod one_off;
pub mod quoting;
pub mod reference;
pub mod rules;
#[cfg(feature = "cli")]
pub mod script;
#[cfg(feature = "cli")]
pub mod shadow;
pub mod text;
pub mod values;
