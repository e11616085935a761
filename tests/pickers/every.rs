//! Every list prompt with wide characters: its screens, resizes, and the keys and signals that leave it.

use insta::assert_snapshot;
use unicode_width::UnicodeWidthStr;

use super::{CTRL_U, ESC, at, with_runs};
use crate::support::env::TestEnv;
use crate::support::output::mask;
use crate::support::pty::{CTRL_C, ENTER, Terminal};

const WIDTHS: [u16; 4] = [40, 60, 80, 120];

struct Picker {
    name: &'static str,
    args: &'static [&'static str],
    /// The earlier prompts and their answers.
    before: &'static [(&'static str, &'static str)],
    question: &'static str,
    /// A text of the list.
    item: &'static str,
}

const DEFINE: &[&str] = &["define", "-p", "lagoon-demo", "-e", "develop"];

/// The answers to the prompts of `define` up to the arguments.
const TASK: [(&str, &str); 6] = [
    ("? Task name", "索引\r"),
    ("? Type", ENTER),
    ("? Command", "true\r"),
    ("? Service", ENTER),
    ("? Description", ENTER),
    ("? Permission", ENTER),
];

const PICKERS: [Picker; 14] = [
    Picker {
        name: "project",
        args: &["list"],
        before: &[],
        question: "? Project ›",
        item: "lagoon-demo",
    },
    Picker {
        name: "environment",
        args: &["invoke", "-p", "lagoon-demo"],
        before: &[],
        question: "? Environment ›",
        item: "pr-12",
    },
    Picker {
        name: "task",
        args: &["show", "-p", "lagoon-demo", "-e", "main"],
        before: &[],
        question: "? Task ›",
        item: "Run yarn audit",
    },
    Picker {
        name: "run",
        args: &["status", "-p", "lagoon-demo", "-e", "develop"],
        before: &[],
        question: "? Run ›",
        item: "63  Count s",
    },
    Picker {
        name: "service",
        args: &["exec", "-p", "lagoon-demo", "-e", "develop", "--", "true"],
        before: &[],
        question: "? Service ›",
        item: "mariadb",
    },
    Picker {
        name: "context",
        args: &["context", "use"],
        before: &[],
        question: "? Context ›",
        item: "built in",
    },
    Picker {
        name: "scope",
        args: &["delete"],
        before: &[],
        question: "? Scope ›",
        item: "group ",
    },
    Picker {
        name: "group",
        args: &["delete", "--scope", "group"],
        before: &[],
        question: "? Group ›",
        item: "(another group)",
    },
    Picker {
        name: "value",
        args: &[
            "invoke",
            "Try arguments",
            "-p",
            "lagoon-demo",
            "-e",
            "develop",
        ],
        before: &[],
        question: "? 源环境 🌍 (FROM) ›",
        item: "pr-12",
    },
    Picker {
        name: "rerun",
        args: &["rerun", "7"],
        before: &[],
        question: "? Rerun ›",
        item: "recorded command",
    },
    Picker {
        name: "type",
        args: DEFINE,
        before: TASK.split_at(1).0,
        question: "? Type ›",
        item: "image",
    },
    Picker {
        name: "permission",
        args: DEFINE,
        before: TASK.split_at(5).0,
        question: "? Permission ›",
        item: "maintainer",
    },
    Picker {
        name: "argument-type",
        args: DEFINE,
        before: &[
            TASK[0],
            TASK[1],
            TASK[2],
            TASK[3],
            TASK[4],
            TASK[5],
            ("? Add an arg", "TO\r"),
        ],
        question: "? Argument type ›",
        item: "numeric",
    },
    Picker {
        name: "default",
        args: DEFINE,
        before: &[
            TASK[0],
            TASK[1],
            TASK[2],
            TASK[3],
            TASK[4],
            TASK[5],
            ("? Add an arg", "TO\r"),
            ("? Argument type", "envir"),
            ("❯ environment", ENTER),
            ("? Optional?", "\r"),
            ("? Label", ENTER),
        ],
        question: "? Default ›",
        item: "pr-12",
    },
];

