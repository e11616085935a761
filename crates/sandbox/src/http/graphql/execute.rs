//! One GraphQL request, parsed, validated and executed, with Apollo's statuses.

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::parser::{Error, parse_query};
use async_graphql::{Request, ServerError, Variables};
use serde_json::{Map, Number, Value, json};

use super::GraphQl;
use super::document::{crashes_plugin, drop_absent, mark_objects, null_values, unmark};
use crate::http::App;
use crate::permissions::Caller;
use crate::schema;
use crate::state::Session;

pub(in crate::http) struct ExecutionOutcome {
    pub(in crate::http) status: u16,
    pub(in crate::http) body: Value,
}

pub(in crate::http) enum Refused {
    /// The document cannot be parsed, or Lagoon's plugin fails on it.
    Unreadable(String),
    /// The document has no such operation, or several and none is named.
    NoOperation(String),
    Document(String),
    /// A variable is missing, or the variables are no object.
    Variables(String),
    NotAQuery,
}

impl Refused {
    fn outcome(self) -> ExecutionOutcome {
        let (status, message) = match self {
            Refused::Unreadable(message) => (500, message),
            Refused::NoOperation(message)
            | Refused::Document(message)
            | Refused::Variables(message) => (400, message),
            Refused::NotAQuery => (405, "GET supports only query operation".to_owned()),
        };
        ExecutionOutcome {
            status,
            body: json!({"errors": [{"message": message}]}),
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        let message = error.to_string();
        // The parser draws the place on several lines; the reason is on the last one.
        let message = match message.rsplit_once("= ") {
            Some((_, reason)) => format!("Syntax Error: {reason}"),
            None => message,
        };
        match error {
            Error::Syntax { .. } | Error::RecursionLimitExceeded => Refused::Unreadable(message),
            Error::FragmentDuplicated { .. } => Refused::Document(message),
            _ => Refused::NoOperation(message),
        }
    }
}

pub(in crate::http) struct PreparedOperation {
    pub(in crate::http) request: Request,
    pub(in crate::http) kind: OperationType,
    /// The data if all fields are `null`.
    pub(in crate::http) nulls: Map<String, Value>,
}

pub(in crate::http) async fn execute(
    app: &App,
    caller: &Caller,
    request: GraphQl,
) -> ExecutionOutcome {
    match prepare(app, caller, request, true) {
        Ok(prepared) => run(prepared).await,
        Err(refused) => refused.outcome(),
    }
}

pub(in crate::http) async fn run(prepared: PreparedOperation) -> ExecutionOutcome {
    let PreparedOperation {
        request,
        kind,
        nulls,
    } = prepared;
    let response = schema::schema().execute(request).await;
    if kind == OperationType::Subscription && only_wrong_transport(&response.errors) {
        // The reply to a subscription that was sent as a query.
        return answer(Value::Object(nulls), &[]);
    }
    answer(plain(response.data), &response.errors)
}

/// Parses a request. Over HTTP, it passes Apollo's plugins.
pub(in crate::http) fn prepare(
    app: &App,
    caller: &Caller,
    request: GraphQl,
    has_plugins: bool,
) -> Result<PreparedOperation, Refused> {
    // Lagoon inserts the query into a template string, where nothing becomes a word.
    let text = request.query.as_str().unwrap_or("null").to_owned();
    let mut document = parse_query(&text)?;
    if has_plugins && crashes_plugin(&document) {
        let message = "Cannot read properties of undefined (reading 'value')";
        return Err(Refused::Unreadable(message.to_owned()));
    }
    let operation = operation(&document, request.operation_name.as_deref())?;
    let kind = operation.ty;
    let is_good_for_get = match kind {
        OperationType::Query => true,
        // Only Apollo refuses it.
        OperationType::Subscription => !has_plugins,
        OperationType::Mutation => false,
    };
    if request.is_get && !is_good_for_get {
        return Err(Refused::NotAQuery);
    }
    let variables = variables(operation, request.variables)?;
    let nulls = null_values(operation);
    drop_absent(&mut document, &variables);
    mark_objects(&mut document);

    // Addresses of files start with the host that the client asked, which may be a tunnel's.
    let base = match &request.host {
        Some(host) => format!("http://{host}"),
        None => format!("http://{}", app.address),
    };
    let mut prepared = Request::new(text)
        .variables(Variables::from_json(Value::Object(variables)))
        .data(Session {
            state: app.sandbox.state.clone(),
            caller: caller.clone(),
            base,
        });
    if let Some(name) = request.operation_name {
        prepared = prepared.operation_name(name);
    }
    for upload in request.uploads {
        for path in &upload.places {
            prepared.set_upload(path, upload.value());
        }
    }
    prepared.set_parsed_query(document);
    Ok(PreparedOperation {
        request: prepared,
        kind,
        nulls,
    })
}

fn variables(operation: &OperationDefinition, given: Value) -> Result<Map<String, Value>, Refused> {
    let mut given = match given {
        Value::Object(given) => given,
        // JavaScript takes an array for an object.
        Value::Null | Value::Array(_) => Map::new(),
        _ => return Err(Refused::Variables("the variables are no object".to_owned())),
    };
    for definition in &operation.variable_definitions {
        let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
        let is_given = match given.get(name.as_str()) {
            Some(value) => !value.is_null(),
            None => definition.node.default_value.is_some(),
        };
        if !kind.nullable && !is_given {
            let message = format!("variable ${name} of type {kind} is missing");
            return Err(Refused::Variables(message));
        }
    }
    given.values_mut().for_each(whole_numbers);
    Ok(given)
}

/// Makes integers of numbers such as 7.0, as JavaScript does.
fn whole_numbers(value: &mut Value) {
    match value {
        Value::Number(number) => {
            let whole = number
                .as_f64()
                .filter(|float| number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15);
            #[allow(clippy::cast_possible_truncation)] // it is whole and in range
            if let Some(whole) = whole {
                *number = Number::from(whole as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole_numbers),
        Value::Object(fields) => fields.values_mut().for_each(whole_numbers),
        _ => {}
    }
}

pub(in crate::http) fn plain(data: async_graphql::Value) -> Value {
    let mut data = data.into_json().unwrap_or(Value::Null);
    unmark(&mut data);
    data
}

pub(in crate::http) fn answer(data: Value, errors: &[ServerError]) -> ExecutionOutcome {
    if errors.is_empty() {
        return ExecutionOutcome {
            status: 200,
            body: json!({"data": data}),
        };
    }
    let shown: Vec<_> = errors.iter().map(show).collect();
    if errors.iter().any(is_invalid) {
        return ExecutionOutcome {
            status: 400,
            body: json!({"errors": shown}),
        };
    }
    ExecutionOutcome {
        status: 200,
        body: json!({"errors": shown, "data": data}),
    }
}

/// An error without extensions, as in production.
fn show(error: &ServerError) -> Value {
    let mut shown = json!({"message": error.message});
    if !error.locations.is_empty() {
        let places = error.locations.iter();
        shown["locations"] = places
            .map(|at| json!({"line": at.line, "column": at.column}))
            .collect();
    }
    if !error.path.is_empty() {
        shown["path"] = serde_json::to_value(&error.path).unwrap_or(Value::Null);
    }
    shown
}

/// Tells invalid documents and values, of which some are only noticed by a resolver, from failures.
fn is_invalid(error: &ServerError) -> bool {
    error.path.is_empty()
        || error.message.starts_with("Failed to parse \"")
        || error.message.starts_with("Invalid value for argument ")
}

fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refused> {
    let mut operations = document.operations.iter();
    let found = match name {
        Some(name) => operations.find(|(known, _)| known.is_some_and(|known| known == name)),
        None => operations.next().filter(|_| operations.next().is_none()),
    };
    let found = found.map(|(_, operation)| &operation.node);
    found.ok_or_else(|| Refused::NoOperation("the operation is unknown or not named".to_owned()))
}

fn only_wrong_transport(errors: &[ServerError]) -> bool {
    let words = "Subscriptions are not supported on this transport.";
    errors.iter().all(|error| error.message == words)
}
