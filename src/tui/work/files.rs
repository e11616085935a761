//! Downloads the files of a run to a folder of its own.

use std::path::{Path, PathBuf};

use crate::app::App;
use crate::domain::Run;
use crate::error::Error;
use crate::ops;
use crate::ops::runs::files::{self, Fetch, TransferWatcher};
use crate::tui::equivalent::folder;
use crate::tui::event::News;
use crate::tui::work::{Outbox, trouble};

pub(super) async fn download(app: &App, outbox: Outbox, run: Run) {
    let result = save_all(app, &outbox, &run).await;
    let result = result.map_err(|error| trouble(app, error));
    outbox.send(News::Downloaded(result));
}

async fn save_all(app: &App, outbox: &Outbox, run: &Run) -> Result<Vec<PathBuf>, Error> {
    let lagoon = app.lagoon().await?;
    let files = files::list(lagoon, run.id).await?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let folder = folder(run);
    let folder = Path::new(&folder);
    let local = files::local_names(&files);
    let paths = files::places(folder, &files, &local, false)?;
    std::fs::create_dir_all(folder)
        .map_err(|e| Error::failed(format!("cannot create {}", folder.display())).because(e))?;
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let clock = ops::clock();
    let progress = Progress(outbox.clone());
    let mut fetch = Fetch::new(lagoon, &clock, &progress, run.id, files);
    for (name, path) in names.iter().zip(&paths) {
        fetch.save(name, path, false).await?;
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
