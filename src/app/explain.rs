//! Hints for errors of the network.

use url::Url;

use super::App;
use super::reach::Route;
use crate::error::{Error, Kind};

impl App {
    /// Names the proxy in use, and the command that finds the cause.
    pub(crate) fn explain_network(&self, error: Error) -> Error {
        if error.kind != Kind::Unreachable {
            return error;
        }
        let route = address_in(&error.to_string()).map(|url| self.route_to(&url));
        let error = match route {
            Some(Ok(Route::Proxy { address, source })) => error.hint(format!(
                "the connection uses the proxy {address} ({source})"
            )),
            _ => error,
        };
        error.hint("to find the cause: tasks doctor")
    }
}

/// The first address in a message.
fn address_in(message: &str) -> Option<Url> {
    let words = message.split([' ', ',', ';']);
    let words = words.map(|word| word.trim_end_matches(':'));
    let mut urls = words.filter_map(|word| Url::parse(word).ok());
    urls.find(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_failed_connection_is_found() {
        for (message, address) in [
            (
                "cannot reach https://api.example:8443: refused",
                "https://api.example:8443/",
            ),
            (
                "the outcome is unknown: http://a.example did not answer",
                "http://a.example/",
            ),
            (
                "could not get a token: ssh: connect to host a.example port 22",
                "",
            ),
        ] {
            let found = address_in(message).map(String::from).unwrap_or_default();
            assert_eq!(found, address, "{message}");
        }
    }
}
