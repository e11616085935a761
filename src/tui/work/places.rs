//! Projects, environments and tasks; the runs of the open project.

use crate::app::App;
use crate::domain::Environment;
use crate::error::Kind;
use crate::ops;
use crate::ops::places::place;
use crate::ops::runs::history::{RunFilter, RunWatcher};
use crate::tui::event::{News, Trouble};
use crate::tui::work::{LONGEST_RETRY, Outbox, RETRY, trouble, until_read};

/// Runs of each environment that are read again and again.
const NEWEST: usize = 50;

/// The same in a project with many environments.
const NEWEST_OF_MANY: usize = 20;

pub(super) async fn projects(app: &App, outbox: Outbox) {
    let read = async || place::all_projects(app.lagoon().await?).await;
    let report = |trouble| outbox.send(News::Projects(Err(trouble)));
    let projects = until_read(app, read, report).await;
    outbox.send(News::Projects(Ok(projects)));
}

pub(super) async fn tasks(app: &App, outbox: Outbox, environment: Environment) {
    let (project, name) = (&environment.project.name, &environment.name);
    let read = async || place::environment(app.lagoon().await?, project, name, false).await;
    let report = |trouble| outbox.send(News::Tasks(environment.id, Err(trouble)));
    let view = until_read(app, read, report).await;
    outbox.send(News::Tasks(environment.id, Ok(Box::new(view))));
}

/// Reads the environments of a project, then watches their runs as `runs --watch` does.
pub(super) async fn open(app: &App, outbox: Outbox, name: String) {
    let read = async || place::project(app.lagoon().await?, &name).await;
    let report = |trouble| outbox.send(News::Environments(name.clone(), Err(trouble)));
    let (_, environments) = until_read(app, read, report).await;
    outbox.send(News::Environments(name.clone(), Ok(environments.clone())));
    let report = |trouble: Trouble| outbox.send(News::RunsFailed(name.clone(), trouble));
    let mut pause = RETRY;
    loop {
        // The first poll fails for every failure; later polls report a temporary failure and
        // continue.
        let Ok(lagoon) = app.lagoon().await else {
            return;
        };
        let clock = ops::clock();
        let limit = match environments.len() {
            0..=20 => NEWEST,
            _ => NEWEST_OF_MANY,
        };
        let wanted = RunFilter {
            limit,
            each: true,
            ..RunFilter::default()
        };
        let mut watching = RunWatcher::new(lagoon, &clock, environments.clone(), wanted);
        let error = loop {
            match watching.poll(|reason| report(Trouble::new(reason))).await {
                Ok(read) => {
                    pause = RETRY;
                    let runs = read.runs.into_iter().map(|recent| recent.run);
                    outbox.send(News::Runs(name.clone(), runs.collect()));
                    for error in read.failures {
                        report(trouble(app, error));
                    }
                }
                Err(error) => break error,
            }
        };
        if error.kind == Kind::NotAllowed {
            pause = LONGEST_RETRY;
        }
        report(trouble(app, error));
        crate::clock::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_RETRY);
    }
}
