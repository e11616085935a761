//! The Lagoon and the checkout that the examples of the pages use.

use lagoon_sandbox::engine::Step;
use lagoon_sandbox::store::Status;

use crate::support::env::TestEnv;
use crate::support::process::Invocation;
use crate::support::ssh_stand_in::SshStandIn;

const TASKS: &str = "\
version: 1
project: shop
tasks:
  - name: Reindex
    command: reindex \"$INDEX\"
    service: cli
    arguments:
      - {name: INDEX, default: products, optional: true}
  - name: Copy database
    command: copy-database \"$SOURCE\"
    service: cli
    permission: maintainer
    confirm: This replaces the database. Continue?
    arguments:
      - {name: SOURCE, type: other-environment, display_name: Copy from}
      - {name: ROWS, type: numeric, optional: true}
";

/// A Lagoon with the projects `shop` and `blog` in the group `acme`, the context `acme` for it, and a
/// checkout of `shop` as the current folder.
pub(super) struct Shop {
    pub(super) env: TestEnv,
    ssh: SshStandIn,
}

impl Shop {
    pub(super) fn new() -> Shop {
        let env = TestEnv::new();
        fill(&env);
        let home = &env.home;
        home.write("work/.lagoon.yml", "docker-compose-yaml: compose.yml\n");
        home.write("work/compose.yml", "x-lagoon-project: &p shop\n");
        let url = env.url();
        let add = [
            "context",
            "add",
            "acme",
            &url,
            "--no-discovery",
            "--with-token",
        ];
        let ssh = ["--ssh-host", "ssh.acme.example", "--ssh-port", "32222"];
        let add = home.command(&[&add[..], &ssh].concat());
        home.run(add.stdin(env.token())).succeeds();
        let tasks = home.write("tasks.yml", TASKS).display().to_string();
        home.tasks(&["apply", "-f", &tasks, "--yes", "-q"])
            .succeeds();
        Shop {
            ssh: SshStandIn::new(home, env.token()),
            env,
        }
    }

    /// A shell script in the checkout, in which `tasks` is the real program and `ssh` a stand-in.
    pub(super) fn shell(&self, script: &str) -> Invocation {
        let shell = self.env.home.shell(script);
        let path = shell.variables[std::ffi::OsStr::new("PATH")].clone();
        let mut folders = vec![self.env.home.path("bin")];
        folders.extend(std::env::split_paths(&path));
        shell.env("PATH", std::env::join_paths(folders).unwrap())
    }

    pub(super) fn ssh(&self) -> &SshStandIn {
        &self.ssh
    }
}

fn fill(env: &TestEnv) {
    env.sql(
        "UPDATE project SET name = 'shop', git_url = 'git@git.example.com:acme/shop.git';
         UPDATE user_group SET name = 'acme';
         UPDATE definition SET group_name = 'acme' WHERE group_name IS NOT NULL;
         INSERT INTO project (id, name, git_url, production_environment, openshift, created)
           SELECT 43, 'blog', 'git@git.example.com:acme/blog.git', 'main', openshift, created FROM project;
         INSERT INTO project_group (project, user_group) SELECT 43, user_group FROM project_group;
         INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace, created, updated)
           SELECT id + 100, name, 43, deploy_type, environment_type, openshift, 'blog-' || name, created, updated
           FROM environment WHERE name <> 'pr-12';
         INSERT INTO service (environment, name, type, created)
           SELECT environment + 100, name, type, created FROM service WHERE environment <> 103;",
    );
    let failed = [
        Step::Status(Status::Running),
        Step::Log("cannot connect to the database\n".to_owned()),
        Step::Status(Status::Failed),
    ];
    env.script("Fail on purpose", &failed);
    env.script("Count slowly", &[Step::Status(Status::Running), Step::Hold]);
}
