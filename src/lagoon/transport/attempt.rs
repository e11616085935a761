//! One attempt: a request, and the reply to it and no other.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};

use crate::lagoon::transport::request::{Encoded, bearer};
use crate::lagoon::transport::tie::{Origin, Tie};
use crate::lagoon::transport::{Transport, root_cause};
use crate::lagoon::{Effect, LagoonError, SizeLimit};

/// A reply, whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    /// Whether it could be the reply to any request.
    pub(crate) is_doubtful: bool,
}

impl Transport {
    /// Sends a request once. A reply to another request is an error.
    pub(crate) async fn attempt(
        &self,
        token: &str,
        effect: Effect,
        request: Encoded,
    ) -> Result<Answer, LagoonError> {
        let Encoded { body, tie } = request;
        let client = match &tie {
            Some(_) => &self.client()?,
            // Nothing ties the reply to a user's own document: it has a connection of its own.
            None => self.single_use_client()?,
        };
        let sent = client
            .post(self.connection().url.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(AUTHORIZATION, bearer(token)?)
            .body(body)
            .send()
            .await;
        let most = self.most(effect, tie.as_ref());
        let answer = self.answer_of(sent, most).await?;
        self.check_origin(answer, tie.as_ref())
    }

    /// The answer, unless it belongs to another request than the one with this alias.
    ///
    /// # Errors
    /// [`LagoonError::NoAnswer`]: then the next request has a new connection.
    pub(crate) fn check_origin(
        &self,
        mut answer: Answer,
        tie: Option<&Tie>,
    ) -> Result<Answer, LagoonError> {
        match tie.map(|tie| tie.origin(&answer.body)) {
            Some(Origin::OtherRequest) => {}
            origin => {
                answer.is_doubtful = origin == Some(Origin::Unknown);
                if answer.is_doubtful {
                    // A duplicate of it would pass for the reply to the next request, too.
                    self.reconnect();
                }
                return Ok(answer);
            }
        }
        self.reconnect();
        Err(LagoonError::NoAnswer {
            address: self.address(),
            reason: "the reply belongs to another request".to_owned(),
        })
    }

    pub(crate) async fn answer_of(
        &self,
        sent: Result<reqwest::Response, reqwest::Error>,
        most: SizeLimit,
    ) -> Result<Answer, LagoonError> {
        let mut response = sent.map_err(|error| self.failure(&error))?;
        let status = response.status().as_u16();
        let header = |name| {
            response
                .headers()
                .get(name)
                .and_then(|v: &HeaderValue| v.to_str().ok())
        };
        let content_type = header(CONTENT_TYPE).unwrap_or_default().to_owned();
        let retry_after = header(RETRY_AFTER)
            .and_then(|v| v.trim().parse::<u64>().ok())
            // No server decides that we wait longer than a day, nor overflows the clock.
            .map(|seconds| Duration::from_secs(seconds.min(86_400)));
        let body = most
            .read(&mut response, |error| self.failure(error))
            .await?;
        Ok(Answer {
            status,
            content_type,
            retry_after,
            body,
            is_doubtful: false,
        })
    }

    fn most(&self, effect: Effect, tie: Option<&Tie>) -> SizeLimit {
        let most = self.connection().max_response;
        match (effect, tie) {
            (Effect::Mutation, Some(_)) => SizeLimit::Mutation,
            (Effect::Mutation, None) => SizeLimit::UserMutation(most),
            (Effect::Query, _) => SizeLimit::Response(most),
        }
    }

    fn failure(&self, error: &reqwest::Error) -> LagoonError {
        let address = self.address();
        let reason = root_cause(error);
        if error.is_connect() {
            LagoonError::NotReached { address, reason }
        } else {
            LagoonError::NoAnswer { address, reason }
        }
    }
}
