//! Parses responses to data or errors.
//!
//! Apollo's conventions as seen on Lagoon 2.33.1: 401 with `errors` for tokens, 400 without `data`
//! for documents and variables, 200 with `errors` beside partial `data` for resolvers, and HTML or
//! plain text for requests that did not reach GraphQL.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::{GraphqlError, LagoonError, shortened};

#[derive(Debug)]
pub struct Reply<T> {
    /// May be partial if there are errors.
    pub data: Option<T>,
    pub errors: Vec<GraphqlError>,
}

impl<T> Reply<T> {
    /// The data, if nothing failed.
    pub fn whole(self) -> Result<T, LagoonError> {
        if let Some(first) = self.errors.into_iter().next() {
            return Err(first.into_error(200));
        }
        self.data
            .ok_or_else(|| LagoonError::Unusable("it has neither data nor errors".to_owned()))
    }
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Body<T> {
    #[serde(default = "none")]
    data: Option<T>,
    #[serde(default)]
    errors: Option<Vec<GraphqlError>>,
}

fn none<T>() -> Option<T> {
    None
}

/// Fails unless the status is 200 and the body is JSON.
pub fn read<T: DeserializeOwned>(
    address: &str,
    status: u16,
    content_type: &str,
    body: &[u8],
) -> Result<Reply<T>, LagoonError> {
    let not_lagoon = |reason: String| LagoonError::NotLagoon {
        address: address.to_owned(),
        status,
        reason,
    };
    if LagoonError::is_passing_status(status) {
        return Err(not_lagoon(format!(
            "with status {status}{}",
            meaning(status)
        )));
    }
    if (300..400).contains(&status) {
        return Err(not_lagoon(format!(
            "with a redirect (status {status}), which is not followed with a token"
        )));
    }
    if !is_json(content_type) {
        let kind = media_type(content_type);
        let kind = if kind.is_empty() {
            "no content type"
        } else {
            kind
        };
        return Err(not_lagoon(format!(
            "with {} (status {status}) instead of JSON",
            shortened(kind)
        )));
    }
    let (data, errors) = match serde_json::from_slice(body) {
        Ok(Body { data, errors }) => (data, errors.unwrap_or_default()),
        Err(error) if error.is_data() && status == 200 => {
            return Err(LagoonError::Unusable(unexpected(&error)));
        }
        Err(_) if status == 401 => (None, Vec::new()),
        Err(_) => return Err(not_lagoon(format!("with invalid JSON (status {status})"))),
    };
    if status == 200 {
        return Ok(Reply { data, errors });
    }
    match (status, errors.into_iter().next()) {
        (401, first) => Err(LagoonError::NotSignedIn {
            message: first.map_or("Lagoon answered with status 401".to_owned(), |e| {
                e.first_line()
            }),
            hints: Vec::new(),
            sent: true,
        }),
        (_, Some(first)) => Err(first.into_error(status)),
        (_, None) => Err(not_lagoon(format!(
            "with status {status} and no error message"
        ))),
    }
}

/// The place of a value with another type than in the schema. The value itself is not repeated.
pub(crate) fn unexpected(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!("line {}, column {}", error.line(), error.column());
    match text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split_once('`'))
    {
        Some((field, _)) => format!("the field `{}` is missing ({place})", shortened(field)),
        None => format!("a value does not have the type in Lagoon's schema ({place})"),
    }
}

fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

pub(crate) fn is_json(content_type: &str) -> bool {
    let kind = media_type(content_type).to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn meaning(status: u16) -> &'static str {
    match status {
        429 => " (too many requests)",
        502 => " (bad gateway)",
        503 => " (unavailable)",
        504 => " (gateway timeout)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn read_json(status: u16, body: &str) -> Result<Reply<Value>, LagoonError> {
        read(
            "http://lagoon",
            status,
            "application/json; charset=utf-8",
            body.as_bytes(),
        )
    }

    #[test]
    fn partial_data_is_kept_beside_its_errors() {
        let reply = read_json(
            200,
            r#"{"errors":[{"message":"no","path":["a"]}],"data":{"a":null}}"#,
        )
        .expect("a reply");
        assert!(reply.data.is_some());
        assert!(matches!(reply.whole(), Err(LagoonError::Refused { .. })));
    }

    #[test]
    fn server_texts_are_shortened() {
        let long = "long".repeat(1000);
        let body = format!("{{\"errors\":\"{long}\"}}");
        for (kind, body) in [(long.as_str(), ""), ("application/json", &body)] {
            let read = read::<Value>("http://lagoon", 200, kind, body.as_bytes());
            let error = read.expect_err("no answer").to_string();
            assert!(error.len() < 1000, "{error}");
        }
    }

    #[test]
    fn permission_errors_differ_from_refusals() {
        let denied = r#"{"errors":[{"message":"Unauthorized: You don't have permission to \"view\" on \"task\""}],"data":{}}"#;
        let error = read_json(200, denied)
            .expect("a reply")
            .whole()
            .expect_err("denied");
        assert!(matches!(error, LagoonError::NotAllowed { .. }));
    }

    #[test]
    fn sql_is_cut_to_its_first_line() {
        let body =
            r#"{"errors":[{"message":"(conn:1) Data too long\nsql: insert SECRET"}],"data":null}"#;
        let error = read_json(200, body)
            .expect("a reply")
            .whole()
            .expect_err("refused");
        assert_eq!(error.to_string(), "Lagoon refused: (conn:1) Data too long");
    }

    #[test]
    fn every_401_means_not_signed_in() {
        for body in [
            r#"{"errors":[{"message":"Unauthorized - Bearer token required"}]}"#,
            "{}",
            "x",
        ] {
            assert!(
                matches!(read_json(401, body), Err(LagoonError::NotSignedIn { .. })),
                "{body}"
            );
        }
    }

    #[test]
    fn responses_without_graphql_are_not_from_lagoon() {
        let html = read::<Value>("http://lagoon", 200, "text/html", b"<html>");
        assert!(matches!(
            html,
            Err(LagoonError::NotLagoon { status: 200, .. })
        ));
        for (status, body) in [
            (502, "{}"),
            (429, "{}"),
            (200, "{\"data\":"),
            (302, "{}"),
            (500, "{}"),
        ] {
            assert!(
                matches!(read_json(status, body), Err(LagoonError::NotLagoon { .. })),
                "{status} {body}"
            );
        }
    }

    #[test]
    fn wrong_types_are_unusable_not_a_panic() {
        let reply = read::<Vec<i64>>("a", 200, "application/json", br#"{"data":["x"]}"#);
        assert_eq!(
            reply.expect_err("another type").to_string(),
            "unexpected response from Lagoon: a value does not have the type in Lagoon's schema \
             (line 1, column 12)"
        );
        assert!(matches!(
            read_json(200, "{}").expect("a reply").whole(),
            Err(LagoonError::Unusable(_))
        ));
    }

    #[test]
    fn validation_errors_are_refusals_with_any_status() {
        for status in [400, 500] {
            let error = read_json(status, r#"{"errors":[{"message":"Syntax Error"}]}"#);
            assert!(
                matches!(error, Err(LagoonError::Refused { .. })),
                "{status}"
            );
        }
    }
}
