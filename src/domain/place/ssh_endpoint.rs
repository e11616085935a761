//! The address of an ssh server, and the words that can be given to `ssh`.

use std::fmt;

const DEFAULT_PORT: u16 = 22;

/// The host cannot be mistaken for an option of `ssh`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshEndpoint {
    host: String,
    port: u16,
}

/// The invalid part of an address, escaped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Only letters, digits, dots, colons and hyphens are valid, and a letter, digit or colon
    /// first.
    #[error("`{0}` is not a valid host name or address")]
    Host(String),
    #[error("`{0}` is not a valid port (1 to 65535)")]
    Port(String),
}

impl SshEndpoint {
    /// The default port is 22.
    pub fn parse(host: &str, port: Option<&str>) -> Result<SshEndpoint, EndpointError> {
        let host = host.trim();
        // An IPv6 address can begin with two colons.
        if !is_word(host.strip_prefix("::").unwrap_or(host)) {
            return Err(EndpointError::Host(host.escape_debug().to_string()));
        }
        let port = match port.map(str::trim) {
            None | Some("") => DEFAULT_PORT,
            Some(text) => match text.parse() {
                Ok(port) if port > 0 => port,
                _ => return Err(EndpointError::Port(text.escape_debug().to_string())),
            },
        };
        Ok(SshEndpoint {
            host: host.to_owned(),
            port,
        })
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Returns true if `ssh` reads a text as one word and not as an option: letters, digits and `.:-`,
/// a letter or digit first.
pub(crate) fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || b".:-".contains(&b))
}

impl fmt::Display for SshEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hosts_and_ports_are_validated() {
        let shown = |host, port| SshEndpoint::parse(host, port).map(|s| s.to_string());
        assert_eq!(
            shown("ssh.acme.example", Some("32222")).unwrap(),
            "ssh.acme.example:32222"
        );
        assert_eq!(shown(" host ", None).unwrap(), "host:22");
        assert_eq!(shown("fe80::1", Some("")).unwrap(), "[fe80::1]:22");
        for host in ["", "-oProxyCommand=x", "a b", "me@host", "ü", "a\nb", ".a"] {
            assert!(
                matches!(shown(host, None), Err(EndpointError::Host(_))),
                "{host}"
            );
        }
        for port in ["0", "65536", "-1", "ssh"] {
            assert!(
                matches!(shown("h", Some(port)), Err(EndpointError::Port(_))),
                "{port}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_valid_host_is_a_single_word_and_no_option(host in ".{0,20}") {
            if let Ok(found) = SshEndpoint::parse(&host, None) {
                prop_assert!(!found.host().starts_with('-'));
                prop_assert!(!found.host().contains(|c: char| c.is_whitespace() || c == '@'));
            }
        }
    }
}
