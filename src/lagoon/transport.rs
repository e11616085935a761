//! Sends requests: client, token, retries and time limit.
//!
//! Queries are retried with growing pauses within the limit. A mutation is sent once; only a
//! failure to connect is retried.
//!
//! A reply that belongs to another request counts as no reply. A reply that could belong to any
//! request (401, 400, an error page) is believed for a query if a second one on a new connection
//! says the same; for a mutation the caller looks for its result.

pub(super) mod attempt;
pub(super) mod extract;
pub(super) mod form;
pub(super) mod limit;
pub(super) mod request;
pub(super) mod streamed;
pub(super) mod tie;

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{LagoonError, not_within};
use super::reply::Reply;
use super::{Connection, CredentialsError};
use crate::clock::{Instant, sleep, timeout_at};
use crate::lagoon::network::certificates::CertificateError;
use crate::lagoon::transport::attempt::HttpResponse;
use crate::lagoon::transport::request::{EncodedRequest, tied};
use crate::lagoon::transport::streamed::Streamed;

/// Decides whether a request may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Query,
    Mutation,
}

pub(crate) struct Transport {
    connection: Connection,
    /// With kept-alive connections; `None` after an untrusted reply.
    client: Mutex<Option<reqwest::Client>>,
    /// Keeps no connection alive.
    single_use_client: OnceLock<reqwest::Client>,
    /// The token that Lagoon refused last.
    refused: Mutex<Option<String>>,
    /// `Task.sourceUser` is missing, as before Lagoon 2.18.
    pub(super) lacks_source_user: AtomicBool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct TimeLimit {
    whole: Duration,
    until: Instant,
}

impl TimeLimit {
    pub(super) fn of(whole: Duration) -> TimeLimit {
        TimeLimit {
            whole,
            until: Instant::now() + whole,
        }
    }

