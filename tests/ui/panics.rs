//! A panic: the message is printed on the restored terminal.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use lagoon_tasks::internal as tasks;

use super::{DEVELOP, is_restored, shows_tasks};
use crate::support::env::TestEnv;
use crate::support::process::Invocation;
use crate::support::pty::Terminal;

/// The file at which the program panics, for the process that is the program.
const TRIGGER: &str = "PANIC_AT_FILE";

/// Part of the test below, which starts it in a process of its own. Otherwise it does nothing.
#[test]
fn program_that_panics() {
    #[allow(clippy::disallowed_methods, reason = "a variable of the test")]
    let Some(trigger) = std::env::var_os(TRIGGER).map(PathBuf::from) else {
        return;
    };
    std::thread::spawn(move || {
        while !trigger.exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let panicked = std::panic::catch_unwind(|| panic!("on purpose"));
        assert!(panicked.is_err());
        // The published program aborts.
        #[allow(
            clippy::exit,
            clippy::disallowed_methods,
            reason = "no test of its own"
        )]
        std::process::exit(101);
    });
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let line = std::iter::once("tasks").chain(DEVELOP).map(OsString::from);
    runtime.block_on(tasks::run(line.collect(), |_| {}));
}

#[test]
fn ui_restores_the_terminal_after_a_panic() {
    let env = TestEnv::new();
    let trigger = env.home.path("panic");
    let usual = env.command(&DEVELOP);
    let child = format!(
        "{}::program_that_panics",
        module_path!().split_once("::").unwrap().1
    );
    let flags = [&child, "--exact", "--nocapture", "--test-threads=1"];
    let program = std::env::current_exe().unwrap();
    let mut invocation = Invocation::new(program, &flags, &usual.folder);
    invocation.variables = usual.variables;
    let invocation = invocation.env(TRIGGER, &trigger);
    let mut terminal = Terminal::start(&invocation).hiding(env.token());
    shows_tasks(&terminal);
    assert!(terminal.is_alternate() && !terminal.is_cooked());
    std::fs::write(&trigger, "").unwrap();
    let code = terminal.finish();
    let screen = terminal.screen();
    assert!(screen.contains("on purpose"), "{screen}");
    assert_eq!(code, 101, "{screen}");
    is_restored(&terminal);
}
