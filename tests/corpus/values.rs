//! Arguments and values: accepted values have the same meaning when they are written and read back, by
//! this program and by a shell.

use lagoon_tasks::internal::{
    Argument, ArgumentKind, Definition, Permission, RunRef, Scope, TaskRef, Work, argument,
    quoting, recorded, resolve, spelled, values_map,
};

pub(super) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(read) = argument(text) {
        assert_eq!(argument(&spelled(&read)).ok(), Some(read));
    }
    references(text);
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(words(&quoting::line(&lines)), lines);
    assert_eq!(words(&quoting::command(&lines)), lines);
    assert!(!quoting::suggestion(&lines).contains('\n'));
    let given = match values_map("values.yml", text) {
        Ok(given) => {
            let object: serde_json::Map<_, _> = given
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect();
            if object.len() == given.len() {
                let json = serde_json::Value::from(object).to_string();
                assert_eq!(values_map("values.json", &json).ok(), Some(given.clone()));
            }
            given
        }
        Err(_) => lines
            .iter()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    sent(&given);
}

fn references(text: &str) {
    if let Ok(TaskRef::Name(name)) = TaskRef::parse(text) {
        let again = TaskRef::parse(&TaskRef::spell(&name));
        assert_eq!(again, Ok(TaskRef::Name(name)));
    }
    if let Ok(run) = RunRef::parse(text) {
        assert_eq!(
            run.to_string().trim_start_matches('0'),
            text.trim_start_matches('0')
        );
    }
}

/// The values of a task with exactly these arguments, read back from Lagoon's record and by a shell.
fn sent(given: &[(String, String)]) {
    let names: Vec<&str> = given.iter().map(|(name, _)| name.as_str()).collect();
    let Ok(values) = resolve(&task(&names), given, false) else {
        return;
    };
    assert_eq!(values.plain, given);
    let line = values.command_line("echo");
    let read = recorded::values(&line, "echo", &names);
    assert_eq!(read.as_deref(), Some(given), "{line}");
    let assigned: Vec<String> = given.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let before = line.strip_suffix("echo").unwrap_or_default();
    assert_eq!(words(before.trim_end_matches("; ")), assigned, "{line}");
}

fn task(names: &[&str]) -> Definition {
    let argument = |name: &&str| Argument {
        name: (*name).to_owned(),
        display_name: None,
        kind: ArgumentKind::Text,
        default: None,
        optional: true,
        range: None,
    };
    Definition {
        id: 1,
        name: "t".to_owned(),
        description: String::new(),
        work: Work::Command("echo".to_owned()),
        service: Some("cli".to_owned()),
        scope: Scope::System,
        permission: Permission::Guest,
        confirmation_text: None,
        deploy_token_injection: false,
        project_key_injection: false,
        admin_only_view: false,
        created: String::new(),
        arguments: Some(names.iter().map(argument).collect()),
    }
}

/// The words of a line as a shell reads them. What a shell would interpret fails.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' => {
                let quoted = word.get_or_insert_default();
                loop {
                    match rest.next().expect("a quote that ends") {
                        '\'' => break,
                        c => quoted.push(c),
                    }
                }
            }
            '"' => {
                let quoted = word.get_or_insert_default();
                loop {
                    match rest.next().expect("a quote that ends") {
                        '"' => break,
                        '\\' => quoted.extend(rest.next().filter(|c| "\"$`\\".contains(*c))),
                        c => {
                            assert!(!"$`".contains(c), "live in {line}");
                            quoted.push(c);
                        }
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(rest.next()),
            c => {
                assert!(!"\n\t;&|<>()$`*?[]#~!{}".contains(c), "live in {line}");
                word.get_or_insert_default().push(c);
            }
        }
    }
    words.extend(word);
    words
}
