//! The changes of `update`, from flags to the new definition.

use crate::app::App;
use crate::commands::flags::PermissionArg;
use crate::commands::input;
use crate::domain::names::{nfc, suggested};
use crate::domain::{Definition, Permission};
use crate::error::Error;
use clap::Args;

/// The changed fields of a task.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Edits {
    /// Rename the task
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Replace the command
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["command_file", "image"])]
    command: Option<String>,
    /// Read the new command from a file; `-` is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "image")]
    command_file: Option<String>,
    /// Replace the image
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// Replace the service
    #[arg(long, short = 's', value_name = "SERVICE")]
    service: Option<String>,
    /// Require this role to invoke the task
    #[arg(long, value_enum, value_name = "ROLE")]
    permission: Option<PermissionArg>,
    /// Replace the description; an empty string removes it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Replace the confirmation text; an empty string removes it
    #[arg(long, value_name = "TEXT")]
    confirmation_text: Option<String>,
    /// Add or replace an argument: NAME[?][:TYPE[:Label]]
    #[arg(long = "arg", short = 'a', value_name = "SPEC")]
    args: Vec<String>,
    /// Set the default of an argument
    #[arg(long = "arg-default", value_name = "NAME=VALUE")]
    defaults: Vec<String>,
    /// Remove an argument
    #[arg(long = "remove-arg", value_name = "NAME")]
    removed: Vec<String>,
    /// Give runs a deploy token (platform owners)
    #[arg(long, hide_possible_values = true, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    inject_deploy_token: Option<bool>,
    /// Give runs the project's ssh key
    #[arg(long, hide_possible_values = true, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    inject_project_key: Option<bool>,
    /// Show the task only to administrators (platform owners)
    #[arg(long, hide_possible_values = true, value_name = "true|false", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    admin_only: Option<bool>,
}

impl Edits {
    /// Refuses a command line without changes, because Lagoon accepts no empty patch.
    pub(super) fn check(&self) -> Result<(), Error> {
        let texts = [
            &self.name,
            &self.command,
            &self.command_file,
            &self.image,
            &self.service,
            &self.description,
            &self.confirmation_text,
        ];
        let lists = [&self.args, &self.defaults, &self.removed];
        let flags = [
            self.inject_deploy_token,
            self.inject_project_key,
            self.admin_only,
        ];
        if texts.iter().all(|t| t.is_none())
            && lists.iter().all(|l| l.is_empty())
            && flags.iter().all(Option::is_none)
            && self.permission.is_none()
        {
            return Err(Error::not_given("changes").hint(
                "pass at least one flag, such as --description TEXT or --command COMMAND (see `tasks update --help`)",
            ));
        }
        Ok(())
    }

    pub(super) fn name(&self) -> Option<String> {
        self.name.as_deref().map(nfc)
    }

    /// The changed definition.
    pub(super) fn apply(&self, app: &App, before: &Definition) -> Result<Definition, Error> {
        let mut after = before.clone();
        if let Some(name) = self.name() {
            after.name = name;
        }
        let (command, file) = (self.command.as_ref(), self.command_file.as_ref());
        if let Some(work) = input::text::work(app, command, file, self.image.as_ref())? {
            if work.word() != before.work.word() {
                return Err(Error::usage(format!(
                    "`{}` has the type {}, which Lagoon cannot change to {}",
                    before.name,
                    before.work.word(),
                    work.word()
                ))
                .hint(
                    "delete the task and define it again, or use a task file: tasks apply --replace",
                ));
            }
            after.work = work;
        }
        let text = |given: &Option<String>, have: &Option<String>| match given {
            Some(text) => Some(text.clone()).filter(|t| !t.is_empty()),
            None => have.clone(),
        };
        after.service = text(&self.service, &before.service);
        after.confirmation_text = text(&self.confirmation_text, &before.confirmation_text);
        if let Some(description) = &self.description {
            after.description.clone_from(description);
        }
        if let Some(permission) = self.permission {
            after.permission = Permission::from(permission);
        }
        let flag = |given: Option<bool>, have: bool| given.unwrap_or(have);
        after.deploy_token_injection =
            flag(self.inject_deploy_token, before.deploy_token_injection);
        after.project_key_injection = flag(self.inject_project_key, before.project_key_injection);
        after.admin_only_view = flag(self.admin_only, before.admin_only_view);
        self.arguments(&mut after)?;
        Ok(after)
    }

    /// Changes the list of arguments, which Lagoon only replaces as a whole.
    fn arguments(&self, after: &mut Definition) -> Result<(), Error> {
        if self.args.is_empty() && self.defaults.is_empty() && self.removed.is_empty() {
            return Ok(());
        }
        let mut arguments = after.arguments().to_vec();
        for name in &self.removed {
            let there = arguments.len();
            arguments.retain(|a| a.name != *name);
            if arguments.len() == there {
                return Err(no_argument("--remove-arg", name, after));
            }
        }
        for spec in &self.args {
            let given = input::arguments::argument(spec)?;
            if self.removed.contains(&given.name) {
                return Err(Error::usage(format!(
                    "--arg and --remove-arg both name `{}`",
                    given.name
                )));
            }
            match arguments.iter_mut().find(|a| a.name == given.name) {
                Some(there) => *there = given,
                None => arguments.push(given),
            }
        }
        for default in &self.defaults {
            let (name, value) = input::arguments::default_value(default)?;
            let Some(argument) = arguments.iter_mut().find(|a| a.name == name) else {
                return Err(no_argument("--arg-default", name, after));
            };
            argument.default = Some(value.to_owned());
        }
        after.arguments = Some(arguments);
        Ok(())
    }
}

fn no_argument(flag: &str, name: &str, task: &Definition) -> Error {
    let error = Error::usage(format!("{flag}: the task has no argument `{name}`"));
    let known = task.arguments().iter().map(|a| a.name.as_str());
    error.with_hints(suggested(name, known))
}
