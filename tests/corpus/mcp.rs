//! Messages of a client of `tasks mcp`: the same wherever the input is cut, and each is taken, refused or
//! ignored.

use lagoon_tasks::internal::{Incoming, Lines, check_arguments, read_line};
use serde_json::Value;

use super::cuts;

const TOOLS: [&str; 10] = [
    "list_projects",
    "list_environments",
    "list_tasks",
    "show_task",
    "list_runs",
    "run_status",
    "run_log",
    "wait_for_run",
    "invoke_task",
    "cancel_run",
];

pub(super) fn check(bytes: &[u8]) {
    let whole = lines(&[bytes]);
    for pieces in cuts::ways(bytes) {
        assert_eq!(lines(&pieces), whole, "cut otherwise: {pieces:?}");
    }
    for line in &whole {
        match read_line(line) {
            Incoming::Message(message) => {
                let text = serde_json::to_string(&message).unwrap();
                assert!(!text.contains('\n'), "{text}");
            }
            Incoming::Refused(answer) => {
                assert!(answer["error"]["code"].is_i64(), "{answer}");
                assert!(!answer.to_string().contains('\n'), "{answer}");
            }
            Incoming::Ignored(_) | Incoming::Nothing => {}
        }
    }
    if let Ok(Value::Object(arguments)) = serde_json::from_slice::<Value>(bytes) {
        for tool in TOOLS {
            if let Some(error) = check_arguments(tool, Some(arguments.clone())) {
                assert!(!error.is_empty(), "{tool}");
            }
        }
    }
}

fn lines(pieces: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
    let mut lines = Lines::default();
    let pieces = pieces.iter();
    pieces.flat_map(|piece| lines.feed(piece)).collect()
}
