//! A command's text from a file or stdin.

use std::io::Read;

use crate::app::App;
use crate::error::Error;

/// The content of a file, `-` for stdin, as a command: LF line ends, none at the end.
///
/// # Errors
/// Wrong use when it cannot be read, is empty, or is no text.
pub fn from_file(app: &App, file: &str) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        if app.ui.terminal().stdin {
            app.ui
                .note("reading the command from stdin; end it with Ctrl-D");
        }
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(file).map(|content| bytes = content)
    };
    read.map_err(|e| Error::usage(format!("--command-file: cannot read {file}")).because(e))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::usage(format!("--command-file: {file} is not text (UTF-8)")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    let text = mended(app, "--command-file", text)
        .trim_end_matches('\n')
        .to_owned();
    if text.trim().is_empty() {
        return Err(Error::usage(format!("--command-file: {file} is empty")));
    }
    Ok(text)
}

/// The text with LF line ends; says so when there were others.
pub fn mended(app: &App, flag: &str, text: String) -> String {
    if !text.contains("\r\n") {
        return text;
    }
    app.ui
        .note(&format!("{flag}: Windows line ends (CRLF) became LF"));
    text.replace("\r\n", "\n")
}
