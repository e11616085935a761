//! Command lines in hints: to define the same task, and to update the existing one.

use crate::app::App;
use crate::commands::flags;
use crate::commands::scope;
use crate::domain::task::definition::Target;
use crate::domain::task::difference::{differences, spelled};
use crate::domain::task::quoting::suggestion;
use crate::domain::{Definition, Work};
use crate::error::target_flags;

use super::DefineArgs;

pub(super) fn define(app: &App, args: &DefineArgs, target: &Target) -> String {
    let mut words = scope::line_start(app, "define");
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
    for (flag, value) in single.chain(specs).chain(defaults) {
        add(&mut words, flag, value);
    }
    words.extend(flags::given([
        (args.inject_deploy_token, "--inject-deploy-token"),
        (args.inject_project_key, "--inject-project-key"),
        (args.admin_only, "--admin-only"),
    ]));
    suggestion(words)
}

/// Adds a flag. A value that begins with a hyphen must be in the same word.
fn add(words: &mut Vec<String>, flag: &str, value: &str) {
    if value.starts_with('-') {
        words.push(format!("{flag}={value}"));
    } else {
        words.extend([flag, value].map(str::to_owned));
    }
}

/// The command line that changes the existing task to the wanted one.
pub(super) fn update(app: &App, have: &Definition, want: &Definition, target: &Target) -> String {
    if have.work.word() != want.work.word() {
        // The kind cannot be changed: only deleting and defining anew does that.
        let mut words = scope::line_start(app, "delete");
        words.push(format!("id:{}", have.id));
        words.extend(target_flags(target));
        return format!("{}, then the same line again", suggestion(words));
    }
    let mut words = scope::line_start(app, "update");
    words.push(format!("id:{}", have.id));
    words.extend(target_flags(target));
    for difference in differences(have, want) {
        let mut flag = |name: &str, value: String| add(&mut words, name, &value);
        match difference.field {
            "name" => flag("--name", want.name.clone()),
            "description" => flag("--description", want.description.clone()),
            "command" | "image" => match &want.work {
                Work::Command(command) => flag("--command", command.clone()),
                Work::Image(image) => flag("--image", image.clone()),
                Work::Unknown(_) => {}
            },
            "service" => flag("--service", want.service.clone().unwrap_or_default()),
            "permission" => flag("--permission", want.permission.word().to_lowercase()),
            "confirmation text" => {
                flag(
                    "--confirmation-text",
                    want.confirmation_text.clone().unwrap_or_default(),
                );
            }
            "arguments" => {
                for argument in want.arguments() {
                    flag("--arg", spelled(argument));
                    if let Some(default) = &argument.default {
                        flag("--arg-default", format!("{}={default}", argument.name));
                    }
                }
                for gone in have
                    .arguments()
                    .iter()
                    .filter(|h| want.arguments().iter().all(|w| w.name != h.name))
                {
                    flag("--remove-arg", gone.name.clone());
                }
            }
            "deploy token injection" => words.push(format!(
                "--inject-deploy-token={}",
                want.deploy_token_injection
            )),
            "project key injection" => words.push(format!(
                "--inject-project-key={}",
                want.project_key_injection
            )),
            "admin only" => words.push(format!("--admin-only={}", want.admin_only_view)),
            _ => {}
        }
    }
    suggestion(words)
}
