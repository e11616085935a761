//! Decisions case by case, and plans written as JSON and read again.

use proptest::prelude::*;

use super::*;
use crate::domain::manifest::{Desired, ExpandContext, SourceFile, read};
use crate::domain::{Definition, Permission, Project, Scope, Work};

fn desired(text: &str) -> Desired {
    let source = SourceFile {
        name: "t.yml".to_owned(),
        text: format!("version: 1\n{text}"),
    };
    let context = ExpandContext {
        given: &[],
        environment: &|_| Ok(None),
        command_file: &|_, _| Err("none".to_owned()),
        fallback: None,
        only: None,
        lenient: false,
    };
    read(&[source], &context).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn have(id: i64, scope: Scope, name: &str, command: &str) -> Definition {
    Definition {
        id,
        name: name.into(),
        service: Some("cli".into()),
        permission: Permission::Developer,
        ..Definition::empty(scope, Work::Command(command.into()))
    }
}

/// The project `shop` (1) with the environments `main` (11) and `dev` (12), which show these.
fn shop(main: &[Definition], dev: &[Definition]) -> Vec<ScopeSnapshot> {
    let view = |id, name: &str, definitions: &[Definition]| EnvironmentTasks {
        environment: Environment {
            id,
            name: name.into(),
            project: Project {
                id: 1,
                name: "shop".into(),
            },
            kind: "development".into(),
            services: None,
        },
        definitions: definitions.to_vec(),
    };
    let (main, dev) = (view(11, "main", main), view(12, "dev", dev));
    let environment = |view: &EnvironmentTasks| ScopeSnapshot {
        blind_spot: None,
        scope: ScopeName::Environment {
            project: "shop".into(),
            environment: view.environment.name.clone(),
        },
        resolved: Scope::Environment(view.environment.id),
        views: vec![view.clone()],
    };
    let whole = |scope, resolved| ScopeSnapshot {
        blind_spot: None,
        scope,
        resolved,
        views: vec![main.clone(), dev.clone()],
    };
    vec![
        whole(ScopeName::Project("shop".into()), Scope::Project(1)),
        environment(&main),
        environment(&dev),
        whole(ScopeName::Group("acme".into()), Scope::Group("acme".into())),
        whole(ScopeName::System, Scope::System),
    ]
}

const REPLACE: PlanOptions = PlanOptions {
    replace: true,
    prune: None,
};

fn steps(plan: &Plan) -> Vec<String> {
    plan.steps
        .iter()
        .map(|s| format!("{} {} of {}", s.action.word(), s.name, s.scope))
        .collect()
}

fn decide(text: &str, seen: &[ScopeSnapshot], allowed: PlanOptions) -> Plan {
    plan(&desired(text), seen, allowed).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

const X: &str = "project: shop\ntasks: [{name: X, command: a, service: cli}]\n";
const X_ON_MAIN: &str =
    "project: shop\ntasks: [{name: X, command: a, service: cli, environment: main}]\n";

fn none() -> PlanOptions {
    PlanOptions::default()
}

#[test]
fn missing_tasks_are_created_and_equal_ones_left_alone() {
    assert_eq!(
        steps(&decide(X, &shop(&[], &[]), none())),
        ["create X of project shop"]
    );
    let there = [have(5, Scope::Project(1), "X", "a")];
    let plan = decide(X, &shop(&there, &there), none());
    assert_eq!(steps(&plan), ["unchanged X of project shop"]);
    assert!(plan.is_empty());
}

#[test]
fn the_order_of_arguments_is_no_difference() {
    let text = "project: shop\ntasks: [{name: X, command: a, service: cli, arguments: [{name: B}, {name: A}]}]\n";
    let mut there = have(5, Scope::Project(1), "X", "a");
    let mut arguments = desired(text).tasks[0].definition.arguments().to_vec();
    arguments.reverse();
    there.arguments = Some(arguments);
    let there = [there];
    let plan = decide(text, &shop(&there, &there), none());
    assert_eq!(steps(&plan), ["unchanged X of project shop"]);
}

#[test]
fn a_difference_is_an_update_of_that_field() {
    let there = [have(5, Scope::Project(1), "X", "b")];
    let plan = decide(X, &shop(&there, &[]), none());
    let changes = plan.steps[0].changes();
    assert_eq!(steps(&plan), ["update X of project shop"]);
    assert_eq!((changes.len(), changes[0].field), (1, "command"));
}

#[test]
fn names_are_compared_as_the_database_does() {
    let there = [have(5, Scope::Project(1), "x ", "a")];
    let plan = decide(X, &shop(&there, &there), none());
    assert_eq!(steps(&plan), ["update X of project shop"]);
    assert_eq!(plan.steps[0].changes()[0].field, "name");
    // The one with the same spelling is chosen, and the other one is reported.
    let there = [
        have(4, Scope::Project(1), "x", "z"),
        have(5, Scope::Project(1), "X", "a"),
    ];
    let plan = decide(
        X,
        &shop(&there, &there),
        PlanOptions {
            prune: Some(5),
            ..none()
        },
    );
    assert_eq!(steps(&plan), ["unchanged X of project shop"]);
    assert!(
        plan.notes[0].contains("two tasks of the same name"),
        "{:?}",
        plan.notes
    );
}

#[test]
fn another_kind_is_replaced_only_when_allowed() {
    let mut there = have(5, Scope::Project(1), "X", "");
    there.work = Work::Image("a/b".into());
    let seen = shop(&[there.clone()], &[there]);
    assert_eq!(
        steps(&decide(X, &seen, none())),
        ["blocked X of project shop"]
    );
    let plan = decide(X, &seen, REPLACE);
    assert_eq!(steps(&plan), ["replace X of project shop"]);
}

#[test]
fn another_scope_is_a_move_only_when_allowed() {
    let there = [have(5, Scope::Project(1), "X", "a")];
    let seen = shop(&there, &there);
    let plan = decide(X_ON_MAIN, &seen, none());
    assert_eq!(steps(&plan), ["create X of environment shop/main"]);
    assert!(
        plan.steps[0].notes.iter().any(|n| n.contains("--replace")),
        "{:?}",
        plan.steps
    );
    let plan = decide(X_ON_MAIN, &seen, REPLACE);
    assert_eq!(steps(&plan), ["replace X of environment shop/main"]);
    // The other way round, from environments that the file no longer names.
    let (main, dev) = (
        [have(6, Scope::Environment(11), "X", "a")],
        [have(7, Scope::Environment(12), "X", "a")],
    );
    let plan = decide(X, &shop(&main, &dev), REPLACE);
    let Action::Replace { gone, .. } = &plan.steps[0].action else {
        panic!("{plan:?}")
    };
    let ids: Vec<i64> = gone.iter().map(|g| g.definition.id).collect();
    assert_eq!(ids, [6, 7]);
}

#[test]
fn a_task_wanted_in_both_scopes_is_not_moved() {
    let text = "project: shop\ntasks: [{name: X, command: a, service: cli}, \
        {name: X, command: a, service: cli, environment: main}]\n";
    let there = [have(5, Scope::Project(1), "X", "a")];
    let plan = decide(text, &shop(&there, &there), REPLACE);
    assert_eq!(
        steps(&plan),
        [
            "unchanged X of project shop",
            "create X of environment shop/main"
        ]
    );
    // A group's or the system's task never counts as moved.
    let there = [have(5, Scope::Group("acme".into()), "X", "a")];
    let plan = decide(X, &shop(&there, &there), REPLACE);
    assert_eq!(steps(&plan), ["create X of project shop"]);
    assert!(plan.steps[0].notes[0].contains("it hides the task 5"));
}

#[test]
fn a_task_moved_to_two_scopes_is_deleted_once() {
    let text = "project: shop\ntasks: [{name: X, command: a, service: cli, environment: main}, \
        {name: X, command: a, service: cli, environment: dev}]\n";
    let there = [have(5, Scope::Project(1), "X", "a")];
    let plan = decide(text, &shop(&there, &there), REPLACE);
    assert_eq!(
        steps(&plan),
        [
            "replace X of environment shop/main",
            "create X of environment shop/dev"
        ]
    );
}

#[test]
fn unreadable_scopes_are_unverified() {
    let mut seen = shop(&[], &[]);
    seen[0].views.clear();
    let plan = decide(X, &seen, none());
    assert_eq!(steps(&plan), ["unverified X of project shop"]);
    // Hidden on every environment; on one of two it would show on the other.
    let main = [have(6, Scope::Environment(11), "x", "z")];
    let dev = [have(7, Scope::Environment(12), "X", "z")];
    assert_eq!(
        steps(&decide(X, &shop(&main, &dev), none())),
        ["unverified X of project shop"]
    );
    assert_eq!(
        steps(&decide(X, &shop(&main, &[]), none())),
        ["create X of project shop"]
    );
}

#[test]
fn absent_tasks_are_deleted_and_unshadowed_ones_named() {
    let text = "project: shop\nabsent: [{name: x, environment: main}, Y]\n";
    let wide = have(5, Scope::Project(1), "X", "a");
    let seen = shop(&[have(6, Scope::Environment(11), "X", "a")], &[wide]);
    let plan = decide(text, &seen, none());
    assert_eq!(steps(&plan), ["delete X of environment shop/main"]);
    assert!(plan.steps[0].notes[0].contains("will then refer to task 5 of the scope project"));
}

#[test]
fn prune_respects_the_scopes_of_the_files_and_the_limit() {
    let there = [
        have(4, Scope::Environment(11), "Own", "a"),
        have(5, Scope::Project(1), "X", "a"),
        have(6, Scope::Project(1), "Old", "a"),
        have(7, Scope::Group("acme".into()), "Shared", "a"),
        have(8, Scope::System, "All", "a"),
    ];
    let seen = shop(&there, &there[1..]);
    let prune = |most| PlanOptions {
        prune: Some(most),
        ..none()
    };
    let plan = decide(X, &seen, prune(1));
    assert_eq!(
        steps(&plan),
        ["unchanged X of project shop", "delete Old of project shop"]
    );
    assert!(matches!(
        super::plan(&desired(X), &seen, prune(0)),
        Err(Refusal::PruneMany { most: 0, .. })
    ));
    assert_eq!(
        super::plan(&desired("project: shop\ntasks: []\n"), &seen, prune(5)),
        Err(Refusal::PruneAll)
    );
}

/// No file can name it, so its absence from the files means nothing.
#[test]
fn tasks_without_a_file_form_are_not_pruned() {
    let mut there = have(6, Scope::Project(1), "Odd", "a");
    there.permission = Permission::Unknown("ADMIN".into());
    let prune = PlanOptions {
        prune: Some(5),
        ..none()
    };
    let plan = decide(X, &shop(&[there.clone()], &[there]), prune);
    assert_eq!(steps(&plan), ["create X of project shop"]);
    assert!(plan.notes[0].contains("is not changed: it has the unknown permission ADMIN"));
}

#[test]
fn only_tasks_to_be_written_are_validated() {
    let text = "project: shop\ntasks: [{name: ' X', command: a, service: cli}]\n";
    assert!(matches!(
        super::plan(&desired(text), &shop(&[], &[]), none()),
        Err(Refusal::Violations(_))
    ));
    let there = [have(5, Scope::Project(1), " X", "a")];
    assert!(decide(text, &shop(&there, &[]), none()).is_empty());
}

/// A Lagoon that carries out plans, for the property below.
fn carry_out(plan: &Plan, there: &mut Vec<Definition>) {
    for step in &plan.steps {
        match &step.action {
            Action::Create(after) | Action::Unverified(after, _) => {
                let id = there.iter().map(|d| d.id).max().unwrap_or(0) + 1;
                there.push(Definition {
                    id,
                    ..after.clone()
                });
            }
            Action::Update { before, after } => {
                there.retain(|d| d.id != before.id);
                there.push(after.clone());
            }
            Action::Replace { gone, after } => {
                let id = there.iter().map(|d| d.id).max().unwrap_or(0) + 1;
                there.retain(|d| !gone.iter().any(|g| g.definition.id == d.id));
                there.push(Definition {
                    id,
                    ..after.clone()
                });
            }
            Action::Delete { before, .. } => there.retain(|d| d.id != before.id),
            Action::Blocked { .. } | Action::Unchanged(_) => {}
        }
    }
}

/// The tasks that an environment shows: by scope, the first of each name.
fn shown(there: &[Definition], environment: i64) -> Vec<Definition> {
    let mut shown: Vec<Definition> = Vec::new();
    let wide = [
        Scope::Environment(environment),
        Scope::Project(1),
        Scope::Group("acme".into()),
        Scope::System,
    ];
    for scope in wide {
        for definition in there.iter().filter(|d| d.scope == scope) {
            if !shown.iter().any(|d| d.name == definition.name) {
                shown.push(definition.clone());
            }
        }
    }
    shown
}

proptest! {
    #[test]
    fn an_applied_plan_leaves_no_changes(
        there in prop::collection::vec((0..4usize, 0..4usize, 0..2usize, any::<bool>()), 0..8),
        wanted in prop::collection::btree_map((0..4usize, 0..4usize), (0..2usize, any::<bool>()), 0..8),
        prune in any::<bool>(),
    ) {
        let names = ["X", "Y", "Z", "W"];
        let scopes = [Scope::Environment(11), Scope::Project(1), Scope::Group("acme".into()), Scope::System];
        let mut state: Vec<Definition> = Vec::new();
        for (position, (scope, name, command, is_image)) in there.into_iter().enumerate() {
            let id = i64::try_from(position).unwrap() + 1;
            let mut one = have(id, scopes[scope].clone(), names[name], ["a", "b"][command]);
            if is_image { one.work = Work::Image("a/b".into()); }
            if !state.iter().any(|d| d.name == one.name && d.scope == one.scope) {
                state.push(one);
            }
        }
        let own = ["environment: main, ", "", "group: acme, ", "system: true, "];
        let mut text = "project: shop\ntasks:\n".to_owned();
        for ((scope, name), (command, is_image)) in wanted {
            let work = if is_image { "image: a/b".to_owned() } else { format!("command: {}", ["a", "b"][command]) };
            text.push_str(&format!("  - {{name: {}, {}{work}, service: cli}}\n", names[name], own[scope]));
        }
        let desired = desired(&text);
        let allowed = PlanOptions {
            replace: true,
            prune: (prune && !desired.tasks.is_empty()).then_some(100),
        };
        // Several times: tasks that were unverified or hidden at first may be visible now.
        for _ in 0..3 {
            let seen = shop(&shown(&state, 11), &shown(&state, 12));
            let plan = plan(&desired, &seen, allowed).unwrap();
            carry_out(&plan, &mut state);
        }
        let seen = shop(&shown(&state, 11), &shown(&state, 12));
        let plan = plan(&desired, &seen, allowed).unwrap();
        for step in plan.changes() {
            prop_assert!(matches!(step.action, Action::Unverified(..)), "{:?}", step);
        }
    }
}

#[test]
fn plans_round_trip_through_json() {
    let text = "project: shop\ntasks:\n  - {name: New, image: a/b, arguments: [{name: A, default: '', type: numeric}]}\n  \
        - {name: X, command: b, service: cli, confirm: \"a\\nb\"}\n  - {name: M, command: a, service: cli, environment: main}\n  \
        - {name: G, command: a, service: cli, group: acme}\nabsent: [Old]\n";
    let there = [
        have(5, Scope::Project(1), "X", "a"),
        have(6, Scope::Project(1), "Old", "a"),
        have(7, Scope::Project(1), "M", "a"),
        have(8, Scope::Group("acme".into()), "G", "a"),
    ];
    let mut plan = decide(text, &shop(&there, &there), REPLACE);
    let words: Vec<&str> = plan.steps.iter().map(|s| s.action.word()).collect();
    assert_eq!(
        words,
        ["create", "update", "replace", "unchanged", "delete"]
    );
    let json = to_json(&plan, "https://a.example/graphql");
    let (read, lagoon) = from_json(&json.to_string(), &|_| Ok(None)).unwrap();
    for step in &mut plan.steps {
        step.notes.clear();
    }
    assert_eq!(
        (read.steps, lagoon.as_str()),
        (plan.steps, "https://a.example/graphql")
    );
    for bad in [
        "",
        "{}",
        "{\"version\": 2}",
        "{\"version\": 1, \"lagoon\": \"\", \"steps\": [{}]}",
    ] {
        assert!(from_json(bad, &|_| Ok(None)).is_err(), "{bad}");
    }
}
