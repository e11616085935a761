//! `tasks context add`: a Lagoon under a name, and its token.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, ValueHint};
use jiff::Timestamp;
use url::Url;

use super::report::Entry;
use crate::app::App;
use crate::auth::{Secret, expiry, is_jwt};
use crate::commands::target::Answer;
use crate::config::{Context, ContextName, Editor, api_address, is_loopback};
use crate::error::Error;
use crate::settings::Source;

/// Tokens of Lagoon are a few kB; what is longer is something else.
const TOKEN_LIMIT: u64 = 64 * 1024;

const EXAMPLES: &str = "\
Examples:
  tasks context add acme https://api.acme.example/graphql
  ssh -p 32222 lagoon@ssh.acme.example token |
    tasks context add acme https://api.acme.example --with-token
  tasks context add local http://localhost:3000 -p shop --use";

/// Add a Lagoon, or change what is known of one
///
/// The address may leave out /graphql. The token is read from stdin with --with-token, or asked
/// for at a terminal; it is never an argument. Adding a context again with the same address
/// changes what is given and keeps the rest: that is how a new token is stored. The first context
/// becomes the current one. -p names its default project.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Add {
    /// Name of the context: letters, digits, dots, underscores, hyphens
    name: ContextName,
    /// Address of the Lagoon's API
    #[arg(value_parser = api_address)]
    url: Url,
    /// Read the token from stdin
    #[arg(long)]
    with_token: bool,
    /// PEM file with further certificate authorities
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    ca_file: Option<PathBuf>,
    /// Allow plain http to another machine; the token can be read on the way
    #[arg(long)]
    allow_http: bool,
    /// Address of Lagoon's UI
    #[arg(long, value_name = "URL")]
    ui_url: Option<Url>,
    /// Make it the current context
    #[arg(long = "use")]
    make_current: bool,
}

pub(super) fn run(args: Add, app: &App, answer: &Answer) -> Result<(), Error> {
    if args.name.is_sandbox() {
        return Err(Error::usage("the context name `sandbox` is reserved")
            .hint("it is the built-in Lagoon and needs no adding: --context sandbox"));
    }
    let known = app.settings.config()?.context(&args.name);
    let context = merge(&args, known, app)?;
    let token = token(&args, app)?;

    let (before, mut editor) = Editor::open(app.config_folder()?)?;
    let is_new = before.context(&args.name).is_none();
    let make_current = args.make_current || before.current.is_none();
    editor.set_context(&context);
    if make_current {
        editor.set_current(&args.name);
    }
    editor.save()?;
    if let Some(token) = &token {
        app.tokens()?.write(&args.name, token)?;
    }

    let done = if is_new { "added" } else { "changed" };
    app.ui.note(&format!("context `{}` {done}", args.name));
    if token.is_none() && is_new {
        app.ui.hint(&format!(
            "It has no token yet: tasks context add {} {} --with-token < FILE",
            args.name, context.api
        ));
    }
    let mut entry = Entry::of(&context, app);
    entry.current_by = (make_current || before.current.as_ref() == Some(&args.name))
        .then(|| before.path.display().to_string());
    answer.give(&entry)
}

/// What is given, and what was known before.
fn merge(args: &Add, known: Option<&Context>, app: &App) -> Result<Context, Error> {
    let name = &args.name;
    if let Some(known) = known
        && known.api != args.url
    {
        // Its token belongs to the old address and must not follow to another one.
        return Err(Error::usage(format!(
            "the context `{name}` is another Lagoon: {}",
            known.api
        ))
        .hint(format!("remove it first: tasks context remove {name}"))
        .hint("or give this one another name"));
    }
    let allow_http = args.allow_http || known.is_some_and(|k| k.allow_http);
    if args.url.scheme() == "http" && !allow_http && !is_loopback(&args.url) {
        return Err(Error::usage(format!(
            "{} is plain http: everybody on the way could read the token",
            args.url
        ))
        .hint("use https, or add --allow-http"));
    }
    let ca_file = args.ca_file.as_ref().map(|path| {
        let readable = std::fs::metadata(path).and_then(|_| std::path::absolute(path));
        readable.map_err(|e| Error::usage(format!("--ca-file {}", path.display())).because(e))
    });
    // A project that a variable names is meant for one command, not for good.
    let project = app.settings.project.as_ref();
    let project = project.filter(|p| matches!(p.source, Source::Flag(_)));
    Ok(Context {
        name: name.clone(),
        api: args.url.clone(),
        project: project
            .map(|p| p.value.clone())
            .or_else(|| known?.project.clone()),
        ca_file: ca_file.transpose()?.or_else(|| known?.ca_file.clone()),
        allow_http,
        ui_url: args.ui_url.clone().or_else(|| known?.ui_url.clone()),
    })
}

fn token(args: &Add, app: &App) -> Result<Option<Secret>, Error> {
    let (text, origin) = if args.with_token {
        (from_stdin()?, "stdin")
    } else if app.ui.can_prompt() {
        let prompt = app.ui.prompt();
        if !prompt.confirm("Store a token for it now?")? {
            return Ok(None);
        }
        (prompt.secret("Token")?, "the answer")
    } else {
        return Ok(None);
    };
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::usage(format!(
            "{origin} is empty: there is no token in it"
        )));
    }
    if !is_jwt(text) {
        return Err(Error::usage(format!("{origin} holds no token"))
            .hint("a token is three parts of letters and digits with dots between"));
    }
    if let Some(at) = expiry(text).filter(|at| *at < Timestamp::now()) {
        return Err(Error::usage(format!(
            "the token in {origin} has expired ({at})"
        )));
    }
    Ok(Some(Secret::new(text.to_owned())))
}

fn from_stdin() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin()
        .take(TOKEN_LIMIT)
        .read_to_string(&mut text)
        .map_err(|e| Error::usage("cannot read the token from stdin").because(e))?;
    Ok(text)
}
