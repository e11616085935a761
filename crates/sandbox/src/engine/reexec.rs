//! Starts this test binary again as another program, for tests that need processes.
//!
//! Its arguments select one test, [`program_of_its_own`], and name the program.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{Executor, runner, tests};
use crate::store::{Store, StoreError};

const MARK: &str = "__program";

pub(crate) fn program() -> PathBuf {
    env::current_exe().unwrap()
}

/// Its arguments before those of `what`.
pub(crate) fn args(what: &str) -> [&str; 5] {
    let name = concat!(module_path!(), "::program_of_its_own");
    let name = name.split_once("::").unwrap().1;
    ["--exact", name, "--nocapture", MARK, what]
}

#[test]
fn program_of_its_own() {
    let mut args = env::args_os().skip_while(|arg| arg != MARK).skip(1);
    let Some(what) = args.next() else {
        return;
    };
    match what.to_str().unwrap() {
        "run" => assert_eq!(runner::main(args), ExitCode::SUCCESS),
        "open" => open(args),
        "start" => start(args),
        other => panic!("{other}"),
    }
}

/// Opens or creates the store of a folder and adds a run.
fn open(mut args: impl Iterator<Item = OsString>) {
    let folder = PathBuf::from(args.next().unwrap());
    let fill = |tx: &rusqlite::Transaction<'_>| -> Result<(), StoreError> {
        tx.execute("INSERT INTO known_command VALUES ('seeded', 'seed')", [])?;
        Ok(())
    };
    let store = Store::open_folder(&folder, &fill).unwrap();
    tests::new_run(&store, "true");
}

/// Starts a run of a command and ends.
fn start(mut args: impl Iterator<Item = OsString>) {
    let folder = PathBuf::from(args.next().unwrap());
    let command = args.next().unwrap().into_string().unwrap();
    let store = tests::open(&folder);
    let run = tests::new_run(&store, &command);
    tests::detached(&store).start(&run).unwrap();
}
