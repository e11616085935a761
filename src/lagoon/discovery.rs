//! The discovery document of a Lagoon, read without a token.
//!
//! Lagoon 2.18 and newer have it (seen on 2.33.1); older ones answer 401. Unset values are empty,
//! and ports are numbers or texts.

pub(crate) mod ping;

use serde_json::Value;
use url::Url;

use crate::domain::task::text::scalar;

use super::{LagoonError, Network, Trace};

/// Without a query string, with which Lagoon requires a token.
const PATH: &str = ".well-known/appspecific/sh.lagoon.discovery.json";

/// Unverified settings of a Lagoon.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Discovery {
    /// Host and port of the ssh server for tokens.
    pub ssh: Option<(String, Option<String>)>,
    pub ui_url: Option<Url>,
    /// Keycloak's address, without the realm.
    pub authorization_endpoint: Option<Url>,
    /// Reasons why addresses were not accepted, each a sentence.
    pub refused: Vec<String>,
}

/// `None` for a Lagoon without discovery document.
pub(crate) async fn discover(
    api: &Url,
    network: &Network,
    trace: Option<&dyn Trace>,
) -> Result<Option<Discovery>, LagoonError> {
    let url = beside(api, PATH);
    let answer = get(&url, network, trace).await?;
    match (
        answer.status().as_u16(),
        serde_json::from_slice(answer.body()),
    ) {
        (200, Ok(document @ Value::Object(_))) => Ok(Some(read(&document, network))),
        (401, _) => Ok(None),
        (status, _) => Err(LagoonError::NotLagoon {
            address: url.origin().ascii_serialization(),
            status,
            reason: format!("with status {status} and no discovery document"),
        }),
    }
}

/// Sends a GET request without a token.
async fn get(
    url: &Url,
    network: &Network,
    trace: Option<&dyn Trace>,
) -> Result<http::Response<Vec<u8>>, LagoonError> {
    let request = http::Request::get(url.as_str()).body(Vec::new());
    let request = request.map_err(|error| LagoonError::Unusable(error.to_string()))?;
    network.send(request, trace).await
}

fn beside(api: &Url, path: &str) -> Url {
    let mut url = api.clone();
    let base = api.path().trim_end_matches("graphql").to_owned();
    url.set_path(&format!("{base}{path}"));
    url
}

fn read(document: &Value, network: &Network) -> Discovery {
    let mut found = Discovery::default();
    let ssh = &document["ssh_token_exchange"];
    found.ssh =
        scalar(&ssh["token_endpoint_host"]).map(|host| (host, scalar(&ssh["token_endpoint_port"])));
    let mut web = |key: &str| {
        let address = scalar(&document[key])?;
        match Url::parse(&address) {
            Ok(url) if network.may_reach(&url) => return Some(url),
            Ok(url) if url.scheme() == "http" => found.refused.push(format!(
                "its `{key}` is {address}, which uses plain http to another machine"
            )),
            _ => found.refused.push(format!(
                "its `{key}` is `{address}`, which is not an https address"
            )),
        }
        None
    };
    let (ui_url, authorization_endpoint) = (web("ui_url"), web("authorization_endpoint"));
    Discovery {
        ui_url,
        authorization_endpoint,
        ..found
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::lagoon::NetworkVariables;

    fn network(allow_http: bool) -> Network {
        Network {
            ca_pem: None,
            timeout: Duration::from_secs(1),
            allow_http,
            proxy: None,
            variables: NetworkVariables::default(),
            observer: None,
        }
    }

    #[test]
    fn the_document_is_located_next_to_the_api() {
        for (api, there) in [
            ("https://a.example/graphql", "https://a.example/"),
            (
                "https://a.example/lagoon/graphql",
                "https://a.example/lagoon/",
            ),
        ] {
            let url = beside(&api.parse().unwrap(), PATH);
            assert_eq!(url.as_str(), format!("{there}{PATH}"));
        }
    }

    #[test]
    fn a_complete_document_is_read() {
        let document = json!({
            "lagoon_version": "v2.33.1",
            "authorization_endpoint": "https://keycloak.example/auth",
            "ssh_token_exchange": {"token_endpoint_host": "ssh.example", "token_endpoint_port": 32222},
            "webhook_endpoint": "https://hooks.example",
            "ui_url": "https://ui.example",
        });
        let found = read(&document, &network(false));
        assert_eq!(
            found.ssh,
            Some(("ssh.example".to_owned(), Some("32222".to_owned())))
        );
        assert_eq!(found.ui_url.unwrap().as_str(), "https://ui.example/");
        assert_eq!(found.authorization_endpoint.unwrap().path(), "/auth");
        assert_eq!(found.refused, [""; 0]);
    }

    #[test]
    fn empty_values_are_ignored() {
        let document = json!({
            "lagoon_version": "unknown",
            "authorization_endpoint": "",
            "ssh_token_exchange": {"token_endpoint_host": "", "token_endpoint_port": ""},
            "ui_url": "",
        });
        let found = read(&document, &network(false));
        assert_eq!(found, Discovery::default());
        assert_eq!(
            read(&json!({"x": [1]}), &network(false)),
            Discovery::default()
        );
    }

    #[test]
    fn insecure_addresses_in_the_document_are_ignored() {
        let document = json!({
            "authorization_endpoint": "http://keycloak.example/auth",
            "ui_url": "javascript:alert(1)",
        });
        let found = read(&document, &network(false));
        assert!(found.authorization_endpoint.is_none() && found.ui_url.is_none());
        assert_eq!(found.refused.len(), 2, "{found:?}");
        let found = read(&document, &network(true));
        assert!(found.authorization_endpoint.is_some() && found.ui_url.is_none());
        let here = json!({"authorization_endpoint": "http://127.0.0.1:8088/auth"});
        assert!(
            read(&here, &network(false))
                .authorization_endpoint
                .is_some()
        );
    }
}
