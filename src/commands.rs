//! One file per command: arguments, work, report. Commands share only the modules `flags`, `input`,
//! `launch`, `report`, `scope`, `select`, `sign_in` and `task_files`.

pub(crate) mod api;
pub(crate) mod apply;
pub(crate) mod cancel;
pub(crate) mod completions;
pub(crate) mod context;
pub(crate) mod define;
pub(crate) mod delete;
pub(crate) mod diff;
pub(crate) mod doctor;
pub(crate) mod environments;
pub(crate) mod exec;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod flags;
pub(crate) mod input;
pub(crate) mod invoke;
pub(crate) mod launch;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod logs;
pub(crate) mod man;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
pub(crate) mod projects;
pub(crate) mod report;
pub(crate) mod rerun;
pub(crate) mod runs;
#[cfg(feature = "sandbox")]
pub(crate) mod sandbox;
pub(crate) mod scope;
pub(crate) mod select;
pub(crate) mod show;
pub(crate) mod sign_in;
pub(crate) mod status;
pub(crate) mod task_files;
pub(crate) mod topics;
#[cfg(feature = "ui")]
pub(crate) mod ui;
pub(crate) mod update;
pub(crate) mod wait;
pub(crate) mod whoami;

use crate::error::Error;
use crate::output::OutputError;

impl From<OutputError> for Error {
    fn from(error: OutputError) -> Self {
        let message = error.to_string();
        match error {
            OutputError::Usage { hints, .. } => Error::usage(message).with_hints(hints),
            OutputError::Closed | OutputError::Io(_) | OutputError::Filter(_) => {
                Error::failed(message)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use crate::output::Format;

    #[test]
    fn settings_and_output_support_the_same_formats() {
        let formats: Vec<String> = Format::value_variants()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(formats, crate::settings::FORMATS);
    }
}
