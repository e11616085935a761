//! Task files: reading them, planning against the server, applying the plan, exporting.

pub mod apply;
pub mod export;
pub mod manifest;
pub mod planning;
pub mod scope;
