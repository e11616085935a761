//! One attempt of a request.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use serde::de::DeserializeOwned;

use crate::lagoon::reply::{self, Reply};
use crate::lagoon::transport::Transport;
use crate::lagoon::transport::request::{EncodedRequest, bearer};
use crate::lagoon::transport::tie::{ReplyOrigin, Tie};
use crate::lagoon::{Effect, LagoonError, SizeLimit};

pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
    /// In bytes, with a text that is not in the body.
    pub(crate) length: u64,
    /// It could be the reply to any request.
    pub(crate) is_doubtful: bool,
}

impl HttpResponse {
    pub(crate) fn read<T: DeserializeOwned>(&self, address: &str) -> Result<Reply<T>, LagoonError> {
        reply::read(address, self.status, &self.content_type, &self.body)
    }
}

impl Transport {
    /// Sends a request once. A reply to another request is an error.
    pub(crate) async fn attempt(
        &self,
        token: &str,
        effect: Effect,
        request: EncodedRequest,
    ) -> Result<HttpResponse, LagoonError> {
        let EncodedRequest { body, tie } = request;
        let sent = self.post(token, body, tie.as_ref())?.await;
        let most = self.most(effect, tie.as_ref());
        let answer = self.answer_of(sent, most).await?;
        self.check_origin(answer, tie.as_ref())
    }

    pub(crate) fn post(
        &self,
        token: &str,
        body: Vec<u8>,
        tie: Option<&Tie>,
    ) -> Result<impl Future<Output = reqwest::Result<reqwest::Response>> + use<>, LagoonError> {
        let client = match tie {
            Some(_) => &self.client()?,
            // Nothing ties the reply to a user's own document: it has a connection of its own.
            None => self.single_use_client()?,
        };
        let request = client
            .post(self.connection().url.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(AUTHORIZATION, bearer(token)?)
            .body(body);
        Ok(request.send())
    }

    /// Fails if the reply belongs to another request; the next request then has a new connection.
    pub(crate) fn check_origin(
        &self,
        mut answer: HttpResponse,
        tie: Option<&Tie>,
    ) -> Result<HttpResponse, LagoonError> {
        let origin = tie.map(|tie| tie.origin(&answer.body));
        let is_other = origin == Some(ReplyOrigin::OtherRequest);
        answer.is_doubtful = origin == Some(ReplyOrigin::Unknown);
        if is_other || answer.is_doubtful {
            // A duplicate of it would pass for the reply to the next request, too.
            self.reconnect();
        }
        if is_other {
            return Err(LagoonError::NoAnswer {
                address: self.address(),
                reason: "sent the reply to another request".to_owned(),
            });
        }
        Ok(answer)
    }

    pub(crate) async fn answer_of(
        &self,
        sent: Result<reqwest::Response, reqwest::Error>,
        most: SizeLimit,
    ) -> Result<HttpResponse, LagoonError> {
        let failure = |error: &reqwest::Error| LagoonError::unanswered(self.address(), error);
        let mut response = sent.map_err(|error| failure(&error))?;
        let head = head_of(&response);
        let body = most.read(&mut response, failure).await?;
        Ok(HttpResponse {
            length: body.len() as u64,
            body,
            ..head
        })
    }

    pub(crate) fn most(&self, effect: Effect, tie: Option<&Tie>) -> SizeLimit {
        let most = self.connection().max_response;
        match (effect, tie) {
            (Effect::Mutation, Some(_)) => SizeLimit::Mutation,
            (Effect::Mutation, None) => SizeLimit::UserMutation(most),
            (Effect::Query, _) => SizeLimit::Response(most),
        }
    }
}

/// A response whose body is not read yet.
pub(crate) fn head_of(response: &reqwest::Response) -> HttpResponse {
    let header = |name| response.headers().get(name)?.to_str().ok();
    let retry_after = header(RETRY_AFTER)
        .and_then(|v| v.trim().parse::<u64>().ok())
        // No server decides that we wait longer than a day, nor overflows the clock.
        .map(|seconds| Duration::from_secs(seconds.min(86_400)));
    HttpResponse {
        status: response.status().as_u16(),
        content_type: header(CONTENT_TYPE).unwrap_or_default().to_owned(),
        retry_after,
        body: Vec::new(),
        length: 0,
        is_doubtful: false,
    }
}
