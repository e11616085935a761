//! Tokens: only their form and their claims are read, and the expiry is that of the claims.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lagoon_tasks::internal::{is_token, token_expiry};

pub(super) fn check(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if is_token(text) {
            assert!(
                !text.contains(|c: char| c.is_whitespace() || c.is_control()),
                "{text:?}"
            );
        }
        token_expiry(text);
    }
    let claims = URL_SAFE_NO_PAD.encode(bytes);
    let token = format!("eyJhbGciOiJIUzI1NiJ9.{claims}.c2ln");
    assert!(is_token(&token) || bytes.is_empty());
    let expiry = token_expiry(&token);
    let value = serde_json::from_slice::<serde_json::Value>(bytes);
    match value.ok().and_then(|claims| claims["exp"].as_i64()) {
        // Other claims may be of an invalid type.
        Some(second) if expiry.is_some() => {
            assert_eq!(expiry.map(|at| at.as_second()), Some(second));
        }
        _ => {}
    }
}
