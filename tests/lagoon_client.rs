//! The `lagoon` CLI as a client of the sandbox: the requests of its commands that concern tasks.
//!
//! The documents select what those of the CLI and its client library
//! (`uselagoon/machinery`, `api/lagoon/client`) select, of releases with and without
//! `deployTargetConfigs` and `organizationDetails` together.

use serde_json::{Value, json};

use crate::support::env::{TestEnv, post};
use crate::support::home::Home;
use crate::support::process::{Running, eventually};
use crate::support::schemas;

/// `get project`.
const PROJECT: &str = "query ($name: String!) {
  projectByName(name: $name) {
    id name gitUrl subfolder routerPattern branches pullrequests problemsUi factsUi
    productionEnvironment deploymentsDisabled autoIdle storageCalc developmentEnvironmentsLimit
    organization
    organizationDetails { id name friendlyName }
    deployTargetConfigs { id deployTarget { id name token } }
    environments { id name openshiftProjectName environmentType deployType route }
  }
}";

/// The first request of commands that take `-p` and `-e`.
const MINIMAL_PROJECT: &str = "query ($name: String!) {
  projectByName(name: $name) {
    id name autoIdle branches pullrequests productionEnvironment openshiftProjectPattern
    developmentEnvironmentsLimit gitUrl autoIdle organization
    openshift { id }
  }
}";

/// The same of `run` commands.
const PROJECT_OF_RUN: &str = "query ($name: String!) {
  project: projectByName(name: $name) { ...Project }
}
fragment Project on Project {
  id name gitUrl subfolder branches pullrequests productionEnvironment
  environments { id name openshiftProjectName environmentType deployType route }
  autoIdle storageCalc developmentEnvironmentsLimit
}";

/// The second request of `run` commands.
const ENVIRONMENT_OF_RUN: &str = "query ($name: String!, $project: Int!) {
  environmentByName(name: $name, project: $project) { ...Environment }
}
fragment Environment on Environment {
  id name route routes deployType environmentType openshiftProjectName updated created deleted
  monitoringUrls deployTitle deployBaseRef deployHeadRef autoIdle
  advancedTasks {
    ... on AdvancedTaskDefinitionCommand { id name description }
    ... on AdvancedTaskDefinitionImage { id name description }
  }
}";

/// `get environment`.
const ENVIRONMENT: &str = "query ($name: String!, $project: Int!) {
  environmentByName(name: $name, project: $project) {
    id name route routes autoIdle deployType deployBaseRef deployHeadRef deployTitle
    environmentType openshiftProjectName updated created deleted
    openshift {
      id name created cloudRegion cloudProvider friendlyName sshHost sshPort routerPattern buildImage
    }
    services { id name type containers { name } created updated }
  }
}";

/// `list environments`.
const ENVIRONMENTS: &str = "query ($project: String!) {
  projectByName(name: $project) {
    environments {
      id name route routes deployType environmentType openshiftProjectName autoIdle deployTitle
      deployBaseRef deployHeadRef updated created deleted
      openshift {
        id name created cloudRegion cloudProvider friendlyName sshHost sshPort routerPattern
        buildImage
      }
      services { id name type containers { name } created updated }
    }
  }
}";

/// `list invokable-tasks`.
const INVOKABLE_TASKS: &str = "query ($project: Int!, $environment: String!) {
  environmentByName(project: $project, name: $environment) {
    advancedTasks {
      ... on AdvancedTaskDefinitionCommand { id name description }
      ... on AdvancedTaskDefinitionImage { id name description }
    }
  }
}";

/// `list tasks`.
const TASKS: &str = "query ($project: Int!, $environment: String!) {
  environmentByName(project: $project, name: $environment) {
    tasks { name id remoteId status created started completed service }
  }
}";

/// `get task-by-id`, which reads the log also without `--logs`.
const TASK: &str = "query ($id: Int!) {
  taskById(id: $id) {
    id name command status started completed created logs remoteId service files { filename }
  }
}";

/// `run invoke`.
const INVOKE: &str = "mutation ($environment: Int!, $advancedTaskDefinition: Int!) {
  invokeRegisteredTask(
    advancedTaskDefinition: $advancedTaskDefinition, environment: $environment
  ) { id name status }
}";

/// `run custom`.
const CUSTOM: &str = "mutation (
  $environment: Int!, $name: String!, $command: String!, $service: String!
) {
  addTask(input: {
    environment: $environment, command: $command, execute: true, name: $name, service: $service
  }) { id }
}";

