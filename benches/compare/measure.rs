//! Running programs and measuring them: time, and memory at its most.

use std::fmt;
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A row of the report.
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) ours: String,
    pub(crate) beside: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) goal: &'static str,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = self.ratio.map_or(String::new(), |r| format!("{r:.2}"));
        let Line {
            what,
            ours,
            beside,
            goal,
            ..
        } = self;
        write!(f, "| {what} | {ours} | {beside} | {ratio} | {goal} |")
    }
}

impl Line {
    /// Two times, one over the other.
    pub(crate) fn times(
        what: &str,
        ours: Duration,
        (name, theirs): (&str, Duration),
        goal: &'static str,
    ) -> Line {
        Line {
            what: what.to_owned(),
            ours: millis(ours),
            beside: format!("{name}: {}", millis(theirs)),
            ratio: Some(ours.as_secs_f64() / theirs.as_secs_f64()),
            goal,
        }
    }

    /// A single value.
    pub(crate) fn alone(what: &str, ours: String, goal: &'static str) -> Line {
        Line {
            what: what.to_owned(),
            ours,
            beside: String::new(),
            ratio: None,
            goal,
        }
    }
}

pub(crate) fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

pub(crate) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// The time and memory of one run of a program.
pub(crate) struct Ran {
    pub(crate) took: Duration,
    /// The most memory that was resident, in bytes.
    pub(crate) memory: u64,
    pub(crate) stdout: usize,
}

/// Runs a program to its end; it has to succeed. What it prints is read and counted.
pub(crate) fn run(command: &mut Command) -> Ran {
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let reader = std::thread::spawn(move || {
        let (mut buffer, mut count) = (vec![0; 1 << 16], 0);
        while let Ok(length @ 1..) = out.read(&mut buffer) {
            count += length;
        }
        count
    });
    let mut memory = 0;
    let ended = loop {
        // Far enough apart not to distort the measurement.
        memory = peak(&status).unwrap_or(0).max(memory);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    let took = begun.elapsed();
    assert!(ended.success(), "{command:?}: {ended}");
    Ran {
        took,
        memory,
        stdout: reader.join().unwrap(),
    }
}

fn peak(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// The medians of two programs that are run in turn, so that both meet the same machine.
pub(crate) fn in_turn(
    times: usize,
    ours: &mut Command,
    theirs: &mut Command,
) -> (Duration, Duration) {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..times {
        a.push(run(ours).took);
        b.push(run(theirs).took);
    }
    (median(a), median(b))
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
