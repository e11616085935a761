//! `tasks lint`: check task files without a Lagoon.

use clap::Args;
use serde_json::json;

use crate::app::{App, print};
use crate::commands::report::{PreparedReport, ResultPrinter, Style, Table};
use crate::commands::task_files::Files;
use crate::config::api_address;
use crate::domain::manifest::{Desired, Fault, Position, SCHEMA};
use crate::domain::task::rules;
use crate::error::Error;
use crate::error::messages::counted;
use crate::output::{Cell, Detail};

/// Check task files
///
/// Needs no Lagoon and no token. Checks the syntax, the keys, scopes, variables and command files, and
/// reports values that Lagoon would refuse or that are probably mistakes. A variable without a value
/// is not an error.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Check .lagoon/tasks.yml
  tasks lint
  # Check another file, with a variable
  tasks lint -f deploy/tasks.yml --var tag=1.2
  # Print only the messages
  tasks lint -o json --jq '.[] | .message'
  # Write the schema for an editor
  tasks lint --schema > tasks.schema.json")]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) files: Files,
    /// Print the JSON Schema of task files, for editors
    #[arg(long, conflicts_with_all = ["file", "vars"])]
    schema: bool,
}

pub(crate) fn run(args: &LintArgs, app: &App) -> Result<(), Error> {
    if args.schema {
        return print(&app.ui, SCHEMA);
    }
    let answer = ResultPrinter::plan(app)?;
    let (faults, warnings) = match args.files.read(app, true, None)? {
        Err(faults) => (faults, Vec::new()),
        Ok(desired) => {
            let faults = [addresses(&desired), desired.violations()].concat();
            (faults, warnings(&desired))
        }
    };
    answer.print(&report(&faults, &warnings))?;
    match faults.len() {
        0 => Ok(()),
        many => {
            let errors = counted(many, "error");
            Err(Error::usage(format!("{errors} in the task file")))
        }
    }
}

/// Faults of invalid addresses.
fn addresses(desired: &Desired) -> Vec<Fault> {
    let check = |(address, position): &(String, Position)| {
        let error = api_address(address).err()?;
        Some(Fault::new(position.clone(), format!("`lagoon`: {error}")))
    };
    desired.lagoons.iter().filter_map(check).collect()
}

fn warnings(desired: &Desired) -> Vec<Fault> {
    let mut found: Vec<Fault> = Vec::new();
    for wanted in &desired.tasks {
        for warning in rules::warnings(&wanted.definition) {
            let fault = Fault::new(wanted.position.clone(), warning);
            if !found.contains(&fault) {
                found.push(fault);
            }
        }
    }
    found
}

fn report(faults: &[Fault], warnings: &[Fault]) -> PreparedReport {
    let faults = faults.iter().map(|f| ("error", Style::Bad, f));
    let warnings = warnings.iter().map(|f| ("warning", Style::Warning, f));
    let findings: Vec<(&str, Style, &Fault)> = faults.chain(warnings).collect();
    let value = findings.iter().map(|(severity, _, fault)| {
        json!({
            "file": fault.position.file,
            "line": fault.position.line,
            "column": fault.position.column,
            "severity": severity,
            "message": fault.message,
        })
    });
    let detail = findings
        .iter()
        .fold(Detail::untitled(), |detail, (word, style, fault)| {
            let finding = Cell::status(format!("{word}: {}", fault.message), *style);
            detail.field(fault.position.to_string(), finding)
        });
    let number = |n: u64| i64::try_from(n).unwrap_or_default();
    let grid = Table::of(&findings)
        .column("place", |(.., fault)| {
            Cell::name(fault.position.to_string())
        })
        .column("severity", |(word, style, _)| Cell::status(*word, *style))
        .column("message", |(.., fault)| fault.message.clone())
        .not_in_table("file", |(.., fault)| fault.position.file.clone())
        .not_in_table("line", |(.., fault)| number(fault.position.line))
        .not_in_table("column", |(.., fault)| number(fault.position.column))
        .grid();
    PreparedReport::new(value.collect(), grid)
        .detail(detail)
        .when_empty("no problems found")
}
