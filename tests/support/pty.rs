//! A program at a real terminal: keys go in, a parsed screen comes out.
//!
//! Nothing here sleeps in order to be right: a test says what it waits to see.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::LocalModes;

use super::picture;
use super::process::{DEADLINE, Invocation};

pub(crate) const ENTER: &str = "\r";
pub(crate) const DOWN: &str = "\x1b[B";
pub(crate) const CTRL_C: &str = "\x03";

pub(crate) const COLUMNS: u16 = 80;
const ROWS: u16 = 24;

/// The beginning of a frame: `tasks` erases the old one and turns automatic wrapping off while it draws. A shell
/// that edits its line turns it off alone.
const FRAME: &[u8] = b"\x1b[J\r\x1b[?7l";
const FRAME_END: &[u8] = b"\x1b[?7h";

/// The same of the full-screen interface.
const SYNCHRONIZED: &[u8] = b"\x1b[?2026h";
const SYNCHRONIZED_END: &[u8] = b"\x1b[?2026l";

/// A program in a terminal of 80 columns and 24 rows; it is ended when this goes out of scope.
pub(crate) struct Terminal {
    child: Child,
    pty: Arc<Pty>,
    seen: Arc<SharedScreen>,
    deadline: Duration,
    secret: Option<String>,
}

/// What the program has written so far.
struct SharedScreen {
    state: Mutex<ScreenState>,
    changed: Condvar,
}

struct ScreenState {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    /// The last frame of `tasks` has arrived only in part.
    is_drawing: bool,
    /// The program and all it started have closed the terminal.
    closed: bool,
}

impl Terminal {
    /// Starts a program; its stdin, stdout and stderr are the terminal.
    pub(crate) fn start(invocation: &Invocation) -> Terminal {
        Terminal::start_with_rows(invocation, ROWS)
    }

    /// The same in a terminal of another height.
    pub(crate) fn start_with_rows(invocation: &Invocation, height: u16) -> Terminal {
        Terminal::start_with_size(invocation, height, COLUMNS)
    }

    /// The same in a terminal of another size.
    pub(crate) fn start_with_size(invocation: &Invocation, height: u16, width: u16) -> Terminal {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(height, width)).unwrap();
        let command = Command::new(&invocation.program)
            .args(&invocation.args)
            .current_dir(&invocation.folder)
            .env_clear()
            .env("TERM", "xterm-256color")
            .envs(invocation.variables.iter());
        let child = command.spawn(pts).unwrap();
        let seen = Arc::new(SharedScreen {
            state: Mutex::new(ScreenState {
                screen: vt100::Parser::new(rows(height), rows(width), 1000),
                bytes: Vec::new(),
                is_drawing: false,
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let pty = Arc::new(pty);
        let output = Arc::clone(&pty);
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = (&*output).read(&mut buffer) {
                shared.add(&buffer[..length]);
            }
            shared.close();
        });
        Terminal {
            child,
            pty,
            seen,
            deadline: DEADLINE,
            secret: None,
        }
    }

    /// What may never be written.
    pub(crate) fn hiding(mut self, secret: &str) -> Self {
        self.secret = Some(secret.to_owned());
        self
    }

    /// Another limit for each wait than the usual one.
    pub(crate) fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Types this.
    pub(crate) fn send(&mut self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the screen shows this; fails with the screen when it does not in time.
    #[track_caller]
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("`{text}` to appear"), |screen| {
            screen.contains(text)
        });
    }

    /// Waits until the screen no longer shows this.
    #[track_caller]
    pub(crate) fn wait_until_gone(&self, text: &str) {
        self.wait_until(&format!("`{text}` to go"), |screen| !screen.contains(text));
    }

