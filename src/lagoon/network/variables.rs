//! The environment variables for proxies and certificates.
//!
//! The HTTP and TLS libraries read them and silently ignore unusable values. A connection would
//! then bypass the proxy, so such values are refused here.

use std::ffi::{OsStr, OsString};
use std::fmt;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::lagoon::LagoonError;
use crate::lagoon::network::certificates;

/// The HTTP library uses the first of a pair that is set.
const HTTPS: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
const HTTP: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
const ALL: [&str; 2] = ["ALL_PROXY", "all_proxy"];
const NO: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// Set for a CGI script, whose client could set `HTTP_PROXY` by a header. The HTTP library then
/// ignores all proxy variables.
const CGI: &str = "REQUEST_METHOD";

/// The HTTP library's schemes of proxies.
const SCHEMES: &str = "http, https, socks4, socks4a, socks5 and socks5h";

pub(super) const PROXY_FORM: &str = "use the form http://proxy.example.com:3128";

/// The variables that are set. A proxy's address can contain a password.
#[derive(Clone, Default)]
pub struct NetworkVariables(Vec<(&'static str, OsString)>);

impl fmt::Debug for NetworkVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|v| v.0)).finish()
    }
}

/// A proxy, without user and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// Host and port.
    pub address: String,
    /// `None` for a system setting.
    pub variable: Option<&'static str>,
}

impl NetworkVariables {
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> NetworkVariables {
        let proxies = [HTTPS, HTTP, ALL, NO];
        let names = proxies.as_flattened().iter().copied();
        let names = names.chain([CGI, certificates::FILE, certificates::FOLDERS]);
        NetworkVariables(
            names
                .filter_map(|name| Some((name, variable(name)?)))
                .collect(),
        )
    }

    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        let (_, value) = self.0.iter().find(|(known, _)| *known == name)?;
        Some(value)
    }

    fn first(&self, names: [&'static str; 2]) -> Option<(&'static str, &OsStr)> {
        names
            .into_iter()
            .find_map(|name| Some((name, self.get(name)?)))
    }

    /// `None` for a direct connection. Fails if the variable's value is unusable.
    pub(crate) fn proxy(&self, url: &Url) -> Result<Option<Proxy>, LagoonError> {
        let Ok(uri) = url.as_str().parse::<Uri>() else {
            return Ok(None);
        };
        if self.get(CGI).is_some() || self.is_excluded(&uri) {
            return Ok(None);
        }
        let own = if url.scheme() == "https" { HTTPS } else { HTTP };
        let mut named = [own, ALL].into_iter().filter_map(|names| self.first(names));
        let Some((variable, value)) = named.find(|(_, value)| !value.is_empty()) else {
            return Ok(of_system(&uri));
        };
        let address = address(value).map_err(|reason| malformed(variable, &reason))?;
        Ok(Some(Proxy {
            address,
            variable: Some(variable),
        }))
    }

    fn is_excluded(&self, uri: &Uri) -> bool {
        let no = self.first(NO).and_then(|(_, value)| value.to_str());
        let any = Matcher::builder().all("http://proxy");
        any.no(no.unwrap_or_default())
            .build()
            .intercept(uri)
            .is_none()
    }
}

fn of_system(uri: &Uri) -> Option<Proxy> {
    if cfg!(not(any(target_os = "macos", windows))) {
        return None;
    }
    let proxy = Matcher::from_system().intercept(uri)?;
    Some(Proxy {
        address: proxy.uri().authority()?.to_string(),
        variable: None,
    })
}

/// Host and port of a proxy as the HTTP library reads them, or the reason why it is unusable.
pub(crate) fn address(value: &OsStr) -> Result<String, String> {
    let text = value.to_str().ok_or("it is not valid UTF-8")?;
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if !matches!(path, "" | "/") || authority.matches('@').count() > 1 {
        return Err(
            "it has more than a host and a port; in a user name or password, write / ? # and @ as \
             %2F %3F %23 and %40"
                .to_owned(),
        );
    }
    let host = authority.rsplit('@').next().unwrap_or_default();
    // The HTTP library would take a port alone for the name of a host.
    if !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("it is only a port; add the host, as in localhost:3128".to_owned());
    }
    let destination = Uri::from_static("http://destination");
    let proxy = Matcher::builder().all(text).build().intercept(&destination);
    let Some(proxy) = proxy else {
        return Err(format!(
            "it is not an address with one of the schemes {SCHEMES}"
        ));
    };
    let uri = proxy.uri();
    let (host, authority) = (uri.host(), uri.authority());
    let (Some(host), Some(authority)) = (host.filter(|host| !host.is_empty()), authority) else {
        return Err("it has no host".to_owned());
    };
    if authority.as_str() != host && !matches!(uri.port_u16(), Some(1..)) {
        return Err("its port is not a number from 1 to 65535".to_owned());
    }
    Ok(authority.to_string())
}

