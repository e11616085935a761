//! Task definitions, their arguments, and the escaping of values.

pub mod argument;
pub mod definition;
pub mod difference;
pub mod hidden;
pub mod one_off;
pub mod quoting;
pub mod reference;
pub mod rules;
pub mod script;
pub mod shadow;
pub mod text;
pub mod values;
