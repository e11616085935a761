//! A client that is not ours: the Python package `mcp`.

use std::path::PathBuf;
use std::process::Command;

use crate::support::env::TestEnv;
use crate::support::process::Invocation;

/// The interpreter of a virtual environment with the package.
fn interpreter() -> Option<PathBuf> {
    let python = std::env::var_os("TASKS_TEST_MCP_PYTHON").map(PathBuf::from);
    if python.is_none() {
        assert!(
            std::env::var_os("TASKS_CI").is_none(),
            "TASKS_TEST_MCP_PYTHON is not set, and TASKS_CI is"
        );
        use std::io::Write;
        let line =
            b"skipped mcp::python: TASKS_TEST_MCP_PYTHON names no Python with the package mcp\n";
        drop(std::io::stderr().write_all(line));
    }
    python
}

#[test]
fn the_python_client_uses_every_tool() {
    let Some(python) = interpreter() else {
        return;
    };
    let env = TestEnv::new();
    env.script(
        "Print many lines",
        &[
            lagoon_sandbox::engine::Step::Log("many lines\n".repeat(1_000_000)),
            lagoon_sandbox::engine::Step::Status(lagoon_sandbox::store::Status::Complete),
        ],
    );
    env.script(
        "Count slowly",
        &[
            lagoon_sandbox::engine::Step::Status(lagoon_sandbox::store::Status::Running),
            lagoon_sandbox::engine::Step::Hold,
        ],
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/client.py");
    let tasks = env.command(&[]);
    let mut command = Invocation::new(python, &[script], &tasks.folder);
    command.variables = tasks.variables.clone();
    let output = command.env("TASKS_PROGRAM", &tasks.program).run();
    assert_eq!(output.code, 0, "{output}");
    assert_eq!(output.stdout, "all checks passed\n", "{output}");
    assert!(!output.stderr.contains(env.token()));
}

#[test]
fn the_script_has_no_syntax_error() {
    if !crate::support::tool::have("python3") {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp/client.py");
    let parse = "import ast, sys; ast.parse(open(sys.argv[1]).read())";
    let status = Command::new("python3").args(["-c", parse, script]).status();
    assert!(status.unwrap().success());
}
