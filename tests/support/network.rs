//! The network between a program and a Lagoon: a server with TLS and an authority of its own, and
//! proxies that resolve names of their own.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, LazyLock, Mutex};

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

/// A name that only the proxies here resolve.
pub(crate) const NAME: &str = "lagoons.test";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
});

/// A server with TLS in front of one without.
pub(crate) struct TlsFront {
    address: SocketAddr,
    authority: String,
}

impl TlsFront {
    /// For [`NAME`] and this machine, with a certificate that only its own authority vouches for.
    pub(crate) fn new(upstream: SocketAddr) -> TlsFront {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().unwrap();
        let certificate = own_names().signed_by(&key, &issuer).unwrap();
        TlsFront::with(upstream, &certificate, &key, authority)
    }

    /// The same with a certificate that vouches for itself, as an authority's own or not.
    pub(crate) fn self_signed(upstream: SocketAddr, is_authority: bool) -> TlsFront {
        let mut params = own_names();
        if is_authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        TlsFront::with(upstream, &certificate, &key, certificate.pem())
    }

    fn with(
        upstream: SocketAddr,
        certificate: &Certificate,
        key: &KeyPair,
        authority: String,
    ) -> TlsFront {
        // Another test may have been first.
        drop(rustls::crypto::ring::default_provider().install_default());
        let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let address = serve(move |client| {
            let acceptor = acceptor.clone();
            async move {
                let client = acceptor.accept(client).await?;
                let upstream = TcpStream::connect(upstream).await?;
                tunnel(client, upstream, Rewriting::Names).await
            }
        });
        TlsFront { address, authority }
    }

    /// Its address.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its authority's certificate, as PEM.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }
}

fn own_names() -> CertificateParams {
    CertificateParams::new(vec![NAME.to_owned(), "127.0.0.1".to_owned()]).unwrap()
}

/// A proxy that notes where it was asked to go.
pub(crate) struct Forward {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Forward {
    /// An HTTP proxy: CONNECT for TLS, whole addresses for plain http.
    pub(crate) fn http(to: SocketAddr) -> Forward {
        Forward::new(move |client, asked| http_proxy(client, to, asked))
    }

    /// A SOCKS 5 proxy that resolves names.
    pub(crate) fn socks(to: SocketAddr) -> Forward {
        Forward::new(move |client, asked| socks_proxy(client, to, asked))
    }

    fn new<F>(proxy: impl Fn(TcpStream, Arc<Mutex<Vec<String>>>) -> F + Send + 'static) -> Forward
    where
        F: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&asked);
        let address = serve(move |client| proxy(client, Arc::clone(&noted)));
        Forward { address, asked }
    }

    /// Its address, with this scheme.
    pub(crate) fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}", self.address)
    }

    /// The requested destinations: hosts with ports, or whole addresses.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve<F>(each: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let listener = RUNTIME
        .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
        .unwrap();
    let address = listener.local_addr().unwrap();
    RUNTIME.spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            // A client that disconnects is not an error.
            tokio::spawn(each(client));
        }
    });
    address
}

#[derive(Clone, Copy)]
enum Rewriting {
    Nothing,
    /// The sandbox answers to this machine only, and says where files are by the name it was
    /// asked under. Both are changed without changing a length.
    Names,
}

async fn tunnel(
    client: impl AsyncRead + AsyncWrite,
    server: TcpStream,
    rewriting: Rewriting,
) -> std::io::Result<()> {
    let (from_client, to_client) = tokio::io::split(client);
    let (from_server, to_server) = server.into_split();
    let there: HashMap<&str, &str> = HashMap::from([
        ("host: lagoons.test", "host:127.0.0.1:443"),
        ("Host: lagoons.test", "Host:127.0.0.1:443"),
    ]);
    let back = HashMap::from([("http://127.0.0.1:443", "https://lagoons.test")]);
    let (there, back) = match rewriting {
        Rewriting::Names => (there, back),
        Rewriting::Nothing => (HashMap::new(), HashMap::new()),
    };
    tokio::select! {
        end = copy(from_client, to_server, there) => end,
        end = copy(from_server, to_client, back) => end,
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    replaced: HashMap<&str, &str>,
) -> std::io::Result<()> {
    let mut piece = vec![0; 64 * 1024];
    loop {
        let count = from.read(&mut piece).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        let bytes = &mut piece[..count];
        for (old, new) in &replaced {
            assert_eq!(old.len(), new.len());
            let found = bytes.windows(old.len()).position(|w| w == old.as_bytes());
            if let Some(at) = found {
                bytes[at..at + old.len()].copy_from_slice(new.as_bytes());
            }
        }
        to.write_all(bytes).await?;
        to.flush().await?;
    }
}

async fn http_proxy(
    mut client: TcpStream,
    to: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let (line, rest) = head.split_once("\r\n").unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    asked.lock().unwrap().push(words[1].to_owned());
    let mut server = TcpStream::connect(to).await?;
    if words[0] == "CONNECT" {
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
        return tunnel(client, server, Rewriting::Nothing).await;
    }
    let path = words[1].split(NAME).nth(1).unwrap_or("/");
    let rest: String = rest
        .split("\r\n")
        .filter(|line| !line.to_ascii_lowercase().starts_with("host:"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    let rest = rest.trim_end();
    let head = format!(
        "{} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n{rest}\r\n\r\n",
        words[0]
    );
    server.write_all(head.as_bytes()).await?;
    tunnel(client, server, Rewriting::Nothing).await
}

async fn socks_proxy(
    mut client: TcpStream,
    to: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let (_version, methods) = (client.read_u8().await?, client.read_u8().await?);
    client.read_exact(&mut vec![0; methods.into()]).await?;
    client.write_all(&[5, 0]).await?;
    let mut request = [0; 4];
    client.read_exact(&mut request).await?;
    let host = match request[3] {
        3 => {
            let mut name = vec![0; client.read_u8().await?.into()];
            client.read_exact(&mut name).await?;
            String::from_utf8(name).unwrap()
        }
        other => panic!("an address of type {other}, not a name"),
    };
    let port = client.read_u16().await?;
    asked.lock().unwrap().push(format!("{host}:{port}"));
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    tunnel(client, TcpStream::connect(to).await?, Rewriting::Nothing).await
}
