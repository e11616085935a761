//! Checks the structure of both packages: which module may use which, and what only one module does.
//!
//! A rule reads a file's tokens and answers with violations. Each rule is shown to fail on a bad
//! sample, and each exception to be needed still.

mod boundaries;
mod samples;

use std::path::{Path, PathBuf};

use crate::support::source::{NamedItem, SourceFacts, files_under, module_of};

use boundaries::{calls, clock, command_lines, imports, reexports};

/// Exceptions of a rule, with their reasons.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "clock",
    "domain/run/live.rs",
    "a deadline is passed in; the time is not read",
)];

/// The sources of `tasks` and of the sandbox, below the root of the workspace.
const TASKS: &str = "src";
const SANDBOX: &str = "crates/sandbox/src";

/// A source file of either package.
struct File {
    /// [`TASKS`] or [`SANDBOX`].
    package: &'static str,
    /// Relative to the package's sources.
    path: PathBuf,
    text: String,
    source: SourceFacts,
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
    ("calls", calls),
    ("re-exports", reexports),
    ("clock", clock),
    ("command lines", command_lines),
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
    fn new(package: &'static str, path: &str, text: &str) -> File {
        let path = PathBuf::from(path);
        let source = SourceFacts::parse(text, &module_of(&path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        File {
            package,
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
        self.package == TASKS && self.path == Path::new(path)
    }
}

/// The source files of a package, without those that only its tests have.
fn sources(package: &'static str) -> Vec<File> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join(package);
    let mut files: Vec<File> = files_under(&src, "rs")
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let path = path.strip_prefix(&src).unwrap().to_str().unwrap();
            File::new(package, path, &text)
        })
        .collect();
    assert!(!files.is_empty(), "{package} has no sources");
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
    found: impl IntoIterator<Item = &'a NamedItem>,
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

fn prints(file: &File) -> Vec<Violation> {
    if file.package == TASKS && file.room() == "terminal" {
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
    if file.package == TASKS && file.room() == "env" {
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

/// True if a path equals this one, or ends with it at a segment.
fn ends_with(path: &str, end: &str) -> bool {
    path.strip_suffix(end)
        .is_some_and(|before| before.is_empty() || before.ends_with("::"))
}

#[test]
fn the_source_tree_follows_the_rules() {
    let mut complaints = Vec::new();
    let mut unneeded: Vec<_> = EXCEPTIONS.iter().collect();
    for file in [TASKS, SANDBOX].into_iter().flat_map(sources) {
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
                let package = file.package;
                complaints.push(format!("{package}/{path}:{line}: {rule}: {what}"));
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
fn tests_have_no_vague_names() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for path in files_under(&tests, "rs") {
        let path = path.strip_prefix(&tests).unwrap().to_str().unwrap();
        let file = File::new(TASKS, path, "");
        assert_eq!(names(&file), []);
    }
}
