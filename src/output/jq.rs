//! `--jq`: filtering the result with an expression, in this process.

use std::borrow::Cow;
use std::fmt;

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Vars, compile};
use jaq_json::{Num, Val, read};
use serde_json::{Map, Value};

use super::error::OutputError;
use crate::terminal::clean::escape_json;
use crate::terminal::{Stream, Ui, clean_text};

type Data = JustLut<Val>;

const LONGEST_REASON: usize = 200;

/// In bytes; within this length, a failure can still replace the whole output.
const HELD_BACK: usize = 1 << 20;

/// Has no access to files and variables.
pub(crate) struct Jq {
    expression: String,
    filter: Filter<Data>,
}

impl fmt::Debug for Jq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Jq").field(&self.expression).finish()
    }
}

impl Jq {
    /// The error names `--jq` and the position.
    pub(crate) fn compile(expression: &str) -> Result<Self, OutputError> {
        let definitions = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs());
        // `env` would let an expression that the user copied print a token.
        let functions = jaq_core::funs()
            .chain(jaq_std::funs().filter(|(name, ..)| *name != "env"))
            .chain(jaq_json::funs());
        let program = File {
            code: expression,
            path: (),
        };
        let arena = Arena::default();
        let modules = Loader::new(definitions)
            .load(&arena, program)
            .map_err(|errors| refuse(expression, errors.iter().find_map(not_loaded)))?;
        // An imported variable would be looked up when the expression runs, and panic.
        load::import(&modules, |_| Err(String::new()))
            .map_err(|errors| refuse(expression, errors.iter().find_map(not_loaded)))?;
        let filter = Compiler::default()
            .with_funs(functions)
            .compile(modules)
            .map_err(|errors| refuse(expression, errors.iter().find_map(not_compiled)))?;
        Ok(Jq {
            expression: expression.to_owned(),
            filter,
        })
    }

    /// Writes nothing if the expression fails, unless it has written much before.
    pub(super) fn emit(&self, json: Vec<u8>, stream: Stream, ui: &Ui) -> Result<(), OutputError> {
        let on_terminal = ui.terminal().is(stream);
        let mut held = String::new();
        self.run(json, |output| {
            let text = shown(output, on_terminal);
            if held.len() + text.len() > HELD_BACK {
                ui.write(stream, held.as_bytes())?;
                ui.write(stream, text.as_bytes())?;
                held.clear();
            } else {
                held.push_str(&text);
            }
            held.push('\n');
            Ok(())
        })?;
        Ok(ui.write(stream, held.as_bytes())?)
    }

    fn run(
        &self,
        json: Vec<u8>,
        mut each: impl FnMut(&Val) -> Result<(), OutputError>,
    ) -> Result<(), OutputError> {
        let input = read::parse_single(&json).map_err(|error| {
            OutputError::Filter(format!("--jq cannot read the result: {error}"))
        })?;
        drop(json);
        let context = Ctx::<Data>::new(&self.filter.lut, Vars::new([]));
        for output in self.filter.id.run((context, input)) {
            match output {
                Ok(output) => each(&output)?,
                Err(exception) => return self.stop(exception),
            }
        }
        Ok(())
    }

    /// `halt` is a success.
    fn stop(&self, exception: jaq_core::Exn<'_, Val>) -> Result<(), OutputError> {
        let reason = match exception.get_err() {
            Ok(error) => error.to_string(),
            Err(exception) => match exception.get_halt() {
                Ok(0) => return Ok(()),
                Ok(code) => format!("halted with {code}"),
                Err(_) => "it stopped early".to_owned(),
            },
        };
        // The reason quotes the value, which can be the whole result.
        let reason = match reason.char_indices().nth(LONGEST_REASON) {
            Some((end, _)) => format!("{}…", &reason[..end]),
            None => reason,
        };
        let expression = &self.expression;
        Err(OutputError::Filter(format!(
            "--jq '{expression}' failed: {reason}"
        )))
    }
}

