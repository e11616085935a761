//! Failures of bytes: a proxy in front of a Lagoon that loses, cuts, delays and replaces answers.
//!
//! What Lagoon itself would refuse or delay is told to the sandbox instead.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens to one request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It is passed on and answered.
    None,
    /// The connection is closed before the request is passed on.
    Refused,
    /// Lagoon gets it and answers; the answer is lost.
    AnswerLost,
    /// Lagoon answers; only so many bytes of the answer arrive.
    AnswerCut(usize),
    /// Lagoon gets it; its answer comes that much later.
    Late(Duration),
    /// Lagoon does not get it; somebody else answers, with these bytes.
    Answered(String),
    /// Nobody answers, and the connection stays open.
    Silence,
}

impl Fault {
    /// Somebody else answers, with this status and body.
    pub(crate) fn answered(status: &str, content_type: &str, body: &str) -> Fault {
        Fault::Answered(format!(
            "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        ))
    }

    /// An answer that leads somewhere else.
    pub(crate) fn redirected(to: &str) -> Fault {
        Fault::Answered(format!(
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        ))
    }
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The request line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A proxy on a port of its own; it lives as long as the test.
pub(crate) struct Proxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Proxy {
    /// Stands in front of what listens there. The first request gets the first fault, and so on;
    /// those after the last are passed on.
    pub(crate) fn new(upstream: SocketAddr, faults: impl Into<VecDeque<Fault>>) -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let faults = Arc::new(Mutex::new(faults.into()));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let recorded = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (faults, recorded) = (Arc::clone(&faults), Arc::clone(&recorded));
                thread::spawn(move || {
                    let Some(request) = read_request(&client) else {
                        return;
                    };
                    let fault = faults.lock().unwrap().pop_front();
                    recorded.lock().unwrap().push(request.clone());
                    // A client that has gone away is what some faults are about.
                    drop(serve(
                        client,
                        upstream,
                        &request,
                        &fault.unwrap_or(Fault::None),
                    ));
                });
            }
        });
        Proxy { address, seen }
    }

    /// Where it listens.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that came in, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn read_request(client: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(client);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.trim().parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Seen {
        head,
        body: String::from_utf8(body).ok()?,
    })
}

fn serve(
    mut client: TcpStream,
    upstream: SocketAddr,
    request: &Seen,
    fault: &Fault,
) -> std::io::Result<()> {
    match fault {
        Fault::Refused => {}
        Fault::Answered(bytes) => client.write_all(bytes.as_bytes())?,
        Fault::Silence => thread::sleep(Duration::from_secs(3600)),
        Fault::None => client.write_all(&forward(upstream, request)?)?,
        Fault::AnswerLost => drop(forward(upstream, request)?),
        Fault::AnswerCut(length) => {
            let answer = forward(upstream, request)?;
            client.write_all(&answer[..answer.len().min(*length)])?;
        }
        Fault::Late(delay) => {
            let answer = forward(upstream, request)?;
            thread::sleep(*delay);
            client.write_all(&answer)?;
        }
    }
    client.shutdown(Shutdown::Both)
}

/// The whole answer, on a connection that is for this request alone.
fn forward(upstream: SocketAddr, request: &Seen) -> std::io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(upstream)?;
    for line in request.head.trim_end().split("\r\n") {
        if !line.to_ascii_lowercase().starts_with("connection:") {
            write!(server, "{line}\r\n")?;
        }
    }
    write!(server, "connection: close\r\n\r\n{}", request.body)?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers each request with its own body.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let request = read_request(&client).unwrap();
                let length = request.body.len();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{}",
                    request.body
                );
                client.write_all(answer.as_bytes()).unwrap();
            }
        });
        address
    }

    fn ask(proxy: &Proxy, body: &str) -> String {
        let mut stream = TcpStream::connect(proxy.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer));
        answer
    }

    #[test]
    fn each_request_gets_its_fault() {
        let faults = [
            Fault::Refused,
            Fault::AnswerLost,
            Fault::AnswerCut(8),
            Fault::Late(Duration::from_millis(1)),
            Fault::answered("502 Bad Gateway", "text/html", "<html>"),
            Fault::redirected("http://example.com/"),
        ];
        let proxy = Proxy::new(echo(), faults);
        assert_eq!(ask(&proxy, "1"), "");
        assert_eq!(ask(&proxy, "2"), "");
        assert_eq!(ask(&proxy, "3"), "HTTP/1.1");
        assert!(ask(&proxy, "four").ends_with("\r\n\r\nfour"));
        assert!(ask(&proxy, "5").starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
        assert!(ask(&proxy, "6").contains("location: http://example.com/"));
        assert!(ask(&proxy, "seven").ends_with("\r\n\r\nseven"));
        let bodies: Vec<String> = proxy.seen().into_iter().map(|seen| seen.body).collect();
        assert_eq!(bodies, ["1", "2", "3", "four", "5", "6", "seven"]);
    }
}
