//! Values, arguments and text from flags, files and standard input.

pub(crate) mod arguments;
pub(crate) mod json;
pub(crate) mod text;
pub(crate) mod values;

pub(crate) use json::{located, object};
