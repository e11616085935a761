//! Signing in with a browser: authorization code with PKCE (RFC 6749, 7636, 8252) at Lagoon's
//! Keycloak, and its refresh tokens.
//!
//! Lagoon's facts: realm `lagoon`, public client `lagoon-cli`, redirect `http://127.0.0.1:PORT`
//! without a path, scopes `openid profile email`.

mod callback;
mod provider;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

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

use super::web::{self, HttpRequest, HttpResponse, Web, WebError};
use super::{Secret, is_jwt};
use crate::clock::{timeout, wall_time};
use callback::Callback;
use provider::Provider;

const CLIENT: &str = "lagoon-cli";
const SCOPES: [&str; 3] = ["openid", "profile", "email"];

/// Why signing in with a browser failed.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// What should be Lagoon's Keycloak is none.
    #[error("{url} is no Keycloak with Lagoon's realm: {reason}")]
    Provider {
        /// Where its configuration should be.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// It cannot be reached, or must not be.
    #[error("{0}")]
    Web(#[from] WebError),
    /// Nobody can come back from the browser.
    #[error("cannot listen on 127.0.0.1")]
    Listen(#[source] std::io::Error),
    /// The provider said no.
    #[error("signing in was refused: {0}")]
    Refused(String),
    /// Nobody came back in time.
    #[error("nobody signed in within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The provider did not end a session.
    #[error("{endpoint} {reason}")]
    NotEnded {
        /// The logout endpoint, or the token endpoint that should have one beside it.
        endpoint: Url,
        /// What happened, going on after the endpoint.
        reason: String,
    },
    /// The response of the token endpoint holds no token.
    #[error("{endpoint} did not return a token: {reason}")]
    NoToken {
        /// The token endpoint.
        endpoint: Url,
        /// What is wrong with the response.
        reason: String,
    },
}

impl BrowserError {
    /// Whether it is the network's fault, and trying again may help.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, BrowserError::Web(error) if error.is_passing)
    }

    /// Whether an address or a setting cannot be used.
    pub(super) fn is_usage(&self) -> bool {
        matches!(self, BrowserError::Web(error) if error.hint.is_some())
    }

    /// What to do about it.
    pub(super) fn hints(&self) -> Vec<String> {
        let hint = match self {
            BrowserError::TimedOut(_) => "try again; --timeout gives more time",
            BrowserError::Provider { .. } => {
                "name it: tasks login URL --authorization-endpoint ADDRESS, as in \
                 https://keycloak.example.com/auth"
            }
            BrowserError::Web(error) => return error.hint.iter().cloned().collect(),
            _ => return Vec::new(),
        };
        vec![hint.to_owned()]
    }
}

/// What renews a token without the browser, as long as the session lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// The refresh token.
    pub token: Secret,
    /// Where it is sent, and nowhere else.
    pub endpoint: Url,
    /// When it ends, where that is said.
    pub ends: Option<Timestamp>,
}

/// What a sign-in gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The token for Lagoon.
    pub token: Secret,
    /// What renews it, where the provider gives that.
    pub refresh: Option<Refresh>,
}

/// What Keycloak says beyond the standard.
#[derive(Debug, Serialize, Deserialize)]
struct Keycloaks {
    /// Seconds; 0 has no end.
    #[serde(default)]
    refresh_expires_in: Option<i64>,
}

impl ExtraTokenFields for Keycloaks {}

type Answer = StandardTokenResponse<Keycloaks, BasicTokenType>;

type Lagoons<Auth, Token> = Client<
    BasicErrorResponse,
    Answer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    Auth,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    Token,
>;

/// The library's idea of a client.
struct Sender(Arc<dyn Web>);

impl<'c> AsyncHttpClient<'c> for Sender {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, WebError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(web::send_for_json(&*self.0, request))
    }
}

fn client() -> Lagoons<EndpointNotSet, EndpointNotSet> {
    Client::new(ClientId::new(CLIENT.to_owned()))
}

/// Signs in: gives the address to `show`, and waits as long as `limit` for the browser to come back.
///
/// # Errors
/// Every end but that of a token.
pub async fn sign_in(
    endpoint: &Url,
    web: Arc<dyn Web>,
    show: &(dyn Fn(&Url) + Sync),
    limit: Duration,
) -> Result<Granted, BrowserError> {
    let Provider { authorize, token } = provider::find(endpoint, &*web).await?;
    let callback = Callback::listen().await.map_err(BrowserError::Listen)?;
    // The text as it is: an address as such would end with a slash, and is another one then.
    let redirect = RedirectUrl::new(callback.address())
        .map_err(|error| no_token(&token, error.to_string()))?;
    let client: Lagoons<EndpointSet, EndpointSet> = client()
        .set_auth_uri(AuthUrl::from_url(authorize))
        .set_token_uri(TokenUrl::from_url(token.clone()))
        .set_redirect_uri(redirect);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    show(&url);
    let sender = Sender(web);
    let code = timeout(limit, callback.code(state.secret()))
        .await
        .map_err(|_| BrowserError::TimedOut(limit))??;
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(verifier)
        .request_async(&sender)
        .await
        .map_err(|error| failure(error, &token))?;
    granted(&answer, token)
}

/// Gets a new token with a refresh token; `None` when that holds no more.
///
/// # Errors
/// When the provider cannot be reached, or answers with something else.
pub(super) async fn renew(
    refresh: &Refresh,
    web: Arc<dyn Web>,
) -> Result<Option<Granted>, BrowserError> {
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
            // Not every provider gives a new one each time.
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

/// Ends the session of a refresh token. A session that is over already is no error.
///
/// # Errors
/// When the provider cannot be reached, or refuses.
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
        .map_err(|error| failed(&endpoint, format!("cannot be asked: {error}")))?;
    let response = web::send(web, request).await?;
    let status = response.status();
    if status.is_success() || says_invalid_grant(response.body()) {
        return Ok(());
    }
    Err(failed(&endpoint, format!("answered {status}")))
}

/// Keycloak's logout endpoint lies beside its token endpoint.
fn logout_endpoint(token_endpoint: &Url) -> Option<Url> {
    let realm = token_endpoint
        .path()
        .strip_suffix("/protocol/openid-connect/token")?;
    let mut url = token_endpoint.clone();
    url.set_path(&format!("{realm}/protocol/openid-connect/logout"));
    url.set_query(None);
    Some(url)
}

fn says_invalid_grant(body: &[u8]) -> bool {
    let answer = serde_json::from_slice::<BasicErrorResponse>(body);
    answer.is_ok_and(|answer| *answer.error() == BasicErrorResponseType::InvalidGrant)
}

fn granted(answer: &Answer, endpoint: Url) -> Result<Granted, BrowserError> {
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
        token: Secret::new(token.secret().clone()),
        endpoint,
        ends,
    });
    Ok(Granted {
        token: Secret::new(token.clone()),
        refresh,
    })
}

fn failure(error: RequestTokenError<WebError, BasicErrorResponse>, endpoint: &Url) -> BrowserError {
    match error {
        RequestTokenError::ServerResponse(answer) => BrowserError::Refused(answer.to_string()),
        RequestTokenError::Request(error) => BrowserError::Web(error),
        // The response may hold a token, so only the place of the error is reported.
        RequestTokenError::Parse(error, _) => match error.path().to_string().as_str() {
            "." => no_token(endpoint, "its response is not the JSON of a token"),
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
    fn the_logout_endpoint_lies_beside_the_token_endpoint() {
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