/// A string is bare, anything else compact JSON.
fn shown(output: &Val, on_terminal: bool) -> Cow<'_, str> {
    match (output, on_terminal) {
        (Val::TStr(text) | Val::BStr(text), false) => String::from_utf8_lossy(text),
        (Val::TStr(text) | Val::BStr(text), true) => {
            clean_text(&String::from_utf8_lossy(text)).into()
        }
        (other, false) => to_json(other).to_string().into(),
        (other, true) => escape_json(&to_json(other).to_string()).into(),
    }
}

type Fault<'a> = (String, &'a str);

fn not_loaded<'a>((_, error): &(File<&'a str, ()>, load::Error<&'a str>)) -> Option<Fault<'a>> {
    match error {
        load::Error::Io(errors) => {
            let (module, _) = errors.first()?;
            Some(("modules cannot be loaded".to_owned(), *module))
        }
        load::Error::Lex(errors) => {
            let (expected, rest) = errors.first()?;
            Some((format!("expected {}", expected.as_str()), *rest))
        }
        load::Error::Parse(errors) => {
            let (expected, found) = errors.first()?;
            Some((format!("expected {}", expected.as_str()), *found))
        }
    }
}

fn not_compiled<'a>(
    (_, errors): &(File<&'a str, ()>, Vec<compile::Error<&'a str>>),
) -> Option<Fault<'a>> {
    let (name, undefined) = errors.first()?;
    let arity = match undefined {
        compile::Undefined::Filter(arity) => format!("/{arity}"),
        _ => String::new(),
    };
    let kind = undefined.as_str();
    Some((format!("unknown {kind} {name}{arity}"), *name))
}

fn refuse(expression: &str, fault: Option<Fault<'_>>) -> OutputError {
    let Some((what, part)) = fault else {
        return OutputError::usage(format!("--jq '{expression}': invalid expression"));
    };
    // The part is a slice of the expression, at its end if something is missing there.
    let offset = (part.as_ptr() as usize).wrapping_sub(expression.as_ptr() as usize);
    let at = match expression.get(..offset) {
        Some(before) if offset < expression.len() => {
            format!("at character {}", before.chars().count() + 1)
        }
        _ => "at the end".to_owned(),
    };
    OutputError::usage(format!("--jq '{expression}': {what} {at}"))
}

fn to_json(value: &Val) -> Value {
    match value {
        Val::Null => Value::Null,
        Val::Bool(flag) => Value::Bool(*flag),
        Val::Num(number) => number_to_json(number),
        Val::TStr(bytes) | Val::BStr(bytes) => String::from_utf8_lossy(bytes).into(),
        Val::Arr(elements) => elements.iter().map(to_json).collect(),
        Val::Obj(fields) => {
            let field = |(name, value): (&Val, &Val)| {
                let name = match to_json(name) {
                    Value::String(name) => name,
                    other => other.to_string(),
                };
                (name, to_json(value))
            };
            Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
        }
    }
}

