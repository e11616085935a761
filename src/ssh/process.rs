//! One `ssh` process, which is ended on drop.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use super::SshError;
use super::key::KeyFile;
use crate::clock::Instant;

/// The time between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_millis(300);

/// In bytes; the rest of what `ssh` says on stderr is dropped.
pub(super) const LONGEST_WORDS: usize = 16 * 1024;

pub(super) struct Process {
    child: Child,
    /// The key's file, which `ssh` may read late.
    _key: Option<KeyFile>,
}

impl Process {
    pub(super) fn start(
        (mut command, key): (Command, Option<KeyFile>),
    ) -> Result<Process, SshError> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(SshError::start)?;
        Ok(Process { child, _key: key })
    }

    pub(super) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    pub(super) fn stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }
}

impl Drop for Process {
    /// After SIGTERM, `ssh` restores the echo that a passphrase prompt turned off.
    fn drop(&mut self) {
        terminate(&self.child);
        let begun = Instant::now();
        while begun.elapsed() < GRACE {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(5)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        let _ = self.child.start_kill();
    }
}

#[cfg(unix)]
fn terminate(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(pid) = pid.and_then(Pid::from_raw) {
        let _ = kill_process(pid, Signal::TERM);
    }
}

#[cfg(not(unix))]
fn terminate(_child: &Child) {}

/// Keeps the first `most` bytes, and reads on so that the process does not block.
pub(super) async fn beginning(
    stream: Option<impl AsyncRead + Unpin>,
    most: usize,
    kept: &mut Vec<u8>,
) -> io::Result<()> {
    let Some(mut stream) = stream else {
        return Ok(());
    };
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        let room = most.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&buffer[..room]);
    }
}
