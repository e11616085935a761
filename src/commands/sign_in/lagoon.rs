//! The description of a Lagoon, for `context add` and `login`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use url::Url;

use crate::app::{App, DiscoveryOutcome};
use crate::auth::in_home;
use crate::config::{Context, ContextName, Editor, SshKey, UsableKey, is_loopback};
use crate::domain::SshEndpoint;
use crate::error::Error;
use crate::error::messages::TOKEN_EXPOSED;
use crate::secret::shown_address;
use crate::settings::number;

/// The settings of a Lagoon beside its address.
#[derive(Debug, Args)]
pub(crate) struct LagoonArgs {
    /// Fetch tokens from this host over ssh
    #[arg(long, value_name = "HOST", help_heading = HEADING)]
    pub ssh_host: Option<String>,
    /// Use this port of the ssh host [default: 22]
    #[arg(long, value_name = "PORT", requires = "ssh_host", help_heading = HEADING,
          value_parser = number::<u16>(1..=65_535))]
    pub ssh_port: Option<u16>,
    /// Sign in with this private key [default: as ssh chooses]
    // A key begins with hyphens: without `allow_hyphen_values` clap would repeat it in its error.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = HEADING,
          allow_hyphen_values = true)]
    pub ssh_key: Option<PathBuf>,
    /// Use this Keycloak address (without the realm) for browser sign-in
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    pub authorization_endpoint: Option<Url>,
    /// Set the address of Lagoon's UI
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    pub ui_url: Option<Url>,
    /// Also trust the certificate authorities in this PEM file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = HEADING)]
    pub ca_file: Option<PathBuf>,
    /// Allow unencrypted http, which exposes the token
    #[arg(long, help_heading = HEADING)]
    pub allow_http: bool,
    /// Do not read these settings from the Lagoon itself
    #[arg(long, help_heading = HEADING)]
    pub no_discovery: bool,
}

impl LagoonArgs {
    pub(crate) fn is_given(&self) -> bool {
        self.ssh_host.is_some()
            || self.ssh_key.is_some()
            || self.authorization_endpoint.is_some()
            || self.ui_url.is_some()
            || self.ca_file.is_some()
            || self.allow_http
    }
}

const HEADING: &str = "Connection options";

pub(crate) struct SavedContext {
    pub is_new: bool,
    /// The file that makes the context current.
    pub current_by: Option<String>,
}

pub(crate) struct DescribedLagoon {
    pub context: Context,
    discovered: DiscoveryOutcome,
}

/// Completes the flags from the saved context, then from Lagoon's discovery document.
pub(crate) async fn describe(
    name: &ContextName,
    api: &Url,
    args: &LagoonArgs,
    app: &App,
) -> Result<DescribedLagoon, Error> {
    if name.is_sandbox() {
        return Err(Error::usage("the context name `sandbox` is reserved")
            .hint("it is the built-in Lagoon; to use it: --context sandbox"));
    }
    let mut context = merge(name, api, args, app)?;
    let discovered = if args.no_discovery {
        DiscoveryOutcome::Complete
    } else {
        app.complete(&mut context).await?
    };
    Ok(DescribedLagoon {
        context,
        discovered,
    })
}

impl DescribedLagoon {
    pub(crate) fn is_discovered(&self) -> bool {
        matches!(self.discovered, DiscoveryOutcome::Complete)
    }

    /// False if Lagoon did not answer.
    pub(crate) fn is_reached(&self) -> bool {
        !matches!(self.discovered, DiscoveryOutcome::Failed(_))
    }

    /// The context, if discovery succeeded.
    pub(crate) fn reached(self, app: &App) -> Result<Context, Error> {
        match self.discovered {
            DiscoveryOutcome::Failed(error) => Err(error),
            _ => Ok(self.or_known(app)),
        }
    }

    /// The context, with a message if discovery failed.
    pub(crate) fn or_known(self, app: &App) -> Context {
        let context = self.context;
        match self.discovered {
            DiscoveryOutcome::Complete => {}
            DiscoveryOutcome::NoDocument => {
                app.ui.note(&format!(
                    "{} has no discovery document (Lagoon 2.18 and newer have one)",
                    context.api
                ));
            }
            DiscoveryOutcome::Failed(error) => {
                app.ui.warn(&format!(
                    "Lagoon was not reached, so its settings could not be read: {error}"
                ));
            }
        }
        context
    }
}

/// Suggests an option for a setting that the Lagoon did not provide.
pub(crate) fn suggest_ssh_host(context: &Context, app: &App) {
    if context.ssh.is_none() {
        app.ui.hint(&format!(
            "name the ssh server: tasks context add {} {} --ssh-host HOST --ssh-port PORT",
            context.name, context.api
        ));
    }
}

