//! The list of runs as an answer.

use serde::Serialize;
use serde_json::{Value, json};

use crate::commands::report::{Linked, moment_of, style};
use crate::domain::Environment;
use crate::domain::run::RecentRun;
use crate::output::{Cell, Column, Grid, OutputError, Pieces, Report};

/// Runs, newest first.
pub(super) struct Listing {
    pub(super) runs: Vec<RecentRun>,
    /// Of several environments.
    several: bool,
    /// Of several projects.
    several_projects: bool,
    ui_url: Option<String>,
}

impl Listing {
    /// Runs of these environments.
    pub(super) fn of(
        runs: Vec<RecentRun>,
        places: &[Environment],
        ui_url: Option<String>,
    ) -> Listing {
        let first = places.first().map(|place| place.project.id);
        Listing {
            runs,
            several: places.len() > 1,
            several_projects: places.iter().any(|place| Some(place.project.id) != first),
            ui_url,
        }
    }
}

impl Listing {
    fn each(&self) -> impl Iterator<Item = Element<'_>> {
        self.runs.iter().map(|recent| Element {
            run: Linked::of(&recent.run, self.ui_url.as_deref()),
            duration: recent.run.length().map(|length| length.as_secs()),
            user: recent.user.as_deref(),
        })
    }
}

/// A run of the listing.
#[derive(Serialize)]
struct Element<'a> {
    #[serde(flatten)]
    run: Linked<'a>,
    /// In seconds.
    duration: Option<u64>,
    #[serde(rename = "sourceUser")]
    user: Option<&'a str>,
}

impl Report for Listing {
    fn value(&self) -> Value {
        self.each().map(|run| json!(run)).collect()
    }

    fn stream(&self, to: Pieces<'_>) -> Option<Result<(), OutputError>> {
        Some(to.write(self.each()))
    }

    fn grid(&self) -> Grid {
        let mut grid = Grid::new([
            Column::new("id"),
            Column::new("name").heading("TASK"),
            Column::new("status"),
            Column::new("started"),
            Column::new("took"),
            Column::new("sourceUser").heading("WHO").if_any(),
            Column::new("service"),
            Column::new("environment").in_table_if(self.several),
            Column::new("taskName").not_in_table(),
            Column::new("outcome").not_in_table(),
            Column::new("created").not_in_table(),
            Column::new("completed").not_in_table(),
            Column::new("project").in_table_if(self.several_projects),
        ]);
        for RecentRun { run, user, .. } in &self.runs {
            let at = moment_of;
            let place = run.environment.as_ref();
            grid.row([
                Cell::id(run.id),
                Cell::name(run.name.clone()),
                Cell::status(run.status.clone(), style(run.outcome())),
                at(&run.started).into(),
                run.length().into(),
                user.clone().into(),
                run.service.clone().into(),
                place.map(|e| e.name.clone()).into(),
                run.task_name.clone().into(),
                run.outcome().word().into(),
                at(&run.created).into(),
                at(&run.completed).into(),
                place.map(|e| e.project.name.clone()).into(),
            ]);
        }
        grid
    }

    fn empty_note(&self) -> Option<String> {
        Some("no such runs".to_owned())
    }
}
