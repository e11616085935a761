//! A run's command as a process: started in a group of its own, its output copied to the log,
//! stopped when somebody asks for it.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions};

use super::log;
use crate::store::Order;

/// How often the runner looks whether it shall stop.
const LOOK: Duration = Duration::from_millis(200);

/// How long a command has between the request to stop and its end by force.
const GRACE: Duration = Duration::from_secs(2);

/// How long output is waited for that a process outside the group may hold back.
const DRAIN: Duration = Duration::from_secs(2);

/// How far a command may go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Until it is stopped.
    pub(super) time: Duration,
    /// Bytes of output in the log.
    pub(super) log: u64,
}

/// How a command ended.
#[derive(Debug)]
pub(super) enum End {
    /// By itself.
    Exited(ExitStatus),
    /// Somebody cancelled the run.
    Cancelled,
    /// It took too long.
    TimedOut,
    /// The run was taken away: reset, or deleted.
    Gone,
}

/// Runs `command` until it ends, or until `order` or the time limit stops it.
pub(super) fn run(
    mut command: Command,
    log: File,
    limits: Limits,
    order: impl Fn() -> Order,
) -> io::Result<End> {
    let (reader, writer) = io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .process_group(0);
    let mut child = command.spawn()?;
    // It holds the pipe's other end, which must be closed for the output to have an end.
    drop(command);

    let pid = Pid::from_child(&child);
    let drained = spawn(move || {
        let (mut reader, mut log) = (reader, log);
        // A full disk must not stop the command: what cannot be kept is lost.
        let _ = log::copy(&mut reader, &mut log, limits.log);
    });
    let exited = spawn(move || wait_for_exit(pid));
    let stopped = watch(&exited, pid, limits.time, order);
    // As in a pod, what the command left behind ends with it. Only then is the command itself
    // collected: until that its group's number cannot be given to others.
    signal(pid, Signal::KILL);
    let status = child.wait()?;
    let _ = drained.recv_timeout(DRAIN);
    Ok(stopped.unwrap_or(End::Exited(status)))
}

/// Waits for the command's end, and hastens it when it has to. Why it was stopped, if it was.
fn watch(
    exited: &Receiver<()>,
    pid: Pid,
    limit: Duration,
    order: impl Fn() -> Order,
) -> Option<End> {
    let started = Instant::now();
    loop {
        if exited.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
            return None;
        }
        let end = match order() {
            Order::Go if started.elapsed() < limit => continue,
            Order::Go => End::TimedOut,
            Order::Cancel => End::Cancelled,
            Order::Gone => End::Gone,
        };
        signal(pid, Signal::TERM);
        if exited.recv_timeout(GRACE) == Err(RecvTimeoutError::Timeout) {
            signal(pid, Signal::KILL);
            // Killing cannot be refused: this only waits for it to have happened.
            let _ = exited.recv();
        }
        return Some(end);
    }
}

/// To the command's whole group, which may be gone already.
fn signal(pid: Pid, signal: Signal) {
    let _ = rustix::process::kill_process_group(pid, signal);
}

/// Returns when the command has ended, and leaves it to be collected.
fn wait_for_exit(pid: Pid) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = rustix::process::waitid(WaitId::Pid(pid), options) {}
}

/// Does `work` beside; the receiver hears when it is done.
fn spawn(work: impl FnOnce() + Send + 'static) -> Receiver<()> {
    let (sender, receiver): (Sender<()>, _) = channel();
    thread::spawn(move || {
        work();
        let _ = sender.send(());
    });
    receiver
}
