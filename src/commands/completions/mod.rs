//! `tasks completions`: a stub with which a shell asks this program for candidates.
//!
//! The stub calls `tasks` by name, so it works wherever the program is installed. The same stubs
//! are in `completions/`, for packages.

mod candidates;
mod parsed_line;
mod report_targets;
mod shells;
mod shield;
mod words;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::app::{self, App};
use crate::error::Error;

pub(crate) use shells::{Shell, shells};

const NAMES: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

const EXAMPLES: &str = "\
Examples:
  # Install for bash (requires the package bash-completion)
  tasks completions bash --dir ~/.local/share/bash-completion/completions
  # Install for zsh, in a folder of $fpath
  tasks completions zsh --dir /usr/local/share/zsh/site-functions
  # Install for fish
  tasks completions fish --dir ~/.config/fish/completions
  # Install for PowerShell
  tasks completions powershell >> $PROFILE
  # Install for elvish
  tasks completions elvish >> ~/.config/elvish/rc.elv
  # Write the scripts of all shells, for a package
  tasks completions --dir completions";

/// Print or install shell completions
///
/// Completes commands, flags, and the names of contexts, projects, environments, groups, tasks,
/// arguments, runs and files of runs. The script asks `tasks` for the candidates, so it keeps working
/// after `tasks` is updated.
///
/// The scripts for bash, zsh, fish and elvish are tested in these shells. The one for PowerShell has not
/// been run.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Completions {
    /// Shell (optional with --dir)
    #[arg(value_name = "SHELL", required_unless_present = "dir", value_parser = NAMES)]
    shell: Option<String>,
    /// Write the script to this folder, with the name that the shell expects
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

pub(crate) fn run(args: &Completions, app: &App, shells: &[Shell]) -> Result<(), Error> {
    let is_wanted = |shell: &&Shell| match args.shell.as_deref() {
        Some(name) => name == shell.name,
        None => NAMES.contains(&shell.name),
    };
    for shell in shells.iter().filter(is_wanted) {
        match &args.dir {
            None => app::print(&app.ui, shell.stub)?,
            Some(dir) => {
                let path = dir.join(shell.file);
                write(&path, shell.stub)?;
                app.ui.note(&format!("{}: {}", shell.name, path.display()));
            }
        }
    }
    Ok(())
}

fn write(path: &Path, stub: &str) -> Result<(), Error> {
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        std::fs::write(path, stub)
    };
    write().map_err(|error| {
        Error::usage(format!("--dir: cannot write {}", path.display())).because(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_stub_calls_the_program_by_name() {
        let shells = shells(|| clap::Command::new("tasks"));
        for name in NAMES {
            let shell = shells.iter().find(|shell| shell.name == name).unwrap();
            let asks = shell.stub.contains("tasks -- ");
            assert!(asks && shell.stub.contains(shell.name), "{}", shell.name);
            let evaluates = ["Invoke-Expression", "iex ", "eval ", "ExpandString"];
            assert!(
                !evaluates.iter().any(|word| shell.stub.contains(word)),
                "{name}"
            );
        }
    }
}
