//! Secrets that nobody declares as such: a key or a token in an argument or a file where none is
//! expected, a password in an address.

use super::{SHORTEST, conceal};

/// How the base64 of a private key begins: OpenSSH's form, and DER of the usual lengths.
const KEY_BODIES: [&str; 6] = ["b3BlbnNzaC1rZXktdjE", "MII", "MIG", "MHc", "MHQ", "MC4C"];

/// How the base64 of a PEM file with a private key begins.
const PEM_IN_BASE64: &str = "LS0tLS1CRUdJTi";

/// Base64 that is shorter is no private key.
const SHORTEST_KEY: usize = 60;

/// Has private keys and tokens in a text masked from now on. It may be an argument or a file of
/// any content: only what has the form of one counts.
pub fn conceal_recognized(text: &str) {
    let has_pem = text.contains("PRIVATE KEY-----");
    if has_pem || words(text).any(is_key_body) {
        conceal_key(text);
    }
    let is_in_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let tokens = text.split(|c| !is_in_token(c));
    tokens.filter(|word| is_token(word)).for_each(conceal);
}

/// Has a private key masked from now on, in whatever form it is.
pub fn conceal_key(text: &str) {
    let long = words(text).filter(|word| word.len() >= SHORTEST);
    long.for_each(conceal);
    // Lines may be broken elsewhere when they are printed.
    conceal(&words(text).collect::<String>());
}

/// The longest parts of a text that can be base64, without padding: `=` may also be that of `A=B`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/".contains(c)))
}

fn is_key_body(word: &str) -> bool {
    let mut signs = KEY_BODIES.iter().chain([&PEM_IN_BASE64]);
    word.len() >= SHORTEST_KEY && signs.any(|sign| word.starts_with(sign))
}

/// Whether a word has the form of a JSON Web Token.
fn is_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.split('.').count() == 3 && !word.contains("..")
}

/// What may be shown of an address: neither user and password nor what follows `?` or `#`.
#[must_use]
pub fn shown_address(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (address, rest) = text.split_at(end);
    if rest.contains('@') && !address.contains('@') {
        // A password may have a `?` in it, or a token an `@`.
        let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme);
        return format!("{scheme}{}***", if scheme.is_empty() { "" } else { "://" });
    }
    let address = match address.rsplit_once('@') {
        Some((_, host)) => format!("***@{host}"),
        None => address.to_owned(),
    };
    match rest.get(..1) {
        Some(sign) => format!("{address}{sign}***"),
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::super::masked;
    use super::*;

    #[test]
    fn no_secret_of_an_address_is_shown() {
        for (text, shown) in [
            ("https://api.example/graphql", "https://api.example/graphql"),
            ("https://me:hunter2@api.example", "***@api.example"),
            ("me:hunter@2@api.example", "***@api.example"),
            (
                "https://api.example/?token=s3cret",
                "https://api.example/?***",
            ),
            ("https://api.example/#s3cret", "https://api.example/#***"),
            ("https://me:hunt?er@api.example", "https://***"),
            ("https://api.example?token=s3@cret", "https://***"),
            ("me@api.example?a=b@c", "***@api.example?***"),
        ] {
            assert_eq!(shown_address(text), shown);
        }
    }

    #[test]
    fn keys_and_tokens_are_recognized_anywhere() {
        let body = format!("b3BlbnNzaC1rZXktdjEAAAAABG5vbmU{}", "xYz0".repeat(12));
        let pem =
            "-----BEGIN RSA PRIVATE KEY-----\nq9w8e7r6t5y4u3i2o1p0\n-----END RSA PRIVATE KEY-----";
        let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJyZWNvZ25pemVkIn0.c2lnbmF0dXJl";
        for text in [&format!("KEY={body}"), pem, &format!("X={token}")] {
            conceal_recognized(text);
        }
        assert_eq!(masked(&body), "***");
        assert_eq!(masked("is q9w8e7r6t5y4u3i2o1p0!"), "is ***!");
        assert_eq!(masked(token), "***");
        let ordinary = "registry.example.com/shop/php@sha256:0123456789abcdef0123456789abcdef";
        conceal_recognized(ordinary);
        assert_eq!(masked(ordinary), ordinary);
    }
}
