//! Words and places as graphql-js gives them (graphql 16, with Lagoon's schema).

use async_graphql::parser::parse_query;

use super::faults;

/// The faults of a document: message, and line 1's columns.
fn found(text: &str) -> Vec<(String, Vec<usize>)> {
    let document = parse_query(text).unwrap();
    let faults = faults(text, &document).into_iter();
    faults
        .map(|fault| {
            let columns = fault.at.iter().map(|at| at.column).collect();
            (fault.message, columns)
        })
        .collect()
}

#[test]
fn one_fault_has_its_words_and_its_place() {
    for (text, message, columns) in [
        (
            "{nope}",
            "Cannot query field \"nope\" on type \"Query\".",
            &[2][..],
        ),
        (
            "{projectByNme(name:\"x\"){id}}",
            "Cannot query field \"projectByNme\" on type \"Query\". Did you mean \"projectByName\"?",
            &[2],
        ),
        (
            "{environmentById(id:1){advancedTasks{name}}}",
            "Cannot query field \"name\" on type \"AdvancedTaskDefinition\". Did you mean to use an \
             inline fragment on \"AdvancedTaskDefinitionCommand\" or \"AdvancedTaskDefinitionImage\"?",
            &[38],
        ),
        (
            "{projectByName{id}}",
            "Field \"projectByName\" argument \"name\" of type \"String!\" is required, but it was \
             not provided.",
            &[2],
        ),
        (
            "{projectByName(name:\"x\")}",
            "Field \"projectByName\" of type \"Project\" must have a selection of subfields. Did you \
             mean \"projectByName { ... }\"?",
            &[2],
        ),
        (
            "{environmentById(id:1){id{x}}}",
            "Field \"id\" must not have a selection since type \"Int\" has no subfields.",
            &[26],
        ),
        (
            "{taskById(id:\"7\"){id}}",
            "Int cannot represent non-integer value: \"7\"",
            &[14],
        ),
        (
            "{taskById(id:2147483648){id}}",
            "Int cannot represent non 32-bit signed integer value: 2147483648",
            &[14],
        ),
        (
            "{projectByName(name:null){id}}",
            "Expected value of type \"String!\", found null.",
            &[21],
        ),
        (
            "{taskById(id:1,id:2){id}}",
            "There can be only one argument named \"id\".",
            &[11, 16],
        ),
        (
            "mutation{addTask(input:\"x\"){id}}",
            "Expected value of type \"TaskInput!\", found \"x\".",
            &[24],
        ),
        (
            "mutation{addTask(input:{name:\"x\",environment:1,status:\"NEW\"}){id}}",
            "Enum \"TaskStatusType\" cannot represent non-enum value: \"NEW\". Did you mean the enum \
             value \"NEW\"?",
            &[55],
        ),
        (
            "mutation{addTask(input:{name:\"x\",environment:1,foo:1}){id}}",
            "Field \"foo\" is not defined by type \"TaskInput\".",
            &[48],
        ),
        (
            "mutation{addTask(input:{name:\"x\"}){id}}",
            "Field \"TaskInput.environment\" of required type \"Int!\" was not provided.",
            &[24],
        ),
        (
            "{taskById(id:$n){id}}",
            "Variable \"$n\" is not defined.",
            &[14, 1],
        ),
        (
            "query A{taskById(id:$n){id}}",
            "Variable \"$n\" is not defined by operation \"A\".",
            &[21, 1],
        ),
        (
            "query($n:Int){lagoonVersion}",
            "Variable \"$n\" is never used.",
            &[7],
        ),
        (
            "query($n:Int){environmentById(id:$n){id}}",
            "Variable \"$n\" of type \"Int\" used in position expecting type \"Int!\".",
            &[7, 34],
        ),
        (
            "query($n:Int,$n:Int){taskById(id:$n){id}}",
            "There can be only one variable named \"$n\".",
            &[8, 15],
        ),
        (
            "query($n:Foo){taskById(id:$n){id}}",
            "Unknown type \"Foo\".",
            &[10],
        ),
        (
            "query($n:Int=\"x\"){taskById(id:$n){id}}",
            "Int cannot represent non-integer value: \"x\"",
            &[14],
        ),
        ("{...X}", "Unknown fragment \"X\".", &[5]),
        (
            "{lagoonVersion} fragment X on Project{id}",
            "Fragment \"X\" is never used.",
            &[17],
        ),
        (
            "{projectByName(name:\"x\"){...A}} fragment A on Project{id ...A}",
            "Cannot spread fragment \"A\" within itself.",
            &[58],
        ),
        (
            "{projectByName(name:\"x\"){...A}} fragment A on Project{...B} fragment B on Project{...A}",
            "Cannot spread fragment \"A\" within itself via \"B\".",
            &[55, 83],
        ),
        (
            "{taskById(id:1,id:2,id:3){id}}",
            "There can be only one argument named \"id\".",
            &[11, 16, 21],
        ),
        (
            "{projectByName(name:\"x\"){... on Task{id}}}",
            "Fragment cannot be spread here as objects of type \"Project\" can never be of type \
             \"Task\".",
            &[26],
        ),
        ("{lagoonVersion @foo}", "Unknown directive \"@foo\".", &[16]),
        (
            "{lagoonVersion @skip}",
            "Directive \"@skip\" argument \"if\" of type \"Boolean!\" is required, but it was not \
             provided.",
            &[16],
        ),
        (
            "query @skip(if:true){lagoonVersion}",
            "Directive \"@skip\" may not be used on QUERY.",
            &[7],
        ),
        (
            "subscription{a:taskChanged(environment:1){id} b:taskChanged(environment:2){id}}",
            "Anonymous Subscription must select only one top level field.",
            &[47],
        ),
    ] {
        assert_eq!(
            found(text),
            [(message.to_owned(), columns.to_vec())],
            "{text}"
        );
    }
}

#[test]
fn what_makes_sense_has_no_faults() {
    for text in [
        "{__typename __schema{types{name}} __type(name:\"Task\"){fields{name}}}",
        "query A($n:Int=1){environmentById(id:$n){id}} query B{lagoonVersion}",
        "query($n:Int!,$s:Boolean!){a:taskById(id:$n){...R @skip(if:$s)}} fragment R on Task{id status}",
        "{environmentById(id:1){advancedTasks{__typename ... on AdvancedTaskDefinitionImage{image}}}}",
        "mutation($n:String!){addTask(input:{name:$n,environment:1,execute:true}){id}}",
        "mutation{invokeRegisteredTask(advancedTaskDefinition:1,environment:1,\
         argumentValues:{advancedTaskDefinitionArgumentName:\"X\",value:\"y\"}){id}}",
        "subscription($e:Int!){taskChanged(environment:$e){id}}",
        "subscription{taskChanged(environment:1){id} taskChanged(environment:1){status}}",
        "{allGroups{name ... on Group{id}}}",
        "query($n:String!,$b:Boolean!){__type(name:$n){...T} __typename @include(if:$b)} fragment T on __Type{name}",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn there_is_an_end_to_faults() {
    let many: String = (0..300).map(|at| format!("x{at} ")).collect();
    let faults = found(&format!("{{{many}}}"));
    assert_eq!(faults.len(), 101);
    assert!(faults[100].0.starts_with("Too many validation errors"));
}

#[test]
fn the_schema_is_known() {
    for name in ["Query", "Mutation", "Subscription"] {
        assert!(super::TYPES.get(name).is_some(), "{name}");
    }
}
