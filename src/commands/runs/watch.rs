//! `tasks runs --watch`: a table that is redrawn, or one line per change.

use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::commands::launch::ReadFailureNotice;
use crate::commands::report::{PreparedReport, ResultPrinter, RunReport, RunsReport};
use crate::domain::Environment;
use crate::domain::run::RecentRun;
use crate::error::{Error, Kind};
use crate::ops;
use crate::ops::runs::history::{PollResult, RunFilter, RunWatcher};
use crate::output::{Format, Report};
use crate::terminal::LiveArea;

use super::{RunsArgs, environments};

/// Refuses formats that are written as a whole.
pub(super) fn check(answer: &ResultPrinter) -> Result<(), Error> {
    match answer.format() {
        format @ (Format::Csv | Format::Yaml) => Err(Error::usage(format!(
            "--watch cannot be used with -o {format}, which needs the whole list"
        ))
        .hint("use -o jsonl, which prints a line for each change")),
        _ => Ok(()),
    }
}

/// Shows changes until an interrupt or until the output is closed.
pub(super) async fn watch(
    app: &App,
    answer: &ResultPrinter,
    args: &RunsArgs,
    wanted: RunFilter,
) -> Result<(), Error> {
    let claim = app.claim_interrupt();
    let mut display = WatchDisplay {
        app,
        args,
        answer,
        live: answer.is_for_people().then(|| app.ui.live()).flatten(),
        last: None,
        trouble: ReadFailureNotice::default(),
    };
    let ended = tokio::select! {
        ended = keep_polling(app, args, wanted, &mut display) => ended,
        // Ctrl-C is the usual end.
        kind = claim.signalled() => match kind {
            Kind::Interrupted => Ok(()),
            kind => Err(Error::new(kind, kind.word())),
        },
        () = app.ui.output_closed() => Ok(()),
    };
    display.leave()?;
    ended
}

async fn keep_polling(
    app: &App,
    args: &RunsArgs,
    wanted: RunFilter,
    display: &mut WatchDisplay<'_>,
) -> Result<(), Error> {
    let clock = ops::clock();
    let lagoon = app.lagoon().await?;
    let mut places = environments(app, args).await?;
    let mut watching = RunWatcher::new(lagoon, &clock, places.clone(), wanted);
    loop {
        let look = watching.poll(|reason| display.unreadable(reason)).await?;
        if !display.take(look, &places)? {
            return Ok(());
        }
        if args.places.is_several(app) && watching.may_have_changed() {
            // A failure keeps the known environments, and appears when runs are read.
            if let Ok(newer) = environments(app, args).await {
                places = newer;
            }
            watching.turn_to(places.clone());
        }
    }
}

struct WatchDisplay<'a> {
    app: &'a App,
    args: &'a RunsArgs,
    answer: &'a ResultPrinter,
    live: Option<LiveArea>,
    last: Option<Arc<RunsReport>>,
    trouble: ReadFailureNotice,
}

impl WatchDisplay<'_> {
    /// Shows the current runs. `false` if the output is closed.
    fn take(&mut self, look: PollResult, places: &[Environment]) -> Result<bool, Error> {
        for error in &look.failures {
            self.unreadable(&error.to_string());
        }
        if look.failures.is_empty() {
            self.trouble.ends();
        }
        let (app, args) = (self.app, self.args);
        let listing = |runs: Vec<RecentRun>| {
            let runs = runs.into_iter().map(|recent| recent.run).collect();
            args.report(app, runs, places)
        };
        if self.answer.is_for_people() {
            let is_new = !look.changed.is_empty() || self.last.is_none();
            let listing = Arc::new(listing(look.runs));
            let is_open = if let Some(live) = &self.live {
                live.draw(self.answer.rendered(Arc::clone(&listing)));
                true
            } else {
                !is_new || self.answer.offer(&*listing)?
            };
            self.last = Some(listing);
            return Ok(is_open);
        }
        for recent in look.changed {
            let listing = listing(vec![recent]);
            // An object, because each change is a result of its own.
            let run = listing.runs.first().map(|run| RunReport::of(app, run));
            let change = PreparedReport::new(json!(run), listing.grid());
            if !self.answer.offer(&change)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn unreadable(&mut self, reason: &str) {
        self.trouble.begins(self.app, reason);
    }

    /// Prints the last table in place of the screen.
    fn leave(mut self) -> Result<(), Error> {
        match (self.live.take(), &self.last) {
            (Some(live), Some(last)) => {
                drop(live);
                self.answer.print(&**last)
            }
            _ => Ok(()),
        }
    }
}
