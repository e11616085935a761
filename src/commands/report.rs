//! Results that several commands print: runs, tasks, plans and changes.

pub(crate) mod answer;
pub(crate) mod cases;
pub(crate) mod changes;
pub(crate) mod definition;
pub(crate) mod plan;
pub(crate) mod prepared;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod table;

pub(crate) use answer::ResultPrinter;
pub(crate) use changes::render;
pub(crate) use definition::TaskReport;
pub(crate) use plan::{PlanReport, summary};
pub(crate) use prepared::PreparedReport;
pub(crate) use run::{RunReport, Style, moment_of};
pub(crate) use runs::{PlaceColumns, RunRow, RunsReport, explain_failures, run_table};
pub(crate) use table::Table;

/// The shape of a result. It follows from the command line, not from the number of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResultShape {
    One,
    Many,
}
