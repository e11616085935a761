//! Failures of bytes: a proxy in front of a Lagoon that loses, cuts, damages, delays and replaces
//! answers. Connections stay open between requests, as a Lagoon's do.
//!
//! Refusals and delays of Lagoon itself are faults of the sandbox instead.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use socket2::{Domain, SockRef, Socket, Type};

use super::env::TestEnv;

/// The treatment of one request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It is passed on and answered.
    None,
    /// The connection is closed before the request is passed on.
    Refused,
    /// Lagoon gets it and answers; the answer is lost.
    ResponseLost,
    /// Lagoon answers; only so many bytes of the answer arrive.
    ResponseCut(usize),
    /// The connection is reset before the request is passed on.
    ResetBefore,
    /// Lagoon gets it and answers; the connection is reset after so many bytes of the answer.
    ResetAfter(usize),
    /// Lagoon answers; half of the body is missing, and the head says nothing of it.
    Shortened,
    /// Lagoon answers; bytes of the body are others.
    Damaged,
    /// Lagoon answers, and its answer says that it is of this type.
    Typed(&'static str),
    /// Lagoon answers, and its answer has this header, or lacks it where the value is empty.
    Header(&'static str, &'static str),
    /// The same, and only so many bytes of the answer arrive.
    HeaderCut(&'static str, &'static str, usize),
    /// Lagoon answers; only so many bytes of the answer arrive, and the connection stays open.
    Stalled(usize),
    /// Lagoon answers once and is heard twice.
    Twice,
    /// Lagoon answers; the reply to the request before is heard first, where there is one.
    Stale,
    /// Lagoon answers; what arrives as its answer never ends.
    Endless,
    /// Lagoon answers; what arrives is small and becomes [`UNPACKED`] bytes.
    Packed,
    /// Lagoon answers, and this is made of its JSON.
    Rewritten(Rewrite),
    /// Lagoon gets it; its answer comes that much later.
    Late(Duration),
    /// Lagoon does not receive it; another server answers with these bytes.
    Answered(String),
    /// Lagoon gets it and answers; these bytes arrive instead of its answer.
    Substituted(String),
    /// These bytes arrive at once; Lagoon gets the request that much later.
    AnsweredFirst(String, Duration),
    /// There is no reply, and the connection stays open.
    Silence,
}

/// Number of bytes of [`Fault::Packed`].
const UNPACKED: usize = 16 << 20;

/// JSON that is nothing but blanks, packed.
fn bomb() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&vec![b' '; UNPACKED]).unwrap();
        packed.finish().unwrap()
    })
}

/// Changes a reply.
#[derive(Clone)]
pub(crate) struct Rewrite(Arc<dyn Fn(&mut Value) + Send + Sync>);

impl std::fmt::Debug for Rewrite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rewrite")
    }
}

impl Fault {
    /// Lagoon answers, and `change` is made to its JSON.
    pub(crate) fn rewritten(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Fault {
        Fault::Rewritten(Rewrite(Arc::new(change)))
    }

    /// Lagoon answers, and this body takes the place of its own.
    pub(crate) fn replaced(body: Value) -> Fault {
        Fault::rewritten(move |answer| *answer = body.clone())
    }

    /// Another server answers, with this status and body.
    pub(crate) fn answered(status: &str, content_type: &str, body: &str) -> Fault {
        Fault::Answered(closing_answer(status, content_type, body))
    }

    /// Lagoon gets the request; an answer with this status and body arrives instead of its own.
    pub(crate) fn substituted(status: &str, content_type: &str, body: &str) -> Fault {
        Fault::Substituted(closing_answer(status, content_type, body))
    }

    /// An answer with this status and body arrives before Lagoon gets the request.
    pub(crate) fn answered_first(status: &str, content_type: &str, body: &str) -> Fault {
        let answer = closing_answer(status, content_type, body);
        Fault::AnsweredFirst(answer, Duration::from_millis(50))
    }

    /// An answer that leads somewhere else.
    pub(crate) fn redirected(to: &str) -> Fault {
        Fault::Answered(format!(
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\
             connection: close\r\n\r\n"
        ))
    }
}

fn closing_answer(status: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct ReceivedRequest {
    /// The request line and the headers.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// The treatment of the current request.
type Draw = Box<dyn FnMut(&ReceivedRequest) -> Fault + Send>;

/// A proxy on a port of its own, until it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<ReceivedRequest>>>,
    connections: Arc<AtomicUsize>,
    is_over: Arc<AtomicBool>,
}

/// A newer Lagoon: the demo's argument `TEXT` is of a type that this program does not know, and its
/// value must be `cli` or `nginx`.
pub(crate) fn newer_lagoon(env: &TestEnv) -> Proxy {
    Proxy::drawing(env.address(), Duration::ZERO, |request| {
        if request.body.is_empty() {
            return Fault::None;
        }
        Fault::rewritten(change_type)
    })
}

fn change_type(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(change_type),
        Value::Object(fields) => {
            let is_argument = fields.contains_key("defaultValue");
            if is_argument && fields.get("name").is_some_and(|name| name == "TEXT") {
                fields.insert("type".to_owned(), "SERVICE_NAME".into());
                fields.insert("range".to_owned(), vec!["cli", "nginx"].into());
            }
            fields.values_mut().for_each(change_type);
        }
        _ => {}
    }
}

impl Drop for Proxy {
    /// A long campaign has thousands of them, and each holds a port.
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(self.address));
    }
}

