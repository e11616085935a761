//! Task files: an error has a position in the file, and a file that was read and written reads back the same.

use lagoon_tasks::internal::{
    Definition, Desired, ExpandContext, Fault, ScopeName, SourceFile, read, write,
};

use super::place;

type Tasks = Vec<(ScopeName, Definition)>;

pub(super) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    for lenient in [true, false] {
        match wanted(text, lenient) {
            Err(faults) => {
                assert!(!faults.is_empty());
                faults.iter().for_each(|fault| is_in(fault, text));
            }
            Ok(desired) => {
                desired.violations().iter().for_each(|f| is_in(f, text));
                if !lenient {
                    comes_back(&desired);
                }
            }
        }
    }
}

fn wanted(text: &str, lenient: bool) -> Result<Desired, Vec<Fault>> {
    let source = SourceFile {
        name: "tasks.yml".to_owned(),
        text: text.to_owned(),
    };
    let context = ExpandContext {
        given: &[],
        environment: &|name| Ok((name == "SET").then(|| "a value".to_owned())),
        command_file: &|_, path| match path {
            "" => Err("`` must be in the folder of this file or below it".to_owned()),
            path => Ok(format!("sh {path}")),
        },
        fallback: None,
        only: None,
        lenient,
    };
    read(&[source], &context)
}

/// Exported and read again, the tasks of one project are the same, and so is the file.
fn comes_back(desired: &Desired) {
    let project = desired.tasks.iter().find_map(|task| task.scope.project());
    let is_of_it = |scope: &ScopeName| scope.project().is_none() || scope.project() == project;
    let kept = desired.tasks.iter().filter(|task| is_of_it(&task.scope));
    let tasks: Tasks = kept
        .map(|task| (task.scope.clone(), task.definition.clone()))
        .collect();
    let exported = write(project, &tasks);
    assert_eq!(exported.left_out, []);
    let text = exported.text;
    let again = wanted(&text, false).unwrap_or_else(|faults| panic!("{faults:#?}\n{text}"));
    let again: Tasks = again
        .tasks
        .into_iter()
        .map(|task| (task.scope, task.definition))
        .collect();
    assert_eq!(in_order(again.clone()), in_order(tasks), "{text}");
    assert_eq!(write(project, &again).text, text);
}

fn in_order(mut tasks: Tasks) -> Tasks {
    tasks.sort_by_cached_key(|task| format!("{task:?}"));
    tasks
}

fn is_in(fault: &Fault, text: &str) {
    let position = &fault.position;
    let number = |n: u64| usize::try_from(n).expect("a number of this file's size");
    let (line, column) = (number(position.line), number(position.column));
    assert_eq!(position.file, "tasks.yml");
    let text = place::lines_of_yaml(text);
    assert!(place::is_in(&text, line, column), "{fault}");
}