/// A Lagoon and a configuration with wide characters and long names in every list.
fn wide() -> TestEnv {
    let env = with_runs();
    env.sql(
        "UPDATE project SET name = '商城-产品目录与搜索索引-🚀-with-a-long-name' WHERE id = 43;
         INSERT INTO environment (id, name, project, deploy_type, environment_type, openshift, namespace, created, updated)
           SELECT 104, 'feature/清除所有缓存并重新索引-😀', 42, deploy_type, 'production', openshift, 'x', created, updated
           FROM environment WHERE id = 102;
         INSERT INTO service (environment, name, type, created) VALUES (102, '搜索引擎-🔍', 'solr', '2026-01-01 00:00:00');
         INSERT INTO user_group VALUES ('wide', '团队-搜索与索引-🔍-with-a-long-name');
         INSERT INTO membership SELECT member, 'wide', role FROM membership
           WHERE user_group = (SELECT id FROM user_group WHERE name = 'lagoon-demo-group');
         UPDATE definition SET name = '清除缓存 🧹 and everything else' WHERE name = 'Clear caches';
         UPDATE definition SET description = '清除所有缓存，然后为每个产品重新建立索引，最后通知整个团队。这需要几分钟。'
           WHERE name = 'Count slowly';
         UPDATE argument SET display_name = '源环境 🌍' WHERE name = 'FROM';",
    );
    env.home.write(
        ".config/lagoon-tasks/config.toml",
        "[contexts.eu]\napi = \"https://api.例え.example\"\n\
         [contexts.production-of-a-customer-with-a-long-name]\napi = \"https://api.lagoon.a-customer.example.com\"\n",
    );
    env
}

/// Answers the earlier prompts, and waits for the list.
fn open(env: &TestEnv, picker: &Picker, width: u16) -> Terminal {
    let mut terminal = at(env, picker.args, 24, width);
    for (question, answer) in picker.before {
        terminal.wait_for(question);
        terminal.send(answer);
    }
    terminal.wait_until(picker.name, |screen| {
        screen.contains(picker.question) && screen.contains(picker.item)
    });
    terminal
}

/// The lines of the list.
fn list(picker: &Picker, screen: &str) -> String {
    let lines = screen.lines();
    let lines = lines.skip_while(|line| !line.starts_with(picker.question));
    mask(&lines.collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_picker_is_readable_at_40_60_80_and_120_columns_and_follows_resizes() {
    let env = wide();
    for picker in &PICKERS {
        let name = picker.name;
        let screens = WIDTHS.map(|width| {
            let mut terminal = open(&env, picker, width);
            let screen = list(picker, &terminal.screen());
            let is_cut = |line: &str| line.width() >= usize::from(width);
            assert!(!screen.lines().any(is_cut), "{name}, {width}:\n{screen}");
            terminal.send(CTRL_C);
            terminal.finish();
            screen
        });
        let sized = WIDTHS.iter().zip(&screens);
        let shown = sized.map(|(width, screen)| format!("{width} columns:\n{screen}\n"));
        assert_snapshot!(format!("picker-{name}"), shown.collect::<String>());

        let mut terminal = open(&env, picker, 120);
        for at in [1, 0, 2, 3] {
            terminal.resize_and_wait(24, WIDTHS[at]);
            terminal.wait_until(name, |screen| list(picker, screen) == screens[at]);
        }
        terminal.resize_and_wait(10, 40);
        terminal.wait_until(name, |screen| {
            let questions = screen.lines().filter(|line| line.starts_with("? "));
            questions.count() == 1
        });
        terminal.send("清zzzz");
        terminal.wait_for("no match");
        terminal.send(CTRL_U);
        terminal.wait_until_gone("no match");
        terminal.resize_and_wait(24, 120);
        terminal.wait_until(name, |screen| list(picker, screen) == screens[3]);
        terminal.send(CTRL_C);
        assert_eq!(terminal.finish(), 130, "{name}");
    }
}

#[test]
fn every_picker_is_left_by_ctrl_c_esc_and_hang_up_with_the_terminal_restored() {
    let env = wide();
    for picker in &PICKERS {
        let name = picker.name;
        for leave in [CTRL_C, ESC] {
            let mut terminal = open(&env, picker, 80);
            terminal.send(leave);
            assert_eq!(terminal.finish(), 130, "{name}");
            assert!(!terminal.hides_cursor() && terminal.is_cooked(), "{name}");
            let screen = terminal.screen();
            assert!(!screen.contains(picker.question), "{screen}");
        }
        for signal in ["HUP", "TERM"] {
            let mut terminal = open(&env, picker, 80);
            terminal.signal(signal);
            assert_eq!(terminal.finish(), 143, "{name}");
            assert!(!terminal.hides_cursor() && terminal.is_cooked(), "{name}");
        }
    }
}
