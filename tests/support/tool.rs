//! Programs that some tests start and not every machine has.

use std::io::Write;
use std::path::PathBuf;

/// True if a program is installed. Without it, a test reports that and does nothing, except in CI
/// (`TASKS_CI`), where everything is there or the test fails.
pub(crate) fn have(program: &str) -> bool {
    let found = found(program).is_some();
    if !found {
        assert!(
            std::env::var_os("TASKS_CI").is_none(),
            "`{program}` is missing, and TASKS_CI is set"
        );
        let thread = std::thread::current();
        let test = thread.name().unwrap_or_default();
        // Not `eprintln!`, because the test runner hides the output of a passing test.
        let line = format!("skipped {test}: there is no `{program}` here\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    found
}

/// The path of a program: on the `PATH`, or in the folders of servers.
pub(crate) fn found(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installed_tools_are_found() {
        assert!(have("sh"));
        assert!(found("no-such-program").is_none());
    }
}
