//! Uploads to the file store of a Lagoon, and its client. The store has signed addresses; it gets
//! no token, and redirects are not followed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reqwest::multipart::{Form, Part};
use tokio::io::AsyncReadExt;

use super::error::not_within;
use super::transport::root_cause;
use super::{Connection, Lagoon, LagoonError};
use crate::domain::run::files::SignedUrl;
use crate::lagoon::transport::form::while_uploading;

/// A file to upload.
pub(crate) struct UploadFile {
    pub name: String,
    /// In bytes.
    pub length: u64,
    pub file: tokio::fs::File,
    /// The number of bytes sent.
    pub moved: Arc<AtomicU64>,
}

impl UploadFile {
    /// A part of a form, read while it is sent.
    pub(super) fn part(self) -> Part {
        const PIECE: usize = 64 * 1024;
        let UploadFile {
            name,
            length,
            file,
            moved,
        } = self;
        let pieces = futures_util::stream::try_unfold(file.take(length), move |mut file| {
            let moved = Arc::clone(&moved);
            async move {
                let mut piece = vec![0; PIECE];
                let read = file.read(&mut piece).await?;
                piece.truncate(read);
                moved.fetch_add(read as u64, Ordering::Relaxed);
                Ok::<_, std::io::Error>((read > 0).then_some((piece, file)))
            }
        });
        Part::stream_with_length(reqwest::Body::wrap_stream(pieces), length).file_name(name)
    }
}

impl Lagoon {
    /// Sends a file with a form: the fields in their order, then the file.
    pub(crate) async fn post_file(
        &self,
        url: &SignedUrl,
        fields: &[(String, String)],
        file: UploadFile,
    ) -> Result<(), LagoonError> {
        let connection = self.transport.connection();
        let moved = Arc::clone(&file.moved);
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text(name.clone(), value.clone());
        }
        let form = form.part("file", file.part());
        let request = store(connection, url)?
            .post(url.expose().clone())
            .multipart(form);
        let sent = while_uploading(request.send(), connection.network.timeout, &moved).await;
        let response = self.answer_of(url, sent)?;
        successful(url, response).map(|_| ())
    }

    pub(super) fn answer_of(
        &self,
        url: &SignedUrl,
        sent: Option<Result<reqwest::Response, reqwest::Error>>,
    ) -> Result<reqwest::Response, LagoonError> {
        let limit = self.transport.connection().network.timeout;
        let response = match sent {
            Some(sent) => {
                sent.map_err(|e| format!("cannot be reached: {}", root_cause(&e.without_url())))
            }
            None => Err(not_within(limit)),
        };
        let response = response.map_err(|reason| LagoonError::storage(url, None, reason))?;
        let status = response.status();
        self.transport
            .say(&format!("file store {}: {status}", url.address()));
        Ok(response)
    }
}

pub(super) fn successful(
    url: &SignedUrl,
    response: reqwest::Response,
) -> Result<reqwest::Response, LagoonError> {
    let status = response.status();
    let reason = if status.is_redirection() {
        format!("answered with a redirect (status {status}), which is not followed")
    } else if status.is_success() {
        return Ok(response);
    } else {
        format!("answered with status {status}")
    };
    Err(LagoonError::storage(url, Some(status.as_u16()), reason))
}

/// A client with the certificates and proxies of the API.
pub(super) fn store(
    connection: &Connection,
    url: &SignedUrl,
) -> Result<reqwest::Client, LagoonError> {
    if !connection.network.may_reach(url.expose()) {
        return Err(LagoonError::Address {
            message: format!(
                "the file store {} does not use https; files would be sent unencrypted",
                url.address()
            ),
            hint: "to allow plain http: tasks context add NAME URL --allow-http".to_owned(),
        });
    }
    connection.network.file_client(url.expose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_address_is_not_shown() {
        let signed =
            SignedUrl::parse("https://store.example/tasks/1/a?X-Signature=abc").expect("one");
        assert_eq!(format!("{signed:?}"), "Signed(https://store.example…)");
        let failure = LagoonError::storage(&signed, Some(403), "said no".to_owned()).to_string();
        assert!(!failure.contains("abc") && failure.contains("store.example"));
        assert!(SignedUrl::parse("/tasks/1").is_none());
    }
}
