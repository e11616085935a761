//! Ties a reply to its request: every document selects `__typename` under an alias that no other
//! request has, and a reply without this alias belongs to another request.
//!
//! Duplicated and late responses on a kept-alive connection would otherwise be read as the reply to
//! the next request.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

#[derive(Debug)]
pub(crate) struct Tie(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReplyOrigin {
    ThisRequest,
    OtherRequest,
    /// Without `data`, it could be the reply to any request.
    Unknown,
}

impl Tie {
    pub(crate) fn new() -> Tie {
        Tie(format!("tie_{:016x}", fastrand::u64(..)))
    }

    /// Adds the alias as the first selection of the operation, which precedes the fragments and has
    /// no variable whose default is an object.
    pub(crate) fn document(&self, query: &str) -> String {
        match query.split_once('{') {
            Some((head, rest)) => format!("{head}{{{}:__typename {rest}", self.0),
            None => query.to_owned(),
        }
    }

    pub(crate) fn origin(&self, body: &[u8]) -> ReplyOrigin {
        #[derive(Deserialize)]
        struct Body<'a> {
            #[serde(borrow, default)]
            data: Option<&'a RawValue>,
        }
        let Ok(Body { data: Some(data) }) = serde_json::from_slice(body) else {
            return ReplyOrigin::Unknown;
        };
        let fields: Result<BTreeMap<String, IgnoredAny>, _> = serde_json::from_str(data.get());
        if fields.is_ok_and(|fields| fields.contains_key(&self.0)) {
            ReplyOrigin::ThisRequest
        } else {
            ReplyOrigin::OtherRequest
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_has_a_unique_alias() {
        let query = "# since 2.18.0\nquery A($id: Int!) {\n  taskById(id: $id) {\n    ...F\n  }\n}\n\
                     fragment F on Task { id }";
        let tie = Tie(String::from("tie_1"));
        assert_eq!(
            tie.document(query),
            query.replacen("{\n", "{tie_1:__typename \n", 1)
        );
        assert_ne!(Tie::new().document(query), Tie::new().document(query));
    }

    #[test]
    fn only_a_reply_with_the_alias_belongs_to_the_request() {
        let tie = Tie(String::from("tie_1"));
        for (body, origin) in [
            (
                r#"{"data":{"tie_1":"Query","a":null}}"#,
                ReplyOrigin::ThisRequest,
            ),
            (
                r#"{"errors":[{"message":"x"}],"data":{"a":1,"tie_1":null}}"#,
                ReplyOrigin::ThisRequest,
            ),
            (
                r#"{"data":{"tie_2":"Query","a":null}}"#,
                ReplyOrigin::OtherRequest,
            ),
            (
                r#"{"data":{"a":{"tie_1":"Query"}}}"#,
                ReplyOrigin::OtherRequest,
            ),
            (r#"{"data":{"a":"\"tie_1\":"}}"#, ReplyOrigin::OtherRequest),
            (r#"{"data":{}}"#, ReplyOrigin::OtherRequest),
            (r#"{"data":["tie_1"]}"#, ReplyOrigin::OtherRequest),
            (
                r#"{"data":null,"errors":[{"message":"tie_1"}]}"#,
                ReplyOrigin::Unknown,
            ),
            (r#"{"errors":[{"message":"tie_1"}]}"#, ReplyOrigin::Unknown),
            (r#"{"data":{"tie_1":"Query""#, ReplyOrigin::Unknown),
            ("<html>", ReplyOrigin::Unknown),
            ("", ReplyOrigin::Unknown),
        ] {
            assert_eq!(tie.origin(body.as_bytes()), origin, "{body}");
        }
    }
}
