//! The terminal session: the processes of one shell at one terminal.

use super::Terminal;

impl Terminal {
    /// Identifies the session by its leader and the leader's start, because ids of processes are
    /// reused. `None` without a terminal, and where the start cannot be determined.
    pub(crate) fn session(self) -> Option<String> {
        if !self.stderr {
            return None;
        }
        leader()
    }
}

#[cfg(target_os = "linux")]
fn leader() -> Option<String> {
    /// The position of the start after the program's name, which may contain blanks.
    const START: usize = 19;
    let leader = rustix::process::getsid(None).ok()?.as_raw_nonzero();
    let facts = std::fs::read_to_string(format!("/proc/{leader}/stat")).ok()?;
    let (_, facts) = facts.rsplit_once(')')?;
    Some(format!("{leader} {}", facts.split_whitespace().nth(START)?))
}

#[cfg(not(target_os = "linux"))]
fn leader() -> Option<String> {
    None
}
