//! Task files: read, plan, apply, export.

pub(crate) mod apply;
pub(crate) mod export;
pub(crate) mod manifest;
pub(crate) mod planning;
pub(crate) mod scope;
