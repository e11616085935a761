//! The status page of a Lagoon, read without a token.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use url::Url;

use crate::clock::Instant;
use crate::lagoon::discovery::{beside, get};
use crate::lagoon::{LagoonError, Network};

#[derive(Debug, Clone, Copy)]
pub(crate) struct PingReply {
    /// 200 from a Lagoon.
    pub status: u16,
    /// The server's time, to a second.
    pub date: Option<Timestamp>,
    pub took: Duration,
}

/// Asks the Lagoon of this GraphQL endpoint whether it is up.
pub(crate) async fn ping(api: &Url, network: &Network) -> Result<PingReply, LagoonError> {
    let url = beside(api, "status");
    let begun = Instant::now();
    let answer = get(&url, network, None).await?;
    let date = answer.headers().get(http::header::DATE);
    let date = date.and_then(|date| date.to_str().ok());
    Ok(PingReply {
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
    fn the_date_header_is_parsed() {
        let read = time("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(read.to_string(), "1994-11-06T08:49:37Z");
        assert_eq!(time("soon"), None);
    }
}
