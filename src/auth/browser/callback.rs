//! The redirect from the browser: one request to a port of this machine, and the page that answers it
//! when the sign-in has ended.

use std::io::ErrorKind;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use url::Url;

use super::BrowserError;
use super::page::Page;
use crate::clock::timeout;

/// In bytes; for an address and a browser's headers.
const LONGEST: usize = 16 * 1024;

/// The limit for one request: browsers open connections that they never use.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The limit for sending the final page.
const SEND_LIMIT: Duration = Duration::from_secs(2);

/// The time for which the final page stays reachable, for a reload or a second tab.
const REACHABLE: Duration = Duration::from_secs(15);

pub(crate) struct Callback {
    listener: TcpListener,
    port: u16,
    /// The connections that brought the browser back wait for this page.
    end: Arc<watch::Sender<Option<Page>>>,
}

impl Callback {
    pub(crate) async fn listen() -> Result<Callback, BrowserError> {
        let listen = async || {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = listener.local_addr()?.port();
            Ok(Callback {
                listener,
                port,
                end: Arc::new(watch::Sender::new(None)),
            })
        };
        listen().await.map_err(BrowserError::Listen)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// It has no path, because Lagoon's client `lagoon-cli` allows none.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits for the code with this state. Other requests get an error page, because every program
    /// on this machine and every web page can send one.
    pub(super) async fn code(&self, state: &str) -> Result<String, BrowserError> {
        let (found, mut inbox) = mpsc::channel(1);
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
                    let end = Arc::clone(&self.end);
                    // It outlives this function: its page shows how the sign-in ended.
                    tokio::spawn(async move { serve(stream, &state, &found, &end).await });
                }
                Some(end) = inbox.recv() => return end,
            }
        }
    }

    /// Sends the page to the browser. Returns the listener if a browser came back, so that the page
    /// can stay reachable ([`serve_final_page`]).
    pub(crate) async fn finish(self, page: Page) -> Option<std::net::TcpListener> {
        if self.end.receiver_count() == 0 {
            return None;
        }
        self.end.send_replace(Some(page));
        let _ = timeout(SEND_LIMIT, self.end.closed()).await;
        self.listener.into_std().ok()
    }
}

/// Answers every redirect with the page, until it need not be reachable any longer.
pub(crate) async fn serve_final_page(listener: std::net::TcpListener, page: &Page) {
    let serve = async {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        loop {
            let (mut stream, _) = listener.accept().await?;
            let page = page.clone();
            tokio::spawn(async move {
                let request = timeout(TIMEOUT, read(&mut stream)).await.ok()??;
                let page = match CallbackRequest::of(&request) {
                    CallbackRequest::Redirect { .. } => page,
                    CallbackRequest::Other => Page::not_found(),
                };
                respond(&mut stream, &page).await.ok()
            });
        }
    };
    let _: Result<std::io::Result<()>, _> = timeout(REACHABLE, serve).await;
}

#[derive(Debug)]
enum CallbackRequest {
    Redirect {
        state: Option<String>,
        /// The code, or the identity server's refusal.
        end: Result<String, BrowserError>,
    },
    Other,
}

async fn serve(
    mut stream: TcpStream,
    state: &str,
    found: &mpsc::Sender<Result<String, BrowserError>>,
    end: &watch::Sender<Option<Page>>,
) -> Option<()> {
    let request = timeout(TIMEOUT, read(&mut stream)).await.ok()??;
    let page = match CallbackRequest::of(&request) {
        CallbackRequest::Redirect {
            state: given,
            end: code,
        } if given.as_deref() == Some(state) => {
            let mut page = end.subscribe();
            // Another tab may have been faster. This one gets the same page.
            let _ = found.try_send(code);
            let shown = page.wait_for(Option::is_some).await.ok()?.clone()?;
            // The receiver counts until the page has been sent.
            return respond(&mut stream, &shown).await.ok();
        }
        // The redirect of another sign-in, or a forged one.
        CallbackRequest::Redirect { .. } => Page::of_another_sign_in(),
        CallbackRequest::Other => Page::not_found(),
    };
    respond(&mut stream, &page).await.ok()
}