    /// Waits until the screen is as wanted; `what` is for the message of a failure.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn(&str) -> bool) {
        self.formatted_when(what, is_so);
    }

    /// Waits until the screen is as wanted, and returns it with its colours, in escape sequences.
    /// A row that continues on the next one has no line break.
    #[track_caller]
    pub(crate) fn formatted_when(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let (state, in_time) = self.seen.wait(self.deadline, |state| {
            state.closed || !state.is_drawing && is_so(&contents(state))
        });
        let shown = contents(&state);
        let formatted = picture::formatted(state.screen.screen());
        let closed = state.closed;
        drop(state);
        assert!(
            in_time,
            "waited in vain for {what}, on the screen:\n{shown}"
        );
        assert!(
            is_so(&shown),
            "the program ended (closed: {closed}) while waiting for {what}:\n{shown}"
        );
        formatted
    }

    /// What the screen shows now, blanks at the ends of lines left out.
    pub(crate) fn screen(&self) -> String {
        contents(&self.seen.lock())
    }

    /// The screen with its colours, as in [`Terminal::formatted_when`].
    pub(crate) fn formatted(&self) -> String {
        picture::formatted(self.seen.lock().screen.screen())
    }

    /// All that was ever written, escape sequences included.
    pub(crate) fn transcript(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().bytes).into_owned()
    }

    /// The row and the column of the cursor, from 0.
    pub(crate) fn cursor(&self) -> (u16, u16) {
        self.seen.lock().screen.screen().cursor_position()
    }

    /// Whether the cursor is hidden.
    pub(crate) fn hides_cursor(&self) -> bool {
        self.seen.lock().screen.screen().hide_cursor()
    }

    /// Whether the program shows another screen than the shell's.
    pub(crate) fn is_alternate(&self) -> bool {
        self.seen.lock().screen.screen().alternate_screen()
    }

    /// Makes the terminal another size, which the program is told.
    pub(crate) fn resize(&self, height: u16, width: u16) {
        self.seen.lock().screen.set_size(rows(height), rows(width));
        self.pty.resize(Size::new(height, width)).unwrap();
    }

    /// Sends a signal, such as `HUP`, to the program.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let kill = std::process::Command::new("kill")
            .args(["-s", name, &pid])
            .status();
        assert!(kill.unwrap().success());
    }

    /// Whether the terminal echoes keys and edits lines, as a shell left it.
    pub(crate) fn is_cooked(&self) -> bool {
        let modes = rustix::termios::tcgetattr(&*self.pty).unwrap().local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON)
    }

    /// Makes the terminal another size, and waits until the program has drawn again: what it draws for
    /// one size must not arrive at another one.
    #[track_caller]
    pub(crate) fn resize_and_wait(&self, height: u16, width: u16) {
        let before = self.seen.lock().bytes.len();
        self.resize(height, width);
        let (state, in_time) = self.seen.wait(self.deadline, |state| {
            state.bytes.len() > before && !state.is_drawing
        });
        drop(state);
        assert!(in_time, "not drawn again at {height}×{width}");
    }

    /// Waits for the end and gives the exit code, 128 and the signal when there was one.
    #[track_caller]
    pub(crate) fn finish(&mut self) -> i32 {
        let (state, closed) = self.seen.wait(self.deadline, |state| state.closed);
        let shown = contents(&state);
        drop(state);
        assert!(closed, "it did not end in time, on the screen:\n{shown}");
        if let Some(secret) = &self.secret {
            assert!(
                !self.transcript().contains(secret),
                "shows its token\n{shown}"
            );
        }
        let until = Instant::now() + self.deadline;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let signal = status.signal();
                return status
                    .code()
                    .unwrap_or_else(|| panic!("ended by a signal: {signal:?}\n{shown}"));
            }
            assert!(Instant::now() < until, "closed its terminal and went on");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

impl SharedScreen {
    fn lock(&self) -> MutexGuard<'_, ScreenState> {
        self.state.lock().unwrap()
    }

    fn add(&self, bytes: &[u8]) {
        let mut state = self.lock();
        state.screen.process(bytes);
        let unread = state.bytes.len().saturating_sub(FRAME.len() - 1);
        state.bytes.extend_from_slice(bytes);
        let last = |sequence: &[u8]| {
            let mut windows = state.bytes[unread..].windows(sequence.len());
            windows.rposition(|bytes| bytes == sequence)
        };
        let begun = last(FRAME).max(last(SYNCHRONIZED));
        let complete = last(FRAME_END).max(last(SYNCHRONIZED_END));
        if begun != complete {
            state.is_drawing = begun > complete;
        }
        drop(state);
        self.changed.notify_all();
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Waits for a state; says whether it came in time.
    fn wait(
        &self,
        deadline: Duration,
        is_so: impl Fn(&ScreenState) -> bool,
    ) -> (MutexGuard<'_, ScreenState>, bool) {
        let (state, limit) = self
            .changed
            .wait_timeout_while(self.lock(), deadline, |state| !is_so(state))
            .unwrap();
        (state, !limit.timed_out())
    }
}

fn contents(state: &ScreenState) -> String {
    let screen = state.screen.screen().contents();
    let lines: Vec<&str> = screen.lines().map(str::trim_end).collect();
    lines.join("\n")
}

fn rows(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn sh(script: &str) -> Terminal {
        let invocation = Invocation::new("/bin/sh", &["-c", script], Path::new("/"))
            .env("PATH", std::env::var_os("PATH").unwrap());
        Terminal::start(&invocation)
    }

    #[test]
    fn keys_are_sent_and_the_screen_is_read() {
        let mut terminal = sh(
            "printf 'name? '; read name; printf '\\033[1mHello %s\\033[0m\\n' \
             \"$name\"; exit 4",
        );
        terminal.wait_for("name?");
        terminal.send("Ada\r");
        terminal.wait_for("Hello Ada");
        assert_eq!(terminal.finish(), 4);
        assert_eq!(terminal.screen(), "name? Ada\nHello Ada");
        assert!(terminal.transcript().contains("\x1b[1mHello"));
    }

    #[test]
    fn all_three_streams_are_the_terminal() {
        let mut terminal = sh("test -t 0 && test -t 1 && test -t 2");
        assert_eq!(terminal.finish(), 0);
    }

    #[test]
    fn ctrl_c_interrupts_the_program() {
        let mut terminal =
            sh("trap 'echo stopped; exit 130' INT; echo up; while :; do sleep 0.05; done");
        terminal.wait_for("up");
        terminal.send(CTRL_C);
        terminal.wait_for("stopped");
        assert_eq!(terminal.finish(), 130);
    }

    #[test]
    fn the_program_sees_the_terminal_size() {
        let mut terminal = sh("stty size; read again; stty size");
        terminal.wait_for("24 80");
        terminal.resize(30, 100);
        terminal.send(ENTER);
        terminal.wait_for("30 100");
        assert_eq!(terminal.finish(), 0);
    }

    #[test]
    #[should_panic(expected = "waited in vain for `b` to appear")]
    fn text_that_does_not_appear_fails_the_test() {
        let terminal = sh("printf a; read x").deadline(Duration::from_millis(300));
        terminal.wait_for("a");
        terminal.wait_for("b");
    }

    #[test]
    #[should_panic(expected = "the program ended")]
    fn an_early_exit_differs_from_a_slow_screen() {
        sh("echo a").wait_for("b");
    }
}
