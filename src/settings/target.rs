//! Which Lagoon is meant, and which token may go there.
//!
//! The rules: a context named on the line wins over everything and makes `TASKS_API` and its token
//! irrelevant. `TASKS_TOKEN` belongs to `TASKS_API`, else to the context named on the line or by
//! `TASKS_CONTEXT`; it goes nowhere else.

use url::Url;

use super::{Flags, SettingsError, SettingsErrorKind, Source, Sourced};
use crate::config::{Config, Context, ContextName, api_address, nearest};
use crate::env::{Env, Secret};

/// A Lagoon to talk to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The built-in one.
    Sandbox,
    /// A context of the configuration file.
    Context(Context),
    /// The address in `TASKS_API`.
    Address(Url),
}

/// Where the token for a target comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenOrigin {
    /// `TASKS_TOKEN`.
    Variable(Secret),
    /// What is stored for this context.
    Store(ContextName),
    /// The sandbox issues its own.
    Sandbox,
}

/// A target with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The target and who named it.
    pub target: Sourced<Target>,
    /// Where its token comes from.
    pub token: TokenOrigin,
    /// `TASKS_TOKEN` is set, but belongs to nothing that was named.
    pub stray_token: bool,
}

pub(super) fn choose(
    flags: &Flags,
    env: &Env,
    config: Result<&Config, SettingsError>,
) -> Result<Chosen, SettingsError> {
    if let Some(name) = super::said(&flags.context, "--context", &None, "")? {
        // The variable's token is that of TASKS_API, where there is one.
        let token = env.token.as_ref().filter(|_| env.api.is_none());
        return named(name, token, config);
    }
    if let Some(api) = super::said(&None, "", &env.api, "TASKS_API")? {
        return address(&api.value, env);
    }
    if let Some(name) = super::said(&None, "", &env.context, "TASKS_CONTEXT")? {
        return named(name, env.token.as_ref(), config);
    }
    let config = config?;
    let source = Source::File(config.path.clone());
    let context = match (&config.current, config.contexts.as_slice()) {
        (Some(name), _) if name.is_sandbox() => {
            return Ok(sandbox(source));
        }
        (Some(name), _) => config
            .context(name)
            .ok_or_else(|| unknown(name, config, &source))?,
        (None, [only]) => only,
        (None, []) => return Err(no_context(env.token.is_some())),
        (None, several) => {
            return Err(
                SettingsError::usage("there are several contexts and none is current")
                    .hint(format!("name one: -l {}", several[0].name))
                    .hint(format!(
                        "make one current: tasks context use {}",
                        several[0].name
                    )),
            );
        }
    };
    Ok(Chosen {
        token: TokenOrigin::Store(context.name.clone()),
        target: Sourced::new(Target::Context(context.clone()), source),
        stray_token: env.token.is_some(),
    })
}

fn named(
    name: Sourced<String>,
    token: Option<&Secret>,
    config: Result<&Config, SettingsError>,
) -> Result<Chosen, SettingsError> {
    let Sourced { value, source } = name;
    let name: ContextName = value
        .parse()
        .map_err(|e| SettingsError::usage(format!("{source}: {e}")))?;
    if name.is_sandbox() {
        return Ok(sandbox(source));
    }
    let config = config?;
    let context = config
        .context(&name)
        .ok_or_else(|| unknown(&name, config, &source))?;
    let token = match token {
        Some(token) => TokenOrigin::Variable(not_empty(token)?),
        None => TokenOrigin::Store(name),
    };
    Ok(Chosen {
        target: Sourced::new(Target::Context(context.clone()), source),
        token,
        stray_token: false,
    })
}

fn address(text: &str, env: &Env) -> Result<Chosen, SettingsError> {
    let url = api_address(text).map_err(|e| SettingsError::usage(format!("TASKS_API: {e}")))?;
    let token = env.token.as_ref().ok_or_else(|| {
        SettingsError::new(
            SettingsErrorKind::NotSignedIn,
            "TASKS_API is set, but TASKS_TOKEN is not",
        )
        .hint("set TASKS_TOKEN to a token for that Lagoon")
        .hint("or name a context, which has its own token: -l NAME")
    })?;
    Ok(Chosen {
        target: Sourced::new(Target::Address(url), Source::Variable("TASKS_API")),
        token: TokenOrigin::Variable(not_empty(token)?),
        stray_token: false,
    })
}

fn sandbox(source: Source) -> Chosen {
    Chosen {
        target: Sourced::new(Target::Sandbox, source),
        token: TokenOrigin::Sandbox,
        stray_token: false,
    }
}

fn not_empty(token: &Secret) -> Result<Secret, SettingsError> {
    if token.expose().trim().is_empty() {
        return Err(SettingsError::usage("TASKS_TOKEN is set, but empty")
            .hint("give it a value, or unset it"));
    }
    Ok(token.clone())
}

fn no_context(token_is_set: bool) -> SettingsError {
    let error = SettingsError::new(
        SettingsErrorKind::NotSignedIn,
        "there is no context: tasks does not know any Lagoon yet",
    );
    let error = if token_is_set {
        error.hint("TASKS_TOKEN alone is not enough: set TASKS_API to the address it belongs to")
    } else {
        error.hint("add one: tasks context add NAME https://api.example.com/graphql --with-token")
    };
    error.hint("or try the built-in one: --context sandbox")
}

fn unknown(name: &ContextName, config: &Config, source: &Source) -> SettingsError {
    let error = SettingsError::new(
        SettingsErrorKind::NotFound,
        format!("there is no context `{name}` (named by {source})"),
    );
    let known = config.contexts.iter().map(|c| c.name.as_str());
    match nearest(name.as_str(), known.chain([crate::config::SANDBOX])) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("see those there are: tasks context list"),
    }
}
