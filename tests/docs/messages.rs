//! `docs/troubleshooting.md` shows the messages that the program prints.
//!
//! Each section begins with a command and its message. The test runs the command and compares. With
//! `TASKS_UPDATE_DOCS` it writes the messages to the page instead.

use std::net::TcpListener;
use std::time::Duration;

use lagoon_sandbox::Identity;

use super::shop::Shop;
use super::{Page, root};
use crate::support::home::Home;
use crate::support::markdown::Block;
use crate::support::network::TlsFront;
use crate::support::output::Output;
use crate::support::process::Invocation;
use crate::support::proxy::{Fault, Proxy};

pub(super) const PAGE: &str = "docs/troubleshooting.md";

/// The address that the page shows instead of that of the test's server.
const ADDRESS: &str = "api.lagoon.example.com";

type Situation = fn(&str) -> Output;

/// The headings of the page, each with the situation in which the command of its section fails.
const SECTIONS: [(&str, Situation); 25] = [
    ("The task is already running", while_it_runs),
    ("No project is given", outside_a_checkout),
    ("No environment is given", checkout),
    ("No task is given", checkout),
    ("An argument of the task is missing", checkout),
    ("A value is not allowed", checkout),
    ("Confirmation is required", checkout),
    ("A flag is misspelled", checkout),
    ("The service does not exist", checkout),
    ("There is no task file", checkout),
    ("The task file has errors", with_errors_in_the_task_file),
    ("The run failed", checkout),
    ("The run is still in progress", checkout),
    ("The run does not start", without_a_cluster),
    ("No Lagoon is configured", new_home),
    ("ssh does not accept the key", with_another_key),
    ("The token has expired", with_an_expired_token),
    ("Your role does not allow it", as_developer),
    ("The project is not found", checkout),
    ("The environment is not found", checkout),
    ("The task is not found", checkout),
    ("The run is not found", checkout),
    ("Lagoon cannot be reached", with_a_closed_port),
    ("The certificate is not trusted", with_an_unknown_authority),
    ("The address is not a Lagoon API", with_a_web_page),
];

fn new_home(command: &str) -> Output {
    let home = Home::new();
    home.run(home.shell(command))
}

fn checkout(command: &str) -> Output {
    in_shop(&Shop::new(), command, |shell| shell)
}

/// Runs a command in the checkout. The output shows the example's address.
fn in_shop(shop: &Shop, command: &str, with: impl Fn(Invocation) -> Invocation) -> Output {
    let output = shop.env.run(with(shop.shell(command)));
    let own = format!("http://{}", shop.env.address());
    showing_address(output, &own)
}

fn showing_address(mut output: Output, own: &str) -> Output {
    output.stderr = output.stderr.replace(own, &format!("https://{ADDRESS}"));
    output
}

fn while_it_runs(command: &str) -> Output {
    let shop = Shop::new();
    let start = "tasks invoke 'Count slowly' -e main";
    shop.env.run(shop.shell(start)).succeeds();
    in_shop(&shop, command, |shell| shell)
}

/// Runs stay `new`.
fn without_a_cluster(command: &str) -> Output {
    let shop = Shop::new();
    shop.env.script("Reindex", &[]);
    in_shop(&shop, command, |shell| shell)
}

fn outside_a_checkout(command: &str) -> Output {
    let shop = Shop::new();
    let folder = shop.env.home.path("tmp");
    in_shop(&shop, command, |shell| shell.within(&folder))
}

fn with_errors_in_the_task_file(command: &str) -> Output {
    let shop = Shop::new();
    let file = "version: 1\nproject: shop\ntasks:\n  - name: Clear caches\n    comand: drush cr\n    service: cli\n";
    shop.env.home.write("work/.lagoon/tasks.yml", file);
    in_shop(&shop, command, |shell| shell)
}

fn with_another_key(command: &str) -> Output {
    let shop = Shop::new();
    shop.env.home.tasks(&["logout"]).succeeds();
    shop.ssh().refuse(
        "lagoon@ssh.acme.example: Permission denied (publickey).\n",
        255,
    );
    in_shop(&shop, command, |shell| shell)
}

