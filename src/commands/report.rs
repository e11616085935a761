//! Results that several commands print: runs, tasks, plans and changes.

pub mod answer;
pub mod changes;
pub mod definition;
pub mod plan;
pub mod prepared;
pub mod run;
pub mod runs;
pub mod table;

pub use answer::Answer;
pub use changes::render;
pub use definition::Task;
pub use plan::{PlanReport, summary};
pub use prepared::Prepared;
pub use run::{RunReport, Style, moment_of};
pub use runs::RunsReport;
pub use table::Table;

/// The shape of a result. It follows from the command line, not from the number of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    One,
    Many,
}
