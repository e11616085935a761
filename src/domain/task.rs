//! Task definitions, their arguments, and the escaping of values.

pub(crate) mod argument;
pub(crate) mod definition;
#[cfg(feature = "cli")]
pub(crate) mod difference;
#[cfg(feature = "cli")]
pub(crate) mod environment_value;
#[cfg(feature = "cli")]
pub(crate) mod exit_status;
#[cfg(feature = "cli")]
pub(crate) mod hidden;
pub(crate) mod name;
#[cfg(feature = "cli")]
pub(crate) mod one_off;
pub(crate) mod quoting;
#[cfg(feature = "cli")]
pub(crate) mod reference;
#[cfg(feature = "cli")]
pub(crate) mod rules;
#[cfg(feature = "cli")]
pub(crate) mod script;
#[cfg(feature = "cli")]
pub(crate) mod shadow;
pub(crate) mod text;
pub(crate) mod values;
