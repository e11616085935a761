//! Tokens of services ("legacy", with a `role`) and of users (Keycloak's, with a `typ`), and Lagoon's
//! errors for invalid ones (seen on Lagoon 2.33.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use ring::hmac;
use serde_json::{Value, json};

const AUDIENCE: &str = "api.dev";

const KEY: &str = "sandbox";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Claims {
    Service { subject: String },
    User { id: String },
}

pub(super) fn for_service(secret: &str, subject: &str, seconds: i64) -> String {
    let claims = json!({"role": "admin", "iss": subject, "sub": subject, "aud": AUDIENCE});
    sign(secret, None, claims, seconds)
}

pub(super) fn for_user(secret: &str, id: &str, email: &str, seconds: i64) -> String {
    let claims = json!({
        "typ": "Bearer", "azp": "lagoon-cli", "sub": id, "email": email,
        "preferred_username": email,
    });
    sign(secret, Some(KEY), claims, seconds)
}

fn sign(secret: &str, key: Option<&str>, mut claims: Value, seconds: i64) -> String {
    let now = Timestamp::now().as_second();
    claims["iat"] = now.into();
    claims["exp"] = now.saturating_add(seconds).into();
    let mut header = json!({"typ": "JWT", "alg": "HS256"});
    if let Some(key) = key {
        header["kid"] = key.into();
    }
    let part = |value: &Value| BASE64.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, signed.as_bytes());
    format!("{signed}.{}", BASE64.encode(signature))
}

/// The token in an `Authorization` header of two words, the first `Bearer` in any case.
pub(super) fn in_header(header: &str) -> Option<&str> {
    let mut words = header.split(' ');
    let (scheme, token) = (words.next()?, words.next()?);
    let good = scheme.eq_ignore_ascii_case("bearer") && words.next().is_none();
    (good && !token.is_empty()).then_some(token)
}

/// The claims of a valid token, or Lagoon's error text without the leading `Unauthorized - `.
pub(super) fn check(secret: &str, token: &str) -> Result<Claims, String> {
    let parts = Parts::of(token).ok_or("Bearer token malformed")?;
    let given = |claim: &str| !parts.claims.get(claim).unwrap_or(&Value::Null).is_null();
    if given("role") {
        service(secret, &parts).map_err(|reason| format!("Legacy token invalid: {reason}"))
    } else if given("typ") {
        user(secret, &parts).map_err(|reason| {
            format!("Keycloak token invalid: Grant validation failed. Reason: {reason}")
        })
    } else {
        Err("Bearer token unrecognized".to_owned())
    }
}

struct Parts<'a> {
    header: Value,
    claims: Value,
    signature: &'a str,
    signed: &'a str,
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Option<Parts<'a>> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        if claims.contains('.') {
            return None;
        }
        let read = |part: &str| -> Option<Value> {
            let bytes = BASE64.decode(part.trim_end_matches('=')).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let (header, claims) = (read(header)?, read(claims)?);
        (header.is_object() && claims.is_object()).then_some(Parts {
            header,
            claims,
            signature,
            signed,
        })
    }

    fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str()
    }

    fn number(&self, claim: &str) -> Option<i64> {
        let value = self.claims.get(claim)?;
        #[allow(clippy::cast_possible_truncation)]
        value
            .as_i64()
            .or(value.as_f64().map(|seconds| seconds as i64))
    }

    fn require_number(&self, claim: &str) -> Result<(), String> {
        match self.claims.get(claim) {
            Some(value) if !value.is_number() => Err(format!("invalid {claim} value")),
            _ => Ok(()),
        }
    }

    fn algorithm(&self) -> Option<hmac::Algorithm> {
        match self.header.get("alg")?.as_str()? {
            "HS256" => Some(hmac::HMAC_SHA256),
            "HS384" => Some(hmac::HMAC_SHA384),
            "HS512" => Some(hmac::HMAC_SHA512),
            _ => None,
        }
    }

    fn is_signed_by(&self, secret: &str, algorithm: hmac::Algorithm) -> bool {
        let key = hmac::Key::new(algorithm, secret.as_bytes());
        BASE64
            .decode(self.signature)
            .is_ok_and(|signature| hmac::verify(&key, self.signed.as_bytes(), &signature).is_ok())
    }

    fn is_expired(&self) -> bool {
        self.number("exp")
            .is_some_and(|expiry| expiry <= Timestamp::now().as_second())
    }
}

