//! A state with projects, tasks and runs, for tests.

use std::sync::Arc;

use crate::domain::place::view::EnvironmentView;
use crate::domain::task::values;
use crate::domain::{
    Argument, ArgumentKind, Definition, Environment, Permission, Project, Run, Scope, Work,
};
use crate::ops::launch::recover::NewestRun;
use crate::ops::launch::{Launch, LaunchFacts, Subject};
use crate::terminal::Symbols;
use crate::terminal::input::{Input, Key};
use crate::tui::equivalent::Program;
use crate::tui::event::{Effect, Event, News};
use crate::tui::state::{Setup, State};
use crate::tui::update::{before_frame, update};

/// A state, and the effects of all that was typed.
pub(super) struct Session {
    pub state: State,
    pub effects: Vec<Effect>,
}

pub(super) fn setup() -> Setup {
    Setup {
        context: "example".to_owned(),
        program: Program("tasks".to_owned()),
        ui_url: Some("https://ui.example.com".to_owned()),
        project: Some("lagoon-demo".to_owned()),
        environment: Some("develop".to_owned()),
        branch: None,
        symbols: Symbols::Unicode,
        is_coloured: true,
    }
}

impl Session {
    /// Nothing was read yet.
    pub(super) fn empty(size: (u16, u16)) -> Session {
        let now = "2026-01-01T10:00:00Z".parse().unwrap();
        Session {
            state: State::new(setup(), size, now),
            effects: Vec::new(),
        }
    }

    /// The environment `develop` of `lagoon-demo` is selected, and all was read.
    pub(super) fn new(size: (u16, u16)) -> Session {
        let mut session = Session::empty(size);
        session.news(News::Projects(Ok(vec![
            project(1, "lagoon-demo"),
            project(2, "shop"),
            project(3, "清除缓存"),
        ])));
        session.news(News::Environments(
            "lagoon-demo".to_owned(),
            Ok(environments()),
        ));
        session.news(News::Runs("lagoon-demo".to_owned(), runs()));
        for environment in environments() {
            session.news(News::Tasks(
                environment.id,
                Ok(Box::new(view(&environment))),
            ));
        }
        session.effects.clear();
        session
    }

    pub(super) fn event(&mut self, event: Event) {
        let effects = update(&mut self.state, event);
        before_frame(&mut self.state);
        self.effects.extend(effects);
    }

    pub(super) fn news(&mut self, news: News) {
        self.event(Event::News(Box::new(news)));
    }

    /// Types keys, which are words: `j`, `Enter`, `^C`.
    pub(super) fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            self.event(Event::Input(Input::Key(key(word))));
        }
        self
    }

    /// Types a text.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.event(Event::Input(Input::Key(Key::Char(c))));
        }
        self
    }

    /// The names of the effects so far.
    pub(super) fn names(&mut self) -> Vec<String> {
        let name = |effect: &Effect| {
            let text = format!("{effect:?}");
            text.split([' ', '(']).next().unwrap_or_default().to_owned()
        };
        let names = self.effects.iter().map(name).collect();
        self.effects.clear();
        names
    }

    pub(super) fn notice(&self) -> &str {
        self.state.notice.as_ref().map_or("", |notice| &notice.text)
    }
}

pub(super) fn key(word: &str) -> Key {
    match word {
        "Enter" => Key::Enter,
        "Esc" => Key::Esc,
        "Tab" => Key::Tab,
        "BackTab" => Key::BackTab,
        "Backspace" => Key::Backspace,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "Left" => Key::Left,
        "Right" => Key::Right,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        "Space" => Key::Char(' '),
        word => match word.strip_prefix('^') {
            Some(c) => Key::Ctrl(c.to_lowercase().chars().next().unwrap()),
            None => Key::Char(word.chars().next().unwrap()),
        },
    }
}

pub(super) fn project(id: i64, name: &str) -> Project {
    Project {
        id,
        name: name.to_owned(),
    }
}

pub(super) fn environment(id: i64, name: &str, kind: &str) -> Environment {
    Environment {
        id,
        name: name.to_owned(),
        kind: kind.to_owned(),
        project: project(1, "lagoon-demo"),
        services: Some(vec!["cli".to_owned(), "nginx".to_owned()]),
    }
}

pub(super) fn environments() -> Vec<Environment> {
    vec![
        environment(101, "main", "production"),
        environment(102, "develop", "development"),
        environment(103, "pr-12", "development"),
    ]
}

fn task(id: i64, name: &str, arguments: Vec<Argument>) -> Definition {
    Definition {
        id,
        name: name.to_owned(),
        description: format!("Description of {name}"),
        service: Some("cli".to_owned()),
        permission: Permission::Developer,
        arguments: Some(arguments),
        ..Definition::empty(Scope::Project(1), Work::Command("echo hello".to_owned()))
    }
}

fn argument(name: &str, kind: ArgumentKind, optional: bool) -> Argument {
    Argument {
        name: name.to_owned(),
        display_name: Some(format!("Label of {name}")),
        range: kind
            .is_environment()
            .then(|| environments().into_iter().map(|e| e.name).collect()),
        kind,
        default: None,
        optional,
    }
}

pub(super) fn tasks() -> Vec<Definition> {
    let mut times = argument("TIMES", ArgumentKind::Numeric, false);
    times.default = Some("1".to_owned());
    let mut clear = task(11, "Clear caches", Vec::new());
    clear.confirmation_text =
        Some("Pages are slow until the caches are warm. Clear them?".to_owned());
    vec![
        clear,
        task(12, "Run yarn audit", Vec::new()),
        task(
            13,
            "Try arguments",
            vec![
                argument("TEXT", ArgumentKind::Text, false),
                times,
                argument("FROM", ArgumentKind::EnvironmentName, true),
            ],
        ),
    ]
}

pub(super) fn view(environment: &Environment) -> EnvironmentView {
    EnvironmentView {
        environment: environment.clone(),
        definitions: tasks(),
        unknown: 0,
        runs: Vec::new(),
    }
}

pub(super) fn run(id: i64, name: &str, status: &str, environment: &Environment) -> Run {
    let time = |minutes: i64| Some(format!("2026-01-01 09:{minutes:02}:00").into());
    let is_finished = crate::domain::Outcome::of(status).is_finished();
    Run {
        id,
        name: name.into(),
        task_name: format!("lagoon-task-{id}").into(),
        status: status.into(),
        service: Some("cli".into()),
        created: time(id),
        started: time(id),
        completed: time(id + 1).filter(|_| is_finished),
        environment: Some(Arc::new(environment.clone())),
        user: Some("ada@example.com".into()),
    }
}

pub(super) fn runs() -> Vec<Run> {
    let all = environments();
    vec![
        run(9, "Run yarn audit", "running", &all[1]),
        run(8, "Clear caches", "failed", &all[1]),
        run(7, "Try arguments", "complete", &all[1]),
        run(6, "Clear caches", "running", &all[0]),
    ]
}

/// A checked start of a task without arguments.
pub(super) fn launch(environment: &Environment) -> Launch {
    let definition = tasks().remove(1);
    let values = values::resolve(&definition, &[], false).unwrap();
    Launch {
        place: environment.clone(),
        subject: Subject::Task(Box::new(definition), values),
        newest: NewestRun::default(),
        facts: LaunchFacts::default(),
    }
}
