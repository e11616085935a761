//! What the tests stand on; no tests of the program itself here.

pub(crate) mod schemas;
pub(crate) mod source;
