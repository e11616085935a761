//! Mutations with files, sent as a form, which may take longer than other requests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::AUTHORIZATION;
use serde::de::DeserializeOwned;

use crate::clock::timeout;
use crate::lagoon::reply::Reply;
use crate::lagoon::transport::request::bearer;
use crate::lagoon::transport::tie::Tie;
use crate::lagoon::transport::{Transport, not_signed_in, seconds};
use crate::lagoon::{LagoonError, SizeLimit};

impl Transport {
    /// Sends a mutation as a form, once. The reply must repeat `tie`; `moved` counts the bytes
    /// sent.
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
            self.check_origin(answer, tie)?.read(&self.address())
        };
        let limit = self.connection().network.timeout;
        let done = while_uploading(work, limit, moved).await;
        done.unwrap_or_else(|| {
            Err(LagoonError::NoAnswer {
                address: self.address(),
                reason: format!("accepted no data for {}", seconds(limit)),
            })
        })
    }
}

/// Waits as long as `moved` grows; `None` if it did not within the limit.
pub(crate) async fn while_uploading<T>(
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
