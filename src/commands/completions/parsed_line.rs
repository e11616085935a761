//! The command line around the word to complete, and the candidates that depend on it.

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process;
use std::sync::Arc;

use clap::{ArgMatches, FromArgMatches};
use clap_complete::engine::CompletionCandidate;

use super::candidates::{CompletionRequest, ValueKind};
use crate::app::{App, Interrupts};
use crate::commands::flags::{ScopeArg, spelled};
use crate::commands::scope;
use crate::commands::scope::{PlaceNeed, ProjectSource};
use crate::commands::select::last;
use crate::complete::{Argument, Candidate, CompletionSource, Task};
use crate::config::SANDBOX;
use crate::domain::RunRef;
use crate::domain::run::{Outcome, STATUSES};
use crate::settings::{Env, Flags, Settings, Target, TokenOrigin};
use crate::terminal::Ui;

/// The parts of a command line that completion needs.
pub(super) struct ParsedLine {
    /// `None` if the command line, a variable or a file is invalid.
    live: Option<(Arc<App>, CompletionSource)>,
    task: Option<String>,
    /// `NAME=VALUE`, as given.
    values: Vec<String>,
    scope: Option<ScopeArg>,
    group: Option<String>,
    run: Option<String>,
    /// The flag that selects the run, `last` or `latest`.
    instead: Option<&'static str>,
    /// `--latest` considers only some runs.
    is_filtered: bool,
}

impl ParsedLine {
    pub(super) fn read(request: &CompletionRequest<'_>) -> ParsedLine {
        let command = (request.command)().ignore_errors(true);
        let mut words = request.words.clone();
        if let Some(word) = words.get_mut(request.index).filter(|word| word.is_empty()) {
            // An empty value would be a usage error, but this one is unfinished.
            "_".clone_into(word);
        }
        let matches = command.try_get_matches_from(words).ok();
        let mut flags = Flags::default();
        let mut last = None;
        let mut level = matches.as_ref();
        while let Some(matches) = level {
            if let Ok(given) = Flags::from_arg_matches(matches) {
                flags = flags.and(given);
            }
            last = Some(matches);
            level = matches.subcommand().map(|(_, below)| below);
        }
        let values = |id| last.map_or(Vec::new(), |matches| all::<String>(matches, id));
        let is_set = |id: &str| last.is_some_and(|matches| all::<bool>(matches, id) == [true]);
        ParsedLine {
            live: live(
                &flags,
                request.waits.then(|| refresh_command(request)).flatten(),
            ),
            task: values("task").pop(),
            values: values("args"),
            scope: last.and_then(|matches| all(matches, "scope").pop()),
            group: values("group").pop(),
            run: values("run").pop(),
            instead: ["last", "latest"].into_iter().find(|id| is_set(id)),
            is_filtered: is_set("mine")
                || !values("status").is_empty()
                || !values("task").is_empty(),
        }
    }

    pub(super) fn candidates(&self, kind: ValueKind, word: &OsStr) -> Vec<CompletionCandidate> {
        let Some(word) = word.to_str() else {
            return Vec::new();
        };
        let found = self.all(kind, word).unwrap_or_default();
        let fitting = found
            .into_iter()
            .filter(|candidate| candidate.value.starts_with(word))
            .enumerate();
        let each = fitting.map(|(order, candidate)| {
            let about = Some(candidate.about).filter(|about| !about.is_empty());
            CompletionCandidate::new(candidate.value)
                .help(about.map(Into::into))
                .display_order(Some(order))
        });
        each.collect()
    }

