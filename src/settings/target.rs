//! Selecting a Lagoon and the token for it.
//!
//! A context on the command line takes precedence over everything, and `TASKS_API` and its token do
//! not apply then. `TASKS_TOKEN` belongs to `TASKS_API`, else to the context named on the command
//! line or by `TASKS_CONTEXT`; it is sent nowhere else.

use url::Url;

use super::{Flags, SettingsError, SettingsErrorKind, Source, Sourced, SshSettings};
use crate::config::{
    Config, Context, ContextName, Origin, POD, POD_VARIABLE, api_address, shown_name, shown_url,
};
use crate::domain::names::suggested;
use crate::domain::task::quoting::suggestion;
use crate::env::{Env, Secret};

#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is one of it")]
pub(crate) enum Target {
    Sandbox,
    Context(Context),
    Address(Url),
}

impl Target {
    pub(crate) fn context(&self) -> Option<&Context> {
        match self {
            Target::Context(context) => Some(context),
            Target::Address(_) | Target::Sandbox => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenOrigin {
    Variable(Secret),
    Store(ContextName),
    Address,
    Sandbox,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResolvedTarget {
    pub target: Sourced<Target>,
    pub token: TokenOrigin,
    pub ssh: SshSettings,
    /// `TASKS_TOKEN` is set, but does not apply.
    pub ignored_token: bool,
    /// `TASKS_SSH_HOST` is set, but does not apply.
    pub ignored_host: bool,
}

pub(super) fn choose(
    flags: &Flags,
    env: &Env,
    config: Result<&Config, SettingsError>,
) -> Result<ResolvedTarget, SettingsError> {
    if let Some(name) = super::given(&flags.context, "--context", &None, "")? {
        // With TASKS_API, the token and keys in variables belong to that address.
        let none = Env::default();
        return named(name, if env.api.is_none() { env } else { &none }, config);
    }
    if let Some(api) = super::given(&None, "", &env.api, "TASKS_API")? {
        return address(&api.value, env);
    }
    if let Some(name) = super::given(&None, "", &env.context, "TASKS_CONTEXT")? {
        return named(name, env, config);
    }
    default_target(config?, env)
}

/// The default Lagoon: our file decides, then the `lagoon` CLI's.
fn default_target(config: &Config, env: &Env) -> Result<ResolvedTarget, SettingsError> {
    let source = Source::File(config.path.clone());
    let own: Vec<&Context> = of(config, Origin::Own);
    let context = match (&config.current, own.as_slice()) {
        (Some(name), _) if name.is_sandbox() => return Ok(sandbox(source)),
        (Some(name), _) => Some((known(name, config, &source)?, source)),
        // Adding a context of our own does not switch away from the `lagoon` CLI's current one.
        (None, _) if config.current_of_lagoon_cli().is_some() => of_lagoon_cli(config)?,
        (None, [only]) => Some((*only, source)),
        (None, []) => match of_lagoon_cli(config)? {
            Some(found) => Some(found),
            None => of_pod(config)?,
        },
        (None, several) => return Err(none_is_current(several)),
    };
    let (context, source) = context.ok_or_else(|| no_context(env.token.is_some()))?;
    Ok(ResolvedTarget {
        token: TokenOrigin::Store(context.name.clone()),
        target: Sourced::new(Target::Context(context.clone()), source),
        ssh: SshSettings::key_of(env)?,
        ignored_token: env.token.is_some(),
        ignored_host: env.ssh_host.is_some(),
    })
}

fn of_lagoon_cli(config: &Config) -> Result<Option<(&Context, Source)>, SettingsError> {
    let Some(file) = &config.lagoon_cli else {
        return Ok(None);
    };
    if let Some(failure) = &file.failure {
        return Err(failure.clone().into());
    }
    let source = Source::File(file.path.clone());
    if let Some((context, _)) = config.current_of_lagoon_cli() {
        return Ok(Some((context, source)));
    }
    let there = of(config, Origin::LagoonCli);
    match (&file.current, there.as_slice()) {
        (Some(name), _) => {
            let context = there.iter().find(|c| c.name.as_str() == name);
            let context = context.ok_or_else(|| match config.fault(name) {
                Some(fault) => fault.clone().into(),
                None => match &file.dangling {
                    Some(why) => SettingsError {
                        kind: SettingsErrorKind::NotFound,
                        ..why.clone().into()
                    },
                    None => not_found(name, config, &source),
                },
            })?;
            Ok(Some((*context, source)))
        }
        // The only one is found above.
        (None, [] | [_]) => Ok(None),
        (None, several) => Err(none_is_current(several)),
    }
}

fn of_pod(config: &Config) -> Result<Option<(&Context, Source)>, SettingsError> {
    let source = Source::Variable(POD_VARIABLE);
    match of(config, Origin::Pod).as_slice() {
        [context, ..] => Ok(Some((*context, source))),
        [] => match config.fault(POD) {
            Some(fault) => Err(fault.clone().into()),
            None => Ok(None),
        },
    }
}

fn of(config: &Config, origin: Origin) -> Vec<&Context> {
    let all = config.contexts.iter();
    all.filter(|c| c.origin == origin).collect()
}

fn none_is_current(several: &[&Context]) -> SettingsError {
    let first = several.first().map_or("NAME", |c| c.name.as_str());
    let message = "several contexts exist and none is current";
    SettingsError::new(SettingsErrorKind::NoCurrentContext, message)
        .hint(format!("select one: -l {first}"))
        .hint(format!("make one current: tasks context use {first}"))
}

fn named(
    name: Sourced<String>,
    env: &Env,
    config: Result<&Config, SettingsError>,
) -> Result<ResolvedTarget, SettingsError> {
    let Sourced { value, source } = name;
    let name: ContextName = match value.parse() {
        Ok(name) => name,
        Err(error) => {
            // If a file has an unusable context of that name, its error says more.
            let fault = config.ok().and_then(|c| c.fault(&value).cloned());
            let wrong = || {
                let error = SettingsError::usage(format!("{source}: {error}"));
                match shown_url(&value) {
                    Some(url) => error.hint(format!(
                        "to use a new Lagoon: {}",
                        suggestion(["tasks", "login", &url])
                    )),
                    None => error,
                }
            };
            return Err(fault.map_or_else(wrong, SettingsError::from));
        }
    };
    if name.is_sandbox() {
        return Ok(sandbox(source));
    }
    let context = known(&name, config?, &source)?;
    let target = Sourced::new(Target::Context(context.clone()), source);
    with_variables(target, env, TokenOrigin::Store(name))
}

fn address(text: &str, env: &Env) -> Result<ResolvedTarget, SettingsError> {
    let url = api_address(text).map_err(|e| SettingsError::usage(format!("TASKS_API: {e}")))?;
    let target = Sourced::new(Target::Address(url), Source::Variable("TASKS_API"));
    with_variables(target, env, TokenOrigin::Address)
}

fn with_variables(
    target: Sourced<Target>,
    env: &Env,
    stored: TokenOrigin,
) -> Result<ResolvedTarget, SettingsError> {
    let token = match &env.token {
        Some(token) => TokenOrigin::Variable(not_empty(token)?),
        None => stored,
    };
    Ok(ResolvedTarget {
        target,
        token,
        ssh: SshSettings::of(env)?,
        ignored_token: false,
        ignored_host: false,
    })
}

fn sandbox(source: Source) -> ResolvedTarget {
    ResolvedTarget {
        target: Sourced::new(Target::Sandbox, source),
        token: TokenOrigin::Sandbox,
        ssh: SshSettings::default(),
        ignored_token: false,
        ignored_host: false,
    }
}

fn not_empty(token: &Secret) -> Result<Secret, SettingsError> {
    if token.expose().trim().is_empty() {
        return Err(SettingsError::usage("TASKS_TOKEN has an empty value")
            .hint("give it a value, or unset it"));
    }
    Ok(token.clone())
}

fn no_context(token_is_set: bool) -> SettingsError {
    let error = SettingsError::new(
        SettingsErrorKind::NotSignedIn,
        "no Lagoon is configured yet",
    );
    let remedy = if token_is_set {
        "TASKS_TOKEN requires TASKS_API, the address of the Lagoon that issued it"
    } else {
        "sign in: tasks login https://api.example.com"
    };
    error
        .hint(remedy)
        .hint("or try the built-in Lagoon: --context sandbox")
}

fn known<'a>(
    name: &ContextName,
    config: &'a Config,
    source: &Source,
) -> Result<&'a Context, SettingsError> {
    config
        .context(name)
        .ok_or_else(|| match config.fault(name.as_str()) {
            Some(fault) => fault.clone().into(),
            None => not_found(name.as_str(), config, source),
        })
}

fn not_found(name: &str, config: &Config, source: &Source) -> SettingsError {
    let error = SettingsError::new(
        SettingsErrorKind::NotFound,
        format!("context {} not found (from {source})", shown_name(name)),
    );
    let known = config.contexts.iter().map(|c| c.name.as_str());
    let near = suggested(name, known.chain([crate::config::SANDBOX]));
    error.hint(near.unwrap_or_else(|| "to list contexts: tasks context list".to_owned()))
}
