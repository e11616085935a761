//! A Lagoon that fails: no hang, nothing started twice, nothing unreported.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use super::{DEVELOP, is_restored, quits, shows_tasks, started};
use crate::support::env::TestEnv;
use crate::support::proxy::{Fault, Proxy};
use crate::support::pty::{ENTER, Terminal};

fn through(env: &TestEnv, proxy: &Proxy) -> Terminal {
    let command = env.command(&[&DEVELOP[..], &["--request-timeout", "2s"]].concat());
    let command = command.env("TASKS_API", proxy.url("/graphql"));
    Terminal::start(&command).hiding(env.token())
}

fn gateway() -> Fault {
    Fault::answered("404 Not Found", "text/html", "<html>gone</html>")
}

/// Opens the form of a task and starts it.
fn invoke(terminal: &mut Terminal, task: &str) {
    terminal.send(&format!("\t/{task}"));
    terminal.wait_for(&format!("filter tasks: {task}"));
    terminal.send(ENTER);
    terminal.send("i");
    terminal.wait_for("[ Start ]");
    terminal.send(ENTER);
}

#[test]
fn a_failure_shows_its_reason_and_is_retried() {
    let env = TestEnv::new();
    let fails = Arc::new(AtomicBool::new(true));
    let failing = Arc::clone(&fails);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |_| {
        match failing.load(Ordering::SeqCst) {
            true => gateway(),
            false => Fault::None,
        }
    });
    let mut terminal = through(&env, &proxy);
    // Before the screen, so that a wrong address is a usual error.
    terminal.wait_for("cannot read");
    terminal.wait_for("retrying");
    // Keys work all the time.
    terminal.send("?");
    terminal.wait_for("Invoke the selected task");
    terminal.send("q");
    fails.store(false, Ordering::SeqCst);
    shows_tasks(&terminal);
    // Later failures keep what is shown.
    fails.store(true, Ordering::SeqCst);
    terminal.wait_for("cannot read, retrying");
    assert!(terminal.screen().contains("Clear caches"));
    fails.store(false, Ordering::SeqCst);
    terminal.wait_for("no runs in progress");
    quits(&mut terminal);
}

#[test]
fn without_a_connection_the_reason_is_shown() {
    let env = TestEnv::new();
    let command = env.command(&["ui", "--request-timeout", "1s"]);
    let command = command.env("TASKS_API", "http://127.0.0.1:1/graphql");
    let mut terminal = Terminal::start(&command).hiding(env.token());
    terminal.wait_until("the reason", |screen| {
        screen.contains("cannot read, retrying") && screen.contains("refused")
    });
    terminal.send("/x");
    terminal.wait_for("filter projects: x");
    terminal.send("\x1b");
    terminal.wait_until_gone("filter projects");
    terminal.send("ixcrldwyo");
    quits(&mut terminal);
}

#[test]
fn a_silent_server_leaves_the_interface_usable() {
    let env = TestEnv::new();
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |_| Fault::Silence);
    let mut terminal = through(&env, &proxy);
    terminal.wait_for("loading");
    terminal.send("?");
    terminal.wait_for("Invoke the selected task");
    terminal.send("q");
    terminal.wait_for("answer within");
    quits(&mut terminal);
}

#[test]
fn a_lost_reply_is_looked_up_and_nothing_starts_twice() {
    let env = TestEnv::new();
    env.script("Say hello", &[Step::Status(Status::Running), Step::Hold]);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |request| {
        match request.body.contains("invokeRegisteredTask") {
            true => Fault::ResponseLost,
            false => Fault::None,
        }
    });
    let mut terminal = through(&env, &proxy);
    shows_tasks(&terminal);
    invoke(&mut terminal, "hello");
    terminal.wait_for("the reply was lost; run 1 was found");
    quits(&mut terminal);
    assert_eq!(started(&env), 1);
}

#[test]
fn an_unknown_start_is_reported_and_not_repeated() {
    let env = TestEnv::new();
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        let is_start = request.body.contains("invokeRegisteredTask");
        match counted.fetch_add(usize::from(is_start), Ordering::SeqCst) {
            0 if !is_start => Fault::None,
            // From then on, the look-up fails as well.
            _ => Fault::ResetBefore,
        }
    });
    let mut terminal = through(&env, &proxy);
    shows_tasks(&terminal);
    invoke(&mut terminal, "hello");
    terminal.wait_for("Error");
    terminal.send(ENTER);
    terminal.wait_until_gone("Error");
    quits(&mut terminal);
    assert_eq!((started(&env), sent.load(Ordering::SeqCst)), (0, 1));
}

#[test]
fn quitting_during_a_start_reports_it() {
    let env = TestEnv::new();
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, |request| {
        match request.body.contains("invokeRegisteredTask") {
            true => Fault::Late(Duration::from_secs(1)),
            false => Fault::None,
        }
    });
    let mut terminal = through(&env, &proxy);
    shows_tasks(&terminal);
    invoke(&mut terminal, "hello");
    terminal.wait_for("starting Say hello");
    terminal.send("q");
    terminal.wait_for("press q again to quit now");
    terminal.send("q");
    assert_eq!(terminal.finish(), 0);
    is_restored(&terminal);
    let screen = terminal.screen();
    assert!(screen.contains("quit before Lagoon replied"), "{screen}");
    assert!(screen.contains("tasks invoke 'Say hello'"), "{screen}");
}

#[test]
fn damaged_replies_never_end_the_interface() {
    let env = TestEnv::new();
    let count = AtomicUsize::new(0);
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |_| {
        match count.fetch_add(1, Ordering::SeqCst) % 7 {
            0 => Fault::Damaged,
            1 => Fault::Shortened,
            2 => Fault::ResponseCut(300),
            3 => Fault::Twice,
            4 => Fault::Stale,
            _ => Fault::None,
        }
    });
    let mut terminal = through(&env, &proxy);
    shows_tasks(&terminal);
    terminal.send("\t\t\x1b[B\x1b[Bw");
    terminal.wait_for("Runs in progress of all projects");
    terminal.send("q");
    terminal.wait_until_gone("Runs in progress of all projects");
    quits(&mut terminal);
}
