//! Command lines that do the same without the interface.

use crate::domain::task::quoting::suggestion;
use crate::domain::{Definition, Environment, Run, TaskRef};
use crate::tui::state::{Focus, Overlay, State};

/// `tasks` with the global flags, for other words behind it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program(pub String);

impl Program {
    fn line(&self, words: &[&str]) -> String {
        format!("{} {}", self.0, suggestion(words))
    }

    /// With `--yes` if there is a confirmation text.
    pub(crate) fn invoke(
        &self,
        environment: &Environment,
        definition: &Definition,
        values: &[(String, String)],
    ) -> String {
        let name = TaskRef::spell(&definition.name);
        let (project, environment) = (&environment.project.name, &environment.name);
        let mut words = vec!["invoke", &name, "-p", project, "-e", environment];
        let values = values.iter().map(|(name, value)| format!("{name}={value}"));
        let values: Vec<String> = values.collect();
        for value in &values {
            words.extend(["-a", value]);
        }
        if definition.confirmation().is_some() {
            words.push("--yes");
        }
        self.line(&words)
    }

    pub(crate) fn exec(&self, environment: &Environment, service: &str, command: &str) -> String {
        let is_production = environment.is_production();
        let (project, environment) = (&environment.project.name, &environment.name);
        let mut words = vec!["exec", "-p", project, "-e", environment, "-s", service];
        if is_production {
            words.push("--yes");
        }
        words.push("--");
        words.extend(words_of(command));
        self.line(&words)
    }

    /// A command about a run.
    pub(crate) fn run(&self, command: &str, run: &Run) -> String {
        self.line(&[command, &run.id.to_string()])
    }

    pub(crate) fn files(&self, run: &Run, is_replacing: bool) -> String {
        let (id, folder) = (run.id.to_string(), folder(run));
        let mut words = vec!["files", "get", &id, "-O", &folder];
        if is_replacing {
            words.push("--force");
        }
        self.line(&words)
    }

    pub(crate) fn logs(&self, run: &Run) -> String {
        let id = run.id.to_string();
        let mut words = vec!["logs", &id];
        if !run.outcome().is_finished() {
            words.push("-f");
        }
        self.line(&words)
    }

    fn place(&self, command: &str, project: &str, environment: Option<&str>) -> String {
        let mut words = vec![command, "-p", project];
        if let Some(environment) = environment {
            words.extend(["-e", environment]);
        }
        self.line(&words)
    }
}

/// The folder of a run's downloads, in the current one.
pub(crate) fn folder(run: &Run) -> String {
    format!("run-{}", run.id)
}

/// The words after `--`: those of a plain command, otherwise a shell with the text.
pub(crate) fn words_of(command: &str) -> Vec<&str> {
    let is_plain = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_-./:=@%+,".contains(c);
    if command.chars().all(is_plain) {
        command.split_whitespace().collect()
    } else {
        vec!["sh", "-c", command]
    }
}

/// The command that shows or starts what is selected.
pub(crate) fn of_selection(state: &State) -> Option<String> {
    let program = &state.setup.program;
    if let Some(overlay) = &state.overlay {
        return match overlay {
            Overlay::Form(form) => Some(form.line(program)),
            Overlay::Confirm(confirm) => confirm.line.clone(),
            Overlay::Log => Some(program.logs(state.selected_run()?)),
            Overlay::Active(_) => Some(program.line(&["runs", "-A", "--active"])),
            Overlay::Help(_) | Overlay::Waiting(_) | Overlay::Message(_) => None,
        };
    }
    match state.focus {
        Focus::Places => match (state.picked_environment(), state.picked_project()) {
            (Some(environment), _) => {
                let project = &environment.project.name;
                Some(program.place("list", project, Some(&environment.name)))
            }
            (None, Some(project)) => Some(program.place("environments", &project.name, None)),
            (None, None) => Some(program.line(&["projects"])),
        },
        _ if state.shows_run() => match (state.selected_run(), state.environment()) {
            (Some(run), _) => Some(program.logs(run)),
            (None, Some(environment)) => {
                let project = &environment.project.name;
                Some(program.place("runs", project, Some(&environment.name)))
            }
            (None, None) => None,
        },
        _ => {
            let environment = state.environment()?;
            match state.selected_task() {
                Some(task) => Some(program.invoke(environment, task, &[])),
                None => {
                    let project = &environment.project.name;
                    Some(program.place("list", project, Some(&environment.name)))
                }
            }
        }
    }
}
