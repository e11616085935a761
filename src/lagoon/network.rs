//! Reaching servers: certificates, proxies, and no secrets in plain text. Used for the API, push,
//! downloads, discovery and signing in.

pub(super) mod certificates;
#[cfg(feature = "cli")]
mod exchange;
pub(super) mod loopback;
pub(crate) mod variables;

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::transport::root_cause;
use super::{LagoonError, NetworkVariables, RequestObserver};
use loopback::{Loopback, is_below_localhost, is_loopback};

#[derive(Debug, Clone)]
pub struct Network {
    /// Additional certificate authorities.
    pub ca_pem: Option<Vec<u8>>,
    /// For one logical request, retries included.
    pub timeout: Duration,
    /// Allow plain http to other machines.
    pub allow_http: bool,
    /// For other machines; overrides the variables.
    pub proxy: Option<String>,
    pub variables: NetworkVariables,
    pub observer: Option<Arc<dyn RequestObserver>>,
}

impl Network {
    /// True if secrets may be sent to this address.
    pub(crate) fn may_reach(&self, url: &Url) -> bool {
        match url.scheme() {
            "https" => true,
            "http" => self.allow_http || is_loopback(url),
            _ => false,
        }
    }

    /// Tells the observer of a request that lasts until the returned value is dropped.
    pub(super) fn observed(&self, url: &Url) -> Option<Box<dyn Send>> {
        let host = url.host_str().unwrap_or_default();
        Some(self.observer.as_ref()?.begin(host))
    }

    fn refuse(url: &Url) -> LagoonError {
        let origin = url.origin().ascii_serialization();
        let message = if url.domain().is_some_and(is_below_localhost) {
            format!("{origin} does not use https, and its name does not resolve to this machine")
        } else {
            format!("{origin} does not use https; tokens are sent unencrypted only to this machine")
        };
        LagoonError::Address {
            message,
            hint: "use https, or allow plain http: tasks context add NAME URL --allow-http, then -l NAME"
                .to_owned(),
        }
    }

    /// A client without redirects, without proxy for loopback, and with the context's authorities.
    pub(crate) fn client(&self, url: &Url) -> Result<reqwest::Client, LagoonError> {
        build(self.builder(url)?)
    }

    /// A new connection for each request.
    pub(super) fn single_use_client(&self, url: &Url) -> Result<reqwest::Client, LagoonError> {
        build(self.builder(url)?.pool_max_idle_per_host(0))
    }

    /// Bodies are not decompressed.
    pub(super) fn file_client(&self, url: &Url) -> Result<reqwest::Client, LagoonError> {
        build(self.builder(url)?.no_gzip())
    }

    fn builder(&self, url: &Url) -> Result<reqwest::ClientBuilder, LagoonError> {
        let loopback = Loopback::of(url);
        let is_clear = url.scheme() == "http" && (self.allow_http || loopback.is_some());
        if url.scheme() != "https" && !is_clear {
            return Err(Self::refuse(url));
        }
        if loopback.is_none() && self.proxy.is_none() {
            self.variables.proxy(url)?;
        }
        if url.scheme() == "https" {
            certificates::check(&self.variables)?;
        }
        // Two libraries may bring a default of their own; which one was first does not matter.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Shorter than the limit for all of it: then a host that is not there is told apart
            // from one that does not answer.
            .connect_timeout(self.timeout.mul_f64(0.8).min(Duration::from_secs(10)))
            .user_agent(concat!("lagoon-tasks/", env!("CARGO_PKG_VERSION")));
        if let Some(loopback) = loopback {
            builder = builder.no_proxy();
            if let (Loopback::Resolved(addresses), Some(name)) = (loopback, url.domain()) {
                builder = builder.resolve_to_addrs(name, &addresses);
            }
        } else if let Some(proxy) = &self.proxy {
            builder = builder.proxy(explicit_proxy(proxy)?);
        }
        if let Some(pem) = &self.ca_pem {
            let refused = |why: &str| LagoonError::Authorities {
                message: format!("the context's ca_file contains no certificates{why}"),
                hint: "it must be a PEM file with one or more certificates".to_owned(),
            };
            let more = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|error| refused(&format!(": {error}")))?;
            if more.is_empty() {
                return Err(refused(""));
            }
            builder = builder.tls_certs_merge(more);
        } else if url.scheme() == "http" {
            // Nothing will be verified: reading the machine's certificates would only cost time.
            builder = builder.tls_certs_only([]);
        }
        Ok(builder)
    }
}

/// The address can contain a password and is not shown.
fn explicit_proxy(address: &str) -> Result<reqwest::Proxy, LagoonError> {
    let unusable = |reason: String| LagoonError::Address {
        message: format!("invalid proxy address: {reason}"),
        hint: variables::PROXY_FORM.to_owned(),
    };
    variables::address(address.as_ref()).map_err(unusable)?;
    reqwest::Proxy::all(address).map_err(|error| unusable(error.to_string()))
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, LagoonError> {
    builder.build().map_err(|error| LagoonError::Address {
        message: format!("cannot create an HTTP client: {}", root_cause(&error)),
        hint: "check SSL_CERT_FILE and the proxy variables".to_owned(),
    })
}
