//! Items for the program, its tests, its fuzz targets and its benchmarks. They change without notice.

pub use crate::app::final_page::serve as serve_sign_in_page;
pub use crate::auth::over_ssh::key_for_ssh;
pub use crate::cli::{command, run, shells};
pub use crate::clock::{Clock, SteppedClock};
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
pub use crate::domain::run::{Outcome, Run};
pub use crate::domain::task::argument::{Argument, ArgumentKind};
pub use crate::domain::task::definition::{Definition, Permission, Scope, Work};
pub use crate::domain::task::difference::spelled;
pub use crate::domain::task::one_off::OneOff;
pub use crate::domain::task::reference::TaskRef;
pub use crate::domain::task::values::resolve;
pub use crate::error::{Error, Kind};
pub use crate::lagoon::error::LagoonError;
pub use crate::lagoon::events::stream::{Event, Events};
pub use crate::lagoon::network::Network;
pub use crate::lagoon::network::variables::NetworkVariables;
pub use crate::lagoon::operations::adhoc::add_task_variables;
pub use crate::lagoon::operations::definitions::{add_variables, update_variables};
pub use crate::lagoon::operations::files::upload_variables;
pub use crate::lagoon::operations::runs::invoke_variables;
pub use crate::lagoon::reply::{Reply, read as read_reply};
pub use crate::lagoon::{Connection, Credentials, CredentialsError, Lagoon};
pub use crate::ops::runs::push::{NoHints, Push};
pub use crate::ops::runs::wait::limits::Limits;
pub use crate::ops::runs::wait::verdict::WaitOutcome;
pub use crate::ops::runs::wait::{Watcher, wait_for_all};
pub use crate::ssh::error::SshError;
pub use crate::ssh::key::Key;
pub use crate::ssh::token::token;
pub use crate::ssh::{Destination, Ssh};
pub use crate::terminal::clean::{clean_line, clean_text, is_unsafe};
pub use crate::terminal::log::LogCleaner;

pub mod quoting {
    pub use crate::domain::task::quoting::{command, line, suggestion};
}

pub mod recorded {
    pub use crate::domain::run::recorded::values;
}
