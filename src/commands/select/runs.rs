//! Reading the runs that the command line names.

use crate::app::App;
use crate::commands::report::{PlaceColumns, ResultPrinter, ResultShape, RunReport, RunsReport};
use crate::commands::select::RunArgs;
use crate::domain::Run;
use crate::error::Error;
use crate::ops::runs::{history, wait};

pub(crate) struct NamedRuns {
    pub runs: Vec<Run>,
    /// The errors of runs that could not be read.
    pub missing: Vec<Error>,
}

impl NamedRuns {
    /// Reads the runs. The time limits of a wait do not apply. Fails if no run can be read.
    pub(crate) async fn read(args: &RunArgs, app: &App) -> Result<NamedRuns, Error> {
        let wanted = args.resolve(app)?;
        let lagoon = app.lagoon().await?;
        let (mut runs, mut missing) = (Vec::new(), Vec::new());
        for found in history::find_all(lagoon, &wanted).await {
            match found {
                Ok(run) => {
                    app.record_run(&run);
                    runs.push(run);
                }
                Err(error) => missing.push(error),
            }
        }
        if runs.is_empty() {
            wait::first_of_all(missing)?;
            // Not reached: at least one run is wanted.
            return Err(Error::not_given("run"));
        }
        Ok(NamedRuns { runs, missing })
    }

    /// The runs, if all could be read.
    pub(crate) fn whole(self) -> Result<Vec<Run>, Error> {
        wait::first_of_all(self.missing)?;
        Ok(self.runs)
    }
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
    answer.print(&RunsReport {
        runs,
        places: PlaceColumns::BOTH,
        ui_url: app.ui_url(),
        empty_note: None,
    })
}
