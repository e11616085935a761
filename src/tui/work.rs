//! Background work: effects become requests, and their results become news.
//!
//! Starts and cancellations run to their end. Other work is replaced when something else is shown.

mod active;
mod files;
mod log;
mod places;
mod start;

use std::future::poll_fn;
use std::sync::mpsc::Sender;
use std::task::Poll;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::app::App;
use crate::clock::sleep;
use crate::domain::{Environment, Run};
use crate::error::Error;
use crate::ops;
use crate::ops::launch::Launch;
use crate::ops::runs::cancel;
use crate::ops::runs::follow::LiveOptions;
use crate::ops::runs::read;
use crate::tui::event::{Effect, Event, News, Trouble};

/// The parts of a start that are the command line's.
pub(crate) trait Host {
    /// The questions to be answered before this start.
    fn questions(&self, launch: &Launch) -> Result<Vec<String>, Error>;
    /// Records that the questions were answered with yes.
    fn agree(&self, launch: &Launch) -> Result<(), Error>;
    fn record(&self, run: &Run);
    fn live(&self) -> LiveOptions;
}

/// Sends results to the thread of the screen.
#[derive(Clone)]
struct Outbox(Sender<Event>);

impl Outbox {
    fn send(&self, news: News) {
        // After the end of the interface nothing is shown.
        let _ = self.0.send(Event::News(Box::new(news)));
    }
}

pub(crate) struct Work<'a> {
    app: &'a App,
    host: &'a dyn Host,
    outbox: Outbox,
    jobs: FuturesUnordered<LocalBoxFuture<'a, ()>>,
    projects: Slot<'a>,
    project: Slot<'a>,
    tasks: Slot<'a>,
    log: Slot<'a>,
    active: Slot<'a>,
}

/// Work that other work of its kind replaces.
type Slot<'a> = Option<LocalBoxFuture<'a, ()>>;

/// Between two attempts after a failure: this, and twice as long each time.
const RETRY: Duration = Duration::from_secs(2);
const LONGEST_RETRY: Duration = Duration::from_secs(30);

impl<'a> Work<'a> {
    pub(crate) fn new(app: &'a App, host: &'a dyn Host, events: Sender<Event>) -> Self {
        Work {
            app,
            host,
            outbox: Outbox(events),
            jobs: FuturesUnordered::new(),
            projects: None,
            project: None,
            tasks: None,
            log: None,
            active: None,
        }
    }

    /// Carries out effects until there are no more.
    pub(crate) async fn carry_out(&mut self, mut effects: UnboundedReceiver<Effect>) {
        loop {
            tokio::select! {
                effect = effects.recv() => match effect {
                    Some(effect) => self.begin(effect),
                    None => return,
                },
                Some(()) = self.jobs.next() => {}
                () = advance([
                    &mut self.projects,
                    &mut self.project,
                    &mut self.tasks,
                    &mut self.log,
                    &mut self.active,
                ]) => {}
            }
        }
    }

    fn begin(&mut self, effect: Effect) {
        let (app, host, outbox) = (self.app, self.host, self.outbox.clone());
        match effect {
            Effect::LoadProjects => {
                self.projects = Some(Box::pin(places::projects(app, outbox)));
            }
            Effect::Open(name) => {
                self.tasks = None;
                self.project = Some(Box::pin(places::open(app, outbox, name)));
            }
            Effect::Close => (self.project, self.tasks) = (None, None),
            Effect::LoadTasks(environment) => {
                self.tasks = Some(Box::pin(places::tasks(app, outbox, environment)));
            }
            Effect::LoadAllRuns(environment) => self.job(all_runs(app, outbox, environment)),
            Effect::ShowLog(run) => {
                self.log = Some(Box::pin(log::show(app, host, outbox, run)));
            }
            Effect::HideLog => self.log = None,
            Effect::WatchActive(projects) => {
                self.active = Some(Box::pin(active::watch(app, outbox, projects)));
            }
            Effect::EndActive => self.active = None,
            Effect::Prepare(request) => self.job(start::prepare(app, host, outbox, request)),
            Effect::Start(launch, line) => {
                self.job(start::start(app, host, outbox, launch, line));
            }
            Effect::Cancel(run) => self.job(cancel(app, outbox, run)),
            Effect::FindExisting(run) => self.job(files::find_existing(app, outbox, run)),
            Effect::Download { run, is_replacing } => {
                self.job(files::download(app, outbox, run, is_replacing));
            }
            Effect::Browse(page) => {
                self.job(async move {
                    let opened = app.open_page(Some(&page)).await;
                    outbox.send(News::Opened(opened.map_err(|mut error| {
                        // There is no flag here.
                        error.message = error.message.replacen("--web: ", "", 1);
                        trouble(app, error)
                    })));
                });
            }
            // The screen's.
            Effect::Copy(_) | Effect::Quit => {}
        }
    }

    fn job(&mut self, job: impl Future<Output = ()> + 'a) {
        self.jobs.push(Box::pin(job));
    }
}

/// Advances all slots; returns when one of them has ended.
async fn advance<'a, const COUNT: usize>(mut slots: [&mut Slot<'a>; COUNT]) {
    poll_fn(|context| {
        for slot in &mut slots {
            if let Some(work) = slot
                && work.as_mut().poll(context).is_ready()
            {
                **slot = None;
                return Poll::Ready(());
            }
        }
        Poll::Pending
    })
    .await;
}

/// An error in words, with the proxy of a failed connection.
fn trouble(app: &App, error: Error) -> Trouble {
    let error = app.explain_network(error);
    let hints = error.hint_texts().into_iter();
    Trouble {
        text: error.to_string(),
        hints: hints.map(|hint| app.ui.completed(&hint)).collect(),
    }
}

/// Repeats a request until it succeeds; each failure is reported.
async fn until_read<T>(
    app: &App,
    read: impl AsyncFn() -> Result<T, Error>,
    report: impl Fn(Trouble),
) -> T {
    let mut pause = RETRY;
    loop {
        match read().await {
            Ok(value) => return value,
            Err(error) => report(trouble(app, error)),
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_RETRY);
    }
}

async fn all_runs(app: &App, outbox: Outbox, environment: Environment) {
    let read = async || {
        // Lagoon reads 0 as no limit.
        read::newest(app.lagoon().await?, &environment, usize::MAX).await
    };
    let result = read().await.map_err(|error| trouble(app, error));
    outbox.send(News::AllRuns(environment.id, result));
}

/// Reads the run again, because a finished one must not be cancelled.
async fn cancel(app: &App, outbox: Outbox, run: Run) {
    let request = async || {
        let lagoon = app.lagoon().await?;
        let mut now = read::by_id(lagoon, run.id).await?;
        now.environment = now.environment.or_else(|| run.environment.clone());
        outbox.send(News::Run(now.clone()));
        cancel::require_in_progress(&now)?;
        ops::runs::cancel::request(lagoon, &now).await
    };
    let result = request().await.map_err(|error| trouble(app, error));
    outbox.send(News::CancelSent(run.clone(), result));
}
