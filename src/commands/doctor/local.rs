//! Checks that need no network: files and their permissions, the context, the sandbox.

use std::path::Path;

use crate::app::App;
#[cfg(feature = "sandbox")]
use crate::app::Rehearsal;
use crate::config::{Config, Origin, SshKey};
use crate::domain::task::quoting::suggestion;
use crate::error::Kind;
use crate::error::messages::no_folder;
use crate::settings::Target;
use crate::state::{READ, others_may};

use super::finding::Finding;

const CONFIG: &str = "configuration";
const TOKENS: &str = "tokens";
const SANDBOX: &str = "sandbox";

/// Checks our file and that of the `lagoon` CLI.
pub(super) fn configuration(app: &App) -> Vec<Finding> {
    if let Err(error) = app.config_folder() {
        return vec![Finding::failed(CONFIG, &error)];
    }
    let config = match app.settings.config() {
        Ok(config) => config,
        Err(error) => return vec![Finding::failed(CONFIG, &error.into())],
    };
    let mut found = vec![own(config)];
    if let Some(file) = &config.lagoon_cli {
        let path = file.path.display();
        found.push(match &file.failure {
            None if file.has_token && others_may(&file.path, READ) => {
                Finding::warning(CONFIG, format!("other users can read the token in {path}"))
                    .fix(chmod("600", &file.path))
            }
            None => Finding::good(CONFIG, format!("{path}: configuration of the `lagoon` CLI")),
            Some(why) => Finding::warning(CONFIG, why.to_string())
                .fix("repair or remove the file; until then, its contexts cannot be used"),
        });
        found.extend(file.dangling.iter().map(|why| {
            let fix = why.hints.first().cloned();
            Finding::warning(CONFIG, why.to_string()).fix(fix.unwrap_or_default())
        }));
    }
    found.extend(config.broken.iter().map(|(name, why)| {
        let fix = why.hints.first().cloned();
        Finding::warning(
            CONFIG,
            format!("the context `{name}` cannot be used: {why}"),
        )
        .fix(fix.unwrap_or_else(|| "correct it in that file".to_owned()))
    }));
    found
}

fn own(config: &Config) -> Finding {
    let path = config.path.display();
    if !config.path.exists() {
        return Finding::note(CONFIG, format!("{path} does not exist yet"))
            .fix("create it: tasks context add NAME https://api.example.com");
    }
    if others_may(&config.path, 0o022) {
        return Finding::warning(CONFIG, format!("other users can change {path}"))
            .fix(chmod("600", &config.path));
    }
    let own = || config.contexts.iter().filter(|c| c.origin == Origin::Own);
    let holds_key = own().any(|c| c.ssh_key.as_ref().is_some_and(SshKey::is_secret));
    if holds_key && others_may(&config.path, 0o044) {
        let path = &config.path;
        return Finding::warning(
            CONFIG,
            format!("other users can read the private key in {}", path.display()),
        )
        .fix(chmod("600", path));
    }
    let there = config.contexts.iter();
    let count = there.filter(|c| config.own(&c.name).is_some()).count();
    let contexts = if count == 1 { "context" } else { "contexts" };
    Finding::good(CONFIG, format!("{path}: {count} {contexts}"))
}

pub(super) fn tokens(app: &App) -> Vec<Finding> {
    let Some(state) = &app.settings.folders.state else {
        let why = no_folder("store tokens", "XDG_STATE_HOME");
        return vec![Finding::warning(TOKENS, why).fix("set HOME")];
    };
    let folder = state.join("tokens");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return vec![Finding::note(TOKENS, "no tokens stored yet")];
    };
    let mut found = Vec::new();
    if others_may(&folder, 0o077) {
        found.push(Finding::warning(TOKENS, exposed(&folder)).fix(chmod("700", &folder)));
    }
    let files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    for path in files
        .iter()
        .filter(|path| path.is_file() && others_may(path, 0o077))
    {
        let why = format!("other users can read {}, so it is not used", path.display());
        found.push(Finding::problem(TOKENS, Kind::Usage, why).fix(chmod("600", path)));
    }
    if found.is_empty() {
        let folder = folder.display();
        found.push(Finding::good(
            TOKENS,
            format!("{folder}: readable only by you"),
        ));
    }
    found
}

pub(super) fn context(app: &App) -> Finding {
    const CHECK: &str = "context";
    let chosen = match app.settings.chosen() {
        Ok(chosen) => chosen,
        Err(error) => return Finding::failed(CHECK, &error.into()),
    };
    let by = &chosen.target.source;
    let what = match &chosen.target.value {
        Target::Sandbox => "sandbox, the built-in Lagoon".to_owned(),
        Target::Context(context) => format!("{}, {}", context.name, context.api),
        Target::Address(url) => url.to_string(),
    };
    if chosen.ignored_token {
        return Finding::warning(
            CHECK,
            format!("{what} (from {by}); TASKS_TOKEN is not used"),
        )
        .fix("select the context with -l or TASKS_CONTEXT, or unset TASKS_TOKEN");
    }
    Finding::good(CHECK, format!("{what} (from {by})"))
}

/// The sandbox; with --compose, the compose project in its place.
pub(super) fn sandbox(app: &App) -> Vec<Finding> {
    #[cfg(feature = "sandbox")]
    match app.rehearsal() {
        Ok(None) => {}
        Ok(Some(rehearsal)) => return compose(rehearsal),
        Err(error) => return vec![Finding::failed(COMPOSE, &error)],
    }
    vec![data_of_sandbox(app)]
}

#[cfg(feature = "sandbox")]
const COMPOSE: &str = "compose";

#[cfg(feature = "sandbox")]
fn compose(rehearsal: &Rehearsal) -> Vec<Finding> {
    let program = match rehearsal.program_name() {
        Ok(program) => Finding::good(COMPOSE, format!("runs are executed with {program}")),
        Err(error) => return vec![Finding::failed(COMPOSE, &error)],
    };
    let services = rehearsal
        .services()
        .map(|service| match rehearsal.check(service) {
            Ok(()) => Finding::good(COMPOSE, format!("the service `{service}` is up")),
            Err(error) => Finding::failed(COMPOSE, &error),
        });
    [program].into_iter().chain(services).collect()
}

fn data_of_sandbox(app: &App) -> Finding {
    if cfg!(not(feature = "sandbox")) {
        return Finding::note(SANDBOX, "this build of tasks has no sandbox");
    }
    let Some(data) = &app.settings.folders.data else {
        let why = no_folder("store the sandbox", "XDG_DATA_HOME");
        return Finding::warning(SANDBOX, why).fix("set HOME");
    };
    let folder = data.join("sandbox");
    if !folder.exists() {
        return Finding::note(SANDBOX, "not used yet").fix("try it: tasks --context sandbox list");
    }
    if others_may(&folder, 0o077) {
        return Finding::warning(SANDBOX, exposed(&folder)).fix(chmod("700", &folder));
    }
    if !Path::new("/bin/sh").exists() {
        return Finding::warning(SANDBOX, "cannot execute commands: no /bin/sh")
            .fix("use --simulate, which executes nothing");
    }
    Finding::good(
        SANDBOX,
        format!("{}: commands run with /bin/sh", folder.display()),
    )
}

fn exposed(folder: &Path) -> String {
    format!("other users can access {}", folder.display())
}

fn chmod(mode: &str, path: &Path) -> String {
    suggestion(["chmod", mode, &path.display().to_string()])
}
