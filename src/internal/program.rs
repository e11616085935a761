//! Items of modules that only the program has.

use std::path::Path;

use crate::auth::jwt;
use crate::config::checkout::Checkout;
use crate::config::ssh_key::{UnusableKey, UsableKey};
use crate::regular_file::Owners;

pub use crate::app::final_page::serve as serve_sign_in_page;
pub use crate::auth::over_ssh::key_for_ssh;
pub use crate::cli::{command, run, shells};
pub use crate::commands::input::{arguments::argument, values::map as values_map};
pub use crate::config::address::api_address;
pub use crate::config::edit::Editor;
pub use crate::config::error::ConfigError;
pub use crate::config::name::ContextName;
pub use crate::config::ssh_key::SshKey;
pub use crate::config::{Config, Context};
pub use crate::domain::document::Document;
pub use crate::domain::manifest::expand::{ExpandContext, read};
pub use crate::domain::manifest::fault::Fault;
pub use crate::domain::manifest::scope::ScopeName;
pub use crate::domain::manifest::write::write;
pub use crate::domain::manifest::{Desired, SourceFile};
pub use crate::domain::place::ssh_endpoint::SshEndpoint;
pub use crate::domain::run::reference::RunRef;
pub use crate::domain::task::difference::spelled;
pub use crate::domain::task::one_off::OneOff;
pub use crate::domain::task::reference::TaskRef;
pub use crate::error::{Error, Kind};
pub use crate::lagoon::error::LagoonError;
pub use crate::lagoon::operations::variables::{
    add_task_variables, add_variables, invoke_variables, update_variables, upload_variables,
};
#[cfg(feature = "mcp")]
pub use crate::mcp::{Incoming, Lines, check_arguments, read_line};
pub use crate::ops::runs::push::NoHints;
pub use crate::ssh::error::SshError;
pub use crate::ssh::key::Key;
pub use crate::ssh::token::token;
pub use crate::ssh::{Destination, Ssh};
pub use crate::terminal::clean::{clean_line, clean_text, is_unsafe};
pub use crate::terminal::log::LogCleaner;

/// The project that the files of a folder name, and the notes about the files.
pub fn project_of(folder: &Path) -> (Option<String>, Vec<String>) {
    let owners = Owners::current(None, folder);
    let found = Checkout::read(folder, &owners, &|_| None);
    (found.project.map(|(name, _)| name), found.notes)
}

pub fn is_token(text: &str) -> bool {
    jwt::is_jwt(text)
}

pub fn token_expiry(token: &str) -> Option<jiff::Timestamp> {
    jwt::expiry(token)
}

/// The text of a private key; `None` for a path. Nothing is registered as a secret.
pub fn key_text(given: &str) -> Result<Option<String>, UnusableKey> {
    let key = SshKey::read(given, Path::new(""));
    key.usable().map(|key| match key {
        UsableKey::Text(text) => Some(text),
        UsableKey::File(_) => None,
    })
}

pub mod quoting {
    pub use crate::domain::task::quoting::{command, line, suggestion};
}

pub mod recorded {
    pub use crate::domain::run::recorded::values;
}
