//! Permitted dependencies: by imports, by calls, by re-exports; and resources of a single module: the clock, and
//! the words of the command line.

use super::*;

/// Permitted dependencies, by first module below the crate. `terminal::prompt` allows that module of a folder,
/// `config::*Error` the items of a folder with this ending.
const MAY_USE: &[(&str, &[&str])] = &[
    ("main", &["internal", "sandbox"]),
    (
        "cli",
        &[
            "commands", "app", "settings", "terminal", "error", "secret", "domain",
        ],
    ),
    (
        "commands",
        &[
            "app",
            "settings",
            "ops",
            "output",
            "complete",
            "domain",
            "terminal",
            "error",
            "config",
            "auth",
            "regular_file",
            "secret",
            "state",
            "mcp",
            "tui",
        ],
    ),
    (
        "tui",
        &[
            "app", "ops", "output", "domain", "terminal", "error", "secret", "clock",
        ],
    ),
    (
        "mcp",
        &["app", "ops", "domain", "terminal", "error", "clock"],
    ),
    (
        "app",
        &[
            "settings",
            "config",
            "auth",
            "terminal",
            "lagoon",
            "error",
            "sandbox",
            "regular_file",
            "state",
            "domain",
            "clock",
            "output::test_report",
        ],
    ),
    (
        "ops",
        &[
            "lagoon",
            "domain",
            "error",
            "ssh",
            "clock",
            "state",
            "secret",
            "regular_file",
            "terminal::prompt",
            "terminal::progress",
        ],
    ),
    ("complete", &["app", "ops", "domain", "state", "clock"]),
    ("output", &["domain", "terminal"]),
    (
        "client",
        &[
            "ops", "lagoon", "auth", "domain", "error", "clock", "state", "env",
        ],
    ),
    (
        "error",
        &[
            "config::*Error",
            "auth::*Error",
            "lagoon::*Error",
            "domain",
            "terminal::*Error",
        ],
    ),
    ("settings", &["env", "config", "domain"]),
    (
        "auth",
        &["env", "config", "domain", "ssh", "state", "clock"],
    ),
    ("lagoon", &["domain", "clock"]),
    ("config", &["domain", "regular_file", "secret"]),
    ("env", &["secret"]),
    ("terminal", &["secret"]),
    ("secret", &[]),
    ("domain", &[]),
    ("ssh", &["domain", "clock"]),
    ("clock", &[]),
    ("state", &["clock"]),
    ("regular_file", &[]),
];

fn may_use(room: &str) -> Option<&'static [&'static str]> {
    MAY_USE
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, rooms)| *rooms)
}

/// True if an entry of the table covers the item at `path` below the crate.
fn covers(entry: &str, path: &[&str]) -> bool {
    let Some((room, within)) = entry.split_once("::") else {
        return path.first() == Some(&entry);
    };
    if path.first() != Some(&room) {
        return false;
    }
    if let Some(suffix) = within.strip_prefix('*') {
        return path[1..].iter().any(|part| part.ends_with(suffix));
    }
    // `terminal::prompt` includes the items that the folder re-exports from it: `terminal::PromptError`.
    path.get(1)
        .is_some_and(|part| part.to_lowercase().starts_with(within))
}

pub(super) fn imports(file: &File) -> Vec<Violation> {
    if file.package == SANDBOX {
        // It depends on no package of ours.
        return Vec::new();
    }
    let room = file.room();
    if room == "internal" {
        // For the program, which has only this module, and for tests of every module.
        return Vec::new();
    }
    if room == "lib" {
        // The map: it names every room and uses none.
        return violations("imports", &file.source.paths, |path| {
            path.starts_with("crate::")
        });
    }
    let Some(allowed) = may_use(&room) else {
        return vec![Violation {
            rule: "imports",
            line: 1,
            what: format!("`{room}` has no row in the table of who may use whom"),
        }];
    };
    let mut found = Vec::new();
    for named in &file.source.paths {
        let path = named.name.replace("lagoon_sandbox::", "crate::sandbox::");
        let Some(path) = path.strip_prefix("crate::") else {
            continue;
        };
        let path: Vec<&str> = path.split("::").collect();
        let fine = if path[0] == room {
            room != "commands" || is_no_sibling(file, &path)
        } else {
            allowed.iter().any(|entry| covers(entry, &path))
        };
        if !fine {
            found.push(Violation {
                rule: "imports",
                line: named.line,
                what: format!("`{room}` may not use `{}`", path.join("::")),
            });
        }
    }
    found
}

