//! Spellings of a git repository's address: Lagoon may store another one than the checkout.

use crate::domain::names::each_once;

struct Repository<'a> {
    user: &'a str,
    host: &'a str,
    port: Option<&'a str>,
    path: &'a str,
}

pub(crate) const FORMS: usize = 8;

/// The address and its other spellings (scp, ssh and https, with and without `.git`), without
/// passwords.
pub(crate) fn forms(address: &str) -> Vec<String> {
    let address = without_query(address.trim());
    let Some(repository) = parse(address) else {
        // For example, a local folder.
        return Vec::new();
    };
    let Repository {
        user, host, port, ..
    } = repository;
    let path = repository.path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let ssh_host = port.map_or(host.to_owned(), |port| format!("{host}:{port}"));
    let mut forms = vec![without_secret(address)];
    for end in [".git", ""] {
        if port.is_none() {
            forms.push(format!("{user}@{host}:{path}{end}"));
        }
        forms.push(format!("ssh://{user}@{ssh_host}/{path}{end}"));
        forms.push(format!("https://{host}/{path}{end}"));
    }
    let mut forms = each_once(forms);
    forms.truncate(FORMS);
    forms
}

/// Removes the user and password of http, for display and requests.
pub(crate) fn without_secret(address: &str) -> String {
    let address = without_query(address);
    match address.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
            let is_ssh = scheme.eq_ignore_ascii_case("ssh");
            let user = user.split(':').next().unwrap_or_default();
            let (user, at) = if is_ssh && !user.is_empty() {
                (user, "@")
            } else {
                ("", "")
            };
            format!("{scheme}://{user}{at}{host}/{}", without_password(path))
        }
        None => without_password(address),
    }
}

/// Removes query and fragment, which can contain a token.
fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}

fn without_password(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((before, after)) if before.contains(':') => format!("***@{after}"),
        _ => text.to_owned(),
    }
}

fn parse(address: &str) -> Option<Repository<'_>> {
    const USER: &str = "git";
    if let Some((scheme, rest)) = address.split_once("://") {
        let is_ssh = match scheme.to_ascii_lowercase().as_str() {
            "ssh" | "git+ssh" => true,
            "https" | "http" | "git" => false,
            _ => return None,
        };
        let (authority, path) = rest.split_once('/')?;
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let user = user.split(':').next().unwrap_or_default();
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
                (host, Some(port))
            }
            _ => (host, None),
        };
        return Some(Repository {
            user: Some(user)
                .filter(|user| is_ssh && !user.is_empty())
                .unwrap_or(USER),
            host,
            // A port belongs to its protocol.
            port: port.filter(|port| is_ssh && *port != "22"),
            path,
        })
        .filter(|r| !r.host.is_empty() && !r.path.is_empty());
    }
    // `user@host:path`; a slash before the colon makes it a file.
    let (place, path) = address.split_once(':')?;
    if place.contains('/') || path.is_empty() || place.len() < 2 {
        return None;
    }
    let (user, host) = place.rsplit_once('@').unwrap_or((USER, place));
    Some(Repository {
        user,
        host,
        port: None,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_a_git_url_yields_the_others() {
        for address in [
            "git@example.com:acme/shop.git",
            "git@example.com:acme/shop",
            "git@example.com:/acme/shop.git/",
            "ssh://git@example.com/acme/shop.git",
            "ssh://git@example.com:22/acme/shop.git",
            "https://example.com/acme/shop.git",
            "https://user:secret@example.com/acme/shop",
        ] {
            let found = forms(address);
            assert!(!found.concat().contains("secret"), "{found:?}");
            for form in [
                "git@example.com:acme/shop.git",
                "git@example.com:acme/shop",
                "ssh://git@example.com/acme/shop.git",
                "ssh://git@example.com/acme/shop",
                "https://example.com/acme/shop.git",
                "https://example.com/acme/shop",
            ] {
                assert!(
                    found.iter().any(|f| f == form),
                    "{address}: {form}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn the_given_url_comes_first_and_ports_are_kept() {
        let found = forms("ssh://git@example.com:2222/shop.git");
        assert_eq!(found[0], "ssh://git@example.com:2222/shop.git");
        assert!(found.contains(&"ssh://git@example.com:2222/shop".to_owned()));
        assert!(!found.iter().any(|form| form.starts_with("git@")));
    }

    #[test]
    fn local_folders_are_no_git_urls() {
        for address in [
            "/srv/git/shop.git",
            "../shop",
            "file:///srv/shop",
            "C:\\shop",
            "",
            "a",
        ] {
            assert_eq!(forms(address), Vec::<String>::new(), "{address}");
        }
    }

    #[test]
    fn secrets_in_git_urls_are_neither_shown_nor_sent() {
        for (address, shown) in [
            (
                "https://git.example/a.git?token=hunter2",
                "https://git.example/a.git",
            ),
            (
                "ssh://git@git.example/a.git#hunter2",
                "ssh://git@git.example/a.git",
            ),
            ("git@host:hunter2@x/y.git", "***@x/y.git"),
            (
                "https://host/oauth2:hunter2@/y.git",
                "https://host/***@/y.git",
            ),
            ("git@host:x/y.git", "git@host:x/y.git"),
        ] {
            assert_eq!(without_secret(address), shown);
        }
        let sent = forms("https://git.example/a.git?token=hunter2");
        assert!(
            !sent.is_empty() && sent.iter().all(|form| !form.contains("hunter2")),
            "{sent:?}"
        );
    }

    proptest! {
        #[test]
        fn any_text_yields_a_bounded_number_of_forms(address in "[a-z@:/.0-9]{0,30}") {
            let found = forms(&address);
            prop_assert!(found.len() <= FORMS);
        }
    }
}
