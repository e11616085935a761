//! Task files with errors.

use super::*;

#[test]
fn unknown_keys_are_reported_with_position_and_suggestion() {
    assert_eq!(
        faults("version: 1\nproject: a\ntasks:\n  - name: x\n    comand: y\n"),
        ["tasks.yml:5:5: unknown key `comand`; did you mean `command`?"]
    );
    assert_eq!(
        faults("version: 1\nzzz: 1\n"),
        [
            "tasks.yml:2:1: unknown key `zzz`; expected one of version, lagoon, project, projects, variables, tasks, \
             absent"
        ]
    );
    assert_eq!(
        faults("version: 1\nvariables:\n  a: {form_env: true}\n"),
        ["tasks.yml:3:7: unknown key `form_env`; did you mean `from_env`?"]
    );
    assert_eq!(
        faults("version: 1\nproject: a\nabsent:\n  - {nam: a}\n"),
        ["tasks.yml:4:6: unknown key `nam`; did you mean `name`?"]
    );
}

#[test]
fn errors_have_positions() {
    let task = |rest: &str| {
        faults(&format!(
            "version: 1\nproject: a\ntasks:\n  - name: x\n{rest}"
        ))
    };
    for (text, fault) in [
        (
            "    service: a\n",
            "4:5: the task has no `command`, `command_file` or `image`",
        ),
        (
            "    command: a\n    image: b\n",
            "4:5: only one of `command`, `command_file` and `image` is allowed",
        ),
        (
            "    command_file: ../x\n",
            "5:19: `command_file`: cannot read ../x",
        ),
        (
            "    command: a\n",
            "4:5: `service` is missing; a command cannot run without a service",
        ),
        (
            "    command: a\n    service: c\n    permission: maintaner\n",
            "7:17: unknown permission `maintaner`; did you mean `maintainer`?",
        ),
        (
            "    command: a\n    service: c\n    arguments: [{name: A, type: int}]\n",
            "7:33: unknown type `int`; expected one of string, numeric, environment, other-environment",
        ),
        (
            "    command: a\n    service: c\n    arguments: [{name: A B}]\n",
            "7:24: the argument `A B` is not a valid shell variable name (letters, digits and `_`, no digit first)",
        ),
        (
            "    command: a\n    service: c\n    environment: m\n    group: g\n",
            "4:5: only one of `environment`, `group` and `system` is allowed",
        ),
        (
            "    command: a\n    service: c\n    group: ${project}\n",
            "7:12: `${project}` cannot be used here; the task does not belong to a single project",
        ),
        (
            "    command: a\n    service: c\n  - name: X \n    image: b\n",
            "7:5: the task `X` of project a is already defined at tasks.yml:4:5 (Lagoon ignores case, accents and trailing spaces in names)",
        ),
        (
            "    command: a\n    service: c\nabsent: [X]\n",
            "7:10: `X` is listed under `absent`, but defined at tasks.yml:4:5",
        ),
    ] {
        assert_eq!(task(text), [format!("tasks.yml:{fault}")], "{text}");
    }
    for (text, fault) in [
        (
            "",
            "tasks.yml:1:1: the file is empty; start with `version: 1`",
        ),
        (
            "# only this\n",
            "tasks.yml:2:1: the file is empty; start with `version: 1`",
        ),
        (
            "- version: 1\n",
            "tasks.yml:1:1: expected keys at the top level; start with `version: 1`",
        ),
        (
            "version: 2\n",
            "tasks.yml:1:10: unsupported version 2; this release of tasks reads version 1",
        ),
        ("tasks: []\n", "tasks.yml:1:1: missing key `version`"),
        (
            "\u{feff}version: 2\r\n",
            "tasks.yml:1:10: unsupported version 2; this release of tasks reads version 1",
        ),
        (
            "version: one\n",
            "tasks.yml:1:10: `version` must be a number: `version: 1`",
        ),
        (
            "version: 1\nprojects: {}\n",
            "tasks.yml:2:11: `projects` is empty",
        ),
        (
            "version: 1\n? [a]\n: b\n",
            "tasks.yml:2:3: a key must be a string",
        ),
        (
            "version: 1\nabsent:\n\t- a\n",
            "tasks.yml:3:2: this line is indented with a tab; YAML allows only spaces",
        ),
        (
            "version: 1\nproject: \"a\n",
            "tasks.yml:2:10: this quote is never closed",
        ),
        (
            "version: 1\nversion: 1\n",
            "tasks.yml:2:1: duplicate key `version`",
        ),
        (
            "version: 1\nproject: a\nprojects: [b]\n",
            "tasks.yml:3:11: only one of `project` and `projects` is allowed",
        ),
        (
            "version: 1\nprojects: [b, B]\n",
            "tasks.yml:2:15: the project `B` is listed twice",
        ),
        (
            "version: 1\nprojects: {b: {x: 1}}\n",
            "tasks.yml:2:16: undeclared variable `x`; add it under `variables:`",
        ),
        (
            "version: 1\nvariables: {project: 1}\n",
            "tasks.yml:2:13: `project` is predefined as the project's name and cannot be declared",
        ),
        (
            "version: 1\nabsent: [a]\n",
            "tasks.yml:2:10: no project given; add `project:` or `projects:` at the top, or pass -p",
        ),
        (
            "version: 1\nproject: p\nvariables: {v: }\nabsent: ['${v}']\n",
            "tasks.yml:4:10: `${v}` has no value; pass --var v=VALUE or add a default",
        ),
    ] {
        assert_eq!(faults(text), [fault], "{text}");
    }
}

