//! The content of a new sandbox.

use rusqlite::{Transaction, params};

use super::engine::consent::came_with_seed;
use super::rows::definitions::{self, Argument, Definition};
use super::rows::places::{self, Environment};
use super::store::StoreError;
use super::{Seed, instant};

/// The ids of Lagoon's own examples.
const PROJECT: i32 = 42;
const CLUSTER: i32 = 2001;
const GROUP: &str = "lagoon-demo-group";
const GROUP_ID: &str = "3f8d1c1e-5a3f-4a6c-9c0b-6d6f6f2f0a42";

/// Local part of the address, id, role in the group, role on the platform.
const USERS: [(&str, &str, Option<&str>, Option<&str>); 8] = [
    (
        "guest",
        "5b3a3b0e-3c7e-4a94-8d5c-9e1c4c0f7a11",
        Some("guest"),
        None,
    ),
    (
        "reporter",
        "f5873774-e1ed-4123-8712-4dc073ef0362",
        Some("reporter"),
        None,
    ),
    (
        "developer",
        "4591c6cf-00cb-4a32-8d9b-b3e1c1623f2b",
        Some("developer"),
        None,
    ),
    (
        "maintainer",
        "c2f7f0a4-6f0a-4d0b-9f53-2b6b1a5d8e34",
        Some("maintainer"),
        None,
    ),
    (
        "owner",
        "0647e1f0-12da-454f-88f8-3da4a73eceee",
        Some("owner"),
        None,
    ),
    (
        "outsider",
        "819721d8-f394-4608-89dd-8fc352fcd4cc",
        None,
        None,
    ),
    (
        "platformviewer",
        "8ab0f3cb-e068-4b20-8c8b-3bbf2ddf7977",
        None,
        Some("viewer"),
    ),
    (
        "platformowner",
        "d4e6b8a2-71c3-4f59-a0de-5c9b3e7f1d86",
        None,
        Some("owner"),
    ),
];

/// Id, name, type, deploy type.
const ENVIRONMENTS: [(i32, &str, &str, &str); 3] = [
    (101, "main", "production", "branch"),
    (102, "develop", "development", "branch"),
    (103, "pr-12", "development", "pullrequest"),
];

type ServiceSeed = (&'static str, &'static str, &'static [&'static str]);
const CLI: ServiceSeed = ("cli", "cli-persistent", &["cli"]);
const NODE: ServiceSeed = ("node", "node", &["node"]);
const NGINX: ServiceSeed = ("nginx", "nginx-php-persistent", &["nginx", "php"]);
const MARIADB: ServiceSeed = ("mariadb", "mariadb-dbaas", &["mariadb"]);

pub(super) fn plant(tx: &Transaction<'_>, seed: Seed, secret: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO setting (name, value) VALUES ('secret', ?1)",
        [secret],
    )?;
    people(tx)?;
    let services: &[ServiceSeed] = match seed {
        Seed::Bare => &[CLI, NGINX, MARIADB],
        Seed::Demo => &[CLI, NODE, NGINX, MARIADB],
    };
    project(tx, services)?;
    if seed == Seed::Demo {
        for task in demo() {
            task.plant(tx)?;
        }
    }
    Ok(())
}

fn people(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO user_group (id, name) VALUES (?1, ?2)",
        [GROUP_ID, GROUP],
    )?;
    for (name, id, role, platform) in USERS {
        tx.execute(
            "INSERT INTO user (id, email, first_name, created, platform_role)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                id,
                format!("{name}@example.com"),
                name,
                instant::now(),
                platform
            ],
        )?;
        if let Some(role) = role {
            tx.execute(
                "INSERT INTO membership (member, user_group, role) VALUES (?1, ?2, ?3)",
                [id, GROUP_ID, role],
            )?;
        }
    }
    Ok(())
}

fn project(tx: &Transaction<'_>, services: &[ServiceSeed]) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO openshift (id, name, created) VALUES (?1, 'local-k8s', ?2)",
        params![CLUSTER, instant::now()],
    )?;
    tx.execute(
        "INSERT INTO project (id, name, git_url, branches, pullrequests, production_environment,
           openshift, created)
         VALUES (?1, 'lagoon-demo', 'ssh://git@example.com/lagoon-demo.git', 'true', 'true', 'main', ?2, ?3)",
        params![PROJECT, CLUSTER, instant::now()],
    )?;
    tx.execute(
        "INSERT INTO project_group (project, user_group) VALUES (?1, ?2)",
        params![PROJECT, GROUP_ID],
    )?;
    for (id, name, environment_type, deploy_type) in ENVIRONMENTS {
        places::insert_environment(
            tx,
            &Environment {
                id,
                name: name.to_owned(),
                project: PROJECT,
                deploy_type: deploy_type.to_owned(),
                deploy_base_ref: Some(name.to_owned()),
                deploy_head_ref: None,
                deploy_title: None,
                environment_type: environment_type.to_owned(),
                openshift: Some(CLUSTER),
                namespace: Some(format!("lagoon-demo-{name}")),
                route: None,
                routes: None,
                created: instant::now(),
                updated: instant::now(),
                deleted: instant::NEVER.to_owned(),
            },
        )?;
        for (service, kind, containers) in services {
            places::insert_service(tx, id, service, kind, containers)?;
        }
    }
    Ok(())
}

