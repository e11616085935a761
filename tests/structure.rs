//! Holds the shape of `src`: who may use whom, and what only one place does.
//!
//! A rule reads a file's tokens and answers with violations. Each rule is shown here to fail on a
//! bad sample, and each exception is shown to be needed still.

use std::path::{Path, PathBuf};

use crate::support::source::{Named, Source, files_under, module_of};

/// Who may use whom, by first module below the crate. `ui::prompt` allows that module of a room,
/// `config::*Error` what lies in a room and ends so.
const MAY_USE: &[(&str, &[&str])] = &[
    ("main", &["cli", "sandbox"]),
    ("cli", &["commands", "app", "settings", "ui", "error"]),
    (
        "commands",
        &[
            "app", "settings", "ops", "output", "complete", "domain", "ui", "error", "config",
            "auth",
        ],
    ),
    (
        "app",
        &[
            "settings", "config", "auth", "ui", "lagoon", "error", "sandbox",
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
            "ui::prompt",
            "ui::progress",
        ],
    ),
    ("complete", &["app", "ops", "domain"]),
    ("output", &["domain", "ui"]),
    (
        "error",
        &[
            "config::*Error",
            "auth::*Error",
            "lagoon::*Error",
            "domain::*Error",
            "ui::*Error",
        ],
    ),
    ("settings", &["env", "config"]),
    ("auth", &["env", "config", "ssh"]),
    ("lagoon", &["domain"]),
    ("config", &[]),
    ("env", &[]),
    ("ui", &[]),
    ("domain", &[]),
    ("ssh", &[]),
    ("clock", &[]),
    ("sandbox", &[]),
];

/// Where a rule does not hold, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// A file of `src` as the rules see it.
struct File {
    /// Below `src`.
    path: PathBuf,
    text: String,
    source: Source,
}

/// A line that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Violation {
    rule: &'static str,
    line: usize,
    what: String,
}

type Rule = fn(&File) -> Vec<Violation>;

const RULES: &[(&str, Rule)] = &[
    ("imports", imports),
    ("prints", prints),
    ("exits", exits),
    ("variables", variables),
    ("panics", panics),
    ("generated types", generated_types),
    ("module docs", module_docs),
    ("length", length),
    ("names", names),
];

impl File {
    fn new(path: &str, text: &str) -> File {
        let path = PathBuf::from(path);
        let source = Source::parse(text, &module_of(&path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        File {
            path,
            text: text.to_owned(),
            source,
        }
    }

    /// The first module below the crate, or `main`, or `lib`.
    fn room(&self) -> String {
        let first = self.path.iter().next().unwrap_or_default();
        Path::new(first)
            .with_extension("")
            .to_string_lossy()
            .into_owned()
    }

    fn is(&self, path: &str) -> bool {
        self.path == Path::new(path)
    }
}

/// The files under `src`, without those that only tests have.
fn sources() -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<File> = files_under(&src, "rs")
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            File::new(path.strip_prefix(&src).unwrap().to_str().unwrap(), &text)
        })
        .collect();
    let tests: Vec<Vec<String>> = files
        .iter()
        .flat_map(|file| {
            let module = module_of(&file.path);
            file.source.test_modules.iter().map(move |name| {
                let mut tests = module.clone();
                tests.push(name.clone());
                tests
            })
        })
        .collect();
    files.retain(|file| {
        let module = module_of(&file.path);
        !tests.iter().any(|tests| module.starts_with(tests))
    });
    files
}

fn violations<'a>(
    rule: &'static str,
    found: impl IntoIterator<Item = &'a Named>,
    is_bad: impl Fn(&str) -> bool,
) -> Vec<Violation> {
    found
        .into_iter()
        .filter(|named| is_bad(&named.name))
        .map(|named| Violation {
            rule,
            line: named.line,
            what: named.name.clone(),
        })
        .collect()
}

fn may_use(room: &str) -> Option<&'static [&'static str]> {
    MAY_USE
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, rooms)| *rooms)
}

/// Whether an entry of the table covers what lies at `path` below the crate.
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
    // `ui::prompt` stands for what that module gives the room to show, too: `ui::PromptError`.
    path.get(1)
        .is_some_and(|part| part.to_lowercase().starts_with(within))
}

