//! Responses of Express and Apollo before a document is read.

use lagoon_sandbox::{Identity, Seed};

use super::Talk;

const VERSION: &str = "/graphql?query=%7BlagoonVersion%7D";

/// Status and text.
async fn send(
    talk: &Talk,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let url = format!("{}{path}", talk.served.url());
    let mut request = talk.client.request(method.parse().unwrap(), url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.bearer_auth(talk.token(Identity::LegacyAdmin));
    let answer = request.body(body.to_owned()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_without_csrf_protection_are_refused() {
    let talk = Talk::start(Seed::Bare).await;
    for (headers, status) in [
        (&[][..], 400),
        (&[("apollo-require-preflight", "1")][..], 200),
        (&[("content-type", "text/plain")][..], 200),
    ] {
        let (given, text) = send(&talk, "GET", VERSION, headers, "").await;
        assert_eq!(given, status, "{headers:?} {text}");
    }
    let (status, text) = send(&talk, "DELETE", "/graphql", &[], "").await;
    assert!(status == 400 && text.contains("Cross-Site"), "{text}");
    let json = [("content-type", "application/json")];
    assert_eq!(send(&talk, "DELETE", "/graphql", &json, "{}").await.0, 405);
    let mutation = "/graphql?query=mutation%7BdeleteTask(input:%7Bid:1%7D)%7D";
    let refused = r#"{"errors":[{"message":"GET supports only query operation"}]}"#;
    let (status, text) = send(&talk, "GET", mutation, &json, "").await;
    assert_eq!((status, text.trim_end()), (405, refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_are_matched_like_in_express() {
    let talk = Talk::start(Seed::Bare).await;
    let json = [("content-type", "application/json")];
    let version = r#"{"query":"{lagoonVersion}"}"#;
    for (path, status) in [
        ("/graphql/", 200),
        ("/GraphQL/x", 200),
        ("/graphqlx", 404),
        ("/.well-known/apollo/server-health/x", 200),
    ] {
        let (given, text) = send(&talk, "POST", path, &json, version).await;
        assert_eq!(given, status, "{path} {text}");
    }
    let upgrade = [("upgrade", "websocket"), ("connection", "upgrade")];
    let refused = send(&talk, "GET", "/graphqlx", &upgrade, "").await;
    assert_eq!(refused, (400, "Bad Request".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_request_parts_are_reported() {
    let talk = Talk::start(Seed::Bare).await;
    let json = [("content-type", "application/json")];
    let errors = r#"{"errors":[{"message":"#;
    for (body, status, part) in [
        (
            r#"{"query":"{lagoonVersion}","operationName":""}"#,
            400,
            errors,
        ),
        (
            r#"{"query":"{lagoonVersion}","operationName":5}"#,
            400,
            errors,
        ),
        (r#"{"query":"{lagoonVersion}","variables":5}"#, 400, errors),
        (r#"{"query":"{lagoonVersion}","variables":""}"#, 400, errors),
        (
            r#"{"query":"{lagoonVersion}","variables":"x"}"#,
            400,
            "Variables are invalid JSON.",
        ),
        (
            r#"{"query":"{lagoonVersion}","extensions":"x"}"#,
            400,
            "Extensions are invalid JSON.",
        ),
        ("[null]", 500, errors),
        (r#"[{"query":"{"}]"#, 200, errors),
        ("\u{feff}{\"query\":\"{lagoonVersion}\"}", 200, "v2."),
    ] {
        let (given, text) = send(&talk, "POST", "/graphql", &json, body).await;
        assert!(
            given == status && text.contains(part),
            "{body}: {given} {text}"
        );
    }
    for headers in [
        [
            ("content-type", "application/json; charset=latin1"),
            ("x", "y"),
        ],
        [
            ("content-type", "application/json"),
            ("content-encoding", "br"),
        ],
    ] {
        let (status, text) = send(&talk, "POST", "/graphql", &headers, "{}").await;
        assert!(
            status == 415 && text.contains("Unsupported Media Type"),
            "{text}"
        );
    }
    let two = "/graphql?query=%7Ba%7D&query=%7Bb%7D";
    let (status, text) = send(&talk, "GET", two, &json, "").await;
    assert_eq!(
        (status, text.as_str()),
        (400, "GraphQL queries must be strings.")
    );
}
