//! Text from a file or stdin.

use std::io::Read;

use crate::app::App;
use crate::error::Error;
use crate::secret::conceal_recognized;

/// No value, no command and no file of values has as many bytes.
const MOST: u64 = 1 << 20;

/// The content of a file, `-` for stdin, exactly as it is.
///
/// # Errors
/// Wrong use, naming the flag, when it cannot be read or is no text.
pub fn exact(app: &App, flag: &str, file: &str) -> Result<String, Error> {
    exact_within(app, flag, file, MOST)
}

/// The same of a file that may have more bytes.
///
/// # Errors
/// As [`exact`].
pub fn exact_within(app: &App, flag: &str, file: &str, most: u64) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        if app.ui.terminal().stdin {
            app.ui
                .note(&format!("{flag}: reading stdin; end it with Ctrl-D"));
        }
        std::io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    let length =
        read.map_err(|e| Error::usage(format!("{flag}: cannot read {file}")).because(e))?;
    if length as u64 == most {
        return Err(Error::usage(format!(
            "{flag}: {file} is longer than anything that Lagoon takes"
        )));
    }
    if file == "-" && bytes.is_empty() {
        return Err(Error::usage(format!("{flag}: stdin is empty")));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::usage(format!("{flag}: {file} is not text (UTF-8)")))?;
    // It may be the wrong file, and errors repeat what is wrong in it.
    conceal_recognized(&text);
    Ok(text)
}

/// The content of a file, `-` for stdin, as a command: LF line ends, none at the end.
///
/// # Errors
/// Wrong use, naming the flag, when it cannot be read, is empty, or is no text.
pub fn command(app: &App, flag: &str, file: &str) -> Result<String, Error> {
    let text = exact(app, flag, file)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    let text = mended(app, flag, text).trim_end_matches('\n').to_owned();
    if text.trim().is_empty() {
        return Err(Error::usage(format!("{flag}: {file} is empty")));
    }
    Ok(text)
}

/// The text with LF line ends; says so when there were others.
#[must_use]
pub fn mended(app: &App, flag: &str, text: String) -> String {
    if !text.contains("\r\n") {
        return text;
    }
    app.ui
        .note(&format!("{flag}: Windows line ends (CRLF) became LF"));
    text.replace("\r\n", "\n")
}
