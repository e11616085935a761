//! Addresses of Lagoon APIs, in the user's spelling and in normal form.

use url::{Host, Url};

use crate::secret::{may_be_secret, shown_address};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a valid API address: {reason}")]
pub struct AddressError {
    given: String,
    reason: String,
}

/// Accepts an address with or without `/graphql`; refuses user, password, query and fragment.
pub fn api_address(text: &str) -> Result<Url, AddressError> {
    let trimmed = text.trim();
    // The text may contain a password or token, and becomes part of an error.
    let given = shown_address(trimmed);
    let bad = |reason: String| AddressError {
        given: given.clone(),
        reason,
    };
    if !trimmed.contains("://") {
        let host = given.trim_start_matches("***@");
        // This machine needs no TLS.
        let is_local = Url::parse(&format!("http://{host}")).is_ok_and(|url| is_loopback(&url));
        let scheme = if is_local { "http" } else { "https" };
        return Err(bad(format!(
            "it must start with {scheme}://, as in {scheme}://{host}"
        )));
    }
    let mut url = Url::parse(trimmed).map_err(|e| bad(e.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("it must start with https://".to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("it must not contain a user or a password".to_owned()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("it must not contain `?` or `#`".to_owned()));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    if path.ends_with("/graphql") {
        url.set_path(&path);
    } else {
        url.set_path(&format!("{path}/graphql"));
    }
    Ok(url)
}

/// Checks the name only. Before sending a secret, `lagoon` also checks the addresses of names below
/// `localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The address in a text, without its secrets; `None` for another text.
pub(crate) fn shown_url(text: &str) -> Option<String> {
    let is_shown = text.contains("://") && !may_be_secret(text);
    is_shown.then(|| shown_address(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_about_addresses_do_not_repeat_passwords() {
        for text in [
            "me:hunter2@api.example.com",
            "https://me:hunter2@api.example.com",
            "https://me:hunter@2@api.example.com",
            "ftp://me:hunter2@api.example.com",
            "https://api.example.com/?token=hunter2",
            "api.example.com?token=hunter2",
            "https://api.example.com/#hunter2",
        ] {
            let error = api_address(text).unwrap_err().to_string();
            assert!(!error.contains("hunter"), "{error}");
            assert!(error.contains("api.example.com"), "{error}");
        }
    }

    #[test]
    fn the_suggested_scheme_suits_the_host() {
        for (text, suggested) in [
            ("api.example.com", "https://api.example.com"),
            ("localhost:4999", "http://localhost:4999"),
            ("127.0.0.1:4999/graphql", "http://127.0.0.1:4999/graphql"),
        ] {
            let error = api_address(text).unwrap_err().to_string();
            assert!(error.ends_with(&format!("as in {suggested}")), "{error}");
        }
    }

    #[test]
    fn an_address_with_or_without_graphql_is_equivalent() {
        for text in [
            "https://api.example.com",
            "https://api.example.com/",
            "https://api.example.com/graphql",
            " https://api.example.com/graphql/ ",
        ] {
            assert_eq!(
                api_address(text).unwrap().as_str(),
                "https://api.example.com/graphql"
            );
        }
        assert_eq!(
            api_address("http://host:3000/lagoon").unwrap().as_str(),
            "http://host:3000/lagoon/graphql"
        );
    }

    #[test]
    fn invalid_addresses_are_refused() {
        for text in [
            "",
            "api.example.com",
            "localhost:3000",
            "ftp://x",
            "https://",
            "https://x/?a=b",
            "https://x/#y",
        ] {
            assert!(api_address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_error_does_not_repeat_the_password() {
        let error = api_address("https://me:hunter2@x/").unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn loopback_addresses_are_recognized() {
        for (text, here) in [
            ("http://localhost:1/", true),
            ("http://127.0.0.9/", true),
            ("http://[::1]/", true),
            ("http://localhost.example.com/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(text).unwrap()), here, "{text}");
        }
    }
}
