//! How anything is reached: certificates, proxies, and the rule that nothing secret goes out in the
//! clear. The API, push, downloads, discovery and signing in share it.

use std::time::Duration;

use url::Url;

use super::LagoonError;
use super::transport::{is_loopback, root_cause};

/// How anything is reached.
#[derive(Debug, Clone)]
pub struct Network {
    /// A PEM bundle of further certificate authorities.
    pub ca_pem: Option<Vec<u8>>,
    /// The limit for one logical request, retries included.
    pub timeout: Duration,
    /// Whether plain http is allowed to hosts other than this machine.
    pub allow_http: bool,
}

impl Network {
    /// Whether anything secret may go to this address.
    #[must_use]
    pub fn may_reach(&self, url: &Url) -> bool {
        match url.scheme() {
            "https" => true,
            "http" => self.allow_http || is_loopback(url),
            _ => false,
        }
    }

    /// An HTTP client for this address: no redirects, no proxy for loopback, more authorities where
    /// the context names them.
    ///
    /// # Errors
    /// For an address that must not be used, and authorities that cannot be read.
    pub fn client(&self, url: &Url) -> Result<reqwest::Client, LagoonError> {
        if !self.may_reach(url) {
            return Err(LagoonError::Address {
                message: format!(
                    "{} is not https: a token is sent in the clear only to this machine",
                    url.origin().ascii_serialization()
                ),
                hint: "use https, or allow plain http for this context with `allow_http = true`"
                    .to_owned(),
            });
        }
        // Two libraries may bring a default of their own; which one was first does not matter.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // Shorter than the limit for all of it: then a host that is not there is told apart
            // from one that does not answer.
            .connect_timeout(self.timeout.mul_f64(0.8).min(Duration::from_secs(10)))
            .user_agent(concat!("lagoon-tasks/", env!("CARGO_PKG_VERSION")));
        if is_loopback(url) {
            builder = builder.no_proxy();
        }
        if let Some(pem) = &self.ca_pem {
            let more = reqwest::Certificate::from_pem_bundle(pem).map_err(|error| {
                LagoonError::Address {
                    message: format!("the context's ca_file holds no certificates: {error}"),
                    hint: "it must be a PEM file with one or more certificates".to_owned(),
                }
            })?;
            builder = builder.tls_certs_merge(more);
        } else if url.scheme() == "http" {
            // Nothing will be verified: reading the machine's certificates would only cost time.
            builder = builder.tls_certs_only([]);
        }
        builder.build().map_err(|error| LagoonError::Address {
            message: format!("no HTTP client can be made: {}", root_cause(&error)),
            hint: "look at SSL_CERT_FILE and the proxy variables".to_owned(),
        })
    }
}
