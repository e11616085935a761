//! Runs from start to end, with real processes where these matter.

mod compose;
mod consent;
mod images;
mod lifetime;
mod output;
mod scripted;
mod stopping;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::{Detached, Executor, NewRun, Work, reexec};
use crate::store::{Store, StoreError};

const DEADLINE: Duration = Duration::from_secs(60);

pub(super) fn open(folder: &Path) -> Store {
    Store::open_folder(folder, &|_| Ok(())).unwrap()
}

pub(super) fn detached(store: &Store) -> Detached {
    Detached {
        args: reexec::args("run").map(Into::into).to_vec(),
        ..Detached::new(store.clone(), &reexec::program(), false).unwrap()
    }
}

/// Inserts a row, and returns the run for the executor.
pub(super) fn new_run(store: &Store, command: &str) -> NewRun {
    new_work(store, "a run", Work::Command(command.to_owned()))
}

fn new_work(store: &Store, name: &str, work: Work) -> NewRun {
    let task_name = format!("lagoon-task-{}", fastrand::u32(..));
    let id = store
        .write(|tx| {
            tx.execute(
                "INSERT INTO task (name, task_name, environment, service, kind, status, created)
                 VALUES (?1, ?2, 101, 'cli', 'ADHOC', 'new', datetime('now'))",
                [name, &task_name],
            )?;
            Ok::<_, StoreError>(tx.last_insert_rowid())
        })
        .unwrap();
    NewRun {
        id,
        name: name.to_owned(),
        task_name,
        project: "lagoon-demo".to_owned(),
        environment: "main".to_owned(),
        environment_type: "production".to_owned(),
        namespace: "lagoon-demo-main".to_owned(),
        route: None,
        service: "cli".to_owned(),
        work,
    }
}

/// The columns that executors write.
#[derive(Debug)]
struct Row {
    status: String,
    started: Option<String>,
    completed: Option<String>,
    remote_id: Option<String>,
}

fn row(store: &Store, id: i64) -> Row {
    store
        .read(|connection| {
            let query = "SELECT status, started, completed, remote_id FROM task WHERE id = ?1";
            Ok::<_, StoreError>(connection.query_row(query, [id], |row| {
                Ok(Row {
                    status: row.get(0)?,
                    started: row.get(1)?,
                    completed: row.get(2)?,
                    remote_id: row.get(3)?,
                })
            })?)
        })
        .unwrap()
}

fn events(store: &Store) -> i64 {
    let query = "SELECT count(*) FROM event WHERE environment = 101";
    store
        .read(|connection| Ok::<_, StoreError>(connection.query_row(query, [], |row| row.get(0))?))
        .unwrap()
}

fn log(store: &Store, id: i64) -> String {
    store.log(id).unwrap().unwrap_or_default()
}

/// The log without its header.
fn output(store: &Store, id: i64) -> String {
    let log = log(store, id);
    let header = log.match_indices('\n').nth(2).unwrap().0;
    log[header + 1..].to_owned()
}

/// Waits until `done` returns a value.
fn eventually<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = done() {
            return value;
        }
        assert!(started.elapsed() < DEADLINE, "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits for a run's end and returns its status.
fn outcome(store: &Store, id: i64) -> String {
    eventually("the end of the run", || {
        let row = row(store, id);
        row.completed.map(|_| row.status)
    })
}

/// Runs a command and returns its status and output.
fn execute(executor: &dyn Executor, store: &Store, command: &str) -> (String, String) {
    let run = new_run(store, command);
    executor.start(&run).unwrap();
    let status = outcome(store, run.id);
    (status, output(store, run.id))
}

/// Waits for a line of the run's own output.
fn wait_for_output(store: &Store, id: i64, text: &str) {
    eventually(text, || log(store, id).contains(text).then_some(()));
}

/// A named pipe, to synchronise with a command: opening one end waits for the other, and reading ends
/// when every writer has closed it.
struct Fifo(PathBuf);

impl Fifo {
    fn new(folder: &Path) -> Fifo {
        let path = folder.join("fifo");
        let status = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(status.unwrap().success());
        Fifo(path)
    }

    fn quoted(&self) -> String {
        format!("'{}'", self.0.display())
    }

    /// Releases the readers.
    fn write(&self, text: &'static str) {
        let path = self.0.clone();
        within(move || fs::write(path, text).unwrap()).wait();
    }

    /// Releases the writers; the result arrives when all of them have ended.
    fn read(&self) -> PendingResult<String> {
        let path = self.0.clone();
        within(move || fs::read_to_string(path).unwrap())
    }
}

/// The result of a thread, required before the deadline.
struct PendingResult<T>(Receiver<T>);

fn within<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> PendingResult<T> {
    let (sender, receiver) = channel();
    thread::spawn(move || sender.send(work()));
    PendingResult(receiver)
}

impl<T> PendingResult<T> {
    fn wait(self) -> T {
        self.0.recv_timeout(DEADLINE).unwrap()
    }
}
