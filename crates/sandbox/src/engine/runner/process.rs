//! The process of a run's command, in a process group of its own.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use crate::engine::log;
use crate::store::RunnerOrder;

/// The interval of checks for an order to stop.
const ORDER_INTERVAL: Duration = Duration::from_millis(200);

/// The time between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(2);

/// The wait for output that a process outside the group may still write.
const DRAIN: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) time: Duration,
    /// Bytes of output.
    pub(super) log: u64,
}

#[derive(Debug)]
pub(super) enum ProcessEnd {
    Exited(ExitStatus),
    Cancelled,
    TimedOut,
    /// The run was reset or deleted.
    Gone,
}

/// A command that represents processes elsewhere, such as in a container.
pub(super) struct Client<'a> {
    /// Sends a signal to these processes.
    pub(super) signal: &'a dyn Fn(Signal),
    /// For the client's own messages, which do not belong to the log.
    pub(super) messages: File,
}

/// Executes a command, which is a client or does everything itself.
pub(super) fn run(
    mut command: Command,
    log: File,
    limits: Limits,
    order: impl Fn() -> RunnerOrder,
    client: Option<Client<'_>>,
) -> io::Result<ProcessEnd> {
    let (reader, writer) = io::pipe()?;
    let (elsewhere, stderr) = match client {
        Some(client) => (Some(client.signal), Stdio::from(client.messages)),
        None => (None, Stdio::from(writer.try_clone()?)),
    };
    command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(stderr)
        .process_group(0);
    let mut child = command.spawn()?;
    // It has the pipe's other end, which must be closed for the output to end.
    drop(command);

    let pid = Pid::from_child(&child);
    let drained = spawn(move || {
        let (mut reader, mut log) = (reader, log);
        // A full disk must not stop the command; output that cannot be written is lost.
        let _ = log::copy(&mut reader, &mut log, limits.log);
    });
    let exited = spawn(move || wait_for_exit(pid));
    let here = |sent| signal(pid, sent);
    let stop: &dyn Fn(Signal) = elsewhere.unwrap_or(&here);
    let stopped = watch(&exited, stop, limits.time, order);
    // As in a pod, the command's children end with it. The command is collected afterwards, so that
    // the number of its group is not reused before.
    signal(pid, Signal::KILL);
    let status = child.wait()?;
    let _ = drained.recv_timeout(DRAIN);
    Ok(stopped.unwrap_or(ProcessEnd::Exited(status)))
}

/// Waits for the command's end, or stops it and returns the reason.
fn watch(
    exited: &Receiver<()>,
    stop: &dyn Fn(Signal),
    limit: Duration,
    order: impl Fn() -> RunnerOrder,
) -> Option<ProcessEnd> {
    let started = Instant::now();
    loop {
        if exited.recv_timeout(ORDER_INTERVAL) != Err(RecvTimeoutError::Timeout) {
            return None;
        }
        let end = match order() {
            RunnerOrder::Go if started.elapsed() < limit => continue,
            RunnerOrder::Go => ProcessEnd::TimedOut,
            RunnerOrder::Cancel => ProcessEnd::Cancelled,
            RunnerOrder::Gone => ProcessEnd::Gone,
        };
        stop(Signal::TERM);
        if exited.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
            stop(Signal::KILL);
            // SIGKILL cannot be refused. The caller kills a client that does not notice the end.
            let _ = exited.recv_timeout(GRACE);
        }
        return Some(end);
    }
}

/// Executes a command that ends soon, and kills it after `limit`.
pub(in crate::engine) fn capture(command: &mut Command, limit: Duration) -> io::Result<Output> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let pid = Pid::from_child(&child);
    let (done, waiting) = channel::<()>();
    thread::spawn(move || {
        if waiting.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            signal(pid, Signal::KILL);
        }
    });
    let output = child.wait_with_output();
    drop(done);
    output
}

fn signal(pid: Pid, signal: Signal) {
    let _ = rustix::process::kill_process_group(pid, signal);
}

fn wait_for_exit(pid: Pid) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = rustix::process::waitid(WaitId::Pid(pid), options) {}
}

fn spawn(work: impl FnOnce() + Send + 'static) -> Receiver<()> {
    let (sender, receiver): (Sender<()>, _) = channel();
    thread::spawn(move || {
        work();
        let _ = sender.send(());
    });
    receiver
}