fn service(secret: &str, parts: &Parts<'_>) -> Result<Claims, String> {
    let now = Timestamp::now().as_second();
    if parts.signature.is_empty() {
        return Err("jwt signature is required".to_owned());
    }
    let algorithm = parts.algorithm().ok_or("invalid algorithm")?;
    if !parts.is_signed_by(secret, algorithm) {
        return Err("invalid signature".to_owned());
    }
    parts.require_number("nbf")?;
    if parts.number("nbf").is_some_and(|start| start > now) {
        return Err("jwt not active".to_owned());
    }
    parts.require_number("exp")?;
    if parts.is_expired() {
        return Err("jwt expired".to_owned());
    }
    if parts.text("aud") != Some(AUDIENCE) {
        return Err("Token audience mismatch.".to_owned());
    }
    if parts.text("role") != Some("admin") {
        return Err("Cannot authenticate non-admin user with legacy token.".to_owned());
    }
    let subject = parts.text("sub").unwrap_or("undefined");
    if let Some(issued) = parts.number("iat").filter(|issued| *issued > now) {
        let issuer = parts.text("iss").unwrap_or("undefined");
        return Err(format!(
            "Legacy token (sub:{subject}; iss:{issuer}) iat {issued} is issued before {now}"
        ));
    }
    Ok(Claims::Service {
        subject: subject.to_owned(),
    })
}

fn user(secret: &str, parts: &Parts<'_>) -> Result<Claims, String> {
    if parts.is_expired() {
        return Err("invalid token (expired)".to_owned());
    }
    if parts.signature.is_empty() {
        return Err("invalid token (not signed)".to_owned());
    }
    if parts.text("typ") != Some("Bearer") {
        return Err("invalid token (wrong type)".to_owned());
    }
    if parts.header.get("kid").and_then(Value::as_str) != Some(KEY) {
        return Err(
            "failed to load public key to verify token. Reason: Expected \"jwk\" to be an Object"
                .to_owned(),
        );
    }
    let algorithm = parts.algorithm();
    let good = algorithm.is_some_and(|algorithm| parts.is_signed_by(secret, algorithm));
    match parts.text("sub") {
        Some(id) if good => Ok(Claims::User { id: id.to_owned() }),
        _ => Err("invalid token (public key signature)".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_and_user_tokens_are_distinguished() {
        let service = for_service("s", "me", 60);
        let subject = "me".to_owned();
        assert_eq!(check("s", &service), Ok(Claims::Service { subject }));
        let user = for_user("s", "7", "a@b", 60);
        assert_eq!(check("s", &user), Ok(Claims::User { id: "7".to_owned() }));
    }

    #[test]
    fn each_invalid_token_has_its_message() {
        let fault = |token: &str| check("s", token).unwrap_err();
        assert_eq!(fault("garbage"), "Bearer token malformed");
        assert_eq!(fault("a.b.c"), "Bearer token malformed");
        let old = for_service("s", "me", -1);
        assert_eq!(fault(&old), "Legacy token invalid: jwt expired");
        let other = for_service("t", "me", 60);
        assert_eq!(fault(&other), "Legacy token invalid: invalid signature");
        let old = for_user("s", "7", "a@b", 0);
        assert!(fault(&old).ends_with("Reason: invalid token (expired)"));
        let other = for_user("t", "7", "a@b", 60);
        assert!(fault(&other).ends_with("Reason: invalid token (public key signature)"));
        let plain = sign("s", None, json!({"sub": "x"}), 60);
        assert_eq!(fault(&plain), "Bearer token unrecognized");
    }

    #[test]
    fn an_authorization_header_has_two_words() {
        assert_eq!(in_header("bearer x"), Some("x"));
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Basic x",
            "Bearer x y",
            "Bearer  x",
        ] {
            assert_eq!(in_header(bad), None, "{bad:?}");
        }
    }
}
