//! Recognises undeclared secrets: keys and tokens in arguments and files, passwords in addresses.

use super::{SHORTEST, conceal};

/// Beginnings of a private key in base64: OpenSSH's form, and DER of the usual lengths.
const KEY_BODIES: [&str; 6] = ["b3BlbnNzaC1rZXktdjE", "MII", "MIG", "MHc", "MHQ", "MC4C"];

/// The beginning of a PEM file in base64, and of a public one: a certificate or public key.
const PEM_IN_BASE64: &str = "LS0tLS1CRUdJTi";
const PUBLIC_IN_BASE64: [&str; 2] = ["LS0tLS1CRUdJTiBDRVJU", "LS0tLS1CRUdJTiBQVUJM"];

/// In characters; shorter base64 is no private key.
const SHORTEST_KEY: usize = 60;

/// Registers words that have the form of a private key or token.
pub(crate) fn conceal_recognized(text: &str) {
    for (label, body) in pem_blocks(text) {
        if label.ends_with("PRIVATE KEY") {
            conceal_key(body);
        }
    }
    // Only the key: other words of the text are printed, and stored in plans.
    let public: String = pem_blocks(text).map(|(_, body)| body).collect();
    let mut is_in_key = false;
    for word in words(text).filter(|word| !word.is_empty()) {
        let is_body = is_key_body(word) && !public.contains(word);
        is_in_key = is_body || (is_in_key && is_next_line(word));
        if is_in_key {
            conceal(word);
        }
    }
    let is_in_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let tokens = text.split(|c| !is_in_token(c));
    tokens.filter(|word| is_token(word)).for_each(conceal);
}

/// The labels and bodies of the PEM blocks in a text; the last may lack its end.
fn pem_blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("-----BEGIN ").skip(1).filter_map(|block| {
        let (label, rest) = block.split_once("-----")?;
        Some((label, rest.split("-----END").next().unwrap_or(rest)))
    })
}

pub(crate) fn conceal_key(text: &str) {
    let long = words(text).filter(|word| word.len() >= SHORTEST);
    long.for_each(conceal);
    // Output may break lines elsewhere.
    conceal(&words(text).collect::<String>());
}

/// The longest parts of a text that can be base64, without padding: `=` may also be that of `A=B`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/".contains(c)))
}

fn is_key_body(word: &str) -> bool {
    let mut signs = KEY_BODIES.iter().chain([&PEM_IN_BASE64]);
    let is_public = PUBLIC_IN_BASE64.iter().any(|sign| word.starts_with(sign));
    word.len() >= SHORTEST_KEY && !is_public && signs.any(|sign| word.starts_with(sign))
}

/// A shorter word after a slash is a path.
fn is_next_line(word: &str) -> bool {
    word.len() >= SHORTEST_KEY || (word.len() >= SHORTEST && !word.starts_with('/'))
}

fn is_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.split('.').count() == 3 && !word.contains("..")
}

/// In characters; a longer word may be a key or token even if nothing else indicates it.
const SHORTEST_OPAQUE: usize = 32;

/// In characters; names are shorter.
const LONGEST_SHOWN: usize = 64;

/// A long value, or one that looks like a key, a token or a part of one.
pub(crate) fn may_be_secret(text: &str) -> bool {
    let is_in_word = |c: char| c.is_ascii_alphanumeric() || "-_.+/=".contains(c);
    let is_opaque = |word: &str| {
        let has = |kind: fn(&u8) -> bool| word.bytes().any(|byte| kind(&byte));
        let is_mixed =
            has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        let mut parts = word.split(['-', '_', '.', '/']);
        word.len() >= SHORTEST_OPAQUE
            && (is_mixed || parts.any(|part| part.len() >= SHORTEST_OPAQUE))
    };
    let mut words = text.split(|c| !is_in_word(c));
    text.contains('\n')
        || text.contains("-----BEGIN")
        || text.contains("-----END")
        || text.chars().count() > LONGEST_SHOWN
        || words.any(|word| is_token(word) || is_opaque(word))
}

/// Removes user, password, query and fragment.
pub(crate) fn shown_address(text: &str) -> String {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (address, rest) = text.split_at(end);
    if rest.contains('@') && !address.contains('@') {
        // A password may contain a `?`, and a token an `@`.
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
    fn secrets_in_addresses_are_not_shown() {
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
        let certificate = format!(
            "-----BEGIN CERTIFICATE-----\nMIIB{}\n-----END CERTIFICATE-----\n/app/web/sites/default/files",
            "c3Vi".repeat(15)
        );
        conceal_recognized(&certificate);
        assert_eq!(masked(&certificate), certificate);
        // Other words beside a key are not part of it.
        let script = format!("cp {body} /app/web/sites/default/files/private\n");
        conceal_recognized(&script);
        assert_eq!(
            masked(&script),
            "cp *** /app/web/sites/default/files/private\n"
        );
        let ordinary = "registry.example.com/shop/php@sha256:0123456789abcdef0123456789abcdef";
        conceal_recognized(ordinary);
        assert_eq!(masked(ordinary), ordinary);
    }
}
