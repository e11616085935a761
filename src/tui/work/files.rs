//! Downloads the files of a run to a folder of its own.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::domain::Run;
use crate::domain::run::files::RunFile;
use crate::error::Error;
use crate::ops;
use crate::ops::runs::files::{self, Fetch, TransferWatcher};
use crate::tui::equivalent::folder;
use crate::tui::event::News;
use crate::tui::work::{Outbox, trouble};

/// Finds the paths that a download would replace.
pub(super) async fn find_existing(app: &App, outbox: Outbox, run: Run) {
    let existing = async || {
        let files = files::list(app.lagoon().await?, run.id).await?;
        let mut paths = places(&run, &files)?;
        // A link that leads nowhere is something, too.
        paths.retain(|path| path.symlink_metadata().is_ok());
        Ok(paths)
    };
    let existing = existing().await.map_err(|error| trouble(app, error));
    outbox.send(News::Existing(run, existing));
}

fn places(run: &Run, files: &[RunFile]) -> Result<Vec<PathBuf>, Error> {
    let local = files::local_names(files);
    files::places(Path::new(&folder(run)), files, &local, true)
}

pub(super) async fn download(app: &App, outbox: Outbox, run: Run, is_replacing: bool) {
    let result = save_all(app, &outbox, &run, is_replacing).await;
    let result = result.map_err(|error| trouble(app, error));
    outbox.send(News::Downloaded(result));
}

async fn save_all(
    app: &App,
    outbox: &Outbox,
    run: &Run,
    is_replacing: bool,
) -> Result<Vec<PathBuf>, Error> {
    let lagoon = app.lagoon().await?;
    // Read again, because the addresses expire while a question is open.
    let files = files::list(lagoon, run.id).await?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let paths = places(run, &files)?;
    let folder = folder(run);
    std::fs::create_dir_all(&folder)
        .map_err(|e| Error::failed(format!("cannot create {folder}")).because(e))?;
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let clock = ops::clock();
    let progress = Progress(outbox.clone());
    let mut fetch = Fetch::new(lagoon, &clock, &progress, run.id, files);
    for (name, path) in names.iter().zip(&paths) {
        fetch.save(name, path, is_replacing).await?;
    }
    Ok(paths)
}

struct Progress(Outbox);

impl TransferWatcher for Progress {
    fn moved(&self, name: &str, bytes: u64, of: Option<u64>) {
        let percent = of.filter(|of| *of > 0).map(|of| bytes * 100 / of);
        let text = match percent {
            Some(percent) => format!("downloading {name}: {percent} %"),
            None => format!("downloading {name}"),
        };
        self.0.send(News::Downloading(text));
    }

    fn interrupted(&self, name: &str, _: u64, error: &Error) {
        let text = format!("downloading {name} was interrupted, retrying: {error}");
        self.0.send(News::Downloading(text));
    }
}
