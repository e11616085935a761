//! Values, arguments and text from flags, files and standard input.

pub mod arguments;
pub mod json;
pub mod text;
pub mod values;

pub use json::{located, object};
