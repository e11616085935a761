//! Candidates for the word at the cursor.

use crate::app::{App, Interrupts};
use crate::commands::scope;
use crate::commands::scope::{PlaceNeed, ProjectSource};
use crate::complete::{Candidate, CompletionSource};
use crate::config::SANDBOX;
use crate::secret::masked;
use crate::settings::{Env, Flags, Settings, Target, TokenOrigin};
use crate::terminal::clean::is_unsafe;
use crate::terminal::{Ui, clean_line};
use std::ffi::{OsStr, OsString};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command, FromArgMatches, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use super::shield::shield;

/// A command line, and the index of the word to complete.
pub(super) struct CompletionRequest<'a> {
    pub(super) words: Vec<String>,
    pub(super) index: usize,
    pub(super) folder: Option<&'a Path>,
    pub(super) command: fn() -> Command,
    pub(super) waits: bool,
}

/// The kind of thing that a value names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueKind {
    Context,
    Project,
    Environment,
    /// A task as TASK takes it, which may need the prefix `name:`.
    Task,
    /// The bare name of a task.
    TaskName,
    Run,
    /// A run in progress.
    UnfinishedRun,
    Service,
    /// `NAME=VALUE`.
    Value,
    /// `NAME=`, followed by a value that has no candidates.
    ValueName,
}

/// The candidates, in the order in which they are offered.
pub(super) fn of(request: &CompletionRequest<'_>) -> Vec<Candidate> {
    let line = Arc::new(ParsedLine::read(request));
    let mut command = attach((request.command)(), &[], &line);
    let words = shield(&request.words, request.index, &command);
    let words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    let Ok(found) = complete(&mut command, words, request.index, request.folder) else {
        return Vec::new();
    };
    let mut found: Vec<Candidate> = found.iter().filter_map(shown).collect();
    // Flags are offered after a hyphen, or if there is nothing else.
    let word = request.words.get(request.index).map_or("", String::as_str);
    if !word.starts_with('-') && found.iter().any(|c| !c.value.starts_with('-')) {
        found.retain(|c| !c.value.starts_with('-'));
    }
    found
}

/// A candidate without characters that a shell would interpret.
fn shown(candidate: &CompletionCandidate) -> Option<Candidate> {
    let value = candidate.get_value().to_str()?;
    let about = candidate.get_help().map(ToString::to_string);
    let about = about.as_deref().and_then(|about| about.lines().next());
    // A name on the server could contain a token.
    let is_fit = !value.chars().any(is_unsafe) && masked(value) == value;
    is_fit.then(|| Candidate::new(value.to_owned(), clean_line(about.unwrap_or_default())))
}

/// Attaches a completer to each argument whose values come from Lagoon.
fn attach(command: Command, path: &[String], line: &Arc<ParsedLine>) -> Command {
    let path = [path, &[command.get_name().to_owned()]].concat();
    command
        .mut_args(|arg| match kind(&path, &arg) {
            Some(kind) => {
                let line = Arc::clone(line);
                let candidates = move |word: &OsStr| line.candidates(kind, word);
                arg.add(ArgValueCompleter::new(candidates))
            }
            None => with_hint(arg),
        })
        .mut_subcommands(|below| attach(below, &path, line))
}

fn kind(path: &[String], arg: &Arg) -> Option<ValueKind> {
    let path: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
    match (path.as_slice(), arg.get_id().as_str(), value_name(arg)) {
        (_, "context", _) | (["context", "show" | "use" | "remove"], "name", _) => {
            Some(ValueKind::Context)
        }
        (_, "project", _) => Some(ValueKind::Project),
        (_, "environment", _) => Some(ValueKind::Environment),
        (["runs"], "task", _) => Some(ValueKind::TaskName),
        (_, _, Some("TASK")) => Some(ValueKind::Task),
        (["cancel"], _, Some("RUN")) => Some(ValueKind::UnfinishedRun),
        (_, _, Some("RUN")) => Some(ValueKind::Run),
        (_, _, Some("SERVICE")) => Some(ValueKind::Service),
        (["invoke"], "args", _) => Some(ValueKind::Value),
        (["invoke"], "arg_files", _) => Some(ValueKind::ValueName),
        _ => None,
    }
}

fn value_name(arg: &Arg) -> Option<&str> {
    arg.get_value_names()?.first().map(|name| name.as_str())
}

fn with_hint(arg: Arg) -> Arg {
    let hint = match value_name(&arg) {
        Some("FILE") => ValueHint::FilePath,
        Some("DIR") => ValueHint::DirPath,
        _ => return arg,
    };
    arg.value_hint(hint)
}

/// The parts of a command line that completion needs.
struct ParsedLine {
    /// `None` if the command line, a variable or a file is invalid.
    live: Option<(Arc<App>, CompletionSource)>,
    task: Option<String>,
    /// `NAME=VALUE`, as given.
    values: Vec<String>,
}

impl ParsedLine {
    fn read(request: &CompletionRequest<'_>) -> ParsedLine {
        let command = (request.command)().ignore_errors(true);
        let mut words = request.words.clone();
        if let Some(word) = words.get_mut(request.index).filter(|word| word.is_empty()) {
            // An empty value would be a usage error, but this one is unfinished.
            "_".clone_into(word);
        }
        let matches = command.try_get_matches_from(words).ok();
        let mut flags = Flags::default();
        let (mut task, mut values) = (None, Vec::new());
        let mut level = matches.as_ref();
        while let Some(matches) = level {
            if let Ok(given) = Flags::from_arg_matches(matches) {
                flags = flags.and(given);
            }
            task = all(matches, "task").pop();
            values = all(matches, "args");
            level = matches.subcommand().map(|(_, below)| below);
        }
        ParsedLine {
            live: live(
                &flags,
                request.waits.then(|| refresh_command(request)).flatten(),
            ),
            task,
            values,
        }
    }

    fn candidates(&self, kind: ValueKind, word: &OsStr) -> Vec<CompletionCandidate> {
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
        if kind == ValueKind::Project {
            return Some(live.projects());
        }
        let project = &project(app, live)?;
        let environment = scope::environment_here(app, PlaceNeed::Project).map(|e| e.value);
        let environment = environment.filter(|name| !name.trim().is_empty());
        let environment = environment.as_deref();
        Some(match kind {
            ValueKind::Context | ValueKind::Project => Vec::new(),
            ValueKind::Environment => live.environments(project),
            ValueKind::Run | ValueKind::UnfinishedRun => {
                let runs = live.runs(project, environment).into_iter();
                let wanted = runs.filter(|run| kind == ValueKind::Run || !run.is_finished);
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
                here.tasks.iter().map(|task| task.candidate()).collect()
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

    fn values(
        &self,
        arguments: &[crate::complete::Argument],
        kind: ValueKind,
        word: &str,
    ) -> Vec<Candidate> {
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
        ProjectSource::Remote {
            forms, otherwise, ..
        } => match live.project_of(&forms)? {
            Some(name) => return Some(name),
            None => otherwise,
        },
    };
    project.map(|project| project.value)
}

fn all(matches: &ArgMatches, id: &str) -> Vec<String> {
    match matches.try_get_many::<String>(id) {
        Ok(Some(values)) => values.cloned().collect(),
        _ => Vec::new(),
    }
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
        Target::Sandbox => SANDBOX.to_owned(),
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
