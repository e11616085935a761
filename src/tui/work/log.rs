//! The log of the selected run, as it grows.

use std::time::Duration;

use crate::app::App;
use crate::clock::{sleep, wall_time};
use crate::domain::Run;
use crate::domain::run::{Log, moment};
use crate::error::Error;
use crate::ops;
use crate::ops::runs::follow::LogSink;
use crate::ops::runs::log::{self, LogFile};
use crate::ops::runs::together::follow_all;
use crate::ops::runs::wait::{Limits, Watcher};
use crate::tui::event::{LogNews, News, Trouble};
use crate::tui::log::WINDOW;
use crate::tui::work::{Host, Outbox, trouble, until_read};

/// The selection rests for this time before a log is read.
const REST: Duration = Duration::from_millis(200);

/// After this time, the log of a finished run is complete.
const SETTLED: i64 = 30;

pub(super) async fn show(app: &App, host: &dyn Host, outbox: Outbox, run: Run) {
    sleep(REST).await;
    let news = LogOutbox {
        outbox,
        run: run.id,
    };
    let completed = moment(run.completed.as_deref().unwrap_or_default());
    let is_settled = completed.is_none_or(|at| wall_time().as_second() - at.as_second() > SETTLED);
    if run.outcome().is_finished() && is_settled {
        finished(app, &news, &run).await;
    } else {
        follow(app, host, news, run).await;
    }
}

async fn finished(app: &App, news: &LogOutbox, run: &Run) {
    let read = async || log::log(app.lagoon().await?, run.id).await;
    let report = |trouble: Trouble| news.send(LogNews::Retrying(trouble.text));
    let failure = match until_read(app, read, report).await {
        Log::Text(file) => match end(&file) {
            Ok((text, is_cut)) => {
                news.piece(&text, is_cut);
                None
            }
            Err(error) => Some(trouble(app, error)),
        },
        Log::Empty => None,
        Log::Unavailable(words) => Some(Trouble::new(words)),
    };
    news.send(failure.map_or(LogNews::End, LogNews::Failed));
}

/// As much as is kept, and whether it is not all.
fn end(file: &LogFile) -> Result<(String, bool), Error> {
    let content = file.content()?;
    let start = content.end.saturating_sub(WINDOW as u64);
    let is_cut = start > content.start;
    let text = file.text(&(start.max(content.start)..content.end))?;
    Ok((text, is_cut))
}

async fn follow(app: &App, host: &dyn Host, news: LogOutbox, run: Run) {
    let lagoon = match app.lagoon().await {
        Ok(lagoon) => lagoon,
        Err(error) => return news.send(LogNews::Failed(trouble(app, error))),
    };
    // A run can be watched however long it takes.
    let limits = Limits {
        timeout: None,
        start_timeout: Duration::from_secs(u64::from(u32::MAX)),
    };
    let clock = ops::clock();
    let mut watcher = RunNews(LogOutbox {
        outbox: news.outbox.clone(),
        run: run.id,
    });
    let mut sinks = [news];
    let live = host.live();
    let ended = follow_all(
        lagoon,
        &clock,
        vec![run],
        &live,
        &limits,
        &mut watcher,
        &mut sinks,
    );
    for waited in ended.await {
        let news = &watcher.0;
        match waited.end {
            Ok(()) => news.send(LogNews::End),
            Err(error) => news.send(LogNews::Failed(trouble(app, error))),
        }
    }
}

struct LogOutbox {
    outbox: Outbox,
    run: i64,
}

impl LogOutbox {
    fn send(&self, news: LogNews) {
        self.outbox.send(News::Log(self.run, news));
    }

    /// A text after a cut is shown from the beginning of a line.
    fn piece(&self, text: &str, is_cut: bool) {
        let first = text.find('\n').filter(|_| is_cut);
        let text = text[first.map_or(0, |at| at + 1)..].to_owned();
        if !text.is_empty() {
            self.send(LogNews::Piece { text, is_cut });
        }
    }
}

impl LogSink for LogOutbox {
    fn write(&mut self, piece: &str) -> Result<(), Error> {
        self.piece(piece, false);
        Ok(())
    }

    fn note(&mut self, text: &str) {
        self.send(LogNews::Note(text.to_owned()));
    }
}

/// Each read of the followed run.
struct RunNews(LogOutbox);

impl Watcher for RunNews {
    fn read(&mut self, run: &Run) {
        self.0.outbox.send(News::Run(run.clone()));
    }

    fn unreadable(&mut self, reason: &str) {
        self.0.send(LogNews::Retrying(reason.to_owned()));
    }
}
