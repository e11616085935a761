//! GraphQL documents that users write, and what their operations do.

use async_graphql_parser::parse_query;
use async_graphql_parser::types::OperationType;
use serde_json::{Map, Value};

#[derive(Debug, Clone)]
pub struct Document {
    pub query: String,
    /// The operation to execute, if the document has several.
    pub operation: Option<String>,
    pub variables: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Query,
    /// It changes data, or the document has no such operation or cannot be parsed here; Lagoon
    /// reports that.
    Mutation,
    Subscription,
}

impl Document {
    /// The type of the operation that would be executed.
    pub fn purpose(&self) -> Purpose {
        let Ok(parsed) = parse_query(&self.query) else {
            return Purpose::Mutation;
        };
        let mut found = parsed.operations.iter().filter(|(name, _)| {
            let name = name.map(|name| name.as_str());
            self.operation.is_none() || name == self.operation.as_deref()
        });
        match (found.next(), found.next()) {
            (Some((_, one)), None) => match one.node.ty {
                OperationType::Query => Purpose::Query,
                OperationType::Mutation => Purpose::Mutation,
                OperationType::Subscription => Purpose::Subscription,
            },
            _ => Purpose::Mutation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purpose(query: &str, operation: Option<&str>) -> Purpose {
        let document = Document {
            query: query.to_owned(),
            operation: operation.map(str::to_owned),
            variables: Map::new(),
        };
        document.purpose()
    }

    #[test]
    fn the_selected_operation_determines_the_purpose() {
        for query in ["{ me { id } }", "query A { me { id } }", "#mutation\n{ a }"] {
            assert_eq!(purpose(query, None), Purpose::Query, "{query}");
        }
        let both = "query A { a } mutation B { b } subscription C { c } fragment F on T { f }";
        assert_eq!(purpose(both, Some("A")), Purpose::Query);
        assert_eq!(purpose(both, Some("B")), Purpose::Mutation);
        assert_eq!(purpose(both, Some("C")), Purpose::Subscription);
    }

    #[test]
    fn an_ambiguous_operation_is_treated_as_a_mutation() {
        let both = "query A { a } query B { b }";
        assert_eq!(purpose(both, None), Purpose::Mutation);
        assert_eq!(purpose(both, Some("C")), Purpose::Mutation);
        assert_eq!(purpose("query {", None), Purpose::Mutation);
        assert_eq!(purpose("", None), Purpose::Mutation);
    }
}