/// `run drush-cacheclear`.
const CACHE_CLEAR: &str = "mutation runCacheClear ($environment: Int!) {
  taskDrushCacheClear(environment: $environment) { id }
}";

/// A user of the CLI.
struct Cli {
    graphql: String,
    token: String,
}

impl Cli {
    fn of(env: &TestEnv) -> Cli {
        Cli {
            graphql: env.url(),
            token: env.token().to_owned(),
        }
    }

    fn send(&self, document: &str, variables: Value) -> Value {
        if let Some(newest) = schemas::releases().last() {
            schemas::validate(&newest.schema, document).unwrap();
        }
        post(&self.graphql, &self.token, document, variables)
    }

    /// The data of a response. The CLI takes any error for a failure.
    #[track_caller]
    fn ask(&self, document: &str, variables: Value) -> Value {
        let mut response = self.send(document, variables);
        assert_eq!(response.get("errors"), None, "{document}\n{response}");
        response["data"].take()
    }

    /// The message that the CLI prints.
    #[track_caller]
    fn fails(&self, document: &str, variables: Value) -> String {
        let response = self.send(document, variables);
        let message = response["errors"][0]["message"].as_str();
        message.unwrap_or_else(|| panic!("{response}")).to_owned()
    }

    /// The ids that `run` commands read first: the environment's and, by name, its tasks'.
    fn environment(&self, name: &str) -> (Value, Vec<(String, Value)>) {
        let project = self.ask(PROJECT_OF_RUN, json!({"name": "lagoon-demo"}));
        let id = &project["project"]["id"];
        let mut found = self.ask(ENVIRONMENT_OF_RUN, json!({"name": name, "project": id}));
        let found = &mut found["environmentByName"];
        let tasks = found["advancedTasks"].as_array().unwrap();
        let tasks = tasks.iter().map(|task| {
            let name = task["name"].as_str().unwrap().to_owned();
            (name, task["id"].clone())
        });
        let tasks = tasks.collect();
        (found["id"].take(), tasks)
    }
}

#[test]
fn lists_and_details_have_the_fields_of_the_cli() {
    let env = TestEnv::new();
    let cli = Cli::of(&env);
    let by_name = json!({"name": "lagoon-demo"});

    let version = cli.ask("query { lagoonVersion }", Value::Null);
    assert!(version["lagoonVersion"].is_string(), "{version}");
    let me = cli.ask(
        "query { me {
           id email firstName lastName comment
           sshKeys { id name keyType keyValue keyFingerprint created }
           groupRoles { name role }
         } }",
        Value::Null,
    );
    assert_eq!(me["me"]["email"], "maintainer@example.com");
    assert_eq!(me["me"]["sshKeys"], json!([]));

    let groups = "query allGroups ($name: String) { allGroups(name: $name) { name id } }";
    for variables in [Value::Null, json!({"name": ""})] {
        let listed = cli.ask(groups, variables);
        assert_eq!(listed["allGroups"][0]["name"], "lagoon-demo-group");
    }
    let projects = cli.ask(
        "query { allProjects {
           id name gitUrl productionEnvironment developmentEnvironmentsLimit
           environments { id name environmentType }
         } }",
        Value::Null,
    );
    assert_eq!(projects["allProjects"][0]["name"], "lagoon-demo");
    assert_eq!(
        projects["allProjects"][0]["developmentEnvironmentsLimit"],
        5
    );

    let project = &cli.ask(PROJECT, by_name.clone())["projectByName"];
    // The CLI follows these pointers without a check.
    for field in ["autoIdle", "deploymentsDisabled", "factsUi", "problemsUi"] {
        assert!(project[field].is_i64(), "{field} of {project}");
    }
    assert_eq!(project["environments"].as_array().unwrap().len(), 3);
    let project = &cli.ask(MINIMAL_PROJECT, by_name)["projectByName"];
    assert_eq!(
        (&project["id"], &project["openshift"]["id"]),
        (&json!(42), &json!(2001))
    );

    let listed = &cli.ask(ENVIRONMENTS, json!({"project": "lagoon-demo"}))["projectByName"];
    assert_eq!(listed["environments"][0]["openshift"]["name"], "local-k8s");
    let main = json!({"name": "main", "project": 42});
    let main = &cli.ask(ENVIRONMENT, main)["environmentByName"];
    assert_eq!(main["openshiftProjectName"], "lagoon-demo-main");
    assert_eq!(main["autoIdle"], 1);
    assert_eq!(main["services"][0]["containers"][0]["name"], "cli");

    let main = json!({"environment": "main", "project": 42});
    let tasks = &cli.ask(INVOKABLE_TASKS, main.clone())["environmentByName"]["advancedTasks"];
    assert_eq!(tasks[0]["name"], "Check disk space");
    let runs = cli.ask(TASKS, main);
    assert_eq!(runs["environmentByName"]["tasks"], json!([]));
}

