//! Text from a file or stdin.

use crate::app::App;
use crate::domain::Work;
use crate::error::Error;
use crate::regular_file::bounded;
use crate::secret::conceal_recognized;

/// The maximum size in bytes of a value, command, document or file of values. Lagoon accepts
/// requests of 100 kB.
const LONGEST_VALUE: u64 = 1 << 20;

/// The exact content of a file; `-` is stdin.
pub(crate) fn exact(app: &App, flag: &str, file: &str) -> Result<String, Error> {
    exact_within(app, flag, file, LONGEST_VALUE)
}

pub(crate) fn exact_within(app: &App, flag: &str, file: &str, limit: u64) -> Result<String, Error> {
    let read = if file == "-" {
        if app.ui.terminal().stdin {
            app.ui
                .note(&format!("{flag}: reading stdin; press Ctrl-D to end"));
        }
        bounded(std::io::stdin().lock(), limit)
    } else {
        std::fs::File::open(file).and_then(|file| bounded(file, limit))
    };
    let bytes = read.map_err(|e| Error::usage(format!("{flag}: cannot read {file}")).because(e))?;
    if file == "-" && bytes.is_empty() {
        return Err(Error::usage(format!("{flag}: stdin is empty")));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::usage(format!("{flag}: {file} is not valid UTF-8")))?;
    // It may be the wrong file, and errors repeat what is wrong in it.
    conceal_recognized(&text);
    Ok(text)
}

/// A command from a file, with LF line ends and none at the end; `-` is stdin.
pub(crate) fn command(app: &App, flag: &str, file: &str) -> Result<String, Error> {
    let text = exact(app, flag, file)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    let text = mended(app, flag, text).trim_end_matches('\n').to_owned();
    if text.trim().is_empty() {
        return Err(Error::usage(format!("{flag}: {file} is empty")));
    }
    Ok(text)
}

/// Replaces CRLF by LF, with a note.
fn mended(app: &App, flag: &str, text: String) -> String {
    if !text.contains("\r\n") {
        return text;
    }
    app.ui.note(&format!(
        "{flag}: converted Windows line endings (CRLF) to LF"
    ));
    text.replace("\r\n", "\n")
}

/// The work that `--command`, `--command-file` and `--image` describe.
pub(crate) fn work(
    app: &App,
    command: Option<&String>,
    command_file: Option<&String>,
    image: Option<&String>,
) -> Result<Option<Work>, Error> {
    Ok(if let Some(text) = command {
        Some(Work::Command(mended(app, "--command", text.clone())))
    } else if let Some(file) = command_file {
        Some(Work::Command(self::command(app, "--command-file", file)?))
    } else {
        image.cloned().map(Work::Image)
    })
}
