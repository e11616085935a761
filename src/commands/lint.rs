//! `tasks lint`: check task files without a Lagoon.

use clap::Args;
use serde_json::{Value, json};

use crate::app::{App, print};
use crate::commands::report::{Answer, Style};
use crate::commands::task_files::Files;
use crate::config::api_address;
use crate::domain::manifest::{Desired, Fault, Position, SCHEMA};
use crate::domain::task::rules;
use crate::error::Error;
use crate::output::{Cell, Column, Grid, Report};

/// Check task files
///
/// Everything that can be checked without a Lagoon and without a token: the form, every key, scopes,
/// variables, command files, and what Lagoon would refuse or take but should not. Variables that
/// have no value yet are left open.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tasks lint
  tasks lint -f deploy/tasks.yml --var tag=1.2
  tasks lint -o json --jq '.[] | .message'
  tasks lint --schema > tasks.schema.json")]
pub struct LintArgs {
    #[command(flatten)]
    files: Files,
    /// Print the JSON Schema of the form, for editors
    #[arg(long, conflicts_with_all = ["file", "vars"])]
    schema: bool,
}

pub fn run(args: &LintArgs, app: &App) -> Result<(), Error> {
    if args.schema {
        return print(&app.ui, SCHEMA);
    }
    let answer = Answer::plan(app)?;
    let findings = match args.files.read(app, true)? {
        Err(faults) => Findings {
            faults,
            warnings: Vec::new(),
        },
        Ok(desired) => Findings {
            faults: [addresses(&desired), desired.violations()].concat(),
            warnings: doubts(&desired),
        },
    };
    let count = findings.faults.len();
    answer.give(&findings)?;
    match count {
        0 => Ok(()),
        1 => Err(Error::usage("the tasks have a fault")),
        many => Err(Error::usage(format!("the tasks have {many} faults"))),
    }
}

/// Addresses that are none.
fn addresses(desired: &Desired) -> Vec<Fault> {
    let check = |(address, position): &(String, Position)| {
        let error = api_address(address).err()?;
        Some(Fault::new(position.clone(), format!("`lagoon`: {error}")))
    };
    desired.lagoons.iter().filter_map(check).collect()
}

fn doubts(desired: &Desired) -> Vec<Fault> {
    let mut found: Vec<Fault> = Vec::new();
    for wanted in &desired.tasks {
        for doubt in rules::doubts(&wanted.definition) {
            let fault = Fault::new(wanted.position.clone(), doubt);
            if !found.contains(&fault) {
                found.push(fault);
            }
        }
    }
    found
}

struct Findings {
    faults: Vec<Fault>,
    warnings: Vec<Fault>,
}

impl Findings {
    fn all(&self) -> impl Iterator<Item = (&'static str, Style, &Fault)> {
        let faults = self.faults.iter().map(|f| ("error", Style::Bad, f));
        let warnings = self.warnings.iter().map(|f| ("warning", Style::Warning, f));
        faults.chain(warnings)
    }
}

impl Report for Findings {
    fn value(&self) -> Value {
        self.all()
            .map(|(severity, _, fault)| {
                json!({
                    "file": fault.position.file,
                    "line": fault.position.line,
                    "column": fault.position.column,
                    "severity": severity,
                    "message": fault.message,
                })
            })
            .collect()
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new([
            Column::new("place"),
            Column::new("severity"),
            Column::new("message"),
            Column::new("file").not_in_table(),
            Column::new("line").not_in_table(),
            Column::new("column").not_in_table(),
        ]);
        for (severity, style, fault) in self.all() {
            let number = |n: u64| i64::try_from(n).unwrap_or_default();
            grid.row([
                Cell::name(fault.position.to_string()),
                Cell::status(severity, style),
                fault.message.as_str().into(),
                fault.position.file.as_str().into(),
                number(fault.position.line).into(),
                number(fault.position.column).into(),
            ]);
        }
        grid
    }

    fn empty_note(&self) -> Option<String> {
        Some("no faults".to_owned())
    }
}
