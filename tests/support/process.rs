//! Runs a program in an environment of its own, never longer than a deadline.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::output::Output;

/// Far beyond what any command of the tests needs, on a busy machine too.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// Waits until this is so.
#[track_caller]
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < until, "not within {DEADLINE:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A program that is to be run.
#[derive(Clone)]
pub(crate) struct Invocation {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    /// The whole environment: nothing is inherited.
    pub(crate) variables: BTreeMap<OsString, OsString>,
    pub(crate) folder: PathBuf,
    stdin: Option<Vec<u8>>,
    deadline: Duration,
}

impl Invocation {
    pub(crate) fn new<A: AsRef<OsStr>>(
        program: impl AsRef<Path>,
        args: &[A],
        folder: &Path,
    ) -> Self {
        Invocation {
            program: program.as_ref().to_owned(),
            args: args.iter().map(|arg| arg.as_ref().to_owned()).collect(),
            variables: BTreeMap::new(),
            folder: folder.to_owned(),
            stdin: None,
            deadline: DEADLINE,
        }
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables.insert(name.into(), value.as_ref().into());
        self
    }

    /// Unsets a variable.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.variables.remove(OsStr::new(name));
        self
    }

    /// The program's standard input; empty by default.
    pub(crate) fn stdin(mut self, text: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(text.as_ref().to_owned());
        self
    }

    /// Starts it in this folder.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.folder);
        self
    }

    /// Another limit than the usual one.
    pub(crate) fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(self) -> Output {
        self.start().finish()
    }

    /// Starts it and returns immediately.
    pub(crate) fn start(self) -> Running {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .env_clear()
            .envs(&self.variables)
            .current_dir(&self.folder)
            // So that all it started can be ended with it.
            .process_group(0)
            .stdin(match self.stdin {
                Some(_) => Stdio::piped(),
                None => Stdio::null(),
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        if let (Some(text), Some(mut pipe)) = (self.stdin, child.stdin.take()) {
            // A program may end without having read it all.
            thread::spawn(move || drop(pipe.write_all(&text)));
        }
        Running {
            line: line(&self.program, &self.args),
            stdout: collect(child.stdout.take().unwrap()),
            stderr: collect(child.stderr.take().unwrap()),
            child,
            seen_stdout: Vec::new(),
            seen_stderr: Vec::new(),
            until: Instant::now() + self.deadline,
        }
    }
}

/// A running program; it is ended when this is dropped.
pub(crate) struct Running {
    line: String,
    child: Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    /// The output that was read already.
    seen_stdout: Vec<u8>,
    seen_stderr: Vec<u8>,
    until: Instant,
}

impl Running {
    /// Waits until this was written to stdout, and gives all of it so far.
    #[track_caller]
    pub(crate) fn until_stdout(&mut self, text: &str) -> String {
        until(&self.stdout, &mut self.seen_stdout, text, self.until)
    }

    /// The same of stderr.
    #[track_caller]
    pub(crate) fn until_stderr(&mut self, text: &str) -> String {
        until(&self.stderr, &mut self.seen_stderr, text, self.until)
    }

    /// Sends a signal, as in `INT`.
    pub(crate) fn signal(&self, name: &str) {
        kill(name, &self.child.id().to_string());
    }

    /// True if it has ended.
    pub(crate) fn has_exited(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end. Past the deadline it is killed and the test fails.
    pub(crate) fn finish(mut self) -> Output {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break Some(status);
            }
            if Instant::now() > self.until {
                self.end();
                break None;
            }
            thread::sleep(Duration::from_millis(5));
        };
        // One more moment after the deadline, because the message shows the output.
        let until = self.until.max(Instant::now() + Duration::from_secs(2));
        let (rest, stdout_closed) = take(&self.stdout, until);
        let stdout = [std::mem::take(&mut self.seen_stdout), rest].concat();
        let (rest, stderr_closed) = take(&self.stderr, until);
        let stderr = [std::mem::take(&mut self.seen_stderr), rest].concat();
        let output = Output::new(status.map_or(-1, exit_code), stdout, stderr);
        assert!(
            status.is_some(),
            "`{}` did not end in time\n{output}",
            self.line
        );
        assert!(
            stdout_closed && stderr_closed,
            "`{}` ended, but something it started holds its output open\n{output}",
            self.line
        );
        output
    }

    fn end(&mut self) {
        kill("KILL", &format!("-{}", self.child.id()));
        drop(self.child.wait());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.end();
        }
    }
}

/// The code as a shell has it: 128 and the signal when there was one.
fn exit_code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// Sends a signal to a process, or with `-` in front to a group, that this test started. The shell's
/// own `kill`: the program of that name is not everywhere.
fn kill(signal: &str, target: &str) {
    let sent = Command::new("/bin/sh")
        .args(["-c", "kill -s \"$0\" -- \"$1\" 2>/dev/null", signal, target])
        .status();
    assert!(sent.is_ok(), "cannot start a shell for `kill`");
}

fn collect(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            if sender.send(buffer[..length].to_owned()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// Reads a stream until this came out of it, and gives all of it so far.
#[track_caller]
fn until(stream: &Receiver<Vec<u8>>, seen: &mut Vec<u8>, text: &str, until: Instant) -> String {
    loop {
        let shown = String::from_utf8_lossy(seen).into_owned();
        if shown.contains(text) {
            return shown;
        }
        let left = until.saturating_duration_since(Instant::now());
        match stream.recv_timeout(left) {
            Ok(bytes) => seen.extend(bytes),
            Err(_) => panic!("waited in vain for `{text}`, there came:\n{shown}"),
        }
    }
}

/// The output of a stream, and true if it was closed.
fn take(stream: &Receiver<Vec<u8>>, until: Instant) -> (Vec<u8>, bool) {
    let mut text = Vec::new();
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match stream.recv_timeout(left) {
            Ok(bytes) => text.extend(bytes),
            Err(error) => return (text, error == RecvTimeoutError::Disconnected),
        }
    }
}

fn line(program: &Path, args: &[OsString]) -> String {
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    args.iter().fold(name.into_owned(), |line, arg| {
        format!("{line} {}", arg.to_string_lossy())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Invocation {
        Invocation::new("/bin/sh", &["-c", script], Path::new("/"))
    }

    #[test]
    fn streams_exit_code_and_stdin_are_passed_through() {
        let output = sh("cat; echo oops >&2; exit 3").stdin("in").run();
        assert_eq!(
            (output.stdout.as_str(), output.stderr.as_str(), output.code),
            ("in", "oops\n", 3)
        );
    }

    #[test]
    fn no_environment_variable_is_inherited() {
        let output = sh("echo \"${CARGO_MANIFEST_DIR-none} $A ${B-none}\"")
            .env("A", "1")
            .env("B", "2")
            .without("B")
            .run();
        assert_eq!(output.stdout, "none 1 none\n");
    }

    #[test]
    fn a_signal_determines_the_exit_code() {
        let running = sh("echo up; exec /bin/sleep 60").start();
        let first = running.stdout.recv_timeout(DEADLINE).unwrap();
        assert_eq!(first, b"up\n");
        running.signal("TERM");
        assert_eq!(running.finish().code, 143);
    }

    #[test]
    #[should_panic(expected = "did not end in time")]
    fn a_hanging_program_is_killed() {
        sh("/bin/sleep 60 & echo started; wait")
            .deadline(Duration::from_millis(300))
            .run();
    }

    #[test]
    #[should_panic(expected = "holds its output open")]
    fn an_inherited_stream_is_reported() {
        sh("/bin/sleep 8 & echo started")
            .deadline(Duration::from_millis(300))
            .run();
    }
}