/// Modules below `commands` that every command may use.
const SHARED: &[&str] = &[
    "flags",
    "input",
    "launch",
    "report",
    "scope",
    "select",
    "sign_in",
    "task_files",
];

/// A command uses itself and the shared modules, never another command.
fn is_no_sibling(file: &File, path: &[&str]) -> bool {
    let own = module_of(&file.path);
    let (Some(own), Some(other)) = (own.get(1), path.get(1)) else {
        return true;
    };
    let commands = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    let is_a_command =
        commands.join(format!("{other}.rs")).exists() || commands.join(other).exists();
    own == other || SHARED.contains(other) || !(is_a_command || path.len() > 2 || *other == "*")
}

/// Methods of `Option` and `Result`, which do not reach Lagoon.
const OF_RESULTS: &[&str] = &["ok", "err", "map", "map_err", "and_then", "is_ok", "is_err"];

/// Commands and completion reach Lagoon through `ops`: they pass on what `app` returns and call no
/// method of it.
pub(super) fn calls(file: &File) -> Vec<Violation> {
    let above_ops = ["commands", "complete", "cli", "mcp", "tui"];
    if file.package != TASKS || !above_ops.contains(&file.room().as_str()) {
        return Vec::new();
    }
    let is_lagoon = |receiver: &String| {
        let lagoon = [
            "lagoon",
            "lagoon()",
            "lagoon_with_stored_token()",
            "lagoon_with()",
        ];
        lagoon.contains(&receiver.as_str())
    };
    let chains = file.source.chains.iter();
    let bad = chains.filter(|chain| {
        chain.receivers.iter().any(is_lagoon) && !OF_RESULTS.contains(&chain.method.as_str())
    });
    bad.map(|chain| Violation {
        rule: "calls",
        line: chain.line,
        what: format!("`{}` is a method of a Lagoon", chain.method),
    })
    .collect()
}

/// A re-export would bring types of the API into commands.
pub(super) fn reexports(file: &File) -> Vec<Violation> {
    if file.package != TASKS || ["lagoon", "internal"].contains(&file.room().as_str()) {
        return Vec::new();
    }
    violations("re-exports", &file.source.reexports, |path| {
        path == "crate::lagoon" || path.starts_with("crate::lagoon::")
    })
}

/// Below `commands`, only `clock` reads the time.
pub(super) fn clock(file: &File) -> Vec<Violation> {
    let above = ["clock", "commands", "cli", "main", "terminal"];
    if file.package != TASKS || above.contains(&file.room().as_str()) {
        return Vec::new();
    }
    let readers = ["Timestamp::now", "Zoned::now", "SystemTime::now"];
    violations("clock", &file.source.paths, |path| {
        path == "std::time::Instant"
            || path.starts_with("tokio::time")
            || readers.iter().any(|reader| ends_with(path, reader))
    })
}

/// The words of the command line are `commands`' business, so `ops` has no flag in its texts and no
/// command to type.
pub(super) fn command_lines(file: &File) -> Vec<Violation> {
    if file.package != TASKS || file.room() != "ops" {
        return Vec::new();
    }
    violations("command lines", &file.source.strings, |literal| {
        let text = literal
            .trim_start_matches(['r', '#'])
            .trim_matches(['"', '#']);
        let is_boundary = |c: char| c.is_whitespace() || "`'\"(),:;=[]|".contains(c);
        let words: Vec<&str> = text
            .split(is_boundary)
            .filter(|word| !word.is_empty())
            .collect();
        let is_flag = |word: &&str| match word.strip_prefix('-') {
            Some(rest) => {
                let name = rest.strip_prefix('-').unwrap_or(rest);
                let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
                begins && (rest.starts_with('-') || name.len() == 1)
            }
            None => false,
        };
        text == "tasks"
            || words.iter().any(is_flag)
            || words
                .windows(2)
                .any(|pair| pair[0] == "tasks" && is_command(pair[1]))
    })
}

/// True if `tasks` has a command of this name.
fn is_command(word: &str) -> bool {
    let commands = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    let is_there =
        commands.join(word).with_extension("rs").exists() || commands.join(word).exists();
    is_there && !SHARED.contains(&word)
}
