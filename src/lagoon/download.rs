//! Downloads from the file store.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::file_store::{store, successful};
use super::transport::{root_cause, seconds};
use super::{Lagoon, LagoonError};
use crate::clock::timeout;
use crate::domain::run::files::SignedUrl;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// Strong, with its quotes.
    pub etag: String,
    /// In bytes.
    pub length: u64,
}

/// The bytes of an earlier download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub version: Version,
    /// The length, never zero.
    pub bytes: u64,
}

#[derive(Debug)]
pub(crate) struct Download {
    response: reqwest::Response,
    url: SignedUrl,
    limit: Duration,
    /// The bytes of the requested beginning that the response continues: all or none.
    pub start: u64,
    /// The length of the whole file in bytes, unless it is chunked.
    pub length: Option<u64>,
    /// `None` if the download cannot be resumed.
    pub version: Option<Version>,
    /// The number of bytes to skip.
    repeated: usize,
}

impl Download {
    fn whole(
        response: reqwest::Response,
        url: &SignedUrl,
        limit: Duration,
    ) -> Result<Self, LagoonError> {
        let length = response.content_length();
        let is_framed = length.is_some()
            || response.version() > reqwest::Version::HTTP_11
            || response.headers().contains_key("transfer-encoding");
        let status = response.status();
        if status != StatusCode::OK || !is_framed {
            let reason = if is_framed {
                format!("answered with status {status}")
            } else {
                // A lost connection would look like the end of the file.
                "does not send the length of the file".to_owned()
            };
            return Err(LagoonError::storage(url, Some(status.as_u16()), reason));
        }
        let etag = strong_etag(response.headers());
        let version = etag.zip(length);
        Ok(Download {
            url: url.clone(),
            limit,
            start: 0,
            length,
            version: version.map(|(etag, length)| Version { etag, length }),
            repeated: 0,
            response,
        })
    }

    /// The next piece; `None` at the end. Fails if nothing arrives within the request timeout.
    pub(crate) async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, LagoonError> {
        let reason = match timeout(self.limit, self.response.chunk()).await {
            Ok(Ok(piece)) => {
                return Ok(piece.map(|piece| {
                    let repeated = self.repeated.min(piece.len());
                    self.repeated -= repeated;
                    piece.slice(repeated..)
                }));
            }
            Ok(Err(error)) => {
                let cause = root_cause(&error.without_url());
                format!("closed the connection too early: {cause}")
            }
            Err(_) => format!("sent nothing for {}", seconds(self.limit)),
        };
        Err(LagoonError::storage(&self.url, None, reason))
    }
}

/// The entity tag, unless it is weak.
fn strong_etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get("etag")?.to_str().ok()?;
    let is_strong = etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"');
    is_strong.then(|| etag.to_owned())
}

/// True if a partial response continues this version at this byte.
fn continues(headers: &HeaderMap, from: u64, version: &Version) -> bool {
    let range = || {
        let range = headers.get("content-range")?.to_str().ok()?;
        let (range, length) = range.strip_prefix("bytes ")?.split_once('/')?;
        let (begin, _) = range.split_once('-')?;
        Some((begin.parse().ok()?, length.parse().ok()?))
    };
    range() == Some((from, version.length))
        && strong_etag(headers).as_deref() == Some(version.etag.as_str())
}

impl Lagoon {
    /// Downloads the rest of a file if `beginning` is of its current version, otherwise the whole.
    pub(crate) async fn download(
        &self,
        url: &SignedUrl,
        beginning: Option<&Beginning>,
    ) -> Result<Download, LagoonError> {
        if let Some(beginning) = beginning
            && let Some(download) = self.resume(url, beginning).await?
        {
            return Ok(download);
        }
        let response = self.fetch(url, HeaderMap::new()).await?;
        Download::whole(successful(url, response)?, url, self.silence())
    }

    /// The rest of the file, or the whole if it has changed; `None` if it must be requested again.
    async fn resume(
        &self,
        url: &SignedUrl,
        beginning: &Beginning,
    ) -> Result<Option<Download>, LagoonError> {
        let version = &beginning.version;
        // The last byte once more: the reply to a range that begins at the end of the file (416)
        // has no entity tag, so a complete file would look like a changed one.
        let from = beginning.bytes.saturating_sub(1);
        let Ok(etag) = HeaderValue::from_str(&version.etag) else {
            return Ok(None);
        };
        let range = HeaderValue::from_str(&format!("bytes={from}-"));
        let mut headers = HeaderMap::new();
        headers.insert("if-range", etag);
        headers.extend(range.ok().map(|range| (reqwest::header::RANGE, range)));
        let response = self.fetch(url, headers).await?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if continues(response.headers(), from, version) => {
                Ok(Some(Download {
                    response,
                    url: url.clone(),
                    limit: self.silence(),
                    start: beginning.bytes,
                    length: Some(version.length),
                    version: Some(version.clone()),
                    repeated: 1,
                }))
            }
            StatusCode::PARTIAL_CONTENT
            | StatusCode::RANGE_NOT_SATISFIABLE
            | StatusCode::PRECONDITION_FAILED => Ok(None),
            _ => {
                let response = successful(url, response)?;
                Download::whole(response, url, self.silence()).map(Some)
            }
        }
    }

    async fn fetch(
        &self,
        url: &SignedUrl,
        headers: HeaderMap,
    ) -> Result<reqwest::Response, LagoonError> {
        let request = store(self.transport.connection(), url)?
            .get(url.expose().clone())
            .headers(headers)
            .header("accept-encoding", "identity");
        let sent = timeout(self.silence(), request.send()).await;
        self.answer_of(url, sent.ok())
    }

    /// The limit for a pause in the transfer.
    fn silence(&self) -> Duration {
        self.transport.connection().network.timeout
    }
}
