//! Merges settings with their sources: flags take precedence over variables, variables over files,
//! files over defaults.

mod duration;
mod error;
mod flags;
mod named;
mod number;
mod size;
mod sourced;
mod ssh;
mod target;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use duration::{parse_duration, parse_limit, spell_duration};
pub(crate) use error::{SettingsError, SettingsErrorKind};
pub(crate) use flags::{Flags, GLOBAL_OPTIONS, SANDBOX_OPTIONS, TARGET_OPTIONS};
pub(crate) use named::{PlaceFlags, pair};
pub(crate) use number::number;
pub(crate) use size::parse_size;
pub(crate) use sourced::{Source, Sourced};
pub(crate) use ssh::SshSettings;
pub(crate) use target::{ResolvedTarget, Target, TokenOrigin};

use crate::config::{Config, ConfigError, FILE, PodVariables};
use crate::domain::names::suggested;

pub(crate) use crate::env::{Desktop, Env};

pub(crate) const FORMATS: [&str; 8] =
    ["table", "tsv", "json", "jsonl", "yaml", "csv", "name", "id"];

/// A format for `diff` only.
pub(crate) const MARKDOWN: &str = "markdown";

#[cfg(feature = "sandbox")]
pub(crate) const ROLES: [&str; 8] = [
    "guest",
    "reporter",
    "developer",
    "maintainer",
    "owner",
    "outsider",
    "platform-viewer",
    "platform-owner",
];

const SANDBOX_PROJECT: &str = "lagoon-demo";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetSetting {
    Context,
    Project,
    Environment,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PodPlace {
    pub project: Option<Sourced<String>>,
    /// A branch or environment name.
    pub environment: Option<Sourced<String>>,
}

/// `None` if neither the XDG variable nor `HOME` is set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Folders {
    pub config: Option<PathBuf>,
    pub state: Option<PathBuf>,
    pub data: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// From the command line; it need not exist.
    pub context: Option<String>,
    /// `None` if unknown, or if the command line names several.
    pub project: Option<Sourced<String>>,
    /// By flag or variable.
    pub environment: Option<Sourced<String>>,
    pub named: PlaceFlags,
    /// The last default, in a Lagoon pod.
    pub pod_place: PodPlace,
    /// One of [`FORMATS`].
    pub output: Option<Sourced<String>>,
    pub jq: Option<String>,
    pub yes: bool,
    pub verbose: bool,
    /// For one request, including retries.
    pub request_timeout: Sourced<Duration>,
    /// In bytes.
    pub max_response: Sourced<u64>,
    #[cfg(feature = "sandbox")]
    pub role: Option<String>,
    #[cfg(feature = "sandbox")]
    pub simulate: bool,
    /// --compose, with the file if one is given.
    #[cfg(feature = "sandbox")]
    pub compose: Option<Option<PathBuf>>,
    pub desktop: Desktop,
    pub folders: Folders,
    // Commands without Lagoon work without a readable file, so its error is reported on first use.
    config: Result<Config, SettingsError>,
    chosen: Result<ResolvedTarget, SettingsError>,
}

impl Settings {
    /// Reads the configuration file; [`Settings::config`] reports its errors.
    pub(crate) fn resolve(flags: &Flags, env: &Env) -> Result<Settings, SettingsError> {
        let config = match env.config_folder() {
            Some(folder) => Config::load(&folder),
            None => Ok(Config::empty(FILE.into())),
        };
        let config = match env.lagoon_cli_file() {
            Some(path) => config.map(|config| config.with_lagoon_cli(&path)),
            None => config,
        };
        let [api_host, token_host, token_port] = env.pod.clone();
        let pod = PodVariables {
            api_host,
            token_host,
            token_port,
        };
        let config = config.map(|config| config.with_pod(&pod, Path::new("/")));
        Self::merge(flags, env, config)
    }

