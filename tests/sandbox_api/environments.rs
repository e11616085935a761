//! Environments and their runs.

use lagoon_sandbox::{Identity, Seed};
use serde_json::{Value, json};

use super::Talk;

/// The successful reply to a platform owner.
async fn done(talk: &Talk, query: &str) -> Value {
    let answer = talk.ask(Identity::PlatformOwner, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_found_by_name_as_in_the_database() {
    let talk = Talk::start(Seed::Bare).await;
    let add = r#"mutation{addTask(input:{name:"n",environment:102,service:"cli",command:"c"}){taskName}}"#;
    let made = done(&talk, add).await;
    let name = made["addTask"]["taskName"].as_str().unwrap().to_owned();
    let other = format!("{} ", name.to_uppercase());
    let look = format!(r#"{{environmentById(id:102){{tasks(taskName:"{other}"){{taskName}}}}}}"#);
    let found = done(&talk, &look).await;
    assert_eq!(
        found["environmentById"]["tasks"],
        json!([{"taskName": name}])
    );

    let look = "{environmentById(id:102){tasks(limit:-1){id}}}";
    let answer = talk.ask(Identity::PlatformOwner, look, Value::Null).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("no: 1064, SQLState: 42000"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_changes_only_the_given_fields() {
    let talk = Talk::start(Seed::Bare).await;
    let deploy = async |more: &str| {
        let mutation = format!(
            r#"mutation{{addOrUpdateEnvironment(input:{{project:42,name:"pr-12",deployType:PULLREQUEST,
              deployBaseRef:"main",environmentType:DEVELOPMENT{more}}}){{deployHeadRef deployTitle}}}}"#
        );
        done(&talk, &mutation).await["addOrUpdateEnvironment"].clone()
    };
    let given = json!({"deployHeadRef": "feature", "deployTitle": "New"});
    let all = deploy(r#",deployHeadRef:"feature",deployTitle:"New""#).await;
    assert_eq!(all, given);
    assert_eq!(deploy("").await, given);
    let cleared = json!({"deployHeadRef": "feature", "deployTitle": null});
    assert_eq!(deploy(",deployTitle:null").await, cleared);
}