enum Scope {
    Project,
    Group,
    Production,
}

struct Task {
    name: &'static str,
    description: &'static str,
    scope: Scope,
    service: &'static str,
    permission: &'static str,
    command: &'static str,
    confirmation: Option<&'static str>,
    arguments: Vec<Argument>,
}

impl Task {
    fn plant(self, tx: &Transaction<'_>) -> Result<(), StoreError> {
        let (environment, project, group_name) = match self.scope {
            Scope::Project => (None, Some(PROJECT), None),
            Scope::Group => (None, None, Some(GROUP.to_owned())),
            Scope::Production => (Some(101), None, None),
        };
        let definition = Definition {
            id: 0,
            name: self.name.to_owned(),
            description: self.description.to_owned(),
            image: Some(String::new()),
            service: Some(self.service.to_owned()),
            kind: "COMMAND".to_owned(),
            environment,
            project,
            group_name,
            permission: Some(self.permission.to_owned()),
            command: Some(self.command.to_owned()),
            confirmation_text: self.confirmation.map(str::to_owned),
            deploy_token_injection: false,
            project_key_injection: false,
            admin_only_view: false,
            system_wide: false,
            created: String::new(),
            deleted: String::new(),
        };
        let id = definitions::insert(tx, &definition)?;
        for argument in &self.arguments {
            definitions::insert_argument(tx, id, argument)?;
        }
        came_with_seed(tx, self.command)
    }
}

fn argument(
    name: &str,
    kind: &str,
    display_name: &str,
    default_value: Option<&str>,
    optional: bool,
) -> Argument {
    Argument {
        id: 0,
        name: name.to_owned(),
        display_name: Some(display_name.to_owned()),
        kind: Some(kind.to_owned()),
        default_value: default_value.map(str::to_owned),
        optional,
    }
}

fn demo() -> Vec<Task> {
    let task = |name, description, command| Task {
        name,
        description,
        scope: Scope::Project,
        service: "cli",
        permission: "GUEST",
        command,
        confirmation: None,
        arguments: Vec::new(),
    };
    vec![
        Task {
            service: "node",
            permission: "DEVELOPER",
            ..task(
                "Run yarn audit",
                "Look for known vulnerabilities in the project's packages",
                "yarn audit",
            )
        },
        Task {
            arguments: vec![
                argument("TEXT", "STRING", "What to write", None, false),
                argument("TIMES", "NUMERIC", "How many times", Some("3"), false),
                argument(
                    "FROM",
                    "ENVIRONMENT_SOURCE_NAME",
                    "Any environment",
                    None,
                    false,
                ),
                argument(
                    "TO",
                    "ENVIRONMENT_SOURCE_NAME_EXCLUDE_SELF",
                    "Any environment but this one",
                    None,
                    true,
                ),
            ],
            ..task(
                "Try arguments",
                "Write what you give it: one argument of each type, the last of them optional",
                "i=0\n\
                 while [ \"$i\" -lt \"$TIMES\" ]; do\n  \
                   i=$((i + 1))\n  \
                   printf '%s: %s (from %s to %s)\\n' \"$i\" \"$TEXT\" \"$FROM\" \"${TO:-nowhere}\"\n\
                 done",
            )
        },
        Task {
            permission: "DEVELOPER",
            confirmation: Some("Pages are slow until the caches are warm again. Clear them?"),
            ..task(
                "Clear caches",
                "Pretend to clear all caches; asks before it starts",
                "echo 'Clearing caches'\nsleep 1\necho 'All caches cleared'",
            )
        },
        task(
            "Count slowly",
            "Write a line each second for ten seconds: something to follow, or to cancel",
            "i=1\nwhile [ \"$i\" -le 10 ]; do\n  echo \"$i of 10\"\n  sleep 1\n  i=$((i + 1))\ndone",
        ),
        task(
            "Print many lines",
            "Write 500 lines: how a long log looks",
            "i=1\nwhile [ \"$i\" -le 500 ]; do\n  echo \"line $i of 500\"\n  i=$((i + 1))\ndone",
        ),
        task(
            "Fail on purpose",
            "End with exit status 1: how a failed run looks",
            "echo 'Looking for the database'\necho 'ERROR: no database here' >&2\nexit 1",
        ),
        Task {
            scope: Scope::Production,
            permission: "MAINTAINER",
            ..task(
                "Check disk space",
                "Show how full the disk is; defined for production alone",
                "df -h .",
            )
        },
        Task {
            scope: Scope::Group,
            ..task(
                "Say hello",
                "Greet you; defined for all projects of the group",
                "echo 'Hello from the sandbox'",
            )
        },
    ]
}
