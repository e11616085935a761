//! The Lagoon that the conformance scenarios run against: the sandbox, or another one that
//! variables name.

use std::cell::RefCell;
use std::env;
use std::net::ToSocketAddrs;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::env::{TestEnv, post};
use super::home::Home;
use super::output::Output;
use super::process::{Invocation, Running};
use super::proxy::Proxy;
use super::shuffle;
use crate::bulk::shops;

/// A Lagoon, built in or external, and the objects to remove from it at the end.
pub(crate) struct Lagoon {
    // Dropped first: it still needs the Lagoon.
    rubbish: Rc<Cleanup>,
    kind: LagoonKind,
    /// The address that replaces the Lagoon's.
    proxy: Option<Proxy>,
}

#[derive(Clone)]
enum LagoonKind {
    Sandbox(TestEnv),
    Other {
        home: Home,
        api: String,
        token: Token,
    },
}

#[derive(Clone)]
enum Token {
    Fixed(String),
    /// A command whose output it is.
    Command(String),
}

impl Token {
    fn get(&self) -> String {
        match self {
            Token::Fixed(token) => token.clone(),
            Token::Command(command) => {
                let output = Command::new("sh").args(["-c", command]).output().unwrap();
                assert!(output.status.success(), "TASKS_TEST_TOKEN_COMMAND failed");
                String::from_utf8(output.stdout).unwrap().trim().to_owned()
            }
        }
    }
}

/// Removed when the last user is gone, also after a failure.
struct Cleanup {
    api: String,
    token: Token,
    project: String,
    definitions: RefCell<Vec<i64>>,
    /// The test's own names: objects with them are removed, also if the test never saw their ids.
    names: RefCell<Vec<String>>,
    runs: RefCell<Vec<i64>>,
}

impl Cleanup {
    fn delete_definition(&self, token: &str, id: i64) {
        let remove = "mutation($i:Int!){deleteAdvancedTaskDefinition(advancedTaskDefinition:$i)}";
        post(&self.api, token, remove, json!({"i": id}));
    }

    /// The definitions that have one of the names, on all environments of the project.
    fn left_behind(&self, token: &str) -> Vec<i64> {
        let query = "query($p:String!){projectByName(name:$p){environments{advancedTasks{
            ... on AdvancedTaskDefinitionCommand{id name} ... on AdvancedTaskDefinitionImage{id name}}}}}";
        let answer = post(&self.api, token, query, json!({"p": self.project}));
        let environments = answer["data"]["projectByName"]["environments"].as_array();
        let shown = environments.into_iter().flatten().flat_map(|environment| {
            let shown = environment["advancedTasks"].as_array();
            shown.cloned().unwrap_or_default()
        });
        let names = self.names.borrow();
        let is_ours = |task: &Value| {
            let name = task["name"].as_str().unwrap_or_default().to_lowercase();
            names.contains(&name)
        };
        let ids = shown.filter(is_ours).filter_map(|task| task["id"].as_i64());
        ids.collect()
    }
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        let token = self.token.get();
        for id in self.definitions.borrow().iter() {
            self.delete_definition(&token, *id);
        }
        // One for each scope: the next shows when the one that hides it is gone.
        for _ in 0..4 {
            let left = self.left_behind(&token);
            if left.is_empty() {
                break;
            }
            left.iter()
                .for_each(|id| self.delete_definition(&token, *id));
        }
        for id in self.runs.borrow().iter() {
            let remove = "mutation($i:DeleteTaskInput!){deleteTask(input:$i)}";
            post(&self.api, &token, remove, json!({"i": {"id": id}}));
        }
    }
}

