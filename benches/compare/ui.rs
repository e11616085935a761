//! The full-screen interface: from a key to the drawn frame, and the processor time while idle.

use std::io::{Read, Write};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

use super::measure::{Line, millis};
use super::server::Lagoon;

/// The end of a frame.
const END: &[u8] = b"\x1b[?2026l";

/// Clock ticks per second of `/proc`, on every Linux system of today.
const TICKS: f64 = 100.0;

struct Interface {
    child: Child,
    pty: std::sync::Arc<Pty>,
    frames: Receiver<Instant>,
}

impl Interface {
    fn open(lagoon: &Lagoon) -> Interface {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(40, 120)).unwrap();
        let line = ["ui", "-p", "lagoon-demo", "-e", "main"];
        let tasks = lagoon.tasks(&line);
        let mut command = Command::new(tasks.get_program());
        command = command.args(tasks.get_args()).env_clear();
        for (name, value) in tasks.get_envs() {
            if let Some(value) = value {
                command = command.env(name, value);
            }
        }
        let child = command.env("TERM", "xterm-256color").spawn(pts).unwrap();
        let pty = std::sync::Arc::new(pty);
        let (send, frames) = channel();
        let output = std::sync::Arc::clone(&pty);
        thread::spawn(move || {
            let mut all = Vec::new();
            let mut buffer = [0; 64 * 1024];
            while let Ok(length @ 1..) = (&*output).read(&mut buffer) {
                all.extend_from_slice(&buffer[..length]);
                while let Some(at) = all.windows(END.len()).position(|bytes| bytes == END) {
                    all.drain(..at + END.len());
                    if send.send(Instant::now()).is_err() {
                        return;
                    }
                }
            }
        });
        Interface { child, pty, frames }
    }

    /// Waits until nothing is drawn for less than a tick.
    fn settle(&self) {
        while self.frames.recv_timeout(Duration::from_millis(700)).is_ok() {}
    }

    fn press(&self, key: &str) -> Duration {
        while self.frames.try_recv().is_ok() {}
        let begun = Instant::now();
        (&*self.pty).write_all(key.as_bytes()).unwrap();
        let drawn = self.frames.recv_timeout(Duration::from_secs(10)).unwrap();
        drawn.duration_since(begun)
    }

    /// User and system time so far, in seconds.
    fn used(&self) -> f64 {
        let path = format!("/proc/{}/stat", self.child.id());
        let text = std::fs::read_to_string(path).unwrap();
        let (_, fields) = text.rsplit_once(')').unwrap();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS
    }
}

impl Drop for Interface {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn keys_and_rest() -> Vec<Line> {
    const RUNS: usize = 10_000;
    const KEYS: usize = 100;
    const IDLE: Duration = Duration::from_secs(20);
    let lagoon = Lagoon::new();
    lagoon.add_ended_runs(RUNS);
    let interface = Interface::open(&lagoon);
    interface.settle();
    // All runs are read at the end of the list.
    for key in ["\t", "\t", "G", "G"] {
        interface.press(key);
        thread::sleep(Duration::from_secs(1));
    }
    let mut taken: Vec<Duration> = (0..KEYS)
        .map(|at| interface.press(if at % 2 == 0 { "k" } else { "j" }))
        .collect();
    taken.sort_unstable();
    let before = interface.used();
    thread::sleep(IDLE);
    let share = (interface.used() - before) / IDLE.as_secs_f64() * 100.0;
    vec![
        Line::alone(
            "ui with 10,000 runs: a key is drawn, median",
            millis(taken[KEYS / 2]),
            "16 ms",
        ),
        Line::alone(
            "the same, slowest of 20",
            millis(taken[KEYS * 19 / 20]),
            "16 ms",
        ),
        Line::alone("idle ui, of one core", format!("{share:.1} %"), "1 %"),
    ]
}
