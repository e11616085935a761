//! Requests outside Lagoon's API: discovery and signing in.

use url::Url;

use super::Network;
use crate::clock::{Instant, timeout};
use crate::lagoon::{LagoonError, SizeLimit, Trace};

impl Network {
    /// Sends one request once, and returns the response with any status.
    /// Contents are not traced.
    pub(crate) async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        trace: Option<&dyn Trace>,
    ) -> Result<http::Response<Vec<u8>>, LagoonError> {
        let text = request.uri().to_string();
        let url = Url::parse(&text).map_err(|error| LagoonError::Address {
            message: format!("`{text}` is not a valid address: {error}"),
            hint: "it must start with https://".to_owned(),
        })?;
        let address = url.origin().ascii_serialization();
        let begun = Instant::now();
        let _observed = self.observed(&url);
        let answered = timeout(self.timeout, self.exchange(&url, request)).await;
        let answered =
            answered.unwrap_or_else(|_| Err(LagoonError::timed_out(address.clone(), self.timeout)));
        if let Some(trace) = trace {
            let end = match &answered {
                Ok(answer) => format!(
                    "{} ({} bytes)",
                    answer.status().as_u16(),
                    answer.body().len()
                ),
                Err(error) => error.to_string(),
            };
            let took = begun.elapsed().as_millis();
            trace.line(&format!("{address}{}: {end}, {took} ms", url.path()));
        }
        answered
    }

    async fn exchange(
        &self,
        url: &Url,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, LagoonError> {
        let failure = |error: &reqwest::Error| {
            LagoonError::unanswered(url.origin().ascii_serialization(), error)
        };
        let request = reqwest::Request::try_from(request).map_err(|error| failure(&error))?;
        let sent = self.client(url)?.execute(request).await;
        let mut response = sent.map_err(|error| failure(&error))?;
        let body = SizeLimit::Document.read(&mut response, failure).await?;
        let mut answer = http::Response::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        Ok(answer)
    }
}