#[test]
fn all_errors_are_reported_at_once_without_consequential_ones() {
    let text = "version: 1
proejct: a
project: a
tasks:
  - name: x
    comand: y
    service: c
  - command: [a]
    service: c
  - name: z
    command: a
    name: z
    service: c
    system: 3
    arguments: {name: A}
  - name: w
    image: b
    permission: nobody
    arguments: [{name: A, typ: numeric, optional: maybe}]
absent: x
";
    let all = [
        "2:1: unknown key `proejct`; did you mean `project`?",
        "6:5: unknown key `comand`; did you mean `command`?",
        "8:5: missing key `name`",
        "8:14: `command` must be a string",
        "12:5: duplicate key `name`",
        "14:13: `system` must be `true` or `false`",
        "15:16: `arguments` must be a list",
        "19:27: unknown key `typ`; did you mean `type`?",
        "19:51: `optional` must be `true` or `false`",
        "20:9: `absent` must be a list",
    ];
    assert_eq!(faults(text), all.map(|fault| format!("tasks.yml:{fault}")));
    // Beside wrong keys, what the right ones mean is looked at, too: in all files.
    let one = "version: 1\nproject: a\nzz: 1\ntasks:\n  - {name: x, image: a, permission: maintaner}\n  \
        - {name: y, command: c}\n";
    let mut files = source(one);
    files.push(SourceFile {
        name: "other.yml".to_owned(),
        text: "version: 3\nabsent: [X]\nproject: a\n".to_owned(),
    });
    let told: Vec<String> = read(&files, &context(&[]))
        .expect_err("faults")
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "tasks.yml:3:1: unknown key `zz`; expected one of version, lagoon, project, projects, \
             variables, tasks, absent",
            "tasks.yml:5:37: unknown permission `maintaner`; did you mean `maintainer`?",
            "other.yml:1:10: unsupported version 3; this release of tasks reads version 1",
            "tasks.yml:6:5: `service` is missing; a command cannot run without a service",
        ]
    );
}

#[test]
fn an_undeclared_variable_is_refused() {
    let given = [("servic".to_owned(), "x".to_owned())];
    let faults = read(&source(FULL), &context(&given)).expect_err("a fault");
    assert_eq!(
        faults[0].to_string(),
        "--var: undeclared variable `servic`; did you mean `service`?"
    );
}

#[test]
fn without_a_lagoon_unknown_values_are_no_error() {
    let text = "version: 1\nvariables: {n: }\ntasks:\n  - name: ${n} ${project}\n    command: a\n";
    assert!(parse(text).is_err());
    let context = ExpandContext {
        lenient: true,
        ..context(&[])
    };
    let desired = read(&source(text), &context).expect("read");
    assert_eq!(desired.violations(), []);
    assert_eq!(desired.tasks[0].definition.name, "${n} ${project}");
}