/// The flags, completed from the saved context.
fn merge(name: &ContextName, api: &Url, args: &LagoonArgs, app: &App) -> Result<Context, Error> {
    let known = app.settings.config()?.own(name);
    if let Some(known) = known
        && known.api != *api
    {
        // Its token belongs to the old address and must not follow to another one.
        return Err(Error::usage(format!(
            "the context `{name}` already exists for another Lagoon: {}",
            known.api
        ))
        .hint(format!("remove it first: tasks context remove {name}"))
        .hint("or choose another name for this one"));
    }
    let mut context = known
        .cloned()
        .unwrap_or_else(|| Context::new(name.clone(), api.clone()));
    context.allow_http |= args.allow_http;
    for (flag, url) in [
        ("", Some(api)),
        ("--ui-url ", args.ui_url.as_ref()),
        (
            "--authorization-endpoint ",
            args.authorization_endpoint.as_ref(),
        ),
    ] {
        url.map_or(Ok(()), |url| require_https(flag, url, context.allow_http))?;
    }
    // A project from a variable applies to one command and is not saved.
    let project = app.settings.project.as_ref();
    if let Some(project) = project.filter(|p| p.is_flag()) {
        context.project = Some(project.value.clone());
    }
    if let Some(host) = &args.ssh_host {
        let port = args.ssh_port.map(|p| p.to_string());
        let endpoint = SshEndpoint::parse(host, port.as_deref());
        context.ssh = Some(endpoint.map_err(|e| Error::usage(format!("--ssh-host: {e}")))?);
    }
    if let Some(path) = &args.ca_file {
        context.ca_file = Some(readable("--ca-file", path)?);
    }
    if let Some(path) = &args.ssh_key {
        context.ssh_key = Some(ssh_key(path, app)?);
    }
    let given = args.ui_url.clone();
    context.ui_url = given.or(context.ui_url);
    let given = args.authorization_endpoint.clone();
    context.authorization_endpoint = given.or(context.authorization_endpoint);
    Ok(context)
}

/// `--ssh-key` takes a file or the key itself.
fn ssh_key(given: &Path, app: &App) -> Result<SshKey, Error> {
    let file = |path: &Path| readable("--ssh-key", path).map(SshKey::file);
    let Some(text) = given.to_str() else {
        return file(given);
    };
    let key = SshKey::parse(text, Path::new(""));
    match key.usable() {
        Ok(UsableKey::File(path)) => file(&path),
        Ok(UsableKey::Text(_)) => {
            app.ui.warn(
                "--ssh-key: the key itself is stored in the configuration file; the path of a key \
                 file or TASKS_SSH_KEY is safer",
            );
            Ok(key)
        }
        Err(error) => Err(Error::usage(format!("--ssh-key: {error}"))
            .hint("pass the path of a key file, or a whole private key as text or base64")),
    }
}

fn require_https(flag: &str, url: &Url, allow_http: bool) -> Result<(), Error> {
    let shown = shown_address(url.as_str());
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_http || is_loopback(url) => Ok(()),
        "http" => Err(
            Error::usage(format!("{flag}{shown} is plain http: {TOKEN_EXPOSED}"))
                .hint("use https, or add --allow-http"),
        ),
        _ => Err(Error::usage(format!(
            "{flag}{shown} is not an https address"
        ))),
    }
}

/// The absolute path, because the context is used from other folders too.
pub(crate) fn readable(flag: &str, path: &Path) -> Result<PathBuf, Error> {
    // In `--flag=~/file`, bash keeps the `~`.
    let found = in_home(path.to_owned());
    std::fs::metadata(&found)
        .and_then(|_| std::path::absolute(&found))
        .map_err(|e| Error::usage(format!("{flag} {}", path.display())).because(e))
}

/// Saves a context. The first becomes current, unless the `lagoon` CLI's file has a current one.
pub(crate) fn save(
    context: &Context,
    make_current: bool,
    app: &App,
) -> Result<SavedContext, Error> {
    let (before, mut editor) = Editor::open(app.config_folder()?)?;
    let other = app.settings.config()?.current_of_lagoon_cli();
    let make_current = make_current || (before.current.is_none() && other.is_none());
    editor.set_context(context);
    if make_current {
        editor.set_current(&context.name);
    }
    editor.save()?;
    let by = match other.filter(|_| before.current.is_none() && !make_current) {
        Some((other, by)) if other.name != context.name => {
            let (name, by) = (&other.name, by.display());
            app.ui.note(&format!(
                "`{name}` is still the current context, set in {by}"
            ));
            app.ui
                .hint(&format!("to switch: tasks context use {}", context.name));
            None
        }
        Some((_, by)) => Some(by),
        None => {
            let is_current = make_current || before.current.as_ref() == Some(&context.name);
            is_current.then_some(&*before.path)
        }
    };
    Ok(SavedContext {
        is_new: before.context(&context.name).is_none(),
        current_by: by.map(|path| path.display().to_string()),
    })
}