fn with_an_expired_token(command: &str) -> Output {
    let shop = Shop::new();
    let expired = shop
        .env
        .sandbox()
        .token(Identity::Maintainer, Duration::ZERO);
    let expired = expired.unwrap();
    in_shop(&shop, command, |shell| {
        shell
            .env("TASKS_API", shop.env.url())
            .env("TASKS_TOKEN", &expired)
    })
}

fn as_developer(command: &str) -> Output {
    let shop = Shop::new();
    let developer = shop.env.as_role("developer");
    in_shop(&shop, command, |shell| {
        shell
            .env("TASKS_API", shop.env.url())
            .env("TASKS_TOKEN", developer.token())
    })
}

/// Nothing listens on the port of the context.
fn with_a_closed_port(command: &str) -> Output {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let home = Home::new();
    let shell = home.shell(command).env("TASKS_TOKEN", "token");
    let api = format!("http://{address}/graphql");
    let output = home.run(shell.env("TASKS_API", api));
    showing_address(output, &format!("http://{address}"))
}

fn with_an_unknown_authority(command: &str) -> Output {
    let shop = Shop::new();
    let tls = TlsFront::new(shop.env.address());
    let api = format!("https://{}/graphql", tls.address());
    let output = in_shop(&shop, command, |shell| {
        let shell = shell.env("TASKS_API", &api);
        shell.env("TASKS_TOKEN", shop.env.token())
    });
    showing_address(output, &format!("https://{}", tls.address()))
}

fn with_a_web_page(command: &str) -> Output {
    let shop = Shop::new();
    let page = |_: &_| Fault::answered("200 OK", "text/html", "<html>Welcome</html>");
    let proxy = Proxy::drawing(shop.env.address(), Duration::ZERO, page);
    let api = proxy.url("/graphql");
    let output = in_shop(&shop, command, |shell| {
        let shell = shell.env("TASKS_API", &api);
        shell.env("TASKS_TOKEN", shop.env.token())
    });
    showing_address(output, api.trim_end_matches("/graphql"))
}

/// The error and its hints, without the notes before them.
fn message(output: &Output) -> String {
    let from = output.stderr.find("error: ").unwrap_or_default();
    let message = output.stderr[from..].trim_end();
    [
        (r"\d{4}-\d\d-\d\dT[\d:]+Z", "2026-01-05T10:00:00Z"),
        (r"\(os error \d+\)", "(os error 111)"),
    ]
    .iter()
    .fold(message.to_owned(), |message, (pattern, shown)| {
        let pattern = regex::Regex::new(pattern).unwrap();
        pattern.replace_all(&message, *shown).into_owned()
    })
}

/// The exit codes that the heading above a section lists.
fn listed_codes(block: &Block) -> Vec<i32> {
    let numbers = block.headings[1].split(|c: char| !c.is_ascii_digit());
    numbers.filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn the_page_shows_the_messages_that_are_printed() {
    let page = Page::read(PAGE);
    let mut updated = page.text.clone();
    let mut wrong_codes = Vec::new();
    for block in page.blocks().iter().filter(|b| b.language == "console") {
        let (_, situation) = SECTIONS
            .iter()
            .find(|(heading, _)| block.headings.last().is_some_and(|h| h == heading))
            .unwrap_or_else(|| panic!("no situation for {:?}", block.headings));
        let command = block.commands();
        let output = situation(&command);
        if !listed_codes(block).contains(&output.code) {
            wrong_codes.push(format!("{:?}: {output}", block.headings));
        }
        let shown = format!("```console\n{}\n```", block.text);
        let printed = format!("```console\n$ {command}\n{}\n```", message(&output));
        updated = updated.replacen(&shown, &printed, 1);
    }
    if std::env::var_os("TASKS_UPDATE_DOCS").is_some() {
        std::fs::write(root().join(PAGE), &updated).unwrap();
    }
    assert!(wrong_codes.is_empty(), "{}", wrong_codes.join("\n"));
    assert!(
        Page::read(PAGE).text == updated,
        "{PAGE} shows other messages than the program; run: \
         TASKS_UPDATE_DOCS=1 cargo test messages_that_are_printed"
    );
}

#[test]
fn the_page_has_every_section() {
    let blocks = Page::read(PAGE).blocks();
    for (heading, _) in SECTIONS {
        let is_there = |b: &Block| b.language == "console" && b.headings[2..] == [heading];
        assert!(blocks.iter().any(is_there), "{heading}");
    }
}
