//! `tasks api`: send a GraphQL document.

mod fields;

use clap::Args;
use serde_json::{Map, Value};

use crate::app::{self, App};
use crate::commands::input::{located, object, text};
use crate::commands::report::{PreparedReport, ResultPrinter};
use crate::domain::document::{Document, Purpose};
use crate::domain::task::quoting::suggestion;
use crate::error::Error;
use crate::ops::document;
use crate::output::{Format, Grid};
use crate::settings::is_structured;

use fields::{Fields, is_json, typed};

const EXAMPLES: &str = "\
Examples:
  # Send a query
  tasks api '{ me { email } }'
  # Send a query from a file with a variable, and filter the response
  tasks api --file runs.graphql -F environment=42 --jq .data.environmentById
  # Set fields of an input object
  tasks api --file update.graphql -F 'input[id]=7' -F 'input[patch][name]=New'
  # Read the document from stdin
  echo '{ lagoonVersion }' | tasks api -";

/// Send a GraphQL document
///
/// Sends the document as the signed-in user and prints the whole response. If the response has
/// errors, the exit code is 1, or 4 if something is not allowed. A query without a response is
/// retried; a mutation is sent once.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ApiArgs {
    /// GraphQL document; `-` reads it from stdin
    #[arg(value_name = "DOCUMENT", required_unless_present = "file")]
    document: Option<String>,
    /// Read the document from this file; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "document", value_hint = clap::ValueHint::FilePath)]
    file: Option<String>,
    /// Set a variable to a number, true, false, null or a string; @FILE reads a file
    #[arg(short = 'F', long = "field", value_name = "NAME=VALUE")]
    fields: Vec<String>,
    /// Set a variable to a literal string
    #[arg(short = 'f', long = "raw-field", value_name = "NAME=VALUE")]
    raw_fields: Vec<String>,
    /// Set all variables from a JSON object or file; `-` is stdin
    #[arg(long, value_name = "JSON|FILE")]
    variables: Option<String>,
    /// Select an operation of the document
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
}

pub(crate) async fn run(args: ApiArgs, app: &App) -> Result<(), Error> {
    let format = format(app)?;
    let document = read(args, app)?;
    let answer = document::ask(app.lagoon().await?, &document).await?;
    if answer.status != 200 {
        app.ui.note(&format!(
            "Lagoon answered with HTTP status {}",
            answer.status
        ));
    }
    let given = match format {
        Some(format) => format.print(&PreparedReport::new(answer.value, Grid::default())),
        None => app::print(&app.ui, &format!("{}\n", answer.text.trim_end())),
    };
    answer.failure.map_or(given, Err)
}

fn read(args: ApiArgs, app: &App) -> Result<Document, Error> {
    let from_stdin = [&args.document, &args.file, &args.variables]
        .into_iter()
        .filter(|given| given.as_deref() == Some("-"))
        .count()
        + args.fields.iter().filter(|f| f.ends_with("=@-")).count();
    if from_stdin > 1 {
        return Err(Error::stdin_twice());
    }
    let query = match (args.document, &args.file) {
        (Some(document), _) if document != "-" => document,
        (Some(_), _) => text::exact(app, "api", "-")?,
        (None, Some(file)) => text::exact(app, "--file", file)?,
        (None, None) => return Err(Error::not_given("document")),
    };
    if query.trim().is_empty() {
        return Err(Error::usage("the document is empty").hint("for example: '{ me { email } }'"));
    }
    let given = args.variables.as_deref();
    let variables = given.map_or_else(|| Ok(Map::new()), |given| variables(app, given))?;
    let mut fields = Fields::default();
    for given in &args.raw_fields {
        fields.add("--raw-field", given, |text| {
            Ok(Value::String(text.to_owned()))
        })?;
    }
    for given in &args.fields {
        fields.add("--field", given, |text| match text.strip_prefix('@') {
            Some(file) => Ok(Value::String(text::exact(app, "--field", file)?)),
            None if is_json(text) => Err(not_single(given, text)),
            None => Ok(typed(text)),
        })?;
    }
    let document = Document {
        query,
        operation: args.operation,
        variables: fields.over(variables),
    };
    if document.purpose() == Purpose::Subscription {
        return Err(Error::usage("subscriptions are not supported")
            .hint("to follow a run, use `tasks wait` or `tasks logs --follow`"));
    }
    Ok(document)
}

fn variables(app: &App, given: &str) -> Result<Map<String, Value>, Error> {
    let is_json = given.trim_start().starts_with('{');
    let text = if is_json {
        given.to_owned()
    } else {
        text::exact(app, "--variables", given).map_err(|error| match given.strip_prefix('@') {
            Some(path) => error.hint(format!(
                "name the file without `@`: {}",
                suggestion(["--variables", path])
            )),
            None => error,
        })?
    };
    let wrong = |why: String| {
        let what = if is_json { "the value" } else { given };
        Error::usage(format!("--variables: {what} is not a JSON object: {why}"))
            .hint("for example: {\"name\": \"shop\"}")
    };
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str(text) {
        Ok(Value::Object(variables)) => {
            // The map keeps only the last of repeated keys.
            object(text, 1).map_err(wrong)?;
            Ok(variables)
        }
        Ok(_) => Err(wrong("found another JSON value".to_owned())),
        Err(error) => Err(wrong(located(&error, 1))),
    }
}

fn not_single(given: &str, text: &str) -> Error {
    let key = given.split_once('=').map_or(given, |(key, _)| key);
    let error = Error::usage(format!(
        "--field `{key}`: -F takes single values, not objects or lists"
    ));
    let error = if key.contains('[') {
        error.hint("pass all variables as JSON: --variables '{\"NAME\": …}'")
    } else {
        let variables = format!("{{{}: {text}}}", Value::from(key));
        error.hint(format!(
            "pass it as JSON: {}",
            suggestion(["--variables", &variables])
        ))
    };
    error.hint(format!(
        "or pass it as a string: {}",
        suggestion(["-f", given])
    ))
}

/// The format of the reply; `None` prints it as it was received.
fn format(app: &App) -> Result<Option<ResultPrinter>, Error> {
    // The variable is for all commands, and `api` has no tables.
    let output = app.settings.output.as_ref();
    let output = output.filter(|o| o.is_flag() || is_structured(&o.value));
    match (output, &app.settings.jq) {
        (Some(output), _) if !is_structured(&output.value) => {
            let format = &output.value;
            Err(
                Error::usage(format!("--output: `tasks api` cannot print {format}"))
                    .hint("use json, jsonl or yaml; --jq selects parts of the result"),
            )
        }
        (Some(_), _) => ResultPrinter::plan(app).map(Some),
        (None, None) if !app.ui.terminal().stdout => Ok(None),
        (None, _) => ResultPrinter::of(app, Some(Format::Json)).map(Some),
    }
}
