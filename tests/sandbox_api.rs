//! The sandbox over HTTP, as its clients see it.

mod apollo;
mod environments;
mod people;
mod uploads;

use std::time::Duration;

use lagoon_sandbox::{
    ExecutorKind, Fault, Identity, Options, Sandbox, Seed, ServedSandbox, StoreKind,
};
use serde_json::{Value, json};

/// A served sandbox and a client.
struct Talk {
    sandbox: Sandbox,
    served: ServedSandbox,
    client: reqwest::Client,
}

impl Talk {
    async fn start(seed: Seed) -> Talk {
        Talk::of(Sandbox::open(Options::memory(seed)).await.unwrap()).await
    }

    async fn of(sandbox: Sandbox) -> Talk {
        let _ = rustls::crypto::ring::default_provider().install_default();
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
async fn failures_can_be_injected_and_requests_are_recorded() {
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
        .fail_next("invokeRegisteredTask", Fault::LoseResponse);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_run_can_be_created_without_a_reply() {
    let talk = Talk::start(Seed::Demo).await;
    talk.sandbox.fail_next("addTask", Fault::HangAfter);
    let add =
        r#"mutation{addTask(input:{name:"n",environment:102,service:"cli",command:"c"}){id}}"#;
    let request = talk.client.post(talk.served.graphql());
    let request = request.bearer_auth(talk.token(Identity::Owner));
    let request = request.timeout(Duration::from_millis(300));
    let answer = request.json(&json!({"query": add})).send().await;
    assert!(answer.unwrap_err().is_timeout());
    let runs = "{environmentById(id:102){tasks{name status}}}";
    let answer = talk.ask(Identity::Owner, runs, Value::Null).await;
    let runs = &answer["data"]["environmentById"]["tasks"];
    assert_eq!(*runs, json!([{"name": "n", "status": "complete"}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn http_statuses_match_apollo() {
    let talk = Talk::start(Seed::Bare).await;
    let send = async |body: String| {
        let request = talk.client.post(talk.served.graphql());
        let request = request.bearer_auth(talk.token(Identity::LegacyAdmin));
        let request = request.header("content-type", "application/json");
        let answer = request.body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.text().await.unwrap())
    };
    let large = json!({"query": "{lagoonVersion}", "x": "y".repeat(102_400)}).to_string();
    let (status, body) = send(large).await;
    assert_eq!(status, 413);
    assert_eq!(body, "Payload Too Large");
    assert_eq!(send("{}".to_owned()).await.0, 400);
    assert_eq!(send(r#"{"query":""}"#.to_owned()).await.0, 500);
    assert_eq!(
        send(r#"{"query":"{a:__typename ... on Query{b:__typename}}"}"#.to_owned())
            .await
            .0,
        500
    );
    let batch = r#"[{"query":"{nope}"},{"query":"{__typename}"}]"#.to_owned();
    let (status, body) = send(batch).await;
    assert_eq!(status, 200);
    assert!(
        body.ends_with("{\"data\":{\"__typename\":\"Query\"}}]\n"),
        "{body}"
    );
    let int = r#"{"query":"{environmentById(id:3000000000){id}}"}"#.to_owned();
    let (status, body) = send(int).await;
    assert_eq!(status, 400);
    assert!(!body.contains("\"data\""), "{body}");
    let probe = r#"{"query":"{__type(name:\"Task\"){fields{name}}}"}"#.to_owned();
    let (status, body) = send(probe).await;
    assert_eq!(status, 200);
    assert!(body.contains(r#"{"name":"sourceUser"}"#), "{body}");
    assert!(!body.contains("sandboxTypename"), "{body}");

    let get = |query: &str| {
        let url = format!("{}?query={query}", talk.served.graphql());
        let request = talk.client.get(url).header("apollo-require-preflight", "1");
        request
            .bearer_auth(talk.token(Identity::LegacyAdmin))
            .send()
    };
    assert_eq!(
        get("mutation%7Badd:__typename%7D").await.unwrap().status(),
        405
    );
    assert_eq!(get("%7B__typename%7D").await.unwrap().status(), 200);

    let request = talk.client.get(format!("{}/status", talk.served.url()));
    let elsewhere = request.header("host", "evil.example.com:80").send().await;
    assert_eq!(elsewhere.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_parsed_before_the_token_is_checked() {
    let talk = Talk::start(Seed::Bare).await;
    let good = talk.token(Identity::LegacyAdmin);
    let send = async |method: &str, path: &str, token: &str, body: &str| {
        let url = format!("{}{path}", talk.served.url());
        let request = talk.client.request(method.parse().unwrap(), url);
        let request = request.header("content-type", "application/json; charset=utf-8");
        let request = request.bearer_auth(token).body(body.to_owned());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    for (method, path, token) in [
        ("POST", "/graphql", "garbage"),
        ("POST", "/graphql", good.as_str()),
        ("PUT", "/graphql", good.as_str()),
        ("POST", "/nope", good.as_str()),
        ("OPTIONS", "/graphql", "garbage"),
    ] {
        for body in ["{not json", "null", "\"text\""] {
            let refused = send(method, path, token, body).await;
            let wanted = (400, "Bad Request".to_owned());
            assert_eq!(refused, wanted, "{method} {path} {body}");
        }
    }
    let large = json!({"x": "y".repeat(102_400)}).to_string();
    let refused = send("POST", "/graphql", "garbage", &large).await;
    assert_eq!(refused, (413, "Payload Too Large".to_owned()));
    assert_eq!(send("POST", "/graphql", "garbage", "{}").await.0, 401);
}

const NO_TASK_VIEW: &str = "Unauthorized: You don't have permission to \"view\" on \"task\"";

#[tokio::test(flavor = "multi_thread")]
async fn a_four_byte_character_fails_in_lookup_or_insert() {
    let talk = Talk::start(Seed::Bare).await;
    let add = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){__typename}}";
    let said = async |name: &str, description: &str| {
        let input = json!({
            "name": name, "type": "COMMAND", "service": "cli", "command": "x",
            "description": description, "environment": 101,
        });
        let answer = talk.ask(Identity::Owner, add, json!({"i": input})).await;
        answer["errors"][0]["message"].as_str().unwrap().to_owned()
    };
    for (name, description, number) in [
        (
            "Go 🚀",
            "d",
            "no: 1267, SQLState: HY000) Illegal mix of collations",
        ),
        (
            "Go 🚀",
            "🚀",
            "no: 1267, SQLState: HY000) Illegal mix of collations",
        ),
        (
            "Go",
            "🚀",
            "no: 1366, SQLState: 22007) Incorrect string value",
        ),
    ] {
        let message = said(name, description).await;
        assert!(message.contains(number), "{message}");
    }
    // A change looks no name up.
    let valid = json!({"name": "Go", "type": "COMMAND", "service": "cli", "command": "x",
        "description": "d", "environment": 101});
    let answer = talk.ask(Identity::Owner, add, json!({"i": valid})).await;
    assert!(answer["errors"].is_null(), "{answer}");
    let rename =
        "mutation{updateAdvancedTaskDefinition(input:{id:1,patch:{name:\"🚀\"}}){__typename}}";
    let answer = talk.ask(Identity::Owner, rename, Value::Null).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("no: 1366"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_listed_fetched_and_uploaded_by_signed_addresses() {
    let talk = Talk::start(Seed::Demo).await;
    let form = r#"{getTaskFileUploadForm(input:{task:1,filename:"a b.txt"}){postUrl formFields}}"#;
    let invoke = "mutation{invokeRegisteredTask(advancedTaskDefinition:1,environment:101){id}}";
    talk.ask(Identity::Owner, invoke, Value::Null).await;
    let answer = talk.ask(Identity::Owner, form, Value::Null).await;
    let form = &answer["data"]["getTaskFileUploadForm"];
    let mut parts = reqwest::multipart::Form::new();
    for (name, value) in form["formFields"].as_object().unwrap() {
        parts = parts.text(name.clone(), value.as_str().unwrap().to_owned());
    }
    parts = parts.part("file", reqwest::multipart::Part::bytes(b"hello".to_vec()));
    let post = talk.client.post(form["postUrl"].as_str().unwrap());
    assert_eq!(post.multipart(parts).send().await.unwrap().status(), 204);
    let look = "{taskById(id:1){files{id filename download}}}";
    let answer = talk.ask(Identity::Guest, look, Value::Null).await;
    let file = &answer["data"]["taskById"]["files"][0];
    assert_eq!(file["filename"], "a b.txt", "{answer}");
    let address = file["download"].as_str().unwrap();
    assert!(address.contains("/tasks/1/"), "{address}");
    let content = talk.client.get(address).send().await.unwrap().text().await;
    assert_eq!(content.unwrap(), "hello");
    // The same file by its position in the listing.
    let link = async |as_, file: i32, run: i32| {
        let query = format!("{{getDownloadLinkByTaskFileId(fileId:{file},taskId:{run})}}");
        talk.ask(as_, &query, Value::Null).await
    };
    let answer = link(Identity::Guest, 1, 1).await;
    let address = answer["data"]["getDownloadLinkByTaskFileId"].as_str();
    let content = talk.client.get(address.unwrap()).send().await.unwrap();
    assert_eq!(content.text().await.unwrap(), "hello");
    for (as_, file, run, message) in [
        (Identity::Guest, 0, 1, "File not found"),
        (Identity::Guest, 2, 1, "File not found"),
        (Identity::Guest, -1, 1, "File not found"),
        (Identity::Outsider, 1, 1, NO_TASK_VIEW),
        (Identity::Guest, 1, 99, NO_TASK_VIEW),
        (Identity::PlatformOwner, 1, 99, "File not found"),
    ] {
        let answer = link(as_, file, run).await;
        assert_eq!(answer["errors"][0]["message"], message, "{file} of {run}");
    }
    let address = address.unwrap();
    let unsigned = address.split('?').next().unwrap();
    assert_eq!(
        talk.client.get(unsigned).send().await.unwrap().status(),
        403
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_of_every_role_match_lagoon() {
    let talk = Talk::start(Seed::Demo).await;
    let add = |name: &str, more: Value| {
        let mut input = json!({
            "name": name, "type": "COMMAND", "service": "cli", "command": "x", "description": "d",
        });
        for (key, value) in more.as_object().unwrap() {
            input[key] = value.clone();
        }
        json!({"i": input})
    };
    let mutation = "mutation($i:AdvancedTaskDefinitionInput!){addAdvancedTaskDefinition(input:$i){__typename}}";
    let said = async |as_, variables| {
        let answer = talk.ask(as_, mutation, variables).await;
        let message = answer["errors"][0]["message"].as_str();
        message.unwrap_or("done").to_owned()
    };
    let refused = |scope: &str, resource: &str| {
        format!("Unauthorized: You don't have permission to \"{scope}\" on \"{resource}\"")
    };
    let project = json!({"project": 42});
    for as_ in [
        Identity::Guest,
        Identity::Developer,
        Identity::PlatformViewer,
        Identity::Outsider,
    ] {
        let said = said(as_, add("p", project.clone())).await;
        assert_eq!(said, refused("add:production", "task"));
    }
    let group = json!({"groupName": "lagoon-demo-group"});
    assert_eq!(
        said(Identity::Developer, add("g", group.clone())).await,
        refused("update", "group")
    );
    assert_eq!(said(Identity::Maintainer, add("g", group)).await, "done");
    let image = json!({"type": "IMAGE", "image": "a/b", "environment": 102});
    let create = refused("create:advanced", "advanced_task");
    assert_eq!(said(Identity::Owner, add("i", image.clone())).await, create);
    assert_eq!(said(Identity::PlatformOwner, add("i", image)).await, "done");
    // Lagoon asks whether one may, and does not wait for the answer.
    let system = json!({"systemWide": true});
    assert_eq!(said(Identity::Outsider, add("s", system)).await, "done");

    let twice = json!([{"name": "A", "type": "STRING"}, {"name": "a", "type": "STRING"}]);
    let twice = json!({"project": 42, "advancedTaskDefinitionArguments": twice});
    let message = said(Identity::Owner, add("twice", twice.clone())).await;
    assert!(
        message.contains("no: 1062, SQLState: 23000) Duplicate entry '"),
        "{message}"
    );
    assert_eq!(
        said(Identity::Owner, add("twice", twice)).await,
        "done",
        "the row stayed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_shared_and_reset() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        store: StoreKind::Folder(folder.path().join("data")),
        seed: Seed::Demo,
        executor: ExecutorKind::Simulate,
    };
    let talk = Talk::of(Sandbox::open(options.clone()).await.unwrap()).await;
    let other = Talk::of(Sandbox::open(options.clone()).await.unwrap()).await;
    let invoke = "mutation{invokeRegisteredTask(advancedTaskDefinition:1,environment:101){id}}";
    talk.ask(Identity::Owner, invoke, Value::Null).await;
    let look = "{environmentById(id:101){tasks{status logs}}}";
    let answer = other.ask(Identity::Owner, look, Value::Null).await;
    let run = &answer["data"]["environmentById"]["tasks"][0];
    assert_eq!(run["status"], "complete", "{answer}");
    assert!(
        run["logs"].as_str().unwrap().contains("yarn audit"),
        "{answer}"
    );
    Sandbox::reset(&folder.path().join("data"), Seed::Bare).unwrap();
    let answer = other.ask(Identity::Owner, look, Value::Null).await;
    assert_eq!(answer["data"]["environmentById"]["tasks"], json!([]));
    assert!(
        talk.sandbox.requests().is_empty(),
        "only memory is recorded"
    );
}
