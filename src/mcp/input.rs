//! Messages of the client, from bytes.

use rmcp::ErrorData;
use rmcp::model::{ClientRequest, ErrorCode, JsonObject, JsonRpcMessage};
use rmcp::service::{RoleServer, RxJsonRpcMessage};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::tools::Input;

/// In bytes. A Lagoon takes no request of more than 100 kB.
const LONGEST: usize = 4 << 20;

/// Divides bytes into lines.
#[derive(Debug, Default)]
pub struct Lines {
    open: Vec<u8>,
    is_too_long: bool,
}

/// A line of at most [`LONGEST`] bytes without its end; `None` for a longer one.
pub(super) type Line = Option<Vec<u8>>;

impl Lines {
    /// The lines that this piece ends.
    pub fn feed(&mut self, piece: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut parts = piece.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            if self.open.len() + part.len() > LONGEST {
                self.open = Vec::new();
                self.is_too_long = true;
            } else if !self.is_too_long {
                self.open.extend_from_slice(part);
            }
            if parts.peek().is_some() {
                let line = std::mem::take(&mut self.open);
                let is_too_long = std::mem::take(&mut self.is_too_long);
                lines.push((!is_too_long).then_some(line));
            }
        }
        lines
    }
}

#[derive(Debug)]
pub enum Incoming {
    Message(Box<RxJsonRpcMessage<RoleServer>>),
    /// With the error to send.
    Refused(Value),
    /// With the warning to print.
    Ignored(&'static str),
    Nothing,
}

/// Reads a message. JSON that is not a valid message gets an error reply, so that the client does
/// not wait.
pub fn read_line(line: &Line) -> Incoming {
    let Some(line) = line else {
        let why = format!("the message is longer than {LONGEST} bytes");
        return refused(Value::Null, ErrorCode::INVALID_REQUEST, &why);
    };
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    if line.iter().all(u8::is_ascii_whitespace) {
        return Incoming::Nothing;
    }
    if let Ok(message) = serde_json::from_slice::<RxJsonRpcMessage<RoleServer>>(line)
        && !is_misread(&message)
    {
        return Incoming::Message(Box::new(message));
    }
    let Ok(value) = serde_json::from_slice::<Value>(line) else {
        return Incoming::Ignored("ignored a line from the client that is not JSON");
    };
    let is_request = value.get("method").is_some();
    match value.get("id") {
        Some(id) if is_request => {
            let (code, why) = problem(&value);
            refused(id.clone(), code, &why)
        }
        None if is_request => Incoming::Ignored("ignored an invalid notification from the client"),
        Some(_) if value.is_object() => {
            Incoming::Ignored("ignored an invalid reply from the client")
        }
        _ => refused(
            Value::Null,
            ErrorCode::INVALID_REQUEST,
            "the message is not a request",
        ),
    }
}

/// `rmcp` reads a known request with invalid parameters as a custom request.
fn is_misread(message: &RxJsonRpcMessage<RoleServer>) -> bool {
    const KNOWN: [&str; 4] = ["initialize", "ping", "tools/call", "tools/list"];
    let JsonRpcMessage::Request(request) = message else {
        return false;
    };
    match &request.request {
        ClientRequest::CustomRequest(custom) => KNOWN.contains(&custom.method.as_str()),
        _ => false,
    }
}

fn refused(id: Value, code: ErrorCode, message: &str) -> Incoming {
    Incoming::Refused(json!({
        "jsonrpc": "2.0",
        "id": id,
        "error": {"code": code.0, "message": message},
    }))
}

/// The first field of a request that is wrong.
fn problem(request: &Value) -> (ErrorCode, String) {
    let invalid = |why: &str| (ErrorCode::INVALID_REQUEST, why.to_owned());
    if request["jsonrpc"] != "2.0" {
        return invalid("`jsonrpc` must be \"2.0\"");
    }
    if !matches!(&request["id"], Value::String(_)) && request["id"].as_i64().is_none() {
        return invalid("`id` must be a whole number or a string");
    }
    let Some(method) = request["method"].as_str() else {
        return invalid("`method` must be a string");
    };
    let params = &request["params"];
    let wrong = |why: String| (ErrorCode::INVALID_PARAMS, why);
    if !params.is_object() && !params.is_null() {
        return wrong("`params` must be an object".to_owned());
    }
    if method == "tools/call" {
        if !params["name"].is_string() {
            return wrong("`params.name` must be the name of a tool".to_owned());
        }
        if !params["arguments"].is_object() && !params["arguments"].is_null() {
            return wrong("`params.arguments` must be an object".to_owned());
        }
    }
    wrong(format!("invalid parameters for `{method}`"))
}

/// Reads the arguments of a tool. The error names the field.
pub(super) fn arguments<T: DeserializeOwned>(given: Option<JsonObject>) -> Result<T, ErrorData> {
    let value = Value::Object(given.unwrap_or_default());
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let why = error.into_inner();
        if path == "." {
            return ErrorData::invalid_params(why.to_string(), None);
        }
        let field = json!({"field": path});
        ErrorData::invalid_params(format!("`{path}`: {why}"), Some(field))
    })
}

