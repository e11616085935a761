//! Browser sign-in at Lagoon's Keycloak: authorization code with PKCE (RFC 6749, 7636, 8252) and
//! refresh tokens.
//!
//! Lagoon's realm is `lagoon`, its public client `lagoon-cli`, the redirect `http://127.0.0.1:PORT`
//! without a path.

pub(super) mod callback;
pub(super) mod page;
mod provider;
pub(super) mod web;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use jiff::{SignedDuration, Timestamp};
use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
    BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AsyncHttpClient, AuthUrl, AuthorizationCode, Client, ClientId, CsrfToken, EndpointNotSet,
    EndpointSet, ExtraTokenFields, PkceCodeChallenge, RedirectUrl, RefreshToken, RequestTokenError,
    Scope, StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Secret, expiry, is_jwt};
use crate::clock::{timeout, wall_time};
use callback::Callback;
use provider::Provider;
use web::{HttpRequest, HttpResponse, Web, WebError};

const CLIENT: &str = "lagoon-cli";
const SCOPES: [&str; 3] = ["openid", "profile", "email"];

#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    #[error("no Keycloak with Lagoon's realm at {url}: {reason}")]
    Provider { url: String, reason: String },
    #[error("{0}")]
    Web(#[from] WebError),
    #[error("cannot listen on 127.0.0.1")]
    Listen(#[source] std::io::Error),
    #[error("the sign-in was refused: {0}")]
    Refused(String),
    #[error("the sign-in was not completed within {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("{endpoint} {reason}")]
    NotEnded {
        /// The logout endpoint, or the token endpoint if there is none.
        endpoint: Url,
        /// The end of a sentence that begins with the endpoint.
        reason: String,
    },
    #[error("{endpoint} did not return a token: {reason}")]
    NoToken { endpoint: Url, reason: String },
}

impl BrowserError {
    pub(super) fn is_transient(&self) -> bool {
        matches!(self, BrowserError::Web(error) if error.is_transient)
    }

    pub(super) fn is_usage(&self) -> bool {
        matches!(self, BrowserError::Web(error) if error.hint.is_some())
    }

    pub(super) fn hints(&self) -> Vec<String> {
        let hints: &[&str] = match self {
            BrowserError::TimedOut(_) => &[
                "if the page shows `Client not found`, this Keycloak has no client `lagoon-cli`",
                "if it shows `Invalid parameter: redirect_uri`, that client does not allow \
                 http://127.0.0.1; ask an administrator of the Lagoon to correct the client",
                "to allow more time, add --timeout TIME",
            ],
            BrowserError::Refused(words) if words.contains("_client") => &[
                "ask an administrator of the Lagoon to check Keycloak's client `lagoon-cli`: it must be \
                 public and have the standard flow",
            ],
            BrowserError::Provider { .. } => &[
                "name Keycloak's address: tasks login URL --authorization-endpoint \
                 https://keycloak.example.com/auth",
            ],
            BrowserError::Web(error) => return error.hint.iter().cloned().collect(),
            _ => &[],
        };
        hints.iter().map(|hint| (*hint).to_owned()).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refresh {
    pub token: Secret,
    /// The only address to which the token is sent.
    pub endpoint: Url,
    /// `None` if the identity server does not say.
    pub ends: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BrowserTokens {
    pub token: Secret,
    pub refresh: Option<Refresh>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeycloakFields {
    /// In seconds; 0 means never.
    #[serde(default)]
    refresh_expires_in: Option<i64>,
}

impl ExtraTokenFields for KeycloakFields {}

type KeycloakResponse = StandardTokenResponse<KeycloakFields, BasicTokenType>;

type OauthClient<Auth, Token> = Client<
    BasicErrorResponse,
    KeycloakResponse,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    Auth,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    Token,
>;

struct Sender(Arc<dyn Web>);

impl<'c> AsyncHttpClient<'c> for Sender {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, WebError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(web::send_for_json(&*self.0, request))
    }
}

fn client() -> OauthClient<EndpointNotSet, EndpointNotSet> {
    Client::new(ClientId::new(CLIENT.to_owned()))
}

/// Opens the sign-in page for the user.
#[async_trait]
pub(crate) trait Opener: Send + Sync {
    /// `port` is the one at which the browser comes back.
    async fn open(&self, url: &Url, port: u16);
}

/// Opens the sign-in page and waits for the browser's redirect to `callback`.
pub(crate) async fn sign_in(
    callback: &Callback,
    endpoint: &Url,
    web: Arc<dyn Web>,
    opener: &dyn Opener,
    limit: Duration,
) -> Result<BrowserTokens, BrowserError> {
    let Provider { authorize, token } = provider::find(endpoint, &*web).await?;
    // The text is not parsed as a `Url`, which would append a slash: Keycloak compares addresses
    // exactly.
    let redirect = RedirectUrl::new(callback.address())
        .map_err(|error| no_token(&token, error.to_string()))?;
    let client: OauthClient<EndpointSet, EndpointSet> = client()
        .set_auth_uri(AuthUrl::from_url(authorize))
        .set_token_uri(TokenUrl::from_url(token.clone()))
        .set_redirect_uri(redirect);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    // An opener may run for as long as the browser.
    let open = async {
        opener.open(&url, callback.port()).await;
        std::future::pending::<std::convert::Infallible>().await
    };
    let code = async {
        tokio::select! {
            code = callback.code(state.secret()) => code,
            never = open => match never {},
        }
    };
    let code = timeout(limit, code)
        .await
        .map_err(|_| BrowserError::TimedOut(limit))??;
    let sender = Sender(web);
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(verifier)
        .request_async(&sender)
        .await
        .map_err(|error| failure(error, &token))?;
    granted(&answer, token)
}

/// `None` if the session has ended.
pub(super) async fn renew(
    refresh: &Refresh,
    web: Arc<dyn Web>,
) -> Result<Option<BrowserTokens>, BrowserError> {
    let client = client().set_token_uri(TokenUrl::from_url(refresh.endpoint.clone()));
    let sender = Sender(web);
    let token = RefreshToken::new(refresh.token.expose().to_owned());
    let answer = client
        .exchange_refresh_token(&token)
        .request_async(&sender)
        .await;
    match answer {
        Ok(answer) => {
            let mut granted = granted(&answer, refresh.endpoint.clone())?;
            // An identity server need not send a new refresh token each time.
            granted.refresh = granted.refresh.or_else(|| Some(refresh.clone()));
            Ok(Some(granted))
        }
        Err(RequestTokenError::ServerResponse(answer))
            if *answer.error() == BasicErrorResponseType::InvalidGrant =>
        {
            Ok(None)
        }
        Err(error) => Err(failure(error, &refresh.endpoint)),
    }
}

/// A session that has ended already is no error.
pub(super) async fn end_session(refresh: &Refresh, web: &dyn Web) -> Result<(), BrowserError> {
    let failed = |endpoint: &Url, reason: String| BrowserError::NotEnded {
        endpoint: endpoint.clone(),
        reason,
    };
    let Some(endpoint) = logout_endpoint(&refresh.endpoint) else {
        let reason = "is not a token endpoint of Keycloak, so the logout endpoint is unknown";
        return Err(failed(&refresh.endpoint, reason.to_owned()));
    };
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", CLIENT)
        .append_pair("refresh_token", refresh.token.expose())
        .finish();
    let request = http::Request::post(endpoint.as_str())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form.into_bytes())
        .map_err(|error| failed(&endpoint, format!("cannot be used: {error}")))?;
    let response = web::send(web, request).await?;
    let status = response.status();
    if status.is_success() || is_invalid_grant(response.body()) {
        return Ok(());
    }
    Err(failed(&endpoint, format!("answered with {status}")))
}

/// Keycloak's logout endpoint is beside its token endpoint.
fn logout_endpoint(token_endpoint: &Url) -> Option<Url> {
    let realm = token_endpoint
        .path()
        .strip_suffix("/protocol/openid-connect/token")?;
    let mut url = token_endpoint.clone();
    url.set_path(&format!("{realm}/protocol/openid-connect/logout"));
    url.set_query(None);
    Some(url)
}

fn is_invalid_grant(body: &[u8]) -> bool {
    let answer = serde_json::from_slice::<BasicErrorResponse>(body);
    answer.is_ok_and(|answer| *answer.error() == BasicErrorResponseType::InvalidGrant)
}

fn granted(answer: &KeycloakResponse, endpoint: Url) -> Result<BrowserTokens, BrowserError> {
    let token = answer.access_token().secret();
    if !is_jwt(token) {
        let reason = "its access_token is not a JWT";
        return Err(no_token(&endpoint, reason));
    }
    let seconds = answer.extra_fields().refresh_expires_in;
    let ends = seconds.filter(|s| *s > 0).and_then(|seconds| {
        let lifetime = SignedDuration::from_secs(seconds);
        wall_time().checked_add(lifetime).ok()
    });
    let refresh = answer.refresh_token().map(|token| Refresh {
        // Keycloak's refresh tokens are JWTs, too.
        ends: ends.or_else(|| expiry(token.secret()).filter(|_| seconds.is_none())),
        token: Secret::new(token.secret().clone()),
        endpoint,
    });
    Ok(BrowserTokens {
        token: Secret::new(token.clone()),
        refresh,
    })
}

fn failure(error: RequestTokenError<WebError, BasicErrorResponse>, endpoint: &Url) -> BrowserError {
    match error {
        RequestTokenError::ServerResponse(answer) => BrowserError::Refused(answer.to_string()),
        RequestTokenError::Request(error) => BrowserError::Web(error),
        // The response may contain a token, so only the position of the error is reported.
        RequestTokenError::Parse(error, _) => match error.path().to_string().as_str() {
            "." => no_token(endpoint, "its response is not a valid token response"),
            path => no_token(endpoint, format!("its response has no valid `{path}`")),
        },
        RequestTokenError::Other(words) => no_token(endpoint, words),
    }
}

fn no_token(endpoint: &Url, reason: impl Into<String>) -> BrowserError {
    BrowserError::NoToken {
        endpoint: endpoint.clone(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_session_comes_from_the_response_or_the_refresh_token() {
        let ends = |seconds: serde_json::Value| {
            let token = super::super::jwt::token_expiring_at(4_000_000_000);
            let answer = serde_json::json!({
                "access_token": token,
                "token_type": "Bearer",
                "refresh_token": token,
                "refresh_expires_in": seconds,
            });
            let answer: KeycloakResponse = serde_json::from_value(answer).unwrap();
            let endpoint = "https://kc.example/token".parse().unwrap();
            granted(&answer, endpoint).unwrap().refresh.unwrap().ends
        };
        let of_token = Timestamp::from_second(4_000_000_000).unwrap();
        assert_eq!(ends(serde_json::Value::Null), Some(of_token));
        assert!(ends(1800.into()).is_some_and(|ends| ends < of_token));
        // It never ends.
        assert_eq!(ends(0.into()), None);
    }

    #[test]
    fn the_logout_endpoint_is_derived_from_the_token_endpoint() {
        let of = |token: &str| logout_endpoint(&token.parse().unwrap()).map(String::from);
        let realm = "https://kc.example/auth/realms/lagoon/protocol/openid-connect";
        let logout = Some(format!("{realm}/logout"));
        assert_eq!(of(&format!("{realm}/token")), logout);
        assert_eq!(of(&format!("{realm}/token?x=y")), logout);
        for other in [
            "https://kc.example/token",
            "https://kc.example/oauth/token/x",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
