//! Signing in over ssh.

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;

use super::session::SignIn;
use super::{AuthError, Secret, SignInMethod, is_jwt};
use crate::config::{SshKey, UsableKey};
use crate::domain::SshEndpoint;
use crate::env;
use crate::ssh::{self, Destination, Key, Ssh};

/// The same on every Lagoon.
const USER: &str = "lagoon";

const LIMIT: Duration = Duration::from_secs(60);
const LIMIT_ASKING: Duration = Duration::from_secs(300);

pub(crate) struct SshSignIn {
    ssh: Ssh,
    endpoint: SshEndpoint,
    limit: Duration,
}

impl SshSignIn {
    /// Without a key, ssh uses the keys that it finds.
    pub(crate) fn new(endpoint: SshEndpoint, key: Option<&SshKey>, asks: bool) -> SshSignIn {
        ssh::remove_old_keys();
        SshSignIn {
            ssh: Ssh::new().with_key(key.map(key_for_ssh)).asking(asks),
            endpoint,
            limit: if asks { LIMIT_ASKING } else { LIMIT },
        }
    }
}

pub fn key_for_ssh(key: &SshKey) -> Key {
    match key.usable() {
        Ok(UsableKey::File(path)) => Key::File {
            path: in_home(path),
            setting: key.setting().map(str::to_owned),
        },
        Ok(UsableKey::Text(text)) => Key::Text(text),
        Err(error) => Key::Unusable(error.to_string()),
    }
}

/// Replaces a leading `~`, which `ssh` would replace without checking that the file exists.
pub(crate) fn in_home(path: PathBuf) -> PathBuf {
    let home = env::named_os("HOME").map(PathBuf::from);
    let home = home.filter(|home| home.is_absolute());
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

#[async_trait]
impl SignIn for SshSignIn {
    fn way(&self) -> SignInMethod {
        SignInMethod::Ssh
    }

    fn words(&self) -> String {
        format!("signing in over ssh: {USER}@{}", self.endpoint)
    }

    async fn token(&self) -> Result<Secret, AuthError> {
        let to = Destination::new(USER, self.endpoint.clone());
        let token = ssh::token(&self.ssh, &to?, self.limit, is_jwt).await?;
        Ok(Secret::new(token))
    }
}
