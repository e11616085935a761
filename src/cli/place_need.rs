//! The places that a command needs before it starts.

use super::Command;
use crate::commands;
use crate::commands::scope::PlaceNeed;

pub(super) fn place_need(command: &Command, can_prompt: bool) -> PlaceNeed {
    use commands::{
        cancel::CancelArgs, define::DefineArgs, delete::DeleteArgs, export::ExportArgs,
        logs::LogsArgs, rerun::RerunArgs, status::StatusArgs, update::UpdateArgs,
    };
    match command {
        Command::Define(DefineArgs { group: Some(_), .. })
        | Command::Update(UpdateArgs { group: Some(_), .. })
        | Command::Delete(DeleteArgs { group: Some(_), .. } | DeleteArgs { unlisted: true, .. })
        | Command::Export(ExportArgs { group: Some(_), .. }) => PlaceNeed::Nothing,
        Command::Define(_)
        | Command::Update(_)
        | Command::Delete(_)
        | Command::Export(_)
        | Command::List(_)
        | Command::Show(_)
        | Command::Invoke(_)
        | Command::Exec(_)
        | Command::Runs(_)
        | Command::Environments(_) => PlaceNeed::Project,
        Command::Status(StatusArgs { runs, .. })
        | Command::Logs(LogsArgs { runs, .. })
        | Command::Cancel(CancelArgs { runs, .. })
        | Command::Rerun(RerunArgs { runs, .. })
            if runs.needs_place(can_prompt) =>
        {
            PlaceNeed::Project
        }
        Command::Wait(wait) if wait.needs_place(can_prompt) => PlaceNeed::Project,
        Command::Files(files) if files.needs_place(can_prompt) => PlaceNeed::Project,
        #[cfg(feature = "ui")]
        Command::Ui(_) => PlaceNeed::Project,
        // Task files usually name their projects, so that a request would be in vain.
        Command::Diff(_) | Command::Apply(_) | Command::Lint(_) => PlaceNeed::Files,
        _ => PlaceNeed::Nothing,
    }
}
