//! Addresses of this machine: plain http is allowed, and no proxy is used.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use url::{Host, Url};

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Loopback {
    /// A loopback address, or the name `localhost`.
    Direct,
    /// A name below `localhost` that resolves to these loopback addresses. Connections must use
    /// them: another resolution could have another result.
    Resolved(Vec<SocketAddr>),
}

impl Loopback {
    /// `None` for an address that may be another machine.
    pub(crate) fn of(url: &Url) -> Option<Loopback> {
        // The port does not matter.
        Self::with(url, |name| Ok((name, 0).to_socket_addrs()?.collect()))
    }

    fn with(
        url: &Url,
        resolve: impl FnOnce(&str) -> io::Result<Vec<SocketAddr>>,
    ) -> Option<Loopback> {
        let is_direct = match url.host()? {
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
            Host::Domain(name) if is_below_localhost(name) => {
                let found = resolve(name).ok()?;
                let is_here = !found.is_empty() && found.iter().all(|a| a.ip().is_loopback());
                return is_here.then_some(Loopback::Resolved(found));
            }
            Host::Domain(name) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        };
        is_direct.then_some(Loopback::Direct)
    }
}

/// Resolvers should resolve such names to a loopback address (RFC 6761), but not all do.
pub(crate) fn is_below_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.ends_with(".localhost")
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    Loopback::of(url).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(url: &str, addresses: &[&str]) -> Option<Loopback> {
        let all = addresses
            .iter()
            .map(|ip| SocketAddr::new(ip.parse().unwrap(), 0));
        Loopback::with(&url.parse().unwrap(), |_| Ok(all.collect()))
    }

    #[test]
    fn loopback_is_this_machine_only() {
        for here in [
            "http://127.0.0.1:1/",
            "http://127.9.9.9/",
            "http://[::1]/",
            "http://localhost/",
            "http://LOCALHOST./",
        ] {
            assert_eq!(with(here, &[]), Some(Loopback::Direct), "{here}");
        }
        for there in [
            "http://10.0.0.1/",
            "http://localhost.example.com/",
            "http://example.com/",
            "http://notlocalhost/",
        ] {
            assert_eq!(with(there, &["127.0.0.1"]), None, "{there}");
        }
    }

    #[test]
    fn a_subdomain_of_localhost_must_resolve_to_loopback() {
        for name in ["http://x.localhost/", "http://a.b.LOCALHOST./"] {
            let both = ["127.0.0.1", "::1"];
            let Some(Loopback::Resolved(found)) = with(name, &both) else {
                panic!("{name}");
            };
            assert_eq!(found.len(), 2);
            for elsewhere in [&["10.0.0.1"][..], &["127.0.0.1", "10.0.0.1"], &[]] {
                assert_eq!(with(name, elsewhere), None, "{name} {elsewhere:?}");
            }
            let unknown = |_: &str| Err(io::ErrorKind::NotFound.into());
            assert_eq!(Loopback::with(&name.parse().unwrap(), unknown), None);
        }
    }
}
