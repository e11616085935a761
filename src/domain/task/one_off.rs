//! A command without a task definition.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOff {
    pub name: String,
    pub environment: i64,
    pub service: String,
    pub command: String,
}
