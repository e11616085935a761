//! Mutations that carry files: sent as a form, which may take longer than a request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use serde::de::DeserializeOwned;

use crate::clock::timeout;
use crate::lagoon::reply;
use crate::lagoon::reply::Reply;
use crate::lagoon::transport::attempt::Answer;
use crate::lagoon::transport::request::bearer;
use crate::lagoon::transport::tie::Tie;
use crate::lagoon::transport::{Transport, not_signed_in, seconds};
use crate::lagoon::{LagoonError, SizeLimit};

impl Transport {
    /// Sends a mutation as a form with files, once, with a token that is valid now; its reply must
    /// repeat `tie`, and `moved` counts what has gone out.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub(crate) async fn send_form<T: DeserializeOwned>(
        &self,
        form: reqwest::multipart::Form,
        tie: Option<&Tie>,
        moved: &AtomicU64,
    ) -> Result<Reply<T>, LagoonError> {
        let token = self.connection().credentials.token().await;
        let token = token.map_err(not_signed_in)?;
        let request = self
            .single_use_client()?
            .post(self.connection().url.clone())
            .header(AUTHORIZATION, bearer(&token)?)
            // A form without this could come from any web page (seen on Lagoon 2.33.1).
            .header("apollo-require-preflight", "true")
            .multipart(form);
        let work = async {
            let answer = self
                .answer_of(request.send().await, SizeLimit::Mutation)
                .await?;
            if answer.status == 401 {
                self.note_refused(&token);
            }
            let Answer {
                status,
                content_type,
                body,
                ..
            } = self.check_origin(answer, tie)?;
            reply::read(&self.address(), status, &content_type, &body)
        };
        let done = while_moving(work, self.connection().network.timeout, moved).await;
        done.unwrap_or_else(|| {
            Err(LagoonError::NoAnswer {
                address: self.address(),
                reason: format!(
                    "nothing moved for {}",
                    seconds(self.connection().network.timeout)
                ),
            })
        })
    }
}

/// Waits for work on something large as long as it moves; `None` when nothing did for that long.
pub(crate) async fn while_moving<T>(
    work: impl Future<Output = T>,
    limit: Duration,
    moved: &AtomicU64,
) -> Option<T> {
    let mut work = std::pin::pin!(work);
    let mut before = 0;
    loop {
        if let Ok(done) = timeout(limit, &mut work).await {
            return Some(done);
        }
        let now = moved.load(Ordering::Relaxed);
        if now == before {
            return None;
        }
        before = now;
    }
}
