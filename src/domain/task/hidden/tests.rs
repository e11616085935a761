use proptest::prelude::*;

use super::*;
use crate::domain::{Argument, ArgumentKind, Permission, Scope};

fn task(command: &str) -> Definition {
    Definition {
        id: 1,
        name: "Task".to_owned(),
        service: Some("cli".to_owned()),
        permission: Permission::Developer,
        arguments: Some(vec![Argument {
            name: "LEVEL".to_owned(),
            display_name: Some("Level".to_owned()),
            kind: ArgumentKind::Text,
            default: Some("high".to_owned()),
            optional: false,
            range: None,
        }]),
        ..Definition::empty(Scope::System, Work::Command(command.to_owned()))
    }
}

/// A command without its brackets, in which the parts in brackets are hidden.
fn bracketed(text: &str) -> (Definition, Vec<Hidden>) {
    let (mut command, mut hidden, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, after)) = rest.split_once('[') {
        let (value, after) = after.split_once(']').unwrap();
        command.push_str(before);
        hidden.push(Hidden {
            field: Field::Work,
            range: command.len()..command.len() + value.len(),
            variable: Some("TASKS_VAR_x".to_owned()),
        });
        command.push_str(value);
        rest = after;
    }
    command.push_str(rest);
    (task(&command), hidden)
}

fn command(definition: &Definition) -> &str {
    definition.command().unwrap()
}

#[test]
fn a_value_is_masked_only_at_its_position() {
    let (definition, hidden) = bracketed("run main [main] [] main");
    assert_eq!(
        command(&masked(&definition, &hidden)),
        "run main *** *** main"
    );
}

#[test]
fn the_old_value_is_masked_at_the_position_of_the_new_one() {
    for (new, old, shown) in [
        ("K=[new] run", "K=old run", "K=*** run"),
        ("K=[new] run", "K=new run", "K=*** run"),
        ("K=[new]", "K=", "K="),
        ("K=[new] run it", "K=old run that", "*** run that"),
        (
            "echo [new]; run --fast",
            "set -e; echo old words here; run",
            "set -e; echo *** run",
        ),
        ("a [one] b [two] c", "a old b older c", "a *** b *** c"),
        ("[one] [two]", "x y", "***"),
        ("no [new]", "something else", "***"),
        ("A\nB [new]\nC", "A\nB old\nC\nD", "A\nB ***\nC\nD"),
        ("K=[new]; run", "K=new; walk", "K=***; walk"),
    ] {
        let (new, hidden) = bracketed(new);
        let old = task(old);
        let in_old = in_old(&old, &new, &hidden);
        let shown_old = masked(&old, &in_old);
        assert_eq!(command(&shown_old), shown, "{}", command(&new));
    }
}

#[test]
fn a_hidden_change_is_still_a_change() {
    let (new, hidden) = bracketed("K=[new] run");
    let old = task("K=old run");
    let before = in_old(&old, &new, &hidden);
    let (old, new) = masked_pair((&old, &before), (&new, &hidden));
    assert_eq!(
        (command(&old), command(&new)),
        ("K=*** run", "K=*** (new value) run")
    );
}

#[test]
fn json_names_the_variable_instead_of_its_value() {
    let (definition, hidden) = bracketed("K=[secret] run");
    let json = to_json(&definition, &hidden);
    assert_eq!(
        json["command"],
        json!(["K=", {"from_env": "TASKS_VAR_x"}, " run"])
    );
    let (whole, all) = bracketed("[secret]");
    assert_eq!(
        to_json(&whole, &all)["command"],
        json!({"from_env": "TASKS_VAR_x"})
    );

    let value = |value: &str| Ok::<_, String>(Some(value.to_owned()));
    let (filled, found) = fill_json(&json, &|_| value("secret")).unwrap();
    assert_eq!((filled, found), (definition.to_json(), hidden));
    let missing = fill_json(&json, &|_| Ok(None)).unwrap_err();
    assert!(missing.contains("TASKS_VAR_x"), "{missing}");
    let refused = fill_json(&json, &|name| Err(format!("no {name}"))).unwrap_err();
    assert_eq!(refused, "no TASKS_VAR_x");
    let odd = json!({"command": ["a", 1]});
    assert!(fill_json(&odd, &|_| Ok(None)).is_err());
}

