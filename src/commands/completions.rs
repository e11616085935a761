//! `tasks completions`: a stub for a shell that asks this program for candidates.
//!
//! The stub calls `tasks` by name, so that it holds wherever the program is installed. The same
//! stubs are in `completions/`, for packages.

use clap::Args;
use clap_complete::env::Shells;

use crate::app::{self, App};
use crate::error::Error;

const EXAMPLES: &str = "\
Examples:
  tasks completions bash > ~/.local/share/bash-completion/completions/tasks
  tasks completions zsh > \"${fpath[1]}/_tasks\"
  tasks completions fish > ~/.config/fish/completions/tasks.fish
  tasks completions powershell >> $PROFILE
  tasks completions elvish >> ~/.config/elvish/rc.elv";

/// Print what makes a shell complete the words of tasks
///
/// The text asks the program for candidates each time, so it need not be renewed with it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = ["bash", "zsh", "fish", "powershell", "elvish"])]
    shell: String,
}

/// Prints the stub.
///
/// # Errors
/// When stdout cannot be written to.
pub fn run(args: Completions, app: &App) -> Result<(), Error> {
    app::print(&app.ui, &stub(&args.shell)?)
}

fn stub(shell: &str) -> Result<String, Error> {
    let shells = Shells::builtins();
    let completer = shells
        .completer(shell)
        .ok_or_else(|| Error::usage(format!("there is no stub for `{shell}`")))?;
    let mut text = Vec::new();
    completer
        .write_registration("COMPLETE", "tasks", "tasks", "tasks", &mut text)
        .map_err(|e| Error::failed("cannot make the stub").because(e))?;
    let text = String::from_utf8_lossy(&text);
    Ok(format!("{}\n", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn the_files_are_current() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
        for (shell, file) in [
            ("bash", "tasks.bash"),
            ("zsh", "_tasks"),
            ("fish", "tasks.fish"),
            ("powershell", "tasks.ps1"),
            ("elvish", "tasks.elv"),
        ] {
            let stub = stub(shell).unwrap();
            let found = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
            assert!(
                found == stub,
                "{file} is not what `tasks completions {shell}` prints"
            );
        }
    }
}