fn malformed(variable: &str, reason: &str) -> LagoonError {
    LagoonError::Address {
        message: format!("{variable} is not a valid proxy address: {reason}"),
        hint: format!(
            "{PROXY_FORM}; for a direct connection, unset it or add the host to NO_PROXY"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(url: &str, variables: &[(&str, &str)]) -> Result<Option<(String, String)>, String> {
        let read = NetworkVariables::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).into())
        });
        let found = read.proxy(&url.parse().unwrap());
        let pair = |proxy: Proxy| (proxy.variable.unwrap_or_default().to_owned(), proxy.address);
        match found {
            Ok(proxy) => Ok(proxy.map(pair)),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn the_scheme_variable_takes_precedence_over_all_proxy() {
        let of = |url: &str, variables: &[(&str, &str)]| proxy(url, variables).unwrap();
        let pair = |variable: &str, address: &str| Some((variable.to_owned(), address.to_owned()));
        let both = [
            ("HTTPS_PROXY", "http://u:p@proxy:3128/"),
            ("ALL_PROXY", "socks5://all:1"),
        ];
        assert_eq!(
            of("https://api.example", &both),
            pair("HTTPS_PROXY", "proxy:3128")
        );
        assert_eq!(of("http://api.example", &both), pair("ALL_PROXY", "all:1"));
        let lower = [("https_proxy", "proxy:3128")];
        assert_eq!(
            of("https://api.example", &lower),
            pair("https_proxy", "proxy:3128")
        );
        // The first one that is set counts, even if it is empty.
        let empty = [("HTTPS_PROXY", ""), ("https_proxy", "proxy:3128")];
        assert_eq!(of("https://api.example", &empty), None);
        let cgi = [("HTTPS_PROXY", "proxy:1"), ("REQUEST_METHOD", "GET")];
        assert_eq!(of("https://api.example", &cgi), None);
    }

    #[test]
    fn an_excluded_host_is_reached_directly() {
        for list in ["api.example", "example", ".example", "x, api.example", "*"] {
            let variables = [("HTTPS_PROXY", "::"), ("NO_PROXY", list)];
            assert_eq!(proxy("https://api.example", &variables), Ok(None), "{list}");
        }
        let variables = [("HTTPS_PROXY", "proxy:1"), ("NO_PROXY", "10.0.0.0/8")];
        assert_eq!(proxy("https://10.1.2.3", &variables), Ok(None));
        assert!(proxy("https://11.1.2.3", &variables).unwrap().is_some());
        let variables = [("HTTPS_PROXY", "proxy:1"), ("no_proxy", "pi.example")];
        assert!(proxy("https://api.example", &variables).unwrap().is_some());
    }

    #[test]
    fn an_unusable_proxy_is_refused_and_not_shown() {
        for value in [
            "socks://proxy:1080",
            "ftp://proxy",
            "http//proxy:3128",
            "http://",
            "http://:3128",
            " http://proxy:3128",
            "http://proxy:",
            "http://proxy:port",
            "3128",
            "http://3128",
            "user:hunter2@3128",
            "http://proxy:99999",
            "http://user:hunter2@",
            "http://user:hunter2@proxy:0",
            "http://user:hunt/er2@proxy:3128",
            "http://user:12#hunter2@proxy:3128",
            "http://user:hunter2@x@proxy:3128",
            "\u{fffd}",
            "::",
        ] {
            let variables = [("HTTPS_PROXY", value), ("ALL_PROXY", "http://other:3128")];
            let refused = proxy("https://api.example", &variables).expect_err(value);
            assert!(
                refused.starts_with("HTTPS_PROXY is not a valid proxy address: "),
                "{refused}"
            );
            assert!(
                !refused.contains("hunt") && !refused.contains("er2"),
                "{refused}"
            );
            // It is not needed here.
            assert!(proxy("http://api.example", &variables).is_ok(), "{value}");
        }
        for value in [
            "proxy",
            "proxy:3128",
            "http://proxy/",
            "https://[::1]:3128",
            "socks5h://u:p@proxy",
        ] {
            assert!(
                proxy("https://api.example", &[("HTTPS_PROXY", value)]).is_ok(),
                "{value}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_proxy_that_is_not_unicode_is_refused() {
        use std::os::unix::ffi::OsStringExt;
        let read = NetworkVariables::read(|name| {
            (name == "ALL_PROXY").then(|| OsString::from_vec(b"http://proxy\xff".to_vec()))
        });
        assert!(read.proxy(&"https://api.example".parse().unwrap()).is_err());
    }

    #[test]
    fn a_password_is_not_in_the_debug_output() {
        let read = NetworkVariables::read(|_| Some("http://u:hunter2@proxy".into()));
        assert!(!format!("{read:?}").contains("hunter2"));
    }
}