/// JSON has no infinity and no NaN: they become `null`.
fn number_to_json(number: &Num) -> Value {
    serde_json::from_str(&number.to_string()).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn run(expression: &str, value: &Value) -> Result<String, String> {
        let jq = Jq::compile(expression).map_err(|error| error.to_string())?;
        let mut text = String::new();
        jq.run(value.to_string().into_bytes(), |output| {
            text.push_str(&shown(output, false));
            text.push('\n');
            Ok(())
        })
        .map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn strings_are_printed_raw_and_other_values_compact() {
        let value = json!([{"id": 42, "name": "Run \"audit\"\ttoday"}, {"id": 43, "name": "b"}]);
        let ok = |expression| run(expression, &value).unwrap();
        assert_eq!(ok(".[].name"), "Run \"audit\"\ttoday\nb\n");
        assert_eq!(
            ok(".[0]"),
            "{\"id\":42,\"name\":\"Run \\\"audit\\\"\\ttoday\"}\n"
        );
        assert_eq!(ok("map(.id)"), "[42,43]\n");
        assert_eq!(ok(".[] | select(.id > 42) | .name"), "b\n");
        assert_eq!(ok("[.[].name | length] | add"), "18\n");
        assert_eq!(ok("map({(.name): .id}) | .[1]"), "{\"b\":43}\n");
        assert_eq!(ok(".[].missing"), "null\nnull\n");
        assert_eq!(ok("1.5, 1e1000, nan, infinite"), "1.5\nnull\nnull\nnull\n");
        assert_eq!(ok("empty"), "");
        assert_eq!(ok("1, halt, 2"), "1\n");
    }

    #[test]
    fn key_order_and_large_numbers_are_kept() {
        let value = json!({"z": 1, "a": 9_007_199_254_740_993_i64, "f": 0.1});
        let text = run(".", &value).unwrap();
        assert_eq!(text, "{\"z\":1,\"a\":9007199254740993,\"f\":0.1}\n");
    }

    #[test]
    fn a_syntax_error_names_its_position() {
        let fails = |expression| run(expression, &Value::Null).unwrap_err();
        assert_eq!(
            fails(".[0"),
            "--jq '.[0': expected closing bracket at the end"
        );
        assert_eq!(
            fails("ü | &"),
            "--jq 'ü | &': expected token at character 1"
        );
        assert_eq!(
            fails(". | ]"),
            "--jq '. | ]': expected token at character 5"
        );
        assert_eq!(fails(". |"), "--jq '. |': expected term at the end");
        assert_eq!(fails(""), "--jq '': expected term at the end");
        assert_eq!(
            fails(".a | nope(1)"),
            "--jq '.a | nope(1)': unknown filter nope/1 at character 6"
        );
        assert_eq!(fails("$x"), "--jq '$x': unknown variable $x at character 1");
    }

    #[test]
    fn a_failing_expression_reports_the_reason() {
        let message = run(".[0]", &json!(5)).unwrap_err();
        assert!(
            message.starts_with("--jq '.[0]' failed: cannot index"),
            "{message}"
        );
        let message = run("error(\"no\")", &Value::Null).unwrap_err();
        assert_eq!(message, "--jq 'error(\"no\")' failed: \"no\"");
        let message = run(".[] | tonumber", &json!(["x".repeat(10_000)])).unwrap_err();
        assert!(message.len() < 300 && message.ends_with('…'), "{message}");
        let message = run("halt(3)", &Value::Null).unwrap_err();
        assert_eq!(message, "--jq 'halt(3)' failed: halted with 3");
    }

    #[test]
    fn expressions_can_read_only_the_result() {
        for expression in [
            "env",
            "env.PATH",
            "$ENV",
            "$ENV.PATH",
            "input",
            "inputs",
            "input_filename",
            "$__prog_args",
            "include \"a\"; .",
            "import \"a\" as a; .",
            "import \"a\" as $a; $a",
            "get_search_list",
        ] {
            let refused = run(expression, &Value::Null);
            assert!(refused.is_err(), "{expression}: {refused:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn expressions_never_panic(words in proptest::collection::vec("[a-z.$@\"\\\\|,:;()\\[\\]{}0-9e? +*/=-]{1,4}|def|if|then|else|end|as|reduce|foreach|import|include|label|break|try|catch|\\\\\\(|\\PC", 0..12)) {
            let _ = Jq::compile(&words.concat());
            let _ = Jq::compile(&words.join(" "));
        }
    }

    #[test]
    fn control_characters_are_escaped_on_a_terminal() {
        let shown = |value: Value| {
            let value = read::parse_single(value.to_string().as_bytes()).unwrap();
            shown(&value, true).into_owned()
        };
        assert_eq!(shown(json!("a\u{1b}[2J\nb")), "a\\u{1b}[2J\nb");
        assert_eq!(shown(json!(["a\u{202e}"])), "[\"a\\u202e\"]");
    }
}
