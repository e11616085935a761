//! What answers at an address, asked without a token.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use url::Url;

use crate::clock::Instant;
use crate::lagoon::discovery::beside;
use crate::lagoon::{LagoonError, Network};

/// What answers at an address.
#[derive(Debug, Clone, Copy)]
pub struct Knock {
    /// The HTTP status: 200 from a Lagoon.
    pub status: u16,
    /// The time there, to a second.
    pub date: Option<Timestamp>,
    /// How long it took.
    pub took: Duration,
}

/// Asks the Lagoon of this GraphQL endpoint whether it is up.
///
/// # Errors
/// When it cannot be reached, and for an address that must not be used.
pub async fn knock(api: &Url, network: &Network) -> Result<Knock, LagoonError> {
    let url = beside(api, "status");
    let request = http::Request::get(url.as_str()).body(Vec::new());
    let request = request.map_err(|error| LagoonError::Unusable(error.to_string()))?;
    let begun = Instant::now();
    let answer = network.send(request, None).await?;
    let date = answer.headers().get(http::header::DATE);
    let date = date.and_then(|date| date.to_str().ok());
    Ok(Knock {
        status: answer.status().as_u16(),
        date: date.and_then(time),
        took: begun.elapsed(),
    })
}

fn time(date: &str) -> Option<Timestamp> {
    rfc2822::parse(date).ok().map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_header_is_read() {
        let read = time("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(read.to_string(), "1994-11-06T08:49:37Z");
        assert_eq!(time("soon"), None);
    }
}