fn imports(file: &File) -> Vec<Violation> {
    let room = file.room();
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
        let Some(path) = named.name.strip_prefix("crate::") else {
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

/// A command uses itself, `target` and what their common module holds, never another command.
fn is_no_sibling(file: &File, path: &[&str]) -> bool {
    let own = module_of(&file.path);
    let (Some(own), Some(other)) = (own.get(1), path.get(1)) else {
        return true;
    };
    let commands = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands");
    let is_a_command =
        commands.join(format!("{other}.rs")).exists() || commands.join(other).exists();
    own == other || *other == "target" || !(is_a_command || path.len() > 2 || *other == "*")
}

fn prints(file: &File) -> Vec<Violation> {
    if file.room() == "ui" {
        return Vec::new();
    }
    let macros = ["print", "println", "eprint", "eprintln", "dbg"];
    let mut found = violations("prints", &file.source.macros, |name| macros.contains(&name));
    let streams = ["io::stdout", "io::stderr", "Term::stdout", "Term::stderr"];
    found.extend(violations("prints", &file.source.paths, |path| {
        streams.iter().any(|stream| ends_with(path, stream))
            || path.starts_with("dialoguer::")
            || path.starts_with("indicatif::")
    }));
    let methods = ["print_help", "print_long_help"];
    found.extend(violations("prints", &file.source.methods, |name| {
        methods.contains(&name)
    }));
    found
}

fn exits(file: &File) -> Vec<Violation> {
    if file.is("main.rs") {
        return Vec::new();
    }
    let mut found = violations("exits", &file.source.paths, |path| {
        ends_with(path, "process::exit") || ends_with(path, "process::abort")
    });
    // clap's, which print and end the process.
    let methods = ["exit", "get_matches"];
    found.extend(violations("exits", &file.source.methods, |name| {
        methods.contains(&name)
    }));
    found
}

fn variables(file: &File) -> Vec<Violation> {
    if file.is("env.rs") {
        return Vec::new();
    }
    let readers = [
        "env::var",
        "env::vars",
        "env::var_os",
        "env::vars_os",
        "env::home_dir",
        "env::set_var",
        "env::remove_var",
    ];
    violations("variables", &file.source.paths, |path| {
        !path.starts_with("crate::") && readers.iter().any(|reader| ends_with(path, reader))
    })
}

fn panics(file: &File) -> Vec<Violation> {
    let macros = ["panic", "todo", "unimplemented"];
    let mut found = violations("panics", &file.source.macros, |name| macros.contains(&name));
    let methods = ["unwrap", "expect", "unwrap_err", "expect_err"];
    found.extend(violations("panics", &file.source.methods, |name| {
        methods.contains(&name)
    }));
    found
}

fn generated_types(file: &File) -> Vec<Violation> {
    if file.path.starts_with("lagoon/operations") || file.is("lagoon/operations.rs") {
        return Vec::new();
    }
    violations("generated types", &file.source.attributes, |word| {
        word == "GraphQLQuery"
    })
}

fn module_docs(file: &File) -> Vec<Violation> {
    if file.text.starts_with("//!") {
        return Vec::new();
    }
    vec![Violation {
        rule: "module docs",
        line: 1,
        what: String::from("says nothing about what belongs there"),
    }]
}

fn length(file: &File) -> Vec<Violation> {
    let lines = file.text.lines().count();
    if lines <= 400 {
        return Vec::new();
    }
    vec![Violation {
        rule: "length",
        line: 400,
        what: format!("{lines} lines, more than 400"),
    }]
}

fn names(file: &File) -> Vec<Violation> {
    let vague = ["util", "utils", "helper", "helpers", "common", "misc"];
    file.path
        .with_extension("")
        .iter()
        .filter_map(|part| part.to_str())
        .filter(|part| vague.contains(part))
        .map(|part| Violation {
            rule: "names",
            line: 1,
            what: format!("`{part}` names no subject"),
        })
        .collect()
}

/// Whether a path is this one, or ends with it at a segment.
fn ends_with(path: &str, end: &str) -> bool {
    path.strip_suffix(end)
        .is_some_and(|before| before.is_empty() || before.ends_with("::"))
}

#[test]
fn the_tree_keeps_the_rules() {
    let mut complaints = Vec::new();
    let mut unneeded: Vec<_> = EXCEPTIONS.iter().collect();
    for file in sources() {
        for (name, rule) in RULES {
            let found = rule(&file);
            let excused = |(of, path, _): &(&str, &str, &str)| of == name && file.is(path);
            if EXCEPTIONS.iter().any(excused) {
                if !found.is_empty() {
                    unneeded.retain(|exception| !excused(exception));
                }
                continue;
            }
            for Violation { rule, line, what } in found {
                let path = file.path.display();
                complaints.push(format!("src/{path}:{line}: {rule}: {what}"));
            }
        }
    }
    complaints.extend(
        unneeded
            .iter()
            .map(|(rule, path, _)| format!("src/{path}: no exception from `{rule}` is needed")),
    );
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn tests_have_no_vague_names_either() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for path in files_under(&tests, "rs") {
        let file = File::new(path.strip_prefix(&tests).unwrap().to_str().unwrap(), "");
        assert_eq!(names(&file), []);
    }
}

/// What a rule finds in a sample, as `line: what`.
fn found(rule: Rule, path: &str, text: &str) -> Vec<String> {
    rule(&File::new(path, text))
        .into_iter()
        .map(|violation| format!("{}: {}", violation.line, violation.what))
        .collect()
}

#[test]
fn a_forbidden_import_is_noticed() {
    let in_ops = |text| found(imports, "ops/list.rs", text);
    assert_eq!(
        in_ops("use crate::domain::Place;\n\nuse crate::output::Format;"),
        ["3: `ops` may not use `output::Format`"]
    );
    assert_eq!(
        in_ops("use crate::{domain::{Place, Run}, settings::Settings as S};"),
        ["1: `ops` may not use `settings::Settings`"]
    );
    assert_eq!(
        in_ops("fn f() { crate::app::open(); }"),
        ["1: `ops` may not use `app::open`"]
    );
    assert_eq!(
        in_ops("use super::super::env::Env;"),
        ["1: `ops` may not use `env::Env`"]
    );
    assert_eq!(
        in_ops("mod a { use super::super::super::config::C; }"),
        ["1: `ops` may not use `config::C`"]
    );
    assert_eq!(
        in_ops("mac! { x => crate::sandbox::Sandbox::sdl() }"),
        ["1: `ops` may not use `sandbox::Sandbox::sdl`"]
    );
    assert_eq!(
        in_ops("use crate::ui::{Prompt, PromptError, progress::Progress, Ui};"),
        ["1: `ops` may not use `ui::Ui`"]
    );
    assert!(
        in_ops("use super::wait::Wait; // crate::output\nconst A: &str = \"crate::ui\";")
            .is_empty()
    );
    assert!(in_ops("#[cfg(test)]\nmod tests { use crate::output::Format; }").is_empty());
    assert!(in_ops("#[cfg(test)]\nuse crate::output::{A, B};\nuse crate::domain::C;").is_empty());
}

#[test]
fn the_sandbox_stands_alone() {
    for used in [
        "domain::Run",
        "error::Error",
        "lagoon::Lagoon",
        "clock::Clock",
    ] {
        let text = format!("use crate::{used};");
        assert_eq!(
            found(imports, "sandbox/store/mod.rs", &text),
            [format!("1: `sandbox` may not use `{used}`")]
        );
    }
    assert!(found(imports, "sandbox/http.rs", "use crate::sandbox::Store;").is_empty());
}

#[test]
fn rooms_of_commands_errors_and_the_root_are_held() {
    let list = |text| found(imports, "commands/list.rs", text);
    assert!(list("use super::target::Target;\nuse crate::ops::list;").is_empty());
    assert_eq!(
        list("use super::show::Show;"),
        ["1: `commands` may not use `commands::show::Show`"]
    );
    assert_eq!(
        list("use super::*;"),
        ["1: `commands` may not use `commands::*`"]
    );
    assert!(list("use super::print;\nuse super::Answer;").is_empty());
    assert!(found(imports, "commands/mod.rs", "use self::list::List;").is_empty());

    let error = |text| found(imports, "error.rs", text);
    assert!(error("use crate::lagoon::{LagoonError, error::TransportError};").is_empty());
    assert_eq!(
        error("use crate::lagoon::Lagoon;"),
        ["1: `error` may not use `lagoon::Lagoon`"]
    );
    assert_eq!(
        found(imports, "main.rs", "fn main() { lagoon_tasks::ops::run() }"),
        ["1: `main` may not use `ops::run`"]
    );
    assert_eq!(
        found(imports, "attic.rs", ""),
        ["1: `attic` has no row in the table of who may use whom"]
    );
}

#[test]
fn prints_exits_and_variables_elsewhere_are_noticed() {
    let print = |text| found(prints, "ops/list.rs", text);
    assert_eq!(print("fn f() {\n println!(\"a\"); }"), ["2: println"]);
    assert_eq!(print("fn f() { std::eprint!(\"a\") }"), ["1: eprint"]);
    assert_eq!(
        print("use std::io::{Write, stdout};"),
        ["1: std::io::stdout"]
    );
    assert_eq!(print("fn f() { io::stderr().lock(); }"), ["1: io::stderr"]);
    assert_eq!(print("use dialoguer::Confirm;"), ["1: dialoguer::Confirm"]);
    assert!(print("#[test]\nfn f() { println!(\"a\") }\nfn print() {}").is_empty());
    assert!(found(prints, "ui/mod.rs", "fn f() { println!(\"a\") }").is_empty());

    let exit = |text| found(exits, "cli.rs", text);
    assert_eq!(
        exit("fn f() { std::process::exit(2) }"),
        ["1: std::process::exit"]
    );
    assert_eq!(exit("fn f(e: clap::Error) { e.exit() }"), ["1: exit"]);
    assert!(exit("fn exit_code() { a.exit_code() }").is_empty());
    assert!(found(exits, "main.rs", "fn f() { std::process::exit(2) }").is_empty());

    let variable = |text| found(variables, "ui/mod.rs", text);
    assert_eq!(
        variable("use std::env;\nfn f() { env::var(\"CI\") }"),
        ["2: env::var"]
    );
    assert_eq!(
        variable("use std::env::{self, vars_os};"),
        ["1: std::env::vars_os"]
    );
    assert!(variable("fn f() { env!(\"A\"); std::env::current_exe() }").is_empty());
    assert!(variable("fn f() { std::process::Command::new(a).env(\"A\", b) }").is_empty());
    assert!(found(variables, "env.rs", "fn f() { std::env::var(\"CI\") }").is_empty());
}

#[test]
fn panics_are_noticed() {
    let panic = |text| found(panics, "domain/run.rs", text);
    assert_eq!(panic("fn f() { a.b()\n.unwrap() }"), ["2: unwrap"]);
    assert_eq!(panic("fn f() { a.expect(\"b\") }"), ["1: expect"]);
    assert_eq!(panic("fn f() { todo!() }"), ["1: todo"]);
    assert_eq!(
        panic("fn f() { select! { _ = a => panic!(\"b\") } }"),
        ["1: panic"]
    );
    assert!(panic("fn f() { a.unwrap_or(1); b.unwrap_or_else(|| 2); panic != 1 }").is_empty());
    assert!(panic("/// `x.unwrap()`\nfn f() {}\n// panic!()").is_empty());
    assert!(panic("#[cfg(test)]\nmod tests { fn f() { a.unwrap() } }").is_empty());
    assert!(panic("#[tokio::test(flavor = \"x\")]\nasync fn f() { a.unwrap() }").is_empty());
    assert!(panic("#[cfg(all(test, unix))]\nconst A: B = B { c: d.unwrap() };").is_empty());
    assert_eq!(
        panic("#[cfg(not(test))]\nfn f() { a.unwrap() }"),
        ["2: unwrap"]
    );
    assert_eq!(
        panic("#[cfg(test)]\nmod tests;\nfn f() { a.unwrap() }"),
        ["3: unwrap"]
    );
}

#[test]
fn generated_types_vague_names_bare_and_long_files_are_noticed() {
    let derive = "//! A.\n#[derive(Debug, GraphQLQuery)]\nstruct A;";
    assert_eq!(
        found(generated_types, "ops/list.rs", derive),
        ["2: GraphQLQuery"]
    );
    assert!(found(generated_types, "lagoon/operations/list.rs", derive).is_empty());

    assert_eq!(found(names, "ops/util.rs", "").len(), 1);
    assert_eq!(found(names, "common/mod.rs", "").len(), 1);
    assert!(found(names, "ops/wait.rs", "").is_empty());

    assert_eq!(found(module_docs, "ops/a.rs", "use a;").len(), 1);
    assert!(found(module_docs, "ops/a.rs", derive).is_empty());

    assert_eq!(found(length, "ops/a.rs", &"\n".repeat(401)).len(), 1);
    assert!(found(length, "ops/a.rs", &"\n".repeat(400)).is_empty());
}

#[test]
fn a_module_only_for_tests_is_known() {
    let file = File::new("ops/mod.rs", "mod a;\n#[cfg(test)]\nmod tests;\n");
    assert_eq!(file.source.test_modules, ["tests"]);
}
