//! Each rule is shown to fail on a bad sample, and to leave a good one alone.

use super::*;

/// The findings of a rule in a sample, as `line: text`.
fn found(rule: Rule, path: &str, text: &str) -> Vec<String> {
    found_in(TASKS, rule, path, text)
}

fn found_in(package: &'static str, rule: Rule, path: &str, text: &str) -> Vec<String> {
    rule(&File::new(package, path, text))
        .into_iter()
        .map(|violation| format!("{}: {}", violation.line, violation.what))
        .collect()
}

#[test]
fn a_forbidden_import_is_reported() {
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
        in_ops("mac! { x => lagoon_sandbox::Sandbox::sdl() }"),
        ["1: `ops` may not use `sandbox::Sandbox::sdl`"]
    );
    assert_eq!(
        in_ops("use crate::terminal::{Prompt, PromptError, progress::Progress, Ui};"),
        ["1: `ops` may not use `terminal::Ui`"]
    );
    assert!(
        in_ops("use super::wait::Wait; // crate::output\nconst A: &str = \"crate::terminal\";")
            .is_empty()
    );
    assert!(in_ops("#[cfg(test)]\nmod tests { use crate::output::Format; }").is_empty());
    assert!(in_ops("#[cfg(test)]\nuse crate::output::{A, B};\nuse crate::domain::C;").is_empty());
}

#[test]
fn the_sandbox_may_neither_print_nor_end_the_process() {
    let print = "fn f() { println!(\"a\") }";
    let exit = "fn f() { std::process::exit(2) }";
    assert!(found(prints, "terminal/mod.rs", print).is_empty());
    assert_eq!(
        found_in(SANDBOX, prints, "terminal/mod.rs", print),
        ["1: println"]
    );
    assert!(found(exits, "main.rs", exit).is_empty());
    assert_eq!(
        found_in(SANDBOX, exits, "main.rs", exit),
        ["1: std::process::exit"]
    );
    let import = "use crate::store::Store;";
    assert!(found_in(SANDBOX, imports, "http/mod.rs", import).is_empty());
}

#[test]
fn module_boundaries_of_commands_and_errors_are_enforced() {
    let list = |text| found(imports, "commands/list.rs", text);
    assert!(list("use super::scope::Wants;\nuse crate::ops::list;").is_empty());
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
fn prints_exits_and_variables_elsewhere_are_reported() {
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
    assert!(found(prints, "terminal/mod.rs", "fn f() { println!(\"a\") }").is_empty());

    let exit = |text| found(exits, "cli.rs", text);
    assert_eq!(
        exit("fn f() { std::process::exit(2) }"),
        ["1: std::process::exit"]
    );
    assert_eq!(exit("fn f(e: clap::Error) { e.exit() }"), ["1: exit"]);
    assert!(exit("fn exit_code() { a.exit_code() }").is_empty());
    assert!(found(exits, "main.rs", "fn f() { std::process::exit(2) }").is_empty());

    let variable = |text| found(variables, "terminal/mod.rs", text);
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
fn calls_and_reexports_of_lagoon_are_reported() {
    let call = |text| found(calls, "commands/list.rs", text);
    let is_method =
        |line: usize, name: &str| vec![format!("{line}: `{name}` is a method of a Lagoon")];
    assert_eq!(
        call("async fn f() {\n app.lagoon().await?.all_projects().await? }"),
        is_method(2, "all_projects")
    );
    assert_eq!(
        call("async fn f() { let lagoon = app.lagoon().await?; lagoon.url().to_string() }")[0],
        is_method(1, "url")[0]
    );
    assert_eq!(
        call("fn f() { self.app.lagoon_with_stored_token().await.ok()?.me() }"),
        is_method(1, "me")
    );
    assert!(
        call("fn f() { list(app.lagoon().await?, a).await; app.lagoon().await.ok() }").is_empty()
    );
    assert!(call("fn f() { args.lagoon.says(); lagoon::keep(a).b() }").is_empty());
    assert!(found(calls, "ops/list.rs", "fn f() { lagoon.me() }").is_empty());

    let reexport = |text| found(reexports, "ops/list.rs", text);
    assert_eq!(
        reexport("pub use crate::lagoon::{document::Document, Lagoon as L};"),
        [
            "1: crate::lagoon::document::Document",
            "1: crate::lagoon::Lagoon"
        ]
    );
    assert!(reexport("use crate::lagoon::Lagoon;\npub use crate::domain::Run;").is_empty());
}

#[test]
fn other_clocks_are_reported() {
    let time = |text| found(clock, "lagoon/transport.rs", text);
    assert_eq!(
        time("use std::time::{Duration, Instant};"),
        ["1: std::time::Instant"]
    );
    assert_eq!(
        time("use tokio::time;\nfn f() { tokio::time::sleep(a) }"),
        ["1: tokio::time", "2: tokio::time::sleep"]
    );
    assert_eq!(
        time("fn f() { a.then(Timestamp::now); std::time::SystemTime::now() }"),
        ["1: Timestamp::now", "1: std::time::SystemTime::now"]
    );
    assert!(time("use crate::clock::{Instant, sleep};\nfn f() { Instant::now() }").is_empty());
    assert!(found(clock, "clock.rs", "pub use tokio::time::Instant;").is_empty());
    assert!(found(clock, "commands/list.rs", "fn f() { Timestamp::now() }").is_empty());
}

#[test]
fn command_lines_in_operations_are_reported() {
    let text = |literal: &str| {
        let sample = format!("/// --a\nfn f() {{ e.hint({literal}) }}");
        found(command_lines, "ops/list.rs", &sample).len()
    };
    for bad in [
        "\"pass --force to replace it\"",
        "\"name the file: -f FILE\"",
        "\"`tasks runs` lists those\"",
        "r#\"compare again: tasks diff\"#",
        "format!(\"(--fail-fast) {a}\")",
        "[\"tasks\", a]",
    ] {
        assert_eq!(text(bad), 1, "{bad}");
    }
    for good in [
        "\"an out-of-date task - or none\"",
        "\"the tasks have faults\"",
        "\"a -1 b --\"",
        "'-'",
    ] {
        assert_eq!(text(good), 0, "{good}");
    }
    let error = "#[error(\"--prune\")]\nstruct A;";
    assert_eq!(found(command_lines, "ops/a.rs", error).len(), 1);
    assert!(found(command_lines, "commands/a.rs", error).is_empty());
}

#[test]
fn panics_are_reported() {
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
fn generated_types_vague_names_and_long_files_are_reported() {
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
fn test_modules_are_recognized() {
    let file = File::new(TASKS, "ops/mod.rs", "mod a;\n#[cfg(test)]\nmod tests;\n");
    assert_eq!(file.source.test_modules, ["tests"]);
}
