//! Subscriptions.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use async_graphql::{Context, Subscription};
use futures_util::stream::{self, Stream};

use super::run::Task;
use super::session;
use crate::failure::Result;
use crate::permissions::PermissionTarget;
use crate::rows::Record as _;
use crate::rows::runs::Run;
use crate::rows::{events, places};
use crate::state::{Session, State};

/// The interval of reading the events.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The age at which a subscription falls silent, except an administrator's.
const SILENCE: Duration = Duration::from_secs(300);

pub(crate) struct Subscription;

#[Subscription]
impl Subscription {
    /// Changes of an environment's runs; none, and no error, if it is unknown or invisible.
    async fn task_changed(
        &self,
        context: &Context<'_>,
        environment: i32,
    ) -> Result<impl Stream<Item = Option<Task>> + use<>> {
        let Session { state, caller, .. } = session(context)?;
        let (visible, last) = state.read(|connection| {
            let place = places::Environment::by_id(connection, environment)?;
            let visible = place.is_some_and(|place| {
                caller.may(
                    "environment",
                    "view",
                    PermissionTarget::Project(place.project),
                )
            });
            Ok((visible, events::last(connection)?))
        })?;
        let subscriber = Subscriber {
            ends: (!caller.is_platform_owner()).then(|| Instant::now() + SILENCE),
            silenced: state.faults.silenced.load(SeqCst),
            state: state.clone(),
            environment,
            visible,
            last,
            waiting: VecDeque::new(),
        };
        subscriber.state.faults.subscribed.fetch_add(1, SeqCst);
        Ok(stream::unfold(subscriber, |mut subscriber| async move {
            let run = subscriber.next().await;
            Some((Some(run.into()), subscriber))
        }))
    }
}

struct Subscriber {
    ends: Option<Instant>,
    /// The number of silencings before this subscription.
    silenced: u64,
    state: Arc<State>,
    environment: i32,
    visible: bool,
    last: i64,
    waiting: VecDeque<Run>,
}

impl Subscriber {
    fn is_silent(&self) -> bool {
        let Some(ends) = self.ends else { return false };
        Instant::now() >= ends || self.state.faults.silenced.load(SeqCst) != self.silenced
    }

    async fn next(&mut self) -> Run {
        loop {
            if let Some(run) = self.waiting.pop_front() {
                return run;
            }
            if self.is_silent() {
                return std::future::pending().await;
            }
            if self.visible {
                let news = self
                    .state
                    .query(|connection| events::since(connection, self.environment, self.last));
                for (event, run) in news.unwrap_or_default() {
                    self.last = event;
                    self.waiting.extend(run);
                }
            }
            if self.waiting.is_empty() {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        }
    }
}