/// The error about the arguments of a tool; `None` if they can be used.
#[must_use]
pub fn check_arguments(tool: &str, given: Option<JsonObject>) -> Option<String> {
    let error = Input::read(tool, given).err()?;
    Some(error.message.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(line: &str) -> String {
        match read_line(&Some(line.as_bytes().to_owned())) {
            Incoming::Refused(answer) => answer.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_are_divided_wherever_the_pieces_end() {
        let mut lines = Lines::default();
        assert_eq!(lines.feed(b"a\nb"), [Some(b"a".to_vec())]);
        assert_eq!(
            lines.feed(b"c\n\n"),
            [Some(b"bc".to_vec()), Some(Vec::new())]
        );
        assert!(lines.feed(&vec![b'x'; LONGEST]).is_empty());
        assert!(lines.feed(b"y").is_empty());
        assert_eq!(lines.feed(b"\nz\n"), [None, Some(b"z".to_vec())]);
    }

    #[test]
    fn a_request_that_is_no_message_is_answered_with_its_id() {
        for (line, text) in [
            (
                r#"{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}"#,
                "`id`",
            ),
            (r#"{"id":7,"method":"tools/list"}"#, "`jsonrpc`"),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}"#,
                "`params`",
            ),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":3}}"#,
                "`params.name`",
            ),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","arguments":1}}"#,
                "`params.arguments`",
            ),
        ] {
            let answer = answer(line);
            assert!(answer.contains(text), "{answer}");
            let id = if line.contains("1.5") { "1.5" } else { "7" };
            assert!(answer.contains(&format!("\"id\":{id}")), "{answer}");
        }
        assert!(answer("[]").contains("\"id\":null"));
    }

    #[test]
    fn other_input_is_ignored() {
        for line in [
            "nonsense",
            "{",
            "{\"id\":1}",
            "{\"jsonrpc\":\"2.0\",\"method\":3}",
        ] {
            let read = read_line(&Some(line.as_bytes().to_owned()));
            assert!(matches!(read, Incoming::Ignored(_)), "{line}: {read:?}");
        }
        assert!(matches!(
            read_line(&Some(b" \r".to_vec())),
            Incoming::Nothing
        ));
    }

    #[test]
    fn an_error_about_arguments_names_the_field() {
        let of = |tool: &str, given: Value| {
            let given = given.as_object().cloned();
            check_arguments(tool, given).unwrap_or_default()
        };
        for (tool, given, field) in [
            ("list_tasks", json!({"project": "shop"}), "`environment`"),
            (
                "list_tasks",
                json!({"project": 5, "environment": "x"}),
                "`project`",
            ),
            ("list_projects", json!({"all": true}), "`all`"),
            ("run_status", json!({"run": "63"}), "`run`"),
            ("run_status", json!({"run": 0}), "`run`"),
            ("run_log", json!({"run": 1, "tail": -1}), "`tail`"),
            (
                "run_log",
                json!({"run": 1, "tail": 5, "firstLine": 1}),
                "`firstLine`",
            ),
            (
                "wait_for_run",
                json!({"run": 1, "timeoutSeconds": 0}),
                "`timeoutSeconds`",
            ),
            (
                "invoke_task",
                json!({"project": "p", "environment": "e", "task": "t", "arguments": {"A": 1}}),
                "`arguments.A`",
            ),
            ("no_such_tool", json!({}), "`no_such_tool`"),
        ] {
            let error = of(tool, given.clone());
            assert!(error.contains(field), "{tool} {given}: {error}");
        }
        assert_eq!(of("run_status", json!({"run": 63})), "");
    }
}
