//! The endpoints of a Keycloak.

use oauth2::http::{Method, Request};
use serde::Deserialize;
use url::Url;

use super::BrowserError;
use super::web::{self, Web};

const REALM: &str = "lagoon";

pub(super) struct Provider {
    pub(super) authorize: Url,
    pub(super) token: Url,
}

#[derive(Deserialize)]
struct Configuration {
    authorization_endpoint: Url,
    token_endpoint: Url,
}

/// The address does not include the realm.
pub(super) async fn find(endpoint: &Url, web: &dyn Web) -> Result<Provider, BrowserError> {
    let base = endpoint.as_str().trim_end_matches('/');
    let url = format!("{base}/realms/{REALM}/.well-known/openid-configuration");
    let wrong = |reason: String| BrowserError::Provider {
        url: url.clone(),
        reason,
    };
    let request = Request::builder()
        .method(Method::GET)
        .uri(&url)
        .body(Vec::new())
        .map_err(|error| wrong(error.to_string()))?;
    let answer = web::send(web, request).await?;
    if answer.status() != 200 {
        return Err(wrong(format!("it answered with {}", answer.status())));
    }
    let found: Configuration = serde_json::from_slice(answer.body())
        .map_err(|error| wrong(unreadable(answer.body(), &error)))?;
    // The token endpoint's scheme is checked when a request is sent there.
    let scheme = found.authorization_endpoint.scheme();
    if !matches!(scheme, "http" | "https") {
        return Err(wrong(format!("its sign-in address uses `{scheme}`")));
    }
    if scheme == "http" && endpoint.scheme() == "https" {
        return Err(wrong("its sign-in address uses plain http".to_owned()));
    }
    Ok(Provider {
        authorize: found.authorization_endpoint,
        token: found.token_endpoint,
    })
}

fn unreadable(body: &[u8], error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let Ok(configuration) = serde_json::from_slice::<serde_json::Value>(body) else {
        return format!("its configuration is not valid JSON (line {line}, column {column})");
    };
    if !configuration.is_object() {
        return "its configuration is not a JSON object".to_owned();
    }
    let is_address = |key: &&str| {
        let address = configuration[*key].as_str();
        address.is_some_and(|address| Url::parse(address).is_ok())
    };
    let keys = ["authorization_endpoint", "token_endpoint"];
    match keys.into_iter().find(|key| !is_address(key)) {
        Some(key) if configuration[key].is_null() => format!("its configuration has no `{key}`"),
        Some(key) => format!("the `{key}` of its configuration is not a web address"),
        None => format!("its configuration is invalid (line {line}, column {column})"),
    }
}
