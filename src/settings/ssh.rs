//! The variables for signing in over ssh.

use super::SettingsError;
use std::path::Path;

use crate::config::SshKey;
use crate::domain::place::ssh_endpoint::{EndpointError, SshEndpoint};
use crate::env::{Env, Secret};

const KEY_FORMS: &str =
    "give a path that begins with /, ~/, ./ or ../, or the text of a private key, also as base64";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SshSettings {
    pub endpoint: Option<SshEndpoint>,
    pub key: Option<SshKey>,
}

impl SshSettings {
    /// Reads all variables. They apply to the Lagoon to which `TASKS_TOKEN` applies, because it
    /// gets the host's tokens.
    pub(super) fn of(env: &Env) -> Result<SshSettings, SettingsError> {
        let endpoint = match (&env.ssh_host, &env.ssh_port) {
            (None, None) => None,
            (None, Some(_)) => {
                return Err(SettingsError::usage(
                    "TASKS_SSH_PORT is set, but TASKS_SSH_HOST is not",
                )
                .hint("set both, or neither"));
            }
            (Some(host), port) => Some(endpoint(host, port.as_deref())?),
        };
        Ok(SshSettings {
            endpoint,
            ..SshSettings::key_of(env)?
        })
    }

    /// Reads the key, which applies to any Lagoon.
    pub(super) fn key_of(env: &Env) -> Result<SshSettings, SettingsError> {
        let key = env.ssh_key.as_ref().map(Secret::expose);
        if key.is_some_and(|key| key.trim().is_empty()) {
            return Err(SettingsError::usage("TASKS_SSH_KEY has an empty value")
                .hint("give it a value, or unset it"));
        }
        let key = key.map(|key| SshKey::parse(key, Path::new("")).set_by("TASKS_SSH_KEY"));
        if let Some(Err(error)) = key.as_ref().map(SshKey::usable) {
            let message = format!("TASKS_SSH_KEY is {error}");
            return Err(SettingsError::usage(message).hint(KEY_FORMS));
        }
        Ok(SshSettings {
            endpoint: None,
            key,
        })
    }
}

fn endpoint(host: &str, port: Option<&str>) -> Result<SshEndpoint, SettingsError> {
    if port.is_some_and(|p| p.trim().is_empty()) {
        return Err(SettingsError::usage("TASKS_SSH_PORT has an empty value")
            .hint("give it a value, or unset it"));
    }
    SshEndpoint::parse(host, port).map_err(|error| {
        let variable = match error {
            EndpointError::Host(_) => "TASKS_SSH_HOST",
            EndpointError::Port(_) => "TASKS_SSH_PORT",
        };
        SettingsError::usage(format!("{variable}: {error}"))
    })
}