    fn merge(
        flags: &Flags,
        env: &Env,
        config: Result<Config, ConfigError>,
    ) -> Result<Settings, SettingsError> {
        let config = config.map_err(SettingsError::from);
        let chosen = target::choose(flags, env, config.as_ref().map_err(Clone::clone));
        let named = PlaceFlags {
            projects: flags.project.clone(),
            environments: flags.environment.clone(),
        };
        let (project, environment) = named.single_values(env)?;
        let project = match project {
            None if named.projects.len() <= 1 && !flags.rehearses() => {
                chosen.as_ref().ok().and_then(default_project)
            }
            project => project,
        };
        let request_timeout = match flags.request_timeout {
            Some(limit) => Sourced::new(limit, Source::Flag("--request-timeout")),
            None => Sourced::new(Duration::from_secs(30), Source::Default),
        };
        let settings = Settings {
            context: flags.context.clone(),
            project,
            environment,
            named,
            pod_place: pod_place(env),
            output: output(flags, env)?,
            jq: flags.jq.clone(),
            yes: flags.yes,
            verbose: flags.verbose,
            request_timeout,
            max_response: size::max_response(flags, env)?,
            #[cfg(feature = "sandbox")]
            role: flags.role.clone(),
            #[cfg(feature = "sandbox")]
            simulate: flags.simulate,
            #[cfg(feature = "sandbox")]
            compose: flags.compose.clone(),
            desktop: env.desktop,
            folders: Folders {
                config: env.config_folder(),
                state: env.state_folder(),
                data: env.data_folder(),
            },
            config,
            chosen,
        };
        Ok(settings)
    }

    pub(crate) fn config(&self) -> Result<&Config, SettingsError> {
        self.config.as_ref().map_err(Clone::clone)
    }

    pub(crate) fn chosen(&self) -> Result<&ResolvedTarget, SettingsError> {
        self.chosen.as_ref().map_err(Clone::clone)
    }

    /// True if the command line must select one of several contexts.
    pub(crate) fn lacks_context(&self) -> bool {
        let kind = self.chosen.as_ref().err().map(|error| error.kind);
        kind == Some(SettingsErrorKind::NoCurrentContext)
    }

    /// True for the sandbox, except for a rehearsal: files around the current folder select nothing.
    pub(crate) fn ignores_checkout(&self) -> bool {
        let chosen = self.chosen.as_ref();
        let is_sandbox = chosen.is_ok_and(|chosen| chosen.target.value == Target::Sandbox);
        is_sandbox && self.compose_flag().is_none()
    }

    /// The flag --compose as it was given.
    pub(crate) fn compose_flag(&self) -> Option<String> {
        #[cfg(feature = "sandbox")]
        return self.compose.as_ref().map(|file| match file {
            Some(file) => format!("--compose={}", file.display()),
            None => "--compose".to_owned(),
        });
        #[cfg(not(feature = "sandbox"))]
        None
    }

    /// The role in the sandbox.
    pub(crate) fn role(&self) -> Option<&str> {
        #[cfg(feature = "sandbox")]
        return self.role.as_deref();
        #[cfg(not(feature = "sandbox"))]
        None
    }

    /// True if no context exists and no address is given.
    pub(crate) fn has_no_lagoon(&self) -> bool {
        let has_none = |config: &Config| config.contexts.is_empty() && config.broken.is_empty();
        self.chosen.is_err() && self.context.is_none() && self.config().is_ok_and(has_none)
    }

    /// The selected context, or the host.
    pub(crate) fn context_label(&self) -> Result<String, SettingsError> {
        Ok(match &self.chosen()?.target.value {
            Target::Sandbox => crate::config::SANDBOX.to_owned(),
            Target::Context(context) => context.name.to_string(),
            Target::Address(url) => url.host_str().unwrap_or_default().to_owned(),
        })
    }

    #[cfg(feature = "sandbox")]
    pub(crate) fn require_sandbox_for_its_flags(&self) -> Result<(), SettingsError> {
        let flag = match (&self.role, &self.compose, self.simulate) {
            (Some(_), ..) => "--as",
            (_, Some(_), _) => "--compose",
            (.., true) => "--simulate",
            (None, None, false) => return Ok(()),
        };
        match &self.chosen {
            Ok(chosen) if chosen.target.value == Target::Sandbox => Ok(()),
            _ => Err(
                SettingsError::usage(format!("{flag} requires the context `sandbox`"))
                    .hint(format!("add --context sandbox, or omit {flag}")),
            ),
        }
    }

    pub(crate) fn output_is_asked_for(&self) -> bool {
        self.jq.is_some() || self.output.as_ref().is_some_and(Sourced::is_flag)
    }

    pub(crate) fn wants_json_errors(&self) -> bool {
        let output = self.output.as_ref();
        self.jq.is_some() || output.is_some_and(|output| is_structured(&output.value))
    }

