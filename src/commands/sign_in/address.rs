//! The address of a Lagoon from a prompt.

use url::Url;

use crate::app::App;
use crate::config::api_address;
use crate::error::Error;
use crate::terminal::Question;

pub(crate) fn prompted_address(app: &App) -> Result<Url, Error> {
    let check = |text: &str| match api_address(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    let text = app
        .ui
        .prompt()
        .text(&Question::new("API address"), &check)?;
    api_address(&text).map_err(|error| Error::usage(error.to_string()))
}
