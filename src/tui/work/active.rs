//! The runs in progress of all projects, while they are shown.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use crate::app::App;
use crate::clock::sleep;
use crate::domain::Project;
use crate::error::Error;
use crate::ops::runs::history::{self, RunFilter};
use crate::ops::runs::wait::first_of_all;
use crate::tui::event::News;
use crate::tui::work::{Outbox, trouble};

/// Between two reads of all projects.
const PAUSE: Duration = Duration::from_secs(20);

/// Projects that are read at once.
const CONCURRENCY: usize = 8;

pub(super) async fn watch(app: &App, outbox: Outbox, projects: Vec<Project>) {
    let wanted = RunFilter {
        active: true,
        limit: usize::MAX,
        ..RunFilter::default()
    };
    let read = async |project: Project| -> Result<_, Error> {
        let lagoon = app.lagoon().await?;
        let all = |_: &_| true;
        let (_, listed) = history::list_projects(lagoon, &[project], all, &wanted).await;
        if listed.runs.is_empty() {
            first_of_all(listed.failures)?;
        }
        Ok(listed.runs.into_iter().map(|recent| recent.run).collect())
    };
    loop {
        let reads = projects.iter().map(|project| {
            let (read, outbox) = (&read, &outbox);
            async move {
                let result = read(project.clone()).await;
                let result = result.map_err(|error| trouble(app, error));
                outbox.send(News::Active(project.name.clone(), result));
            }
        });
        let mut reads = stream::iter(reads).buffer_unordered(CONCURRENCY);
        while reads.next().await.is_some() {}
        outbox.send(News::ActiveRead);
        sleep(PAUSE).await;
    }
}
