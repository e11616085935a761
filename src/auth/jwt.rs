//! Reading a token without its key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

#[derive(Deserialize)]
struct Claims {
    /// In seconds since 1970; some issuers write fractions.
    exp: Option<f64>,
    iat: Option<f64>,
}

/// Returns true for three base64url parts separated by dots.
pub(crate) fn is_jwt(text: &str) -> bool {
    let in_alphabet = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.split('.').count() == 3
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(in_alphabet))
}

/// `None` if the token does not say.
pub(crate) fn expiry(token: &str) -> Option<Timestamp> {
    second(claims(token)?.exp)
}

/// From issue to expiry, both by the issuer's clock.
pub(super) fn lifetime(token: &str) -> Option<SignedDuration> {
    let claims = claims(token)?;
    let lifetime = second(claims.exp)?.duration_since(second(claims.iat)?);
    lifetime.is_positive().then_some(lifetime)
}

fn claims(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&json).ok()
}

fn second(number: Option<f64>) -> Option<Timestamp> {
    // Conversion from float to integer saturates, and `Timestamp` refuses a number out of its
    // range.
    Timestamp::from_second(number? as i64).ok()
}

#[cfg(test)]
pub(super) fn token_with(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2ln", part(r#"{"alg":"HS256"}"#), part(claims))
}

#[cfg(test)]
pub(super) fn token_expiring_at(second: i64) -> String {
    token_with(&format!(r#"{{"exp":{second}}}"#))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_is_read_from_the_token() {
        let token = token_expiring_at(1_700_000_000);
        assert_eq!(
            expiry(&token).unwrap(),
            Timestamp::from_second(1_700_000_000).unwrap()
        );
    }

    #[test]
    fn tokens_without_a_valid_expiry_have_none() {
        for text in ["", "a.b", "a.!!.c", "a.e30.c", &token_expiring_at(i64::MAX)] {
            assert_eq!(expiry(text), None, "{text}");
        }
    }

    #[test]
    fn a_lifetime_needs_issue_and_expiry_times() {
        let of = |claims: &str| lifetime(&token_with(claims)).map(|l| l.as_secs());
        assert_eq!(of(r#"{"iat":100,"exp":120}"#), Some(20));
        for claims in [
            r#"{"exp":120}"#,
            r#"{"iat":120}"#,
            r#"{"iat":120,"exp":120}"#,
        ] {
            assert_eq!(of(claims), None, "{claims}");
        }
    }

    #[test]
    fn jwts_are_recognized_by_form() {
        assert!(is_jwt("eyJ.e-_0.c2ln"));
        for text in [
            "",
            "a.b",
            "a..c",
            "a.b.c.d",
            "a.b.c d",
            "Permission denied.",
        ] {
            assert!(!is_jwt(text), "{text}");
        }
    }
}
