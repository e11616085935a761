//! Tokens from stdin or a prompt.

use std::io::Read;

use crate::app::App;
use crate::auth::{Secret, is_jwt};
use crate::error::Error;

/// The maximum size in bytes. Lagoon's tokens have a few kB.
const TOKEN_LIMIT: u64 = 64 * 1024;

/// Reads a token from stdin or a prompt. Does not check its expiry.
pub(crate) fn given_token(app: &App) -> Result<Secret, Error> {
    if app.ui.can_prompt() {
        return checked(&app.ui.prompt().secret("Token")?, "the given token");
    }
    let mut text = String::new();
    std::io::stdin()
        .take(TOKEN_LIMIT)
        .read_to_string(&mut text)
        .map_err(|e| Error::usage("cannot read the token from stdin").because(e))?;
    checked(&text, "stdin")
}

fn checked(text: &str, origin: &str) -> Result<Secret, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::usage(format!(
            "{origin} is empty; a token is required"
        )));
    }
    if !is_jwt(text) {
        return Err(Error::usage(format!("{origin} is not a valid token"))
            .hint("a token has three parts of letters and digits, separated by dots"));
    }
    Ok(Secret::new(text.to_owned()))
}
