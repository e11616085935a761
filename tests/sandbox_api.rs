//! The sandbox over HTTP, as its clients see it.

use std::time::Duration;

use lagoon_tasks::sandbox::{Fault, Identity, Options, Sandbox, Seed, Served};
use serde_json::{Value, json};

/// A sandbox that is being served, and somebody who talks to it.
struct Talk {
    sandbox: Sandbox,
    served: Served,
    client: reqwest::Client,
}

impl Talk {
    async fn start(seed: Seed) -> Talk {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sandbox = Sandbox::open(Options::memory(seed)).await.unwrap();
        let address = "127.0.0.1:0".parse().unwrap();
        let served = sandbox.clone().serve(address).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Talk {
            sandbox,
            served,
            client,
        }
    }

    fn token(&self, as_: Identity) -> String {
        let lifetime = Duration::from_secs(60);
        self.sandbox.token(as_, lifetime).unwrap()
    }

    async fn ask(&self, as_: Identity, query: &str, variables: Value) -> Value {
        let request = self.client.post(self.served.graphql());
        let answer = request
            .bearer_auth(self.token(as_))
            .json(&json!({"query": query, "variables": variables}))
            .send()
            .await
            .unwrap();
        answer.json().await.unwrap()
    }
}

const LIST: &str = "query($e:Int!){advancedTasksForEnvironment(environment:$e){
  __typename ... on AdvancedTaskDefinitionCommand{name permission service}}}";

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_lists_and_runs_its_tasks() {
    let talk = Talk::start(Seed::Demo).await;
    let names = async |as_| {
        let answer = talk.ask(as_, LIST, json!({"e": 101})).await;
        let listed = answer["data"]["advancedTasksForEnvironment"].clone();
        let listed = listed.as_array().unwrap().clone();
        let names = listed
            .iter()
            .map(|task| task["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let seen = names(Identity::Maintainer).await;
    assert_eq!(
        seen.first().unwrap(),
        "Check disk space",
        "the nearest first"
    );
    assert!(seen.contains(&"Run yarn audit".to_owned()));
    let seen = names(Identity::Guest).await;
    assert!(!seen.contains(&"Run yarn audit".to_owned()), "{seen:?}");

    let invoke = "mutation{invokeRegisteredTask(advancedTaskDefinition:1,environment:101){
      id status taskName sourceUser}}";
    let answer = talk.ask(Identity::Developer, invoke, Value::Null).await;
    let run = &answer["data"]["invokeRegisteredTask"];
    assert_eq!(run["status"], "new", "{answer}");
    assert_eq!(run["sourceUser"], "developer@example.com");
    let look = "query($i:Int){taskById(id:$i){status logs}}";
    let answer = talk
        .ask(Identity::Guest, look, json!({"i": run["id"]}))
        .await;
    assert_eq!(answer["data"]["taskById"]["status"], "complete");
    let log = answer["data"]["taskById"]["logs"].as_str().unwrap();
    assert!(log.contains("Logs on pod lagoon-task-"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_come_on_command_and_requests_are_recorded() {
    let talk = Talk::start(Seed::Demo).await;
    talk.sandbox
        .refuse_next("invokeRegisteredTask", "no luck today");
    let invoke = "mutation{run:invokeRegisteredTask(advancedTaskDefinition:1,environment:101){id}}";
    let answer = talk.ask(Identity::Owner, invoke, Value::Null).await;
    assert_eq!(answer["errors"][0]["message"], "no luck today");
    assert_eq!(answer["data"], json!({"run": null}));

    let gone = Fault::Status(502, "<html>Bad Gateway</html>".to_owned());
    talk.sandbox.fail_next("lagoonVersion", gone);
    let request = talk.client.post(talk.served.graphql());
    let request = request.bearer_auth(talk.token(Identity::Owner));
    let answer = request
        .json(&json!({"query": "{lagoonVersion}"}))
        .send()
        .await;
    assert_eq!(answer.unwrap().status(), 502);

    talk.sandbox
        .fail_next("invokeRegisteredTask", Fault::LoseAnswer);
    let request = talk.client.post(talk.served.graphql());
    let request = request.bearer_auth(talk.token(Identity::Owner));
    let answer = request.json(&json!({"query": invoke})).send().await;
    assert!(answer.is_err(), "the connection breaks");
    let recorded = talk.sandbox.requests();
    assert_eq!(recorded.len(), 3);
    assert_eq!(recorded[0].operations, ["invokeRegisteredTask"]);
    assert_eq!(recorded[1].status, 502);
    let runs = "{environmentById(id:101){tasks{id}}}";
    let answer = talk.ask(Identity::Owner, runs, Value::Null).await;
    let runs = answer["data"]["environmentById"]["tasks"]
        .as_array()
        .unwrap();
    assert_eq!(runs.len(), 1, "it was carried out all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn absent_and_null_variables_differ() {
    let talk = Talk::start(Seed::Bare).await;
    let query = "query($i:Int){taskById(id:$i){id}}";
    let answer = talk.ask(Identity::Owner, query, json!({})).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("Undefined binding(s)"), "{answer}");
    let answer = talk.ask(Identity::Owner, query, json!({"i": null})).await;
    assert_eq!(answer, json!({"data": {"taskById": null}}));
}