    /// Excludes the time since `begun`.
    fn without(self, begun: Instant) -> TimeLimit {
        TimeLimit {
            until: self.until + begun.elapsed(),
            ..self
        }
    }
}

/// Some 3 s in all.
const CONNECT_RETRIES: u32 = 4;

impl Transport {
    pub(crate) fn new(connection: Connection) -> Self {
        Transport {
            connection,
            client: Mutex::default(),
            single_use_client: OnceLock::new(),
            refused: Mutex::default(),
            lacks_source_user: AtomicBool::new(false),
        }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Sends one operation and reads its reply within `patience`, without a value that leaves it as it
    /// arrives.
    pub(crate) async fn send<V: Serialize, T: DeserializeOwned>(
        &self,
        operation: &str,
        effect: Effect,
        query: &str,
        variables: &V,
        patience: Duration,
        streamed: Option<Streamed<'_>>,
    ) -> Result<Reply<T>, LagoonError> {
        let encode = || tied(operation, query, variables);
        let limit = TimeLimit::of(patience);
        let exchange = self.exchange(operation, effect, encode, limit, streamed);
        let answer = exchange.await?;
        answer.read(&self.address()).map_err(|mut error| {
            // Lagoon does not know what the user can do about a refused token.
            if let LagoonError::NotSignedIn { hints, .. } = &mut error {
                *hints = self.connection.credentials.advice();
            }
            error
        })
    }

    /// Scheme, host and port.
    pub(super) fn address(&self) -> String {
        self.connection.url.origin().ascii_serialization()
    }

    /// Sends the result of `encode`, which is called for each attempt, until there is a reply to
    /// believe.
    pub(super) async fn exchange(
        &self,
        operation: &str,
        effect: Effect,
        encode: impl Fn() -> Result<EncodedRequest, LagoonError>,
        mut limit: TimeLimit,
        mut streamed: Option<Streamed<'_>>,
    ) -> Result<HttpResponse, LagoonError> {
        let credentials = &self.connection.credentials;
        let mut token = self.signed_in(credentials.token(), &mut limit).await?;
        let observe = || self.connection.network.observed(&self.connection.url);
        let mut observed = observe();
        let mut renewed = false;
        let mut doubted = false;
        let mut pause = Duration::from_millis(200);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let request = encode()?;
            let begun = Instant::now();
            let attempt = match &mut streamed {
                Some(value) => {
                    let (limit, observed) = (&mut limit, &mut observed);
                    self.attempt_streamed(&token, request, value, limit, observed)
                        .await
                }
                None => {
                    let sent = self.attempt(&token, effect, request);
                    let sent = timeout_at(limit.until, sent).await;
                    let timed_out = |_| Err(LagoonError::timed_out(self.address(), limit.whole));
                    sent.unwrap_or_else(timed_out)
                }
            };
            self.trace(operation, begun.elapsed(), &attempt);
            let wait = match &attempt {
                Ok(answer)
                    if effect == Effect::Query && LagoonError::is_passing_status(answer.status) =>
                {
                    answer.retry_after.unwrap_or(pause)
                }
                Ok(answer) if effect == Effect::Query && !doubted && answer.is_doubtful => {
                    doubted = true;
                    continue;
                }
                Ok(answer) if answer.status == 401 => {
                    self.note_refused(&token);
                    if renewed || effect == Effect::Mutation {
                        return attempt;
                    }
                    renewed = true;
                    // ssh may prompt, and has a host of its own.
                    drop(observed.take());
                    let renew = credentials.renew(&token);
                    let newer = self.signed_in(renew, &mut limit).await?;
                    observed = observe();
                    match newer {
                        Some(newer) => token = newer,
                        None => return attempt,
                    }
                    continue;
                }
                // A wrong address should not take half a minute to be reported.
                Err(LagoonError::NotReached { .. }) if attempts <= CONNECT_RETRIES => pause,
                Err(LagoonError::NoAnswer { .. }) if effect == Effect::Query => pause,
                _ => return attempt,
            };
            let wait = wait + jitter(pause);
            // The last failure is worth more than a limit that is known to run out.
            if Instant::now() + wait >= limit.until {
                return attempt;
            }
            sleep(wait).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    pub(super) fn note_refused(&self, token: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = Some(token.to_owned());
    }

    /// Replaces the token that was refused last; `false` if there is no other.
    pub(crate) async fn renew_token(&self) -> Result<bool, LagoonError> {
        let refused = self
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(refused) = refused else {
            return Ok(false);
        };
        let newer = self.connection.credentials.renew(&refused).await;
        Ok(newer.map_err(not_signed_in)?.is_some())
    }

    /// Waits for a token. The time counts towards the request's limit, unless signing in has limits
    /// of its own.
    async fn signed_in<T>(
        &self,
        token: impl Future<Output = Result<T, CredentialsError>>,
        limit: &mut TimeLimit,
    ) -> Result<T, LagoonError> {
        let begun = Instant::now();
        let Some(server) = self.connection.credentials.renewed_by() else {
            let token = token.await;
            *limit = limit.without(begun);
            return token.map_err(not_signed_in);
        };
        match timeout_at(limit.until, token).await {
            Ok(token) => token.map_err(not_signed_in),
            Err(_) => Err(LagoonError::NoToken {
                reason: format!("{server} {}", not_within(limit.whole)),
            }),
        }
    }

    pub(super) fn client(&self) -> Result<reqwest::Client, LagoonError> {
        let mut kept = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*kept {
            return Ok(client.clone());
        }
        let client = self.connection.network.client(&self.connection.url)?;
        Ok(kept.insert(client).clone())
    }

    pub(super) fn single_use_client(&self) -> Result<&reqwest::Client, LagoonError> {
        if let Some(client) = self.single_use_client.get() {
            return Ok(client);
        }
        let Connection { network, url, .. } = &self.connection;
        let client = network.single_use_client(url)?;
        Ok(self.single_use_client.get_or_init(|| client))
    }

    /// The next request opens a new connection.
    pub(super) fn reconnect(&self) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn say(&self, line: &str) {
        if let Some(trace) = &self.connection.trace {
            trace.line(line);
        }
    }

    fn trace(&self, operation: &str, took: Duration, attempt: &Result<HttpResponse, LagoonError>) {
        if let Some(trace) = &self.connection.trace {
            let end = match attempt {
                Ok(answer) => format!("{} ({} bytes)", answer.status, answer.length),
                Err(error) => error.to_string(),
            };
            trace.line(&format!(
                "{operation} {}{}: {end}, {} ms",
                self.address(),
                self.connection.url.path(),
                took.as_millis()
            ));
        }
    }
}

fn jitter(pause: Duration) -> Duration {
    pause.mul_f64(fastrand::f64() * 0.25)
}

pub(super) fn not_signed_in(error: CredentialsError) -> LagoonError {
    if error.is_transient {
        return LagoonError::NoToken {
            reason: error.message,
        };
    }
    LagoonError::NotSignedIn {
        message: error.message,
        hints: error.hints,
        sent: false,
    }
}

pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    if let Some(words) = CertificateError::of(error).and_then(CertificateError::words) {
        return words.to_owned();
    }
    let mut deepest = error;
    while let Some(next) = deepest.source() {
        deepest = next;
    }
    deepest.to_string()
}

pub(super) fn seconds(limit: Duration) -> String {
    if limit.subsec_millis() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{:.1} s", limit.as_secs_f64())
    }
}