fn project() -> String {
    variable("TASKS_TEST_PROJECT").unwrap_or_else(|| "lagoon-demo".to_owned())
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

impl Lagoon {
    /// The one that variables name, else a sandbox that leaves runs alone, as a Lagoon without a
    /// cluster does.
    pub(crate) fn for_conformance() -> Lagoon {
        let Some(api) = variable("TASKS_TEST_API") else {
            let env = TestEnv::new();
            env.sandbox().scripted().unwrap().script_others(Vec::new());
            let (api, token) = (env.url(), Token::Fixed(env.token().to_owned()));
            return Lagoon::of(LagoonKind::Sandbox(env), api, token);
        };
        let token = match (
            variable("TASKS_TEST_TOKEN"),
            variable("TASKS_TEST_TOKEN_COMMAND"),
        ) {
            (Some(token), _) => Token::Fixed(token),
            (None, Some(command)) => Token::Command(command),
            (None, None) => {
                panic!("TASKS_TEST_API needs TASKS_TEST_TOKEN or TASKS_TEST_TOKEN_COMMAND")
            }
        };
        let kind = LagoonKind::Other {
            home: Home::new(),
            api: api.clone(),
            token: token.clone(),
        };
        Lagoon::of(kind, api, token)
    }

    fn of(kind: LagoonKind, api: String, token: Token) -> Lagoon {
        let rubbish = Cleanup {
            api,
            token,
            project: project(),
            definitions: RefCell::default(),
            names: RefCell::default(),
            runs: RefCell::default(),
        };
        Lagoon {
            kind,
            rubbish: Rc::new(rubbish),
            proxy: None,
        }
    }

    /// The same Lagoon, which returns its lists in another order each time; `None` where it takes
    /// more than plain http to reach it.
    pub(crate) fn shuffled(&self) -> Option<Lagoon> {
        let address = self.rubbish.api.strip_prefix("http://")?;
        let host = address.split('/').next()?;
        let mut found = host.to_socket_addrs().ok()?;
        Some(Lagoon {
            kind: self.kind.clone(),
            rubbish: self.rubbish.clone(),
            proxy: Some(shuffle::proxy(found.next()?)),
        })
    }

    /// The projects of the group.
    fn group_projects(&self) -> Vec<String> {
        let query = "query($g:String!){groupByName(name:$g){projects{name environments{name}}}}";
        let answer = self.graphql(query, json!({"g": self.group()}));
        let projects = answer["data"]["groupByName"]["projects"].as_array();
        let live = |project: &&Value| {
            let environments = project["environments"].as_array();
            environments.is_some_and(|all| !all.is_empty())
        };
        let projects = projects.into_iter().flatten().filter(live);
        projects
            .filter_map(|p| Some(p["name"].as_str()?.to_owned()))
            .collect()
    }

    /// Another project of the group that has environments; `None` where there is none.
    pub(crate) fn other_project(&self) -> Option<String> {
        if let LagoonKind::Sandbox(env) = &self.kind
            && self.group_projects().len() < 2
        {
            shops(env);
        }
        let mut projects = self.group_projects().into_iter();
        projects.find(|name| *name != self.project())
    }

    /// The same Lagoon, signed in with another role; `None` without a token for it.
    pub(crate) fn as_role(&self, role: &str) -> Option<Lagoon> {
        let kind = match &self.kind {
            LagoonKind::Sandbox(env) => LagoonKind::Sandbox(env.as_role(role)),
            LagoonKind::Other { home, api, .. } => {
                let name = format!("TASKS_TEST_TOKEN_{}", role.to_uppercase());
                let token = Token::Fixed(variable(&name)?);
                LagoonKind::Other {
                    home: home.clone(),
                    api: api.clone(),
                    token,
                }
            }
        };
        Some(Lagoon {
            kind,
            rubbish: self.rubbish.clone(),
            proxy: None,
        })
    }

    /// `tasks` with these arguments, signed in to this Lagoon.
    pub(crate) fn command(&self, args: &[&str]) -> Invocation {
        let command = match &self.kind {
            LagoonKind::Sandbox(env) => env.command(args),
            LagoonKind::Other { home, api, token } => home
                .command(args)
                .env("TASKS_API", api)
                .env("TASKS_TOKEN", token.get()),
        };
        match &self.proxy {
            Some(proxy) => command.env("TASKS_API", proxy.url("/graphql")),
            None => command,
        }
    }

    /// Runs `tasks` to its end.
    #[track_caller]
    pub(crate) fn tasks(&self, args: &[&str]) -> Output {
        match &self.kind {
            LagoonKind::Sandbox(env) => env.run(self.command(args)),
            LagoonKind::Other { home, .. } => home.run(self.command(args)),
        }
    }

    /// Starts `tasks` and returns immediately.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        self.command(args).start()
    }

    /// Sends a document of the test's own.
    pub(crate) fn graphql(&self, query: &str, variables: Value) -> Value {
        post(
            &self.rubbish.api,
            &self.rubbish.token.get(),
            query,
            variables,
        )
    }

    /// True if other clients than these tests start runs.
    pub(crate) fn has_cluster(&self) -> bool {
        matches!(self.kind, LagoonKind::Other { .. })
            && variable("TASKS_TEST_CLUSTER").as_deref() == Some("1")
    }

    /// True for the built-in Lagoon.
    pub(crate) fn is_sandbox(&self) -> bool {
        matches!(self.kind, LagoonKind::Sandbox(_))
    }

    pub(crate) fn project(&self) -> String {
        project()
    }

    pub(crate) fn environment(&self) -> String {
        variable("TASKS_TEST_ENVIRONMENT").unwrap_or_else(|| "main".to_owned())
    }

    pub(crate) fn other_environment(&self) -> String {
        variable("TASKS_TEST_OTHER_ENVIRONMENT").unwrap_or_else(|| "develop".to_owned())
    }

    pub(crate) fn group(&self) -> String {
        variable("TASKS_TEST_GROUP").unwrap_or_else(|| "lagoon-demo-group".to_owned())
    }

    pub(crate) fn service(&self) -> String {
        variable("TASKS_TEST_SERVICE").unwrap_or_else(|| "cli".to_owned())
    }

    /// The flags that name the environment.
    pub(crate) fn here(&self) -> [&'static str; 4] {
        let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        ["-p", leak(self.project()), "-e", leak(self.environment())]
    }

    pub(crate) fn environment_id(&self) -> i64 {
        let query = "query($p:String!){projectByName(name:$p){environments{id name}}}";
        let answer = self.graphql(query, json!({"p": self.project()}));
        let environments = answer["data"]["projectByName"]["environments"]
            .as_array()
            .unwrap()
            .clone();
        let found = environments
            .iter()
            .find(|e| e["name"] == self.environment().as_str());
        found.unwrap()["id"].as_i64().unwrap()
    }

    /// A unique name. Definitions of this name are removed at the end.
    pub(crate) fn unique(&self, what: &str) -> String {
        let letters: String = std::iter::repeat_with(fastrand::alphanumeric)
            .take(8)
            .collect();
        let name = format!("conformance {what} {}", letters.to_lowercase());
        self.rubbish.names.borrow_mut().push(name.clone());
        name
    }

    /// Removes a definition in the end.
    pub(crate) fn remove_later(&self, id: &Value) {
        let id = id.as_i64().unwrap_or_else(|| panic!("no id: {id}"));
        let mut all = self.rubbish.definitions.borrow_mut();
        if !all.contains(&id) {
            all.push(id);
        }
    }

    /// Removes a run in the end.
    pub(crate) fn remove_run_later(&self, id: &Value) {
        self.rubbish
            .runs
            .borrow_mut()
            .push(id.as_i64().unwrap_or_else(|| panic!("no id: {id}")));
    }

    /// The newest run of a task's name on the environment.
    pub(crate) fn newest_run(&self, name: &str) -> Option<i64> {
        let query = "query($e:Int!){environmentById(id:$e){tasks(limit:50){id name}}}";
        let answer = self.graphql(query, json!({"e": self.environment_id()}));
        let runs = answer["data"]["environmentById"]["tasks"]
            .as_array()
            .unwrap()
            .clone();
        runs.iter()
            .filter(|r| r["name"] == name)
            .filter_map(|r| r["id"].as_i64())
            .max()
    }

    /// Waits until a newer run of that name exists.
    pub(crate) fn wait_for_run_after(&self, name: &str, before: Option<i64>) -> i64 {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            match self.newest_run(name) {
                Some(id) if Some(id) > before => return id,
                _ => assert!(Instant::now() < until, "no run of `{name}` appeared"),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Plays the remote side: puts a run into these statuses, one after the other. A cluster does
    /// that itself.
    pub(crate) fn play(&self, id: i64, statuses: &[&str]) {
        if self.has_cluster() {
            return;
        }
        for status in statuses {
            self.patch(id, json!({"status": status}));
        }
    }

    /// Changes a run as a cluster would.
    pub(crate) fn patch(&self, id: i64, mut patch: Value) {
        // Lagoon 2.24 writes a patch without it, and returns an error.
        let query = "query($i:Int!){taskById(id:$i){environment{id}}}";
        let found = self.graphql(query, json!({"i": id}));
        patch["environment"] = found["data"]["taskById"]["environment"]["id"].clone();
        let update = "mutation($i:UpdateTaskInput){updateTask(input:$i){id status}}";
        let answer = self.graphql(update, json!({"i": {"id": id, "patch": patch}}));
        assert_eq!(answer["data"]["updateTask"]["id"], id, "{answer}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_sandbox(env: &TestEnv) -> Lagoon {
        let token = Token::Fixed(env.token().to_owned());
        Lagoon::of(LagoonKind::Sandbox(env.clone()), env.url(), token)
    }

    fn count(env: &TestEnv, name: &str) -> usize {
        let query =
            "{environmentById(id:101){advancedTasks{... on AdvancedTaskDefinitionCommand{name}}}}";
        let (_, body) = env.graphql(query, json!({}));
        let shown = body["data"]["environmentById"]["advancedTasks"].as_array();
        let named = shown.unwrap().iter().filter(|task| task["name"] == name);
        named.count()
    }

    /// As when `define` ends with an error although Lagoon has the definition.
    #[test]
    fn a_definition_with_an_unseen_id_is_removed() {
        let env = TestEnv::new();
        let lagoon = in_sandbox(&env);
        let name = lagoon.unique("lost");
        for place in [
            &["-p", "lagoon-demo"][..],
            &["-p", "lagoon-demo", "-e", "main"],
        ] {
            let line = ["define", &name, "-s", "cli", "--command", "true"];
            lagoon.tasks(&[&line, place].concat()).succeeds();
        }
        assert_eq!(count(&env, &name), 1);
        drop(lagoon);
        assert_eq!(count(&env, &name), 0);
    }

    #[test]
    fn a_patch_of_a_run_names_its_environment() {
        let env = TestEnv::new();
        let lagoon = in_sandbox(&env);
        let line = [
            "invoke",
            "Say hello",
            "-p",
            "lagoon-demo",
            "-e",
            "main",
            "-o",
            "json",
        ];
        let run = lagoon.tasks(&line).succeeds().json();
        lagoon.patch(run["id"].as_i64().unwrap(), json!({"status": "RUNNING"}));
        let sent = env.requests();
        let update = sent
            .iter()
            .find(|r| r.operations == ["updateTask"])
            .unwrap();
        assert!(
            update.body.contains("\"environment\":101"),
            "{}",
            update.body
        );
    }
}
