//! One file per command: arguments, work, report. Commands share only the modules `flags`, `input`,
//! `launch`, `report`, `scope`, `select`, `sign_in` and `task_files`.

pub mod api;
pub mod apply;
pub mod cancel;
pub mod completions;
pub mod context;
pub mod define;
pub mod delete;
pub mod diff;
pub mod doctor;
pub mod environments;
pub mod exec;
pub mod export;
pub mod files;
pub mod flags;
pub mod input;
pub mod invoke;
pub mod launch;
pub mod lint;
pub mod list;
pub mod login;
pub mod logout;
pub mod logs;
pub mod man;
pub mod projects;
pub mod report;
pub mod rerun;
pub mod runs;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod scope;
pub mod select;
pub mod show;
pub mod sign_in;
pub mod status;
pub mod task_files;
pub mod topics;
pub mod update;
pub mod wait;
pub mod whoami;

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
    fn settings_and_output_know_the_same_formats() {
        let formats: Vec<String> = Format::value_variants()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(formats, crate::settings::FORMATS);
    }
}
