//! A token from Lagoon's token portal.

use std::time::Duration;

use super::error::{from_words, words};
use super::process::{LONGEST_WORDS, Process, beginning};
use super::{Destination, Ssh, SshError};
use crate::clock::timeout;

const LONGEST_TOKEN: usize = 64 * 1024;

/// Runs `ssh -p PORT USER@HOST token`. A portal refuses with a message on stderr and exit status 0
/// (from its sources), so `is_token` checks stdout.
pub async fn token(
    ssh: &Ssh,
    to: &Destination,
    limit: Duration,
    is_token: fn(&str) -> bool,
) -> Result<String, SshError> {
    let mut process = Process::start(ssh.command(to, &["token"])?)?;
    let (stdout, stderr) = (process.stdout(), process.stderr());
    let (mut answer, mut said) = (Vec::new(), Vec::new());
    let ended = timeout(limit, async {
        tokio::try_join!(
            beginning(stdout, LONGEST_TOKEN, &mut answer),
            beginning(stderr, LONGEST_WORDS, &mut said),
            process.wait(),
        )
    })
    .await;
    let status = match ended {
        Ok(ended) => ended.map_err(SshError::Run)?.2,
        Err(_) => {
            let words = words(&said);
            let separator = if words.is_empty() { "" } else { ": " };
            return Err(SshError::TimedOut {
                host: to.server.host().to_owned(),
                after: limit,
                said: format!("{separator}{words}"),
            });
        }
    };
    match String::from_utf8(answer) {
        Ok(token) if status.success() && is_token(token.trim()) => Ok(token.trim().to_owned()),
        _ => Err(from_words(to, status, &said)),
    }
}