#[test]
fn defaults_and_display_names_are_hidden_too() {
    let definition = task("true");
    let name = || "LEVEL".to_owned();
    let hidden: Vec<Hidden> = [Field::Default(name()), Field::DisplayName(name())]
        .map(|field| Hidden {
            field,
            range: 0..4,
            variable: Some("TASKS_VAR_x".to_owned()),
        })
        .into();
    let json = to_json(&definition, &hidden);
    let argument = &json["advancedTaskDefinitionArguments"][0];
    assert_eq!(argument["defaultValue"], json!({"from_env": "TASKS_VAR_x"}));
    assert_eq!(
        argument["displayName"],
        json!([{"from_env": "TASKS_VAR_x"}, "l"])
    );
    let masked = masked(&definition, &hidden);
    assert_eq!(masked.arguments()[0].default.as_deref(), Some("***"));
}

#[test]
fn omitted_text_is_restored_from_lagoon() {
    let (new, hidden) = bracketed("K=[new] run");
    for (now, comes_back) in [
        ("K=old run", true),
        ("K=other run", true),
        ("K= run", true),
        ("K=old walk", false),
        ("J=old run", false),
    ] {
        let old = task("K=old run");
        let before = in_old(&old, &new, &hidden);
        let json = to_json(&old, &before);
        assert_eq!(json["command"], json!(["K=", {"masked": true}, " run"]));
        let (filled, found) = fill_json(&json, &|_| Ok(None)).unwrap();
        let mut read = task(filled["command"].as_str().unwrap());
        recall(&mut read, &found, &task(now));
        assert_eq!(command(&read) == now, comes_back, "{now}");
    }
}

#[test]
fn errors_do_not_repeat_values() {
    let (definition, hidden) = bracketed("curl -H [s3cret] x");
    let scrub = |text: &str| scrubbed(text, &definition, &hidden);
    assert_eq!(scrub("`curl -H s3cret x` is bad"), "`curl -H *** x` is bad");
    assert_eq!(scrub("at s3cret"), "at ***");
    let (definition, hidden) = bracketed("K=[two \"quoted\"\nlines] run");
    let scrub = |text: &str| scrubbed(text, &definition, &hidden);
    let quoted = format!("it has {:?}", "K=two \"quoted\"\nlines run");
    assert_eq!(scrub(&quoted), "it has \"K=*** run\"");
    assert_eq!(scrub("bad: K=two \"quoted\""), "bad: K=***");
    let (mut definition, mut hidden) = bracketed("[]");
    definition.description = String::new();
    hidden[0].field = Field::Description;
    assert_eq!(scrubbed("a message", &definition, &hidden), "a message");
}

proptest! {
    #[test]
    fn no_value_is_left_in_texts_or_json(
        parts in proptest::collection::vec(("[a-z =\n]{0,8}", "[A-Z]{4,8}"), 1..4),
        old in proptest::collection::vec(("[a-z =\n]{0,8}", "[0-9]{4,8}"), 1..4),
    ) {
        let new: String = parts.iter().map(|(text, value)| format!("{text}[{value}]")).collect();
        let (new, hidden) = bracketed(&new);
        let json = to_json(&new, &hidden).to_string();
        let shown = format!("{json} {}", command(&masked(&new, &hidden)));
        for (_, value) in &parts {
            // Only hidden values are in upper case.
            prop_assert!(!command(&masked(&new, &hidden)).contains(value.as_str()), "{}", shown);
        }
        // The same visible text with other values: every one of Lagoon's is masked.
        let pairs = parts.iter().zip(&old);
        let same: String = pairs.map(|((text, _), (_, value))| format!("{text}{value}")).collect();
        if parts.len() <= old.len() {
            let same = task(&same);
            let masked = masked(&same, &in_old(&same, &new, &hidden));
            prop_assert!(!command(&masked).chars().any(|c| c.is_ascii_digit()), "{}", command(&masked));
        }
    }

    #[test]
    fn masking_never_panics(old in ".{0,60}", new in "[a-z \\[]{0,10}\\[.{0,20}\\][a-zü \n]{0,20}") {
        prop_assume!(new.matches('[').count() == 1 && new.matches(']').count() == 1);
        let (new, hidden) = bracketed(&new);
        let old = task(&old);
        let before = in_old(&old, &new, &hidden);
        let json = to_json(&old, &before);
        prop_assert!(fill_json(&json, &|_| Ok(Some(String::new()))).is_ok());
    }
}
