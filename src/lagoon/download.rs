//! Downloads from the file store: whole files, or the rest of one.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue};

use super::file_store::{store, successful};
use super::transport::{root_cause, seconds};
use super::{Lagoon, LagoonError};
use crate::clock::timeout;
use crate::domain::run::files::Signed;

/// One version of a stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The strong entity tag, with its quotes.
    pub etag: String,
    /// The length in bytes.
    pub length: u64,
}

/// The beginning of a file that was downloaded before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// The version that it is the beginning of.
    pub version: Version,
    /// The number of bytes; never zero.
    pub bytes: u64,
}

/// A response with a file, or with its rest.
#[derive(Debug)]
pub struct Download {
    response: reqwest::Response,
    url: Signed,
    limit: Duration,
    start: u64,
    length: Option<u64>,
    version: Option<Version>,
    /// The number of bytes in front that the caller has.
    repeated: usize,
}

impl Download {
    /// A response with the whole file.
    fn whole(
        response: reqwest::Response,
        url: &Signed,
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

    /// The number of bytes of the requested beginning that the response continues: all or none.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The length of the whole file in bytes, unless the store sends it in chunks.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The version, if the download can be resumed.
    #[must_use]
    pub fn version(&self) -> Option<&Version> {
        self.version.as_ref()
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// If the connection is lost, or nothing arrives within the request timeout.
    pub async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, LagoonError> {
        match timeout(self.limit, self.response.chunk()).await {
            Ok(Ok(piece)) => Ok(piece.map(|piece| {
                let repeated = self.repeated.min(piece.len());
                self.repeated -= repeated;
                piece.slice(repeated..)
            })),
            Ok(Err(error)) => Err(LagoonError::storage(
                &self.url,
                None,
                format!(
                    "broke off in the middle: {}",
                    root_cause(&error.without_url())
                ),
            )),
            Err(_) => Err(LagoonError::storage(
                &self.url,
                None,
                format!("sent nothing for {}", seconds(self.limit)),
            )),
        }
    }
}

/// The entity tag, unless two different contents may have the same one.
fn strong_etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get("etag")?.to_str().ok()?;
    let is_strong = etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"');
    is_strong.then(|| etag.to_owned())
}

/// Whether a partial response is the rest of this version from this byte on.
fn continues(headers: &HeaderMap, from: u64, version: &Version) -> bool {
    let range = headers
        .get("content-range")
        .and_then(|range| range.to_str().ok())
        .and_then(|range| range.strip_prefix("bytes "))
        .and_then(|range| range.split_once('/'));
    let Some((range, length)) = range else {
        return false;
    };
    let begin = range
        .split_once('-')
        .and_then(|(begin, _)| begin.parse().ok());
    begin == Some(from)
        && length.parse() == Ok(version.length)
        && strong_etag(headers).as_deref() == Some(version.etag.as_str())
}

impl Lagoon {
    /// Begins to download a file: the rest of it if it is still the version that `beginning`
    /// belongs to, else the whole.
    ///
    /// # Errors
    /// [`LagoonError::Storage`], and an address that must not be used.
    pub async fn download(
        &self,
        url: &Signed,
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

    /// The rest of a file, or the whole if it has changed; `None` if it must be requested anew.
    async fn resume(
        &self,
        url: &Signed,
        beginning: &Beginning,
    ) -> Result<Option<Download>, LagoonError> {
        let version = &beginning.version;
        // The last byte once more: the reply to a range that begins at the end of the file (416)
        // has no entity tag, so a complete file could not be told from a changed one.
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
        url: &Signed,
        headers: HeaderMap,
    ) -> Result<reqwest::Response, LagoonError> {
        let request = store(self.transport.connection(), url)?
            .get(url.expose().clone())
            .headers(headers)
            .header("accept-encoding", "identity");
        let sent = timeout(self.silence(), request.send()).await;
        self.answer_of(url, sent.ok())
    }

    /// The longest time in which nothing arrives.
    fn silence(&self) -> Duration {
        self.transport.connection().network.timeout
    }
}
