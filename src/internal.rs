//! Items for the program, its tests, its fuzz targets and its benchmarks. They change without notice.

pub use crate::auth::key_for_ssh;
pub use crate::cli::{command, run, shells};
pub use crate::clock::{Clock, SteppedClock};
pub use crate::commands::input::{arguments::argument, values::map as values_map};
pub use crate::config::{Config, ConfigError, Context, ContextName, Editor, SshKey, api_address};
pub use crate::domain::document::Document;
pub use crate::domain::manifest::{Around, Desired, Fault, ScopeName, Source, read, write};
pub use crate::domain::task::difference::spelled;
pub use crate::domain::task::one_off::OneOff;
pub use crate::domain::task::values::resolve;
pub use crate::domain::{
    Argument, ArgumentKind, Definition, Outcome, Permission, Run, RunRef, Scope, SshEndpoint,
    TaskRef, Work,
};
pub use crate::error::{Error, Kind};
pub use crate::lagoon::events::{Event, Events};
pub use crate::lagoon::operations::adhoc::add_task_variables;
pub use crate::lagoon::operations::definitions::{add_variables, update_variables};
pub use crate::lagoon::operations::files::upload_variables;
pub use crate::lagoon::operations::runs::invoke_variables;
pub use crate::lagoon::reply::{Reply, read as read_reply};
pub use crate::lagoon::{
    Connection, Credentials, CredentialsError, Lagoon, LagoonError, Network, NetworkVariables,
};
pub use crate::ops::runs::push::{NoHints, Push};
pub use crate::ops::runs::wait::{Limits, Waited, Watcher, until_all_over};
pub use crate::ssh::{Destination, Key, Ssh, SshError, token};
pub use crate::terminal::clean::is_unsafe;
pub use crate::terminal::{LogCleaner, clean_line, clean_text};

pub mod quoting {
    pub use crate::domain::task::quoting::{command, line, suggestion};
}

pub mod recorded {
    pub use crate::domain::run::recorded::values;
}
