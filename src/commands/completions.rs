//! `tasks completions`: a stub for a shell that asks this program for candidates.
//!
//! The stub calls `tasks` by name, so that it holds wherever the program is installed. The same
//! stubs are in `completions/`, for packages.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::env::Shells;

use crate::app::{self, App};
use crate::error::Error;

/// The shells, and the name by which each looks for a file about `tasks` in its folder.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "tasks.bash"),
    ("zsh", "_tasks"),
    ("fish", "tasks.fish"),
    ("powershell", "tasks.ps1"),
    ("elvish", "tasks.elv"),
];

const EXAMPLES: &str = "\
Examples:
  tasks completions bash --dir ~/.local/share/bash-completion/completions
  tasks completions zsh --dir /usr/local/share/zsh/site-functions
  tasks completions fish --dir ~/.config/fish/completions
  tasks completions powershell >> $PROFILE
  tasks completions elvish >> ~/.config/elvish/rc.elv
  tasks completions --dir completions";

/// Print or install what makes a shell complete the words of tasks
///
/// The text asks the program for candidates each time, so it need not be renewed with it: names of
/// contexts, projects, environments, tasks, arguments and runs among them. bash (with the package
/// bash-completion), zsh and fish find it by its name in their folders; for zsh any folder in
/// $fpath will do. PowerShell and elvish read it from their profile.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
    /// The shell; with --dir all of them when none is named
    #[arg(value_name = "SHELL", required_unless_present = "dir", value_parser = SHELLS.map(|(shell, _)| shell))]
    shell: Option<String>,
    /// Write the file into this folder, under the name that the shell looks for
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

/// Prints the stub, or writes it.
///
/// # Errors
/// When stdout or the folder cannot be written to.
pub fn run(args: &Completions, app: &App) -> Result<(), Error> {
    let wanted = SHELLS
        .iter()
        .filter(|(shell, _)| args.shell.as_deref().is_none_or(|wanted| wanted == *shell));
    for (shell, file) in wanted {
        let stub = stub(shell)?;
        match &args.dir {
            None => app::print(&app.ui, &stub)?,
            Some(dir) => {
                let path = dir.join(file);
                write(&path, &stub)?;
                app.ui.note(&format!("{shell}: {}", path.display()));
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

    #[test]
    fn the_files_are_current() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("completions");
        for (shell, file) in SHELLS {
            let stub = stub(shell).unwrap();
            let found = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
            assert!(
                found == stub,
                "{file} is not what `tasks completions {shell}` prints"
            );
        }
    }
}
