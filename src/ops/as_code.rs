//! Task files: read, plan, apply, export.

pub mod apply;
pub mod export;
pub mod manifest;
pub mod planning;
pub mod scope;
