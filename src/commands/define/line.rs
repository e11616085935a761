//! Suggested command lines: to define the same task, to update the existing one, and to start it.

use crate::commands::flags;
use crate::commands::scope;
use crate::domain::task::definition::Target;
use crate::domain::task::difference::{differences, spelled};
use crate::domain::task::quoting::suggestion;
use crate::domain::{Definition, TaskRef};
use crate::error::target_flags;

use super::DefineArgs;

pub(super) fn define(args: &DefineArgs, target: &Target) -> String {
    let mut words = scope::line_start("define");
    words.extend(args.name.clone());
    words.extend(target_flags(target));
    let permission = args.permission.map(flags::spelled);
    let single = [
        ("--service", &args.service),
        ("--command", &args.command),
        ("--command-file", &args.command_file),
        ("--image", &args.image),
        ("--description", &args.description),
        ("--confirmation-text", &args.confirmation_text),
        ("--permission", &permission),
    ];
    let single = single
        .iter()
        .filter_map(|(flag, value)| Some((*flag, value.as_ref()?)));
    let specs = args.args.iter().map(|spec| ("--arg", spec));
    let defaults = args
        .defaults
        .iter()
        .map(|default| ("--arg-default", default));
    let valued = single.chain(specs).chain(defaults);
    words.extend(valued.flat_map(|(name, value)| flag(name, value)));
    words.extend(flags::given([
        (args.inject_deploy_token, "--inject-deploy-token"),
        (args.inject_project_key, "--inject-project-key"),
        (args.admin_only, "--admin-only"),
    ]));
    suggestion(words)
}

/// A flag with a value. A value that begins with a hyphen must be in the same word.
fn flag(name: &str, value: &str) -> Vec<String> {
    if value.starts_with('-') {
        vec![format!("{name}={value}")]
    } else {
        vec![name.to_owned(), value.to_owned()]
    }
}

/// The command line that starts the task, with placeholders for the unknown parts.
pub(super) fn invoke(definition: &Definition, target: &Target) -> String {
    let mut words = scope::line_start("invoke");
    words.push(TaskRef::spell(&definition.name));
    let (project, environment) = match target {
        Target::Environment {
            project,
            environment,
        } => (project.as_str(), environment.as_str()),
        Target::Project(project) => (project.as_str(), "ENVIRONMENT"),
        Target::Group(_) | Target::System(_) => ("PROJECT", "ENVIRONMENT"),
    };
    words.extend(["-p", project, "-e", environment].map(str::to_owned));
    let required = definition.arguments().iter().filter(|a| a.is_required());
    words.extend(required.flat_map(|a| ["-a".to_owned(), format!("{}=VALUE", a.name)]));
    suggestion(words)
}

/// The command line that changes the existing task to the wanted one.
pub(super) fn update(have: &Definition, want: &Definition, target: &Target) -> String {
    if have.work.word() != want.work.word() {
        // Lagoon cannot change the type: the task must be deleted and defined again.
        let mut words = scope::line_start("delete");
        words.push(format!("id:{}", have.id));
        words.extend(target_flags(target));
        return format!("{}, then run the same command again", suggestion(words));
    }
    let mut words = scope::line_start("update");
    words.push(format!("id:{}", have.id));
    words.extend(target_flags(target));
    let switch = |name: &str, value: bool| vec![format!("{name}={value}")];
    for difference in differences(have, want) {
        words.extend(match difference.field {
            "name" => flag("--name", &want.name),
            "description" => flag("--description", &want.description),
            "command" | "image" => flag(&format!("--{}", difference.field), want.work.text()),
            "service" => flag("--service", want.service.as_deref().unwrap_or_default()),
            "permission" => flag("--permission", &want.permission.word().to_lowercase()),
            "confirmation text" => {
                let text = want.confirmation_text.as_deref();
                flag("--confirmation-text", text.unwrap_or_default())
            }
            "arguments" => arguments(have, want),
            "deploy token injection" => {
                switch("--inject-deploy-token", want.deploy_token_injection)
            }
            "project key injection" => switch("--inject-project-key", want.project_key_injection),
            "admin only" => switch("--admin-only", want.admin_only_view),
            _ => Vec::new(),
        });
    }
    suggestion(words)
}

fn arguments(have: &Definition, want: &Definition) -> Vec<String> {
    let mut words = Vec::new();
    for argument in want.arguments() {
        words.extend(flag("--arg", &spelled(argument)));
        if let Some(default) = &argument.default {
            let default = format!("{}={default}", argument.name);
            words.extend(flag("--arg-default", &default));
        }
    }
    let is_gone = |name: &str| want.arguments().iter().all(|wanted| wanted.name != name);
    let gone = have.arguments().iter().filter(|had| is_gone(&had.name));
    words.extend(gone.flat_map(|gone| flag("--remove-arg", &gone.name)));
    words
}