impl Proxy {
    /// Stands in front of what listens there. The first request gets the first fault, and so on;
    /// those after the last are passed on.
    pub(crate) fn new(upstream: SocketAddr, faults: impl Into<VecDeque<Fault>>) -> Proxy {
        let mut faults = faults.into();
        Proxy::drawing(upstream, Duration::ZERO, move |_| {
            faults.pop_front().unwrap_or(Fault::None)
        })
    }

    /// Stands there, refusing connections at first; `draw` says what happens to each request.
    pub(crate) fn drawing(
        upstream: SocketAddr,
        shut_for: Duration,
        draw: impl FnMut(&ReceivedRequest) -> Fault + Send + 'static,
    ) -> Proxy {
        // A bound socket that does not listen refuses connections and keeps its port.
        let door = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        door.bind(&any_port.into()).unwrap();
        let address = door.local_addr().unwrap().as_socket().unwrap();
        if shut_for.is_zero() {
            door.listen(128).unwrap();
        }
        let line = ProxyState {
            upstream,
            draw: Arc::new(Mutex::new(Box::new(draw))),
            seen: Arc::default(),
            last: Arc::default(),
        };
        let seen = Arc::clone(&line.seen);
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let is_over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&is_over);
        thread::spawn(move || {
            if !shut_for.is_zero() {
                thread::sleep(shut_for);
                door.listen(128).unwrap();
            }
            if ended.load(Ordering::SeqCst) {
                return;
            }
            for client in TcpListener::from(door).incoming().flatten() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                counted.fetch_add(1, Ordering::SeqCst);
                let line = line.clone();
                // A client that has gone away is what some faults are about.
                thread::spawn(move || drop(line.attend(&client)));
            }
        });
        Proxy {
            address,
            seen,
            connections,
            is_over,
        }
    }

    /// Its address.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Number of connections.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests that came in, in order.
    pub(crate) fn seen(&self) -> Vec<ReceivedRequest> {
        self.seen.lock().unwrap().clone()
    }
}

/// State that the connections of a proxy share.
#[derive(Clone)]
struct ProxyState {
    upstream: SocketAddr,
    draw: Arc<Mutex<Draw>>,
    seen: Arc<Mutex<Vec<ReceivedRequest>>>,
    /// The reply that came last.
    last: Arc<Mutex<Option<Vec<u8>>>>,
}

impl ProxyState {
    /// Answers what comes over one connection, until a fault or the client ends it.
    fn attend(&self, client: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(client);
        while let Some(request) = read_request(&mut reader) {
            let fault = (self.draw.lock().unwrap())(&request);
            self.seen.lock().unwrap().push(request.clone());
            if !self.serve(client, &request, &fault)? {
                return client.shutdown(Shutdown::Both);
            }
        }
        Ok(())
    }