    fn all(&self, kind: ValueKind, word: &str) -> Option<Vec<Candidate>> {
        let (app, live) = self.live.as_ref()?;
        if kind == ValueKind::Context {
            return Some(contexts(app));
        }
        match (kind, &self.group) {
            (ValueKind::Project, _) => return Some(live.projects()),
            (ValueKind::Group, _) => return Some(live.groups()),
            (ValueKind::Status, _) => return Some(statuses()),
            (ValueKind::File, _) => return Some(live.files(&self.run(app, live)?)),
            (ValueKind::RunOrFile, _) if self.instead.is_some() => {
                return Some(live.files(&self.run(app, live)?));
            }
            (ValueKind::TaskOfScope, Some(group)) => {
                self.scope_named(app)?;
                let tasks = live.tasks_of_group(group);
                return Some(tasks.iter().map(Task::candidate).collect());
            }
            _ => {}
        }
        let project = &project(app, live)?;
        let environment = environment(app);
        let environment = environment.as_deref();
        Some(match kind {
            ValueKind::Context
            | ValueKind::Project
            | ValueKind::Group
            | ValueKind::Status
            | ValueKind::File => Vec::new(),
            ValueKind::Environment => live.environments(project),
            ValueKind::Run | ValueKind::UnfinishedRun | ValueKind::RunOrFile => {
                let runs = live.runs(project, environment).into_iter();
                let wanted =
                    runs.filter(|run| kind != ValueKind::UnfinishedRun || !run.is_finished);
                let each = wanted.map(|run| Candidate::new(run.id.to_string(), run.about));
                each.collect()
            }
            ValueKind::Service => {
                let services = match (environment, scope::branch(app)) {
                    (None, Some(branch)) => live.services_of(project, branch),
                    _ => live.here(project, environment).services,
                };
                services.into_iter().map(Candidate::plain).collect()
            }
            ValueKind::Task => {
                let here = live.here(project, environment);
                here.tasks.iter().map(Task::candidate).collect()
            }
            ValueKind::TaskOfScope => {
                // Without a scope, it may follow the task on the command line.
                let scope = self.scope_named(app)?.map(spelled);
                let is_wanted = |task: &&Task| scope.as_ref().is_none_or(|s| task.scope == *s);
                let tasks = live.here(project, environment).tasks;
                let wanted = tasks.iter().filter(is_wanted);
                wanted.map(Task::candidate).collect()
            }
            ValueKind::TaskName => {
                let tasks = live.here(project, environment).tasks.into_iter();
                let each = tasks.map(|task| Candidate::new(task.name, task.about));
                each.collect()
            }
            ValueKind::Value | ValueKind::ValueName => {
                let named = self.task.as_deref()?;
                let tasks = live.here(project, environment).tasks;
                let task = tasks.into_iter().find(|task| task.is(named))?;
                self.values(&task.arguments, kind, word)
            }
        })
    }

    /// The scope to change; the outer `None` means that the command line contradicts itself.
    #[allow(
        clippy::option_option,
        reason = "no scope and contradicting scopes differ"
    )]
    fn scope_named(&self, app: &App) -> Option<Option<ScopeArg>> {
        scope::named_scope(app, self.scope, self.group.as_deref()).ok()
    }

    fn run(&self, app: &App, live: &CompletionSource) -> Option<RunRef> {
        match self.instead {
            Some("last") => last::last(app).ok(),
            Some(_) if self.is_filtered => None,
            Some(_) => {
                let runs = live.runs(&project(app, live)?, environment(app).as_deref());
                runs.first().map(|newest| RunRef::Id(newest.id))
            }
            None => RunRef::parse(self.run.as_deref()?).ok(),
        }
    }

    fn values(&self, arguments: &[Argument], kind: ValueKind, word: &str) -> Vec<Candidate> {
        if let Some((name, _)) = word.split_once('=') {
            let argument = arguments.iter().find(|a| a.name == name);
            let values = argument
                .filter(|_| kind == ValueKind::Value)
                .map(|a| &a.values);
            let values = values.into_iter().flatten();
            let each = values.map(|value| Candidate::plain(format!("{name}={value}")));
            return each.collect();
        }
        let is_given = |name: &str| {
            let given = self.values.iter().filter_map(|given| given.split_once('='));
            given.into_iter().any(|(given, _)| given == name)
        };
        let free = arguments.iter().filter(|a| !is_given(&a.name));
        let each = free.map(|a| Candidate::new(format!("{}=", a.name), a.about.clone()));
        each.collect()
    }
}

