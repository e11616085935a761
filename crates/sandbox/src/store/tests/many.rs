//! Several processes at once on a new folder.

use std::process::{Command, Stdio};
use std::sync::Barrier;
use std::thread;

use tempfile::tempdir;

use super::{Store, add_task, count, fill};
use crate::engine::reexec;

const MANY: usize = 40;

#[test]
fn forty_threads_can_open_one_folder() {
    let folder = tempdir().unwrap();
    let barrier = Barrier::new(MANY);
    thread::scope(|scope| {
        for _ in 0..MANY {
            scope.spawn(|| {
                barrier.wait();
                let store = Store::open_folder(folder.path(), &fill).unwrap();
                add_task(&store);
            });
        }
    });
    let store = Store::open_folder(folder.path(), &fill).unwrap();
    assert_eq!(count(&store, "known_command"), 1);
    assert_eq!(count(&store, "task"), MANY as i64);
}

#[test]
fn forty_processes_can_open_one_folder() {
    let folder = tempdir().unwrap();
    let children: Vec<_> = (0..MANY)
        .map(|_| {
            Command::new(reexec::program())
                .args(reexec::args("open"))
                .arg(folder.path())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
    }
    let store = Store::open_folder(folder.path(), &fill).unwrap();
    assert_eq!(count(&store, "known_command"), 1);
    assert_eq!(count(&store, "task"), MANY as i64);
}
