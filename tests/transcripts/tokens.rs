//! The tokens of the recorded requests, as they are described there.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use lagoon_sandbox::store::StoreError;
use lagoon_sandbox::{Identity, Sandbox};
use ring::hmac;
use serde_json::{Value, json};

/// The identity with this name.
pub(super) fn identity(name: &str) -> Option<Identity> {
    Some(match name {
        "legacy-admin" => Identity::LegacyAdmin,
        "guest" => Identity::Guest,
        "reporter" => Identity::Reporter,
        "developer" => Identity::Developer,
        "maintainer" => Identity::Maintainer,
        "owner" => Identity::Owner,
        "outsider" => Identity::Outsider,
        "platformviewer" => Identity::PlatformViewer,
        "platformowner" => Identity::PlatformOwner,
        _ => return None,
    })
}

/// A good token.
pub(super) fn good(sandbox: &Sandbox, as_: Identity) -> String {
    sandbox.token(as_, Duration::from_secs(600)).unwrap()
}

/// The token that is described; none when the description is unknown.
pub(super) fn described(sandbox: &Sandbox, words: &str) -> Option<String> {
    if let Some(as_) = identity(words) {
        return Some(good(sandbox, as_));
    }
    let secret: String = sandbox
        .store()
        .read(|connection| {
            let sql = "SELECT value FROM setting WHERE name = 'secret'";
            connection
                .query_row(sql, [], |row| row.get(0))
                .map_err(StoreError::from)
        })
        .unwrap();
    let now = jiff::Timestamp::now().as_second();
    let service = json!({
        "role": "admin", "iss": "recorder", "sub": "recorder", "aud": "api.dev", "iat": now,
        "exp": now + 600,
    });
    let with = |claim: &str, value: Value| {
        let mut claims = service.clone();
        claims[claim] = value;
        claims
    };
    let user = good(sandbox, Identity::Guest);
    Some(match words {
        "garbage" => words.to_owned(),
        "JWT without role/typ claim" => sign(&secret, None, &json!({"sub": "x", "exp": now + 600})),
        "expired legacy" => sign(&secret, None, &with("exp", json!(now - 60))),
        "wrong aud" => sign(&secret, None, &with("aud", json!("somewhere.else"))),
        "wrong secret" => sign("another", None, &service),
        "iat 10 min in future" => sign(&secret, None, &with("iat", json!(now + 600))),
        "exp > LEGACY_EXPIRY_MAX" => sign(&secret, None, &with("exp", json!(now + 400_000_000))),
        "alg none" => unsigned(&service),
        "guest keycloak token" => user,
        "keycloak bad signature" => {
            let (start, _) = user.rsplit_once('.').unwrap();
            format!("{start}.{}", BASE64.encode([7; 32]))
        }
        "keycloak expired" => sandbox.token(Identity::Guest, Duration::ZERO).unwrap(),
        "unknown kid" => {
            let claims = json!({"typ": "Bearer", "sub": "x", "exp": now + 600});
            sign(&secret, Some("nobody's"), &claims)
        }
        _ => return None,
    })
}

fn sign(secret: &str, key: Option<&str>, claims: &Value) -> String {
    let mut header = json!({"typ": "JWT", "alg": "HS256"});
    if let Some(key) = key {
        header["kid"] = key.into();
    }
    let signed = signed_part(&header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", BASE64.encode(signature))
}

fn unsigned(claims: &Value) -> String {
    let header = json!({"alg": "none", "typ": "JWT"});
    format!("{}.", signed_part(&header, claims))
}

fn signed_part(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}
