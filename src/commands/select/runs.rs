//! Reading the runs that the command line names.

use crate::app::App;
use crate::commands::report::{
    PlaceColumns, ResultPrinter, ResultShape, RunReport, RunsReport, cases, explain_failures,
};
use crate::commands::select::{RunArgs, RunUse};
use crate::domain::names::same_name;
use crate::domain::place::OtherName;
use crate::domain::{Environment, Run, RunRef};
use crate::error::Error;
use crate::ops::runs::{history, wait};
use crate::settings::Sourced;

pub(crate) struct NamedRuns {
    pub runs: Vec<Run>,
    /// The errors of runs that could not be read.
    pub missing: Vec<Error>,
}

impl NamedRuns {
    /// Reads the runs. The time limits of a wait do not apply. Fails if no run can be read.
    pub(crate) async fn read(args: &RunArgs, app: &App, of: RunUse) -> Result<NamedRuns, Error> {
        Self::of(args.resolve(app, of).await?, app, of).await
    }

    /// As `read`; without runs on stdin, the result is empty.
    pub(crate) async fn read_any(
        args: &RunArgs,
        app: &App,
        of: RunUse,
    ) -> Result<NamedRuns, Error> {
        Self::of(args.resolve_any(app, of).await?, app, of).await
    }

    async fn of(wanted: Vec<RunRef>, app: &App, of: RunUse) -> Result<NamedRuns, Error> {
        let lagoon = app.lagoon().await?;
        let (mut runs, mut missing) = (Vec::new(), Vec::new());
        let found = history::find_all(lagoon, &wanted).await;
        for (reference, found) in wanted.iter().zip(found) {
            match found {
                Ok(run) => {
                    require_place(app, &run, of)?;
                    app.record_run(&run);
                    runs.push(run);
                }
                Err(error) => {
                    cases::missing(app, &reference.to_string(), &error);
                    missing.push(error);
                }
            }
        }
        if runs.is_empty() {
            wait::first_of_all(std::mem::take(&mut missing))?;
        }
        Ok(NamedRuns { runs, missing })
    }

    /// The runs, if all could be read.
    pub(crate) fn whole(self) -> Result<Vec<Run>, Error> {
        wait::first_of_all(self.missing)?;
        Ok(self.runs)
    }
}

/// Refuses a run of another project or environment than -p and -e name on the command line.
pub(crate) fn require_place(app: &App, run: &Run, of: RunUse) -> Result<(), Error> {
    let Some(place) = run.environment.as_deref() else {
        return Ok(());
    };
    let (id, project) = (run.id, &place.project.name);
    if let Some(other) = on_line(app.settings.project.as_ref())
        && !same_name(other, project)
    {
        return Err(Error::usage(format!(
            "run {id} belongs to the project `{project}`, not to `{other}`"
        ))
        .hint("omit -p, or name a run of that project"));
    }
    match on_line(app.settings.environment.as_ref()) {
        Some(other) if !of.starts_another() && !has_name(place, other) => {
            let environment = &place.name;
            Err(Error::usage(format!(
                "run {id} belongs to the environment `{environment}`, not to `{other}`"
            ))
            .hint("omit -e, or name a run of that environment"))
        }
        _ => Ok(()),
    }
}

/// True if the flags name a project or an environment.
pub(crate) fn names_place(app: &App) -> bool {
    on_line(app.settings.project.as_ref()).is_some()
        || on_line(app.settings.environment.as_ref()).is_some()
}

fn has_name(place: &Environment, text: &str) -> bool {
    same_name(&place.name, text) || OtherName::of(&place.project.name, &place.name, text).is_some()
}

fn on_line(setting: Option<&Sourced<String>>) -> Option<&str> {
    let flag = setting.filter(|value| value.is_flag())?;
    Some(&flag.value)
}

pub(crate) fn print_runs(
    app: &App,
    answer: &ResultPrinter,
    shape: ResultShape,
    runs: Vec<Run>,
) -> Result<(), Error> {
    if let (ResultShape::One, [run]) = (shape, runs.as_slice()) {
        return answer.print(&RunReport::of(app, run));
    }
    let mut projects = runs
        .iter()
        .filter_map(|run| Some(run.environment.as_ref()?.project.id));
    let first = projects.next();
    let places = PlaceColumns {
        project: projects.any(|id| Some(id) != first),
        environment: true,
    };
    let report = RunsReport {
        runs,
        places,
        ui_url: app.ui_url(),
        empty_note: None,
    };
    let printed = answer.print(&report);
    explain_failures(app, answer, &report.runs);
    printed
}
