//! The prompt for the context.

use super::Command;
use crate::app::App;
use crate::commands::select::pick;
use crate::error::Error;
use crate::settings::{Env, Flags, Settings};

/// Prompts for the context if a command needs one and none of several is current. Returns the given or
/// chosen one.
pub(super) fn choose_context(
    app: &mut App,
    flags: &Flags,
    env: &Env,
    command: &Command,
) -> Result<Option<String>, Error> {
    // Signing in and out, where the sandbox is no choice.
    let of_session = match command {
        Command::Login(login) => Some(login.needs_context()),
        Command::Logout(logout) => Some(logout.needs_context()),
        _ => None,
    };
    let is_local = of_session == Some(false)
        || matches!(
            command,
            Command::Lint(_)
                | Command::Context(_)
                | Command::Doctor(_)
                | Command::Completions(_)
                | Command::Man(_)
                | Command::ExitCodes
                | Command::Environment
                | Command::Formatting
                | Command::GlobalOptions
        );
    #[cfg(feature = "sandbox")]
    let is_local = is_local || matches!(command, Command::Sandbox(_));
    if is_local || !app.settings.lacks_context() || !app.ui.can_prompt() {
        return Ok(flags.context.clone());
    }
    let flags = Flags {
        context: Some(pick::context(app, of_session.is_none())?.to_string()),
        ..flags.clone()
    };
    app.settings = Settings::resolve(&flags, env)?;
    Ok(flags.context)
}