    /// True if the connection stays open.
    fn serve(
        &self,
        mut client: &TcpStream,
        request: &ReceivedRequest,
        fault: &Fault,
    ) -> std::io::Result<bool> {
        match fault {
            Fault::Refused => return Ok(false),
            Fault::ResetBefore => return reset(client),
            Fault::Answered(bytes) => {
                client.write_all(bytes.as_bytes())?;
                return Ok(false);
            }
            Fault::AnsweredFirst(bytes, delay) => {
                client.write_all(bytes.as_bytes())?;
                let (upstream, request, delay) = (self.upstream, request.clone(), *delay);
                thread::spawn(move || {
                    thread::sleep(delay);
                    drop(forward(upstream, &request));
                });
                return Ok(false);
            }
            Fault::Silence => {
                // Until the client has had enough.
                std::io::copy(&mut client, &mut std::io::sink())?;
                return Ok(false);
            }
            _ => {}
        }
        let mut request = request.clone();
        if matches!(fault, Fault::Rewritten(_)) {
            request.head = request.head.replace("gzip", "identity");
        }
        let mut answer = forward(self.upstream, &request)?;
        let last = self.last.lock().unwrap().replace(answer.bytes.clone());
        let most = answer.bytes.len();
        match fault {
            Fault::ResponseLost => return Ok(false),
            Fault::Substituted(bytes) => {
                client.write_all(bytes.as_bytes())?;
                return Ok(false);
            }
            Fault::ResponseCut(length) => {
                client.write_all(&answer.bytes[..most.min(*length)])?;
                return Ok(false);
            }
            Fault::ResetAfter(length) => {
                client.write_all(&answer.bytes[..most.min(*length)])?;
                return reset(client);
            }
            Fault::Endless => {
                client.write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"data\":",
                )?;
                // Until the client has had enough.
                loop {
                    client.write_all(&[b' '; 64 * 1024])?;
                }
            }
            Fault::Packed => {
                let packed = bomb();
                write!(
                    client,
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\
                     content-length: {}\r\n\r\n",
                    packed.len()
                )?;
                client.write_all(packed)?;
                return Ok(true);
            }
            Fault::Stalled(length) => {
                client.write_all(&answer.bytes[..most.min(*length)])?;
                std::io::copy(&mut client, &mut std::io::sink())?;
                return Ok(false);
            }
            Fault::HeaderCut(name, value, length) => {
                answer.set(name, value);
                client.write_all(&answer.bytes[..answer.bytes.len().min(*length)])?;
                return Ok(false);
            }
            Fault::Header(name, value) => answer.set(name, value),
            Fault::Late(delay) => thread::sleep(*delay),
            Fault::Shortened => answer.shorten(),
            Fault::Damaged => answer.damage(),
            Fault::Typed(kind) => answer.set("content-type", kind),
            Fault::Rewritten(rewrite) => answer.rewrite(rewrite),
            Fault::Twice => client.write_all(&answer.bytes)?,
            Fault::Stale => client.write_all(&last.unwrap_or_default())?,
            _ => {}
        }
        client.write_all(&answer.bytes)?;
        Ok(answer.says_its_length())
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<ReceivedRequest> {
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
    Some(ReceivedRequest {
        head,
        body: String::from_utf8(body).ok()?,
    })
}

/// Ends a connection so that its other side hears of it as an error.
fn reset(client: &TcpStream) -> std::io::Result<bool> {
    SockRef::from(client).set_linger(Some(Duration::ZERO))?;
    Ok(false)
}

/// A reply as received, without the headers about its connection.
struct ProxiedResponse {
    bytes: Vec<u8>,
    /// Length of its head, with the empty line.
    head: usize,
}

impl ProxiedResponse {
    fn head(&self) -> String {
        String::from_utf8_lossy(&self.bytes[..self.head]).into_owned()
    }

    fn says_its_length(&self) -> bool {
        let head = self.head().to_ascii_lowercase();
        head.contains("\r\ncontent-length:") || head.contains("\r\ntransfer-encoding:")
    }

    /// Without that header, or with this value.
    fn set(&mut self, name: &str, value: &str) {
        let is_it = |line: &&str| {
            line.split_once(':')
                .is_some_and(|(n, _)| n.eq_ignore_ascii_case(name))
        };
        let head = self.head();
        let mut lines: Vec<&str> = head.trim_end().split("\r\n").collect();
        lines.retain(|line| !is_it(line));
        let line = format!("{name}: {value}");
        if !value.is_empty() {
            lines.push(&line);
        }
        let head = format!("{}\r\n\r\n", lines.join("\r\n"));
        self.bytes.splice(..self.head, head.bytes());
        self.head = head.len();
    }

