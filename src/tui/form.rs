//! The form of a start: the arguments of a task, or service and command.

use crate::domain::task::environment_value::with_names;
use crate::domain::task::values::{self, ValueProblem};
use crate::domain::{Argument, Definition, Environment};
use crate::terminal::input::Key;
use crate::tui::equivalent::Program;
use crate::tui::event::Request;
use crate::tui::text_line::TextLine;

#[derive(Debug)]
pub(crate) struct Form {
    pub environment: Environment,
    pub subject: FormSubject,
    pub fields: Vec<Field>,
    /// The index of the current field; the button follows the last field.
    pub at: usize,
    /// The reason that a rerun opened the form.
    pub note: Option<String>,
    /// The check before the start is in progress.
    pub is_checking: bool,
    /// The check failed.
    pub failure: Option<String>,
}

#[derive(Debug)]
pub(crate) enum FormSubject {
    Task(Box<Definition>),
    Command,
}

#[derive(Debug, Default)]
pub(crate) struct Field {
    pub name: String,
    pub label: String,
    /// Type, default, and whether it is optional.
    pub about: String,
    /// It is sent if nothing is typed.
    pub has_default: bool,
    pub options: Vec<FieldOption>,
    pub line: TextLine,
    pub problem: Option<String>,
    /// The cursor has left the field, so a missing value is shown as a problem.
    pub was_left: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldOption {
    pub value: String,
    pub is_production: bool,
}

/// The result of a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FormStep {
    Open,
    Closed,
    Submitted(Box<Request>),
    Copy,
}

impl Form {
    /// `siblings` are the environments of the project.
    pub(crate) fn of_task(
        environment: &Environment,
        definition: &Definition,
        siblings: &[Environment],
    ) -> Form {
        let arguments = definition.arguments_by_name().into_iter();
        let fields = arguments.map(|argument| field(argument, siblings));
        let mut form = Form {
            environment: environment.clone(),
            subject: FormSubject::Task(Box::new(definition.clone())),
            fields: fields.collect(),
            at: 0,
            note: None,
            is_checking: false,
            failure: None,
        };
        form.check();
        form
    }

    pub(crate) fn of_command(environment: &Environment) -> Form {
        let services = environment.services.clone().unwrap_or_default();
        let usual = services.iter().find(|service| *service == "cli");
        let first = usual.or_else(|| services.first().filter(|_| services.len() == 1));
        let mut form = Form {
            fields: vec![
                Field {
                    name: "service".to_owned(),
                    line: TextLine::new(first.cloned().unwrap_or_default()),
                    options: services.iter().map(|value| option(value, &[])).collect(),
                    ..Field::default()
                },
                Field {
                    name: "command".to_owned(),
                    ..Field::default()
                },
            ],
            environment: environment.clone(),
            subject: FormSubject::Command,
            at: usize::from(first.is_some()),
            note: None,
            is_checking: false,
            failure: None,
        };
        form.check();
        form
    }

    pub(crate) fn title(&self) -> String {
        let place = self.environment.label();
        match &self.subject {
            FormSubject::Task(definition) => format!("Invoke {} on {place}", definition.name),
            FormSubject::Command => format!("Run a command on {place}"),
        }
    }

    /// The values that are not empty.
    fn values(&self) -> Vec<(String, String)> {
        let given = self.fields.iter().filter(|field| !field.line.is_empty());
        given
            .map(|field| (field.name.clone(), field.line.text().to_owned()))
            .collect()
    }

    fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|field| field.name == name);
        field.map_or("", |field| field.line.text())
    }

    pub(crate) fn line(&self, program: &Program) -> String {
        match &self.subject {
            FormSubject::Task(definition) => {
                program.invoke(&self.environment, definition, &self.values())
            }
            FormSubject::Command => {
                let (service, command) = (self.value("service"), self.value("command"));
                program.exec(&self.environment, service, command)
            }
        }
    }

    /// Checks all values as a start does.
    fn check(&mut self) {
        for field in &mut self.fields {
            field.problem = None;
        }
        match &self.subject {
            FormSubject::Task(definition) => {
                let project = &self.environment.project.name;
                let given = self.values();
                let named = with_names(definition.arguments(), project, &given);
                let checked = named.and_then(|named| {
                    values::resolve(definition, &named.values, false).map(|_| ())
                });
                for problem in checked.err().unwrap_or_default() {
                    self.report(&problem);
                }
            }
            FormSubject::Command => {
                for field in &mut self.fields {
                    if field.line.text().trim().is_empty() {
                        field.problem = Some(MISSING.to_owned());
                    } else if !field.options.is_empty()
                        && !field.options.iter().any(|o| o.value == field.line.text())
                    {
                        field.problem = Some("the environment has no such service".to_owned());
                    }
                }
            }
        }
    }

    fn report(&mut self, problem: &ValueProblem) {
        let (name, text) = match problem {
            ValueProblem::Missing { name, .. } => (name, MISSING.to_owned()),
            ValueProblem::Invalid { name, why, .. } => (name, why.clone()),
            ValueProblem::Default { name, value, why } => {
                (name, format!("the default `{value}` is not allowed: {why}"))
            }
            ValueProblem::Unknown { name, .. }
            | ValueProblem::Duplicate(name)
            | ValueProblem::NotAVariable(name) => (name, problem.to_string()),
            ValueProblem::TooLong(_) => {
                self.failure = Some(problem.to_string());
                return;
            }
        };
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == *name) {
            field.problem = Some(text);
        }
    }

    pub(crate) fn press(&mut self, key: Key, program: &Program) -> FormStep {
        let button = self.fields.len();
        match key {
            Key::Esc => return FormStep::Closed,
            Key::Ctrl('y') => return FormStep::Copy,
            _ if self.is_checking => {}
            Key::Enter if self.at + 1 >= button => return self.submit(program),
            Key::Enter | Key::Tab | Key::Down => self.go_to((self.at + 1) % (button + 1)),
            Key::BackTab | Key::Up => self.go_to((self.at + button) % (button + 1)),
            Key::Left | Key::Right if self.has_options() => self.choose(key == Key::Right),
            key => {
                if let Some(field) = self.fields.get_mut(self.at)
                    && field.line.press(key)
                {
                    self.changed();
                }
            }
        }
        FormStep::Open
    }

    pub(crate) fn paste(&mut self, text: &str) {
        if let Some(field) = self.fields.get_mut(self.at).filter(|_| !self.is_checking) {
            field.line.insert(text);
            self.changed();
        }
    }

    fn changed(&mut self) {
        self.failure = None;
        self.check();
    }

    pub(crate) fn go_to(&mut self, at: usize) {
        if let Some(field) = self.fields.get_mut(self.at) {
            field.was_left = true;
        }
        self.at = at.min(self.fields.len());
    }

    fn has_options(&self) -> bool {
        let field = self.fields.get(self.at);
        field.is_some_and(|field| !field.options.is_empty())
    }

    /// Takes the next option, or none after the last one. An optional field begins with none.
    fn choose(&mut self, forwards: bool) {
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        let count = field.options.len();
        let is_it = |option: &FieldOption| option.value == field.line.text();
        let now = field.options.iter().position(is_it);
        let next = match (now, forwards) {
            (None, true) => Some(0),
            (None, false) => Some(count - 1),
            (Some(now), true) => Some(now + 1).filter(|next| *next < count),
            (Some(now), false) => now.checked_sub(1),
        };
        let value = next.map_or("", |next| &field.options[next].value);
        field.line = TextLine::new(value);
        self.changed();
    }

    fn submit(&mut self, program: &Program) -> FormStep {
        for field in &mut self.fields {
            field.was_left = true;
        }
        self.check();
        if let Some(at) = self.fields.iter().position(|field| field.problem.is_some()) {
            self.at = at;
            return FormStep::Open;
        }
        if self.failure.is_some() {
            return FormStep::Open;
        }
        self.is_checking = true;
        let (environment, line) = (self.environment.clone(), self.line(program));
        FormStep::Submitted(Box::new(match &self.subject {
            FormSubject::Task(definition) => Request::Task {
                environment,
                definition: definition.clone(),
                values: self.values(),
                line,
            },
            FormSubject::Command => Request::Command {
                environment,
                service: self.value("service").to_owned(),
                command: self.value("command").trim().to_owned(),
                line,
            },
        }))
    }
}

const MISSING: &str = "a value is required";

fn field(argument: &Argument, siblings: &[Environment]) -> Field {
    let allowed = argument.allowed().unwrap_or_default();
    let mut about = vec![argument.kind.short().to_owned()];
    if let Some(default) = &argument.default {
        about.push(format!("default {default}"));
    } else if argument.optional {
        about.push("optional".to_owned());
    }
    Field {
        name: argument.name.clone(),
        label: argument.display_name.clone().unwrap_or_default(),
        about: about.join(", "),
        has_default: argument.default.is_some(),
        options: allowed
            .iter()
            .map(|value| option(value, siblings))
            .collect(),
        ..Field::default()
    }
}

fn option(value: &str, siblings: &[Environment]) -> FieldOption {
    let is_production = |e: &&Environment| e.name == value && e.is_production();
    FieldOption {
        value: value.to_owned(),
        is_production: siblings.iter().any(|e| is_production(&e)),
    }
}

impl Field {
    /// The problem, unless it is a missing value that the user has not reached yet.
    pub(crate) fn shown_problem(&self) -> Option<&str> {
        let problem = self.problem.as_deref()?;
        (problem != MISSING || self.was_left).then_some(problem)
    }

    pub(crate) fn is_required(&self) -> bool {
        self.problem.as_deref() == Some(MISSING)
    }
}