/// The head of a request; `None` if the connection was closed before.
async fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|w| w == b"\r\n\r\n") && bytes.len() < LONGEST {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(bytes)
}

async fn respond(stream: &mut TcpStream, page: &Page) -> std::io::Result<()> {
    stream.write_all(page.response().as_bytes()).await?;
    stream.shutdown().await
}

impl CallbackRequest {
    fn of(request: &[u8]) -> CallbackRequest {
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
        let state = value("state");
        CallbackRequest::Redirect { state, end }
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
        CallbackRequest::of(format!("{line}\r\nHost: 127.0.0.1\r\n\r\n").as_bytes())
    }

    #[test]
    fn a_redirect_has_a_state_and_a_code() {
        let CallbackRequest::Redirect { state, end } =
            back("GET /?state=s1&session_state=x&code=a%2Fb HTTP/1.1")
        else {
            panic!("not a redirect");
        };
        assert_eq!(
            (state.as_deref(), end.unwrap().as_str()),
            (Some("s1"), "a/b")
        );
        let without = back("GET /?code=a HTTP/1.1");
        assert!(matches!(
            without,
            CallbackRequest::Redirect { state: None, .. }
        ));
    }

    #[test]
    fn a_refusal_keeps_the_provider_message() {
        let refused =
            back("GET /?state=s1&error=access_denied&error_description=User+said+no HTTP/1.1");
        let CallbackRequest::Redirect { end, .. } = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(
            end.unwrap_err().to_string(),
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

    async fn visit(target: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(target).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn idle_connections_do_not_block_the_callback() {
        let callback = Callback::listen().await.unwrap();
        let target = format!("127.0.0.1:{}", callback.port());
        let browser = tokio::spawn(async move {
            let _idle = TcpStream::connect(&target).await.unwrap();
            visit(&target, "/?state=s1&code=abc").await
        });
        assert_eq!(callback.code("s1").await.unwrap(), "abc");
        assert!(callback.finish(Page::signed_in("eu")).await.is_some());
        let page = browser.await.unwrap();
        assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("Signed in to eu."));
    }

    #[tokio::test]
    async fn the_final_page_waits_for_the_end_of_the_sign_in() {
        let callback = Callback::listen().await.unwrap();
        let target = format!("127.0.0.1:{}", callback.port());
        let first = tokio::spawn(async move {
            let wrong = visit(&target, "/?state=s2&code=abc").await;
            assert!(wrong.contains("another sign-in"), "{wrong}");
            visit(&target, "/?state=s1&code=abc").await
        });
        callback.code("s1").await.unwrap();
        callback.finish(Page::not_signed_in("eu")).await;
        let page = first.await.unwrap();
        assert!(page.starts_with("HTTP/1.1 400") && page.contains("Could not sign in to eu."));
    }

    #[tokio::test]
    async fn without_a_redirect_there_is_no_final_page() {
        let callback = Callback::listen().await.unwrap();
        assert!(callback.finish(Page::signed_in("eu")).await.is_none());
    }

    #[tokio::test]
    async fn the_final_page_answers_every_redirect() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let target = listener.local_addr().unwrap().to_string();
        let page = Page::signed_in("eu");
        let browser = async {
            for path in ["/?state=s1&code=abc", "/?state=s1&error=x"] {
                assert!(visit(&target, path).await.contains("Signed in to eu."));
            }
            let other = visit(&target, "/favicon.ico").await;
            assert!(other.starts_with("HTTP/1.1 404"), "{other}");
        };
        tokio::select! {
            () = serve_final_page(listener, &page) => panic!("it ended"),
            () = browser => {}
        }
    }
}
