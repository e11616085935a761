//! Environments, their services and their runs, compared as the database compares them.

use lagoon_sandbox::{Identity, Seed};
use serde_json::{Value, json};

use super::Talk;

/// What the whole platform's owner is answered to something that succeeds.
async fn done(talk: &Talk, query: &str) -> Value {
    let answer = talk.ask(Identity::PlatformOwner, query, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_found_by_a_name_as_the_database_compares_it() {
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

    let look = r#"{environmentById(id:102){tasks(taskName:"it's",limit:-1){id}}}"#;
    let answer = talk.ask(Identity::PlatformOwner, look, Value::Null).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(
        message.contains(r"`task_name` = 'it\'s' order by"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn services_are_removed_by_a_name_as_the_database_compares_it() {
    let talk = Talk::start(Seed::Bare).await;
    let remove = r#"mutation{deleteEnvironmentService(input:{environment:102,name:"NGINX "})}"#;
    let removed = done(&talk, remove).await;
    assert_eq!(removed["deleteEnvironmentService"], "success");
    let left = done(&talk, "{environmentById(id:102){services{name}}}").await;
    let left = left["environmentById"]["services"].to_string();
    assert!(left.contains("cli") && !left.contains("nginx"), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_may_still_ssh_to_a_deleted_environment() {
    let talk = Talk::start(Seed::Bare).await;
    let remove = r#"mutation{deleteEnvironment(input:{project:"lagoon-demo",name:"develop",execute:false})}"#;
    done(&talk, remove).await;
    let namespace = r#"kubernetesNamespaceName:"lagoon-demo-develop""#;
    let look = format!("{{userCanSshToEnvironment({namespace}){{id}}}}");
    let found = done(&talk, &look).await;
    assert_eq!(found, json!({"userCanSshToEnvironment": {"id": 102}}));
    let look = format!("{{environmentByKubernetesNamespaceName({namespace}){{id}}}}");
    let hidden = done(&talk, &look).await;
    assert_eq!(hidden["environmentByKubernetesNamespaceName"], Value::Null);

    let add = r#"mutation{addOrUpdateEnvironment(input:{project:42,name:"develop",deployType:BRANCH,
      deployBaseRef:"develop",environmentType:DEVELOPMENT}){id}}"#;
    let again = done(&talk, add).await["addOrUpdateEnvironment"].clone();
    let look = format!("{{userCanSshToEnvironment({namespace}){{id}}}}");
    let found = done(&talk, &look).await;
    assert_eq!(
        found["userCanSshToEnvironment"], again,
        "the live one first"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_changes_only_what_it_is_given() {
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

#[tokio::test(flavor = "multi_thread")]
async fn lagoons_own_login_task_is_for_developers_and_in_production_for_maintainers() {
    let talk = Talk::start(Seed::Bare).await;
    let login = async |as_, environment: i32| {
        let query =
            format!("mutation{{taskDrushUserLogin(environment:{environment}){{name command}}}}");
        let answer = talk.ask(as_, &query, Value::Null).await;
        match answer["errors"][0]["message"].as_str() {
            Some(refusal) => Err(refusal.to_owned()),
            None => Ok(answer["data"]["taskDrushUserLogin"].clone()),
        }
    };
    let started = Ok(json!({"name": "Drush uli", "command": "drush uli"}));
    let refused = |kind: &str| {
        Err(format!(
            "Unauthorized: You don't have permission to \"drushUserLogin:{kind}\" on \"task\""
        ))
    };
    assert_eq!(login(Identity::Developer, 102).await, started);
    assert_eq!(login(Identity::Developer, 101).await, refused("production"));
    assert_eq!(login(Identity::Maintainer, 101).await, started);
    assert_eq!(login(Identity::Guest, 102).await, refused("development"));
}
