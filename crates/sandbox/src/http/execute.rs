//! One GraphQL request: parsed, validated and executed with Apollo's statuses.

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Request, ServerError, Variables};
use serde_json::{Map, Value, json};

use super::App;
use super::document::{drop_absent, fields, is_typename, mark_objects, trips_the_plugin, unmark};
use super::fault::{Fault, places};
use super::graphql::GraphQl;
use super::variables::coerce;
use super::{rules, syntax};
use crate::permissions::Caller;
use crate::schema::{self, Base};

/// What graphql-js says of variables that are no object.
const NO_VARIABLES: &str = "Variables must be provided as an Object where each property is a variable value. Perhaps look to see if an unparsed JSON string was provided.";

/// A status and a body.
pub(super) struct Outcome {
    pub(super) status: u16,
    pub(super) body: Value,
}

impl Outcome {
    fn errors(status: u16, faults: &[Fault]) -> Outcome {
        let errors: Vec<_> = faults.iter().map(Fault::value).collect();
        Outcome {
            status,
            body: json!({"errors": errors}),
        }
    }
}

/// Why a request is not executed.
pub(super) enum Refused {
    /// It cannot be parsed, or Lagoon's plugin trips over it.
    Unreadable(Fault),
    /// The document is wrong.
    Document(Vec<Fault>),
    /// The document has no operation, or more than one without a name: so it is wrong, too.
    NoOperation(Vec<Fault>),
    /// The operation that is meant is not among those of the document.
    WhichOperation(Fault),
    /// The variables are wrong.
    Variables(Vec<Fault>),
    /// Only queries may be in an address.
    NotAQuery,
}

impl Refused {
    fn outcome(self) -> Outcome {
        match self {
            Refused::Unreadable(fault) => Outcome::errors(500, &[fault]),
            Refused::Document(faults)
            | Refused::NoOperation(faults)
            | Refused::Variables(faults) => Outcome::errors(400, &faults),
            Refused::WhichOperation(fault) => Outcome::errors(400, &[fault]),
            Refused::NotAQuery => {
                let fault = Fault::at("GET supports only query operation", []);
                Outcome::errors(405, &[fault])
            }
        }
    }
}

/// A request that can be executed.
pub(super) struct Prepared {
    pub(super) request: Request,
    pub(super) kind: OperationType,
    /// The keys of the root fields, and whether each is `__typename`.
    keys: Vec<(String, bool)>,
}

/// Executes a request that came over HTTP.
pub(super) async fn execute(app: &App, caller: &Caller, request: GraphQl) -> Outcome {
    match prepare(app, caller, request, true) {
        Ok(prepared) => run(prepared).await,
        Err(refused) => refused.outcome(),
    }
}

/// Executes a prepared request.
pub(super) async fn run(prepared: Prepared) -> Outcome {
    let Prepared {
        request,
        kind,
        keys,
    } = prepared;
    let response = schema::schema().execute(request).await;
    if kind == OperationType::Subscription && only_wrong_transport(&response.errors) {
        return nothing_to_follow(&keys);
    }
    answer(plain(response.data), &response.errors)
}

