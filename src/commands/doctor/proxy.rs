//! Which proxy stands between here and an address, as the variables say.

use url::Url;

/// The variable that names the proxy, and the proxy without user and password; `None` when the way
/// is direct.
pub(super) fn between(
    url: &Url,
    is_loopback: bool,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<(String, String)> {
    if is_loopback {
        return None;
    }
    let either = |name: &str| {
        [name.to_uppercase(), name.to_lowercase()]
            .into_iter()
            .find_map(|name| Some((name.clone(), variable(&name).filter(|v| !v.is_empty())?)))
    };
    let host = url.host_str().unwrap_or_default();
    if either("no_proxy").is_some_and(|(_, list)| is_excluded(host, &list)) {
        return None;
    }
    let own = format!("{}_proxy", url.scheme());
    let (name, proxy) = either(&own).or_else(|| either("all_proxy"))?;
    Some((name, shown(&proxy)))
}

fn is_excluded(host: &str, list: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        let entry = entry.trim_start_matches('.');
        entry == "*"
            || (!entry.is_empty()
                && host
                    .strip_suffix(entry)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    })
}

/// What may be shown of it: no user, no password.
fn shown(proxy: &str) -> String {
    let address = proxy.rsplit_once('@').map_or(proxy, |(_, address)| address);
    let address = address
        .split_once("://")
        .map_or(address, |(_, address)| address);
    address.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {

    fn between(url: &str, variables: &[(&str, &str)]) -> Option<(String, String)> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        super::between(&url.parse().unwrap(), false, variable)
    }

    #[test]
    fn the_scheme_decides_then_all() {
        let both = [
            ("HTTPS_PROXY", "http://u:p@proxy:3128/"),
            ("ALL_PROXY", "socks5://all:1"),
        ];
        let found = between("https://api.example", &both).unwrap();
        assert_eq!(found, ("HTTPS_PROXY".to_owned(), "proxy:3128".to_owned()));
        let found = between("http://api.example", &both).unwrap();
        assert_eq!(found, ("ALL_PROXY".to_owned(), "all:1".to_owned()));
        let lower = [("https_proxy", "proxy:3128")];
        assert_eq!(
            between("https://api.example", &lower).unwrap().0,
            "https_proxy"
        );
        assert_eq!(between("https://api.example", &[("HTTPS_PROXY", "")]), None);
    }

    #[test]
    fn what_is_excluded_is_reached_directly() {
        for list in ["api.example", "example", ".example", "x, api.example", "*"] {
            let variables = [("HTTPS_PROXY", "proxy:1"), ("NO_PROXY", list)];
            assert_eq!(between("https://api.example", &variables), None, "{list}");
        }
        let variables = [("HTTPS_PROXY", "proxy:1"), ("no_proxy", "pi.example")];
        assert!(between("https://api.example", &variables).is_some());
    }
}