    /// Requires that each setting was given explicitly: the rule for changes without a terminal.
    /// The context is required only if there are several.
    pub(crate) fn require_explicit(&self, what: &[TargetSetting]) -> Result<(), SettingsError> {
        for deciding in what {
            let (thing, source, [flag, variable]) = match deciding {
                TargetSetting::Context => {
                    let chosen = self.chosen()?;
                    if self.config.as_ref().map_or(0, |c| c.contexts.len()) <= 1 {
                        continue;
                    }
                    let source = Some(&chosen.target.source);
                    ("Lagoon", source, ["-l", "TASKS_CONTEXT"])
                }
                TargetSetting::Project => {
                    let source = self.project.as_ref().map(|p| &p.source);
                    ("project", source, ["-p", "TASKS_PROJECT"])
                }
                TargetSetting::Environment => {
                    let source = self.environment.as_ref().map(|e| &e.source);
                    ("environment", source, ["-e", "TASKS_ENVIRONMENT"])
                }
            };
            return Err(match source {
                Some(source) if source.is_explicit() => continue,
                Some(source) => SettingsError::usage(format!(
                    "say which {thing} to change: add {flag} NAME or set {variable}"
                ))
                .hint(format!(
                    "without a terminal, a change never uses the {thing} from {source}"
                )),
                None => SettingsError::usage(format!("no {thing} given"))
                    .hint(format!("name it with {flag} or {variable}")),
            });
        }
        Ok(())
    }
}

/// For task files and proxy settings; hides this program's own secrets.
pub(crate) fn process_variable(name: &str) -> Option<String> {
    (!is_own_secret_variable(name)).then(|| crate::env::named(name))?
}

pub(crate) fn is_own_secret_variable(name: &str) -> bool {
    matches!(name, "TASKS_TOKEN" | "TASKS_SSH_KEY")
}

/// May be invalid UTF-8.
pub(crate) fn process_variable_os(name: &str) -> Option<std::ffi::OsString> {
    crate::env::named_os(name)
}

/// As in git, root trusts the files of the user who called `sudo`.
pub(crate) fn sudo_user() -> Option<u32> {
    crate::env::named("SUDO_UID")?.parse().ok()
}

pub(crate) fn is_structured(format: &str) -> bool {
    matches!(format, "json" | "jsonl" | "yaml")
}

/// The flag's value, else the variable's. An empty value, as from an unset variable in a script, is
/// a usage error and selects no default.
fn given(
    flag: &Option<String>,
    flag_name: &'static str,
    variable: &Option<String>,
    variable_name: &'static str,
) -> Result<Option<Sourced<String>>, SettingsError> {
    let (value, source) = match (flag, variable) {
        (Some(value), _) => (value, Source::Flag(flag_name)),
        (None, Some(value)) => (value, Source::Variable(variable_name)),
        (None, None) => return Ok(None),
    };
    if value.trim().is_empty() {
        let remedy = match source {
            Source::Variable(_) => "give it a value, or unset it",
            _ => "give it a value, or omit it",
        };
        return Err(SettingsError::usage(format!("{source} has an empty value")).hint(remedy));
    }
    Ok(Some(Sourced::new(value.clone(), source)))
}

fn output(flags: &Flags, env: &Env) -> Result<Option<Sourced<String>>, SettingsError> {
    // --jq implies a format and takes precedence over the variable.
    let variable = env.output.clone().filter(|_| flags.jq.is_none());
    let output = given(&flags.output, "--output", &variable, "TASKS_OUTPUT")?;
    if let Some(Sourced { value, source }) = &output
        && !FORMATS.contains(&value.as_str())
        && !(value == MARKDOWN && matches!(source, Source::Flag(_)))
    {
        let error = SettingsError::usage(format!("{source}: unknown format `{value}`"));
        let near = suggested(value, FORMATS);
        let formats = || format!("expected one of {}", FORMATS.join(", "));
        return Err(error.hint(near.unwrap_or_else(formats)));
    }
    Ok(output)
}

fn pod_place(env: &Env) -> PodPlace {
    let of = |name: &'static str| {
        let value = env
            .pod_place
            .get(name)
            .filter(|value| !value.trim().is_empty());
        Some(Sourced::new(value?.clone(), Source::Pod(name)))
    };
    PodPlace {
        project: of("LAGOON_PROJECT"),
        environment: of("LAGOON_GIT_BRANCH").or_else(|| of("LAGOON_ENVIRONMENT")),
    }
}

fn default_project(chosen: &ResolvedTarget) -> Option<Sourced<String>> {
    match &chosen.target.value {
        Target::Sandbox => Some(Sourced::new(SANDBOX_PROJECT.to_owned(), Source::Sandbox)),
        Target::Context(context) => {
            let source = Source::Context(context.name.clone());
            Some(Sourced::new(context.project.clone()?, source))
        }
        Target::Address(_) => None,
    }
}