/// Parses a request and checks all that can be checked without executing it. Apollo's plugins only
/// see what comes over HTTP.
pub(super) fn prepare(
    app: &App,
    caller: &Caller,
    request: GraphQl,
    has_plugins: bool,
) -> Result<Prepared, Refused> {
    // Lagoon puts the text into a template, where nothing becomes a word.
    let text = request.query.as_str().unwrap_or("null").to_owned();
    let name = request.operation_name.as_deref();
    let mut document =
        parse_query(&text).map_err(|error| syntax::refused(&text, name, &error, has_plugins))?;
    if has_plugins && trips_the_plugin(&document) {
        let message = "Cannot read properties of undefined (reading 'value')";
        return Err(Refused::Unreadable(Fault::at(message, [])));
    }
    let faults = rules::faults(&text, &document);
    // Apollo looks for the operation when the document is known to be right.
    if has_plugins && !faults.is_empty() {
        return Err(Refused::Document(faults));
    }
    let operation = operation(&document, name).map_err(Refused::WhichOperation)?;
    let kind = operation.ty;
    let is_good_for_get = match kind {
        OperationType::Query => true,
        // Only Apollo minds.
        OperationType::Subscription => !has_plugins,
        OperationType::Mutation => false,
    };
    if request.is_get && !is_good_for_get {
        return Err(Refused::NotAQuery);
    }
    if !faults.is_empty() {
        return Err(Refused::Document(faults));
    }
    if !matches!(
        request.variables,
        Value::Null | Value::Object(_) | Value::Array(_)
    ) {
        let fault = Fault::at(NO_VARIABLES, []);
        return Err(Refused::Variables(vec![fault]));
    }
    let variables = coerce(operation, &request.variables).map_err(Refused::Variables)?;
    let keys = fields(operation)
        .map(|field| {
            let key = field.response_key().node.to_string();
            (key, is_typename(field))
        })
        .collect();
    drop_absent(&mut document, &variables);
    mark_objects(&mut document);

    // Files have addresses that hold where this request came from: through a tunnel, too.
    let base = match &request.host {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", app.address),
    };
    let mut prepared = Request::new(text)
        .variables(Variables::from_json(Value::Object(variables)))
        .data(app.sandbox.state.clone())
        .data(caller.clone())
        .data(Base(base));
    if let Some(name) = request.operation_name {
        prepared = prepared.operation_name(name);
    }
    for upload in request.uploads {
        for path in &upload.places {
            prepared.set_upload(path, upload.value());
        }
    }
    prepared.set_parsed_query(document);
    Ok(Prepared {
        request: prepared,
        kind,
        keys,
    })
}

/// Data as they are sent.
pub(super) fn plain(data: async_graphql::Value) -> Value {
    let mut data = data.into_json().unwrap_or(Value::Null);
    unmark(&mut data);
    data
}

/// The answer with these data and errors.
pub(super) fn answer(data: Value, errors: &[ServerError]) -> Outcome {
    if errors.is_empty() {
        return Outcome {
            status: 200,
            body: json!({"data": data}),
        };
    }
    let shown: Vec<_> = errors.iter().map(show).collect();
    if errors.iter().any(is_invalid) {
        return Outcome {
            status: 400,
            body: json!({"errors": shown}),
        };
    }
    Outcome {
        status: 200,
        body: json!({"errors": shown, "data": data}),
    }
}

/// Without extensions, as in production.
fn show(error: &ServerError) -> Value {
    let mut shown = json!({"message": error.message});
    if !error.locations.is_empty() {
        shown["locations"] = places(&error.locations);
    }
    if !error.path.is_empty() {
        shown["path"] = serde_json::to_value(&error.path).unwrap_or(Value::Null);
    }
    shown
}

/// Whether the document or its values are wrong, rather than what a resolver found. Some values are
/// only read when a field is resolved.
fn is_invalid(error: &ServerError) -> bool {
    error.path.is_empty()
        || error.message.starts_with("Failed to parse \"")
        || error.message.starts_with("Invalid value for argument ")
}

/// The operation that is meant.
fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Fault> {
    let mut operations = document.operations.iter();
    match name {
        Some(name) => operations
            .find(|(known, _)| known.is_some_and(|known| known.as_str() == name))
            .map(|(_, operation)| &operation.node)
            .ok_or_else(|| Fault::at(format!("Unknown operation named \"{name}\"."), [])),
        None => match (operations.next(), operations.next()) {
            (Some((_, operation)), None) => Ok(&operation.node),
            _ => {
                let message = "Must provide operation name if query contains multiple operations.";
                Err(Fault::at(message, []))
            }
        },
    }
}

fn only_wrong_transport(errors: &[ServerError]) -> bool {
    let words = "Subscriptions are not supported on this transport.";
    errors.iter().all(|error| error.message == words)
}

/// A subscription that is sent as if it were a query finds nothing.
fn nothing_to_follow(fields: &[(String, bool)]) -> Outcome {
    let data: Map<_, _> = fields
        .iter()
        .map(|(key, is_typename)| {
            let value = if *is_typename {
                Value::from("Subscription")
            } else {
                Value::Null
            };
            (key.clone(), value)
        })
        .collect();
    Outcome {
        status: 200,
        body: json!({"data": data}),
    }
}
