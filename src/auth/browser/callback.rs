//! The redirect from the browser: one request to a port of this machine.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

use super::BrowserError;
use crate::clock::timeout;

/// In bytes; for an address and a browser's headers.
const LONGEST: usize = 16 * 1024;

/// The limit for one connection: browsers open some that they never use.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Callback {
    listener: TcpListener,
    port: u16,
}

impl Callback {
    pub(super) async fn listen() -> std::io::Result<Callback> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Callback { listener, port })
    }

    /// It has no path, because Lagoon's client `lagoon-cli` allows none.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits for the code with this state. Other requests get an error page, because every program
    /// on this machine and every web page can send one.
    pub(super) async fn code(&self, state: &str) -> Result<String, BrowserError> {
        let (found, mut inbox) = mpsc::channel(1);
        // The connections end when this function returns.
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                connection = self.listener.accept() => {
                    let stream = match connection {
                        Ok((stream, _)) => stream,
                        // The client closed the connection before it was accepted.
                        Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
                        Err(error) => return Err(BrowserError::Listen(error)),
                    };
                    let (found, state) = (found.clone(), state.to_owned());
                    connections.spawn(async move {
                        let served = timeout(TIMEOUT, serve(stream, &state));
                        if let Ok(Ok(Some(end))) = served.await {
                            let _ = found.send(end).await;
                        }
                    });
                }
                Some(end) = inbox.recv() => return end,
            }
        }
    }
}

#[derive(Debug)]
enum CallbackRequest {
    /// The code, or the identity server's refusal.
    Redirect(Result<String, BrowserError>),
    /// The redirect of another sign-in, or a forged one.
    WrongState,
    Other,
}

/// `None` if the wait continues.
async fn serve(
    mut stream: TcpStream,
    state: &str,
) -> std::io::Result<Option<Result<String, BrowserError>>> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|w| w == b"\r\n\r\n") && bytes.len() < LONGEST {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    let request = read(&bytes, state);
    let (status, text) = match &request {
        CallbackRequest::Other => ("404 Not Found", "Page not found."),
        CallbackRequest::WrongState => (
            "400 Bad Request",
            "This page belongs to another sign-in. Return to the browser window that `tasks` opened.",
        ),
        CallbackRequest::Redirect(Ok(_)) => (
            "200 OK",
            "The sign-in continues in the terminal. You can close this window.",
        ),
        CallbackRequest::Redirect(Err(_)) => (
            "400 Bad Request",
            "The sign-in failed. The terminal shows the reason.",
        ),
    };
    let page = format!("<!DOCTYPE html><meta charset=\"utf-8\"><title>tasks</title><p>{text}</p>");
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(match request {
        CallbackRequest::Redirect(end) => Some(end),
        CallbackRequest::WrongState | CallbackRequest::Other => None,
    })
}

fn read(request: &[u8], state: &str) -> CallbackRequest {
    let Some(url) = target(request).filter(|url| url.path() == "/") else {
        return CallbackRequest::Other;
    };
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, v)| v.into_owned())
    };
    let end = match (value("code"), value("error")) {
        (None, None) => return CallbackRequest::Other,
        (_, Some(error)) => {
            let description = value("error_description");
            let words = description.map_or(error.clone(), |words| format!("{words} ({error})"));
            Err(BrowserError::Refused(words))
        }
        (Some(code), None) => Ok(code),
    };
    if value("state").as_deref() == Some(state) {
        CallbackRequest::Redirect(end)
    } else {
        CallbackRequest::WrongState
    }
}

fn target(request: &[u8]) -> Option<Url> {
    let line = request.split(|b| *b == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    Url::parse("http://127.0.0.1").ok()?.join(target).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(line: &str) -> CallbackRequest {
        read(
            format!("{line}\r\nHost: 127.0.0.1\r\n\r\n").as_bytes(),
            "s1",
        )
    }

    #[test]
    fn a_code_requires_the_matching_state() {
        let code = back("GET /?state=s1&session_state=x&code=a%2Fb HTTP/1.1");
        assert!(matches!(code, CallbackRequest::Redirect(Ok(code)) if code == "a/b"));
        for wrong in [
            "GET /?state=s2&code=a HTTP/1.1",
            "GET /?code=a HTTP/1.1",
            "GET /?state=s2&error=access_denied HTTP/1.1",
            "GET /?error=access_denied HTTP/1.1",
        ] {
            assert!(
                matches!(back(wrong), CallbackRequest::WrongState),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_refusal_keeps_the_provider_message() {
        let refused =
            back("GET /?state=s1&error=access_denied&error_description=User+said+no HTTP/1.1");
        let CallbackRequest::Redirect(Err(refused)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            refused.to_string(),
            "the sign-in was refused: User said no (access_denied)"
        );
    }

    #[test]
    fn other_requests_are_not_found() {
        for line in [
            "GET /favicon.ico HTTP/1.1",
            "GET / HTTP/1.1",
            "GET /x?code=a&state=s1 HTTP/1.1",
            "POST /?code=a&state=s1 HTTP/1.1",
            "",
            "GET",
        ] {
            assert!(matches!(back(line), CallbackRequest::Other), "{line}");
        }
    }

    #[tokio::test]
    async fn idle_connections_do_not_block_the_callback() {
        let callback = Callback::listen().await.unwrap();
        let address = callback.address();
        let target = address.strip_prefix("http://").unwrap().to_owned();
        let browser = tokio::spawn(async move {
            let _idle = TcpStream::connect(&target).await.unwrap();
            let mut stream = TcpStream::connect(&target).await.unwrap();
            stream
                .write_all(b"GET /?state=s1&code=abc HTTP/1.1\r\n\r\n")
                .await
                .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        });
        assert_eq!(callback.code("s1").await.unwrap(), "abc");
        assert!(browser.await.unwrap().starts_with("HTTP/1.1 200 OK"));
    }
}