    fn shorten(&mut self) {
        let half = (self.bytes.len() - self.head) / 2;
        self.bytes.truncate(self.head + half);
        self.set("content-length", &half.to_string());
    }

    fn rewrite(&mut self, rewrite: &Rewrite) {
        let Ok(mut value) = serde_json::from_slice::<Value>(&self.bytes[self.head..]) else {
            return;
        };
        let tie = tie_of(&value);
        (rewrite.0)(&mut value);
        // It stays the reply to its request.
        if let (Some((name, value_of)), Some(data)) = (tie, value["data"].as_object_mut()) {
            data.entry(name).or_insert(value_of);
        }
        let body = serde_json::to_vec(&value).unwrap();
        self.bytes.truncate(self.head);
        self.bytes.extend(&body);
        self.set("content-length", &body.len().to_string());
    }

    fn damage(&mut self) {
        let middle = self.head + (self.bytes.len() - self.head) / 2;
        for byte in self.bytes[middle..].iter_mut().take(16) {
            // In no text in UTF-8, so in no JSON.
            *byte = 0xff;
        }
    }
}

/// The tie between a reply and its request.
fn tie_of(answer: &Value) -> Option<(String, Value)> {
    let mut fields = answer.get("data")?.as_object()?.iter();
    let (name, value) = fields.find(|(name, _)| name.starts_with("tie_"))?;
    Some((name.clone(), value.clone()))
}

/// The whole answer, on a connection that is for this request alone.
fn forward(upstream: SocketAddr, request: &ReceivedRequest) -> std::io::Result<ProxiedResponse> {
    let mut server = TcpStream::connect(upstream)?;
    for line in request.head.trim_end().split("\r\n") {
        if !line.to_ascii_lowercase().starts_with("connection:") {
            write!(server, "{line}\r\n")?;
        }
    }
    write!(server, "connection: close\r\n\r\n{}", request.body)?;
    let mut bytes = Vec::new();
    server.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let head = end.map_or(bytes.len(), |at| at + 4);
    let mut answer = ProxiedResponse { bytes, head };
    answer.set("connection", "");
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
                let request = read_request(&mut BufReader::new(&client)).unwrap();
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
        // No further request will come: the proxy closes, too.
        // It may have been reset already.
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[test]
    fn each_request_gets_its_own_fault() {
        let faults = [
            Fault::Refused,
            Fault::ResponseLost,
            Fault::ResponseCut(8),
            Fault::Late(Duration::from_millis(1)),
            Fault::answered("502 Bad Gateway", "text/html", "<html>"),
            Fault::redirected("http://example.com/"),
            Fault::None,
            Fault::Twice,
            Fault::ResetBefore,
            Fault::Shortened,
            Fault::Typed("text/html"),
            Fault::Damaged,
            Fault::Stale,
        ];
        let proxy = Proxy::new(echo(), faults);
        assert_eq!(ask(&proxy, "1"), "");
        assert_eq!(ask(&proxy, "2"), "");
        assert_eq!(ask(&proxy, "3"), "HTTP/1.1");
        assert!(ask(&proxy, "four").ends_with("\r\n\r\nfour"));
        assert!(ask(&proxy, "5").starts_with("HTTP/1.1 502 Bad Gateway\r\n"));
        assert!(ask(&proxy, "6").contains("location: http://example.com/"));
        assert!(ask(&proxy, "seven").ends_with("\r\n\r\nseven"));
        assert_eq!(ask(&proxy, "eight").matches("HTTP/1.1 200").count(), 2);
        assert_eq!(ask(&proxy, "9"), "");
        assert!(ask(&proxy, "tenth").ends_with("\r\ncontent-length: 2\r\n\r\nte"));
        assert!(ask(&proxy, "11").contains("content-type: text/html\r\n"));
        assert!(ask(&proxy, "12").ends_with("1\u{fffd}"));
        let both = ask(&proxy, "13");
        let (first, second) = (both.find("\r\n\r\n12"), both.find("\r\n\r\n13"));
        assert!(first.is_some() && first < second, "{both}");
        let bodies: Vec<String> = proxy.seen().into_iter().map(|seen| seen.body).collect();
        let all = [
            "1", "2", "3", "four", "5", "6", "seven", "eight", "9", "tenth", "11", "12", "13",
        ];
        assert_eq!(bodies, all);
    }
}