#[test]
fn refusals_reach_the_cli() {
    let env = TestEnv::new();
    let cli = Cli::of(&env);
    // It finds a task's id itself, and takes 0 for a name that is not listed.
    let unknown = json!({"environment": 101, "advancedTaskDefinition": 0});
    assert_eq!(
        cli.fails(INVOKE, unknown),
        "Task registration '0' could not be found."
    );
    // It prints zeros for a run that does not exist.
    let run = cli.ask(TASK, json!({"id": 4711}));
    assert_eq!(run, json!({"taskById": null}));

    let guest = Cli::of(&env.as_role("guest"));
    let command = json!({"environment": 102, "name": "n", "command": "c", "service": "cli"});
    assert_eq!(
        guest.fails(CUSTOM, command),
        "Unauthorized: You don't have permission to \"add:development\" on \"task\""
    );
    let on = |environment| json!({"environment": environment});
    let outsider = Cli::of(&env.as_role("outsider"));
    assert_eq!(
        outsider.fails(CACHE_CLEAR, on(101)),
        "Unauthorized: You don't have permission to \"drushCacheClear:production\" on \"task\""
    );
    assert_eq!(
        guest.fails(CACHE_CLEAR, on(4711)),
        "Unauthorized: You don't have permission to \"view\" on \"environment\""
    );
    env.sql("DELETE FROM service WHERE environment = 102 AND name = 'cli'");
    assert_eq!(
        guest.fails(CACHE_CLEAR, on(102)),
        "Environment 102 has no service cli"
    );
    let started = guest.ask(CACHE_CLEAR, on(101));
    assert!(started["taskDrushCacheClear"]["id"].is_i64(), "{started}");
}

/// A sandbox that the program serves, and a user of the CLI.
fn serve() -> (Home, Cli, Running) {
    let home = Home::new();
    let mut served = home
        .command(&["sandbox", "serve", "--yes", "-o", "jsonl"])
        .start();
    let address: Value = serde_json::from_str(&served.until_stdout("\n")).unwrap();
    let cli = Cli {
        graphql: address["graphql"].as_str().unwrap().to_owned(),
        token: home
            .tasks(&["sandbox", "token"])
            .succeeds()
            .stdout
            .trim()
            .to_owned(),
    };
    (home, cli, served)
}

#[test]
fn runs_that_the_cli_starts_complete_and_have_a_log() {
    let (_home, cli, _served) = serve();
    let (main, tasks) = cli.environment("main");
    let hello = tasks.iter().find(|(name, _)| name == "Say hello");
    let (_, hello) = hello.expect("the demo has no task `Say hello`");
    let invoked = cli.ask(
        INVOKE,
        json!({"environment": main, "advancedTaskDefinition": hello}),
    );
    assert_eq!(invoked["invokeRegisteredTask"]["status"], "new");
    let custom = cli.ask(
        CUSTOM,
        json!({"environment": main, "name": "Custom Task", "service": "cli",
               "command": "echo first\necho second\n"}),
    );
    let cleared = cli.ask(CACHE_CLEAR, json!({"environment": main}));

    for (started, name, printed) in [
        (
            &invoked["invokeRegisteredTask"],
            "Say hello",
            "Hello from the sandbox\n",
        ),
        (&custom["addTask"], "Custom Task", "first\nsecond\n"),
        (
            &cleared["taskDrushCacheClear"],
            "Drush cache-clear",
            "Cache rebuild complete.",
        ),
    ] {
        let run = || cli.ask(TASK, json!({"id": started["id"]}))["taskById"].take();
        eventually(&format!("{name} completes"), || {
            let run = run();
            assert_ne!(run["status"], "failed", "{run}");
            run["status"] == "complete"
        });
        let run = run();
        assert_eq!(
            (&run["name"], &run["service"]),
            (&json!(name), &json!("cli"))
        );
        let log = run["logs"].as_str().unwrap();
        assert!(log.contains(printed), "{log}");
    }
    let listed = cli.ask(TASKS, json!({"environment": "main", "project": 42}));
    let listed = listed["environmentByName"]["tasks"].as_array().unwrap();
    let names = listed.iter().map(|run| run["name"].as_str().unwrap());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["Drush cache-clear", "Custom Task", "Say hello"]
    );
}