fn project(app: &App, live: &CompletionSource) -> Option<String> {
    let project = match scope::project_source(app, PlaceNeed::Project) {
        ProjectSource::Known(project) => project,
        ProjectSource::Remotes { remotes, otherwise } => {
            for remote in &remotes {
                if let Some(name) = live.project_of(&remote.forms)? {
                    return Some(name);
                }
            }
            otherwise
        }
    };
    project.map(|project| project.value)
}

fn environment(app: &App) -> Option<String> {
    let environment = scope::environment_here(app, PlaceNeed::Project)?.value;
    Some(environment).filter(|name| !name.trim().is_empty())
}

fn all<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> Vec<T> {
    match matches.try_get_many::<T>(id) {
        Ok(Some(values)) => values.cloned().collect(),
        _ => Vec::new(),
    }
}

fn statuses() -> Vec<Candidate> {
    let outcomes = Outcome::WORDS.iter();
    let outcomes = outcomes.map(|word| Candidate::new((*word).to_owned(), "outcome".to_owned()));
    let others = STATUSES
        .iter()
        .filter(|word| !Outcome::WORDS.contains(word));
    let others =
        others.map(|word| Candidate::new((*word).to_owned(), "status of Lagoon".to_owned()));
    outcomes.chain(others).collect()
}

fn contexts(app: &App) -> Vec<Candidate> {
    let config = app.settings.config().ok();
    let known = config.iter().flat_map(|config| &config.contexts);
    let known = known.map(|context| {
        let host = context.api.host_str().unwrap_or_default();
        Candidate::new(context.name.to_string(), host.to_owned())
    });
    let sandbox = cfg!(feature = "sandbox")
        .then(|| Candidate::new(SANDBOX.to_owned(), "the built-in Lagoon".to_owned()));
    known.chain(sandbox).collect()
}

/// A silent app that never prompts.
fn live(
    flags: &Flags,
    refresh_command: Option<process::Command>,
) -> Option<(Arc<App>, CompletionSource)> {
    let env = Env::read().ok()?;
    let settings = Settings::resolve(flags, &env).ok()?;
    let identity = identity(&settings);
    let app = Arc::new(App::new(Ui::captured(), settings, Interrupts::none()));
    let live = CompletionSource::new(Arc::clone(&app), &identity, refresh_command);
    Some((app, live))
}

/// The process that repeats the request in the background, for the cache.
fn refresh_command(request: &CompletionRequest<'_>) -> Option<process::Command> {
    let mut refresh_command = process::Command::new(std::env::current_exe().ok()?);
    refresh_command
        .env("COMPLETE", super::shells::BACKGROUND)
        .arg("--")
        .arg(request.index.to_string())
        .args(&request.words)
        .stdin(process::Stdio::null())
        .stdout(process::Stdio::null())
        .stderr(process::Stdio::null());
    // Ctrl-C at the prompt must not end it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut refresh_command, 0);
    Some(refresh_command)
}

/// Identifies the Lagoon and the user. It contains only a hash of a token.
fn identity(settings: &Settings) -> String {
    let Ok(chosen) = settings.chosen() else {
        return String::new();
    };
    let lagoon = match &chosen.target.value {
        Target::Sandbox => match settings.compose_flag() {
            Some(flag) => format!("{SANDBOX} {flag} {:?}", std::env::current_dir().ok()),
            None => SANDBOX.to_owned(),
        },
        Target::Context(context) => format!("{} {}", context.name, context.api),
        Target::Address(url) => url.to_string(),
    };
    let user = match &chosen.token {
        TokenOrigin::Variable(token) => {
            let mut hasher = DefaultHasher::new();
            token.expose().hash(&mut hasher);
            format!("{:016x}", hasher.finish())
        }
        TokenOrigin::Store(_) | TokenOrigin::Address => String::new(),
        TokenOrigin::Sandbox => role(settings).unwrap_or_default(),
    };
    format!("{lagoon} {user}")
}

#[cfg(feature = "sandbox")]
fn role(settings: &Settings) -> Option<String> {
    settings.role.clone()
}

#[cfg(not(feature = "sandbox"))]
fn role(_settings: &Settings) -> Option<String> {
    None
}
