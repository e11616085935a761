//! `files`: the files of a run, transfers, and writes that stay in the target folder.

use insta::assert_snapshot;
use lagoon_sandbox::store::StoreError;
use serde_json::json;

use crate::support::env::TestEnv;
use crate::support::output::Output;
use crate::support::proxy::{Fault, Proxy};

mod download;

/// A Lagoon with the runs 12 and 120.
fn env() -> TestEnv {
    let env = TestEnv::new();
    let admin = env.as_role("legacy-admin");
    for id in [12, 120] {
        let add = "mutation($i:Int!){addTask(input:{id:$i,name:\"r\",environment:102,service:\"cli\",command:\"c\"}){id}}";
        let (_, answer) = admin.graphql(add, json!({"i": id}));
        assert_eq!(answer["data"]["addTask"]["id"], id, "{answer}");
    }
    env
}

/// Gives a run a file of any name.
fn keep(env: &TestEnv, run: i32, name: &str, body: impl AsRef<[u8]>) {
    let sql =
        "INSERT INTO file (task, filename, body, created) VALUES (?1, ?2, ?3, datetime('now'))";
    let store = env.sandbox().store();
    store
        .write(|tx| Ok::<_, StoreError>(tx.execute(sql, (run, name, body.as_ref()))?))
        .unwrap();
}

fn work(env: &TestEnv, name: &str) -> String {
    std::fs::read_to_string(env.home.path("work").join(name)).unwrap()
}

fn through(env: &TestEnv, proxy: &Proxy, args: &[&str]) -> Output {
    env.run(env.command(args).env("TASKS_API", proxy.url("/graphql")))
}

#[test]
fn a_demo_task_attaches_a_file_to_its_run() {
    let env = TestEnv::new();
    let sandbox = |args: &[&str]| env.home.tasks(&[&["-l", "sandbox"], args].concat());
    let place = ["-p", "lagoon-demo", "-e", "develop"];
    sandbox(&[&["invoke", "Export database", "--wait"], &place[..]].concat()).succeeds();
    let listed = sandbox(&["files", "list", "1", "-o", "name"]).succeeds();
    assert_eq!(listed.stdout, "lagoon-demo-develop.sql\n");
    let got = sandbox(&["files", "get", "1", "-o", "table"]).succeeds();
    let saved = "saved lagoon-demo-develop.sql (";
    assert!(
        got.stdout.starts_with(saved) && got.stdout.ends_with(" bytes)\n"),
        "{got}"
    );
    let content = work(&env, "lagoon-demo-develop.sql");
    assert!(content.starts_with("-- "), "{content}");
}

#[test]
fn a_run_without_files_says_how_a_run_gets_some() {
    let env = env();
    let note = "run 12 has no files; its task can upload files to it, and so can you: tasks files put 12 FILE\n";
    let listed = env
        .tasks(&["files", "list", "12", "-o", "table"])
        .succeeds();
    assert_eq!((listed.stdout.as_str(), listed.stderr.as_str()), ("", note));
    let got = env.tasks(&["files", "get", "12"]).ends_with(5);
    assert_eq!(got.stderr, "error: run 12 has no files\n");
}

#[test]
fn a_run_without_a_verb_is_listed() {
    let env = env();
    for run in ["12", "lagoon-task-abc123"] {
        let output = env.tasks(&["files", run, "-o", "name"]).ends_with(2);
        let hint = format!("hint: did you mean `tasks files list {run} -o name`?\n");
        assert!(output.stderr.ends_with(&hint), "{output}");
    }
}

#[test]
fn a_list_shows_only_the_files_of_the_run() {
    let env = env();
    keep(&env, 12, "a.txt", "a");
    keep(&env, 12, "b.sql", "b");
    keep(&env, 120, "c.txt", "c");
    let listed = |format| env.tasks(&["files", "list", "12", "-o", format]).snapshot();
    assert_snapshot!(listed("table"), @"
    exit code: 0
    ---- stdout
    FILENAME  CREATED
    a.txt     NOW
    b.sql     NOW
    ---- stderr: empty
    ");
    assert_snapshot!(listed("tsv"), @"
    exit code: 0
    ---- stdout
    a.txt	TIME
    b.sql	TIME
    ---- stderr: empty
    ");
    assert_snapshot!(listed("json"), @r#"
    exit code: 0
    ---- stdout
    [
      {
        "filename": "a.txt",
        "created": "TIME"
      },
      {
        "filename": "b.sql",
        "created": "TIME"
      }
    ]
    ---- stderr: empty
    "#);
    assert_snapshot!(listed("name"), @"
    exit code: 0
    ---- stdout
    a.txt
    b.sql
    ---- stderr: empty
    ");
    assert_snapshot!(listed("csv"), @"
    exit code: 0
    ---- stdout
    filename,created
    a.txt,TIME
    b.sql,TIME
    ---- stderr: empty
    ");
    let output = env
        .tasks(&["files", "list", "12", "--url", "-o", "json"])
        .succeeds();
    let files = output.json();
    let keys: Vec<&String> = files[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["filename", "created", "download"]);
    assert!(
        files[0]["download"]
            .as_str()
            .unwrap()
            .contains("/tasks/12/a.txt?")
    );
    let none = env.tasks(&["files", "list", "1", "-o", "table"]);
    assert_eq!(none.code, 5, "{none}");
}

#[test]
fn an_uploaded_file_downloads_unchanged() {
    let env = env();
    let bytes: Vec<u8> = (0..5_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    env.home.write("work/big.bin", &bytes);
    env.home.write("work/empty", "");
    let put = env
        .tasks(&["files", "put", "12", "big.bin", "empty", "-o", "json"])
        .succeeds();
    assert_eq!(
        put.json(),
        json!([
            {"filename": "big.bin", "path": "big.bin", "bytes": 5_000_000},
            {"filename": "empty", "path": "empty", "bytes": 0},
        ])
    );
    let get = env
        .tasks(&["files", "get", "12", "-O", "new/folder", "-o", "tsv"])
        .succeeds();
    assert_eq!(
        get.stdout,
        "big.bin\tnew/folder/big.bin\t5000000\nempty\tnew/folder/empty\t0\n"
    );
    let there = env.home.path("work/new/folder");
    assert!(std::fs::read(there.join("big.bin")).unwrap() == bytes);
    assert_eq!(
        std::fs::read_dir(&there).unwrap().count(),
        2,
        "nothing temporary stays"
    );
}

#[test]
fn one_file_can_be_written_to_stdout() {
    let env = env();
    keep(&env, 12, "a.txt", "one\ntwo");
    keep(&env, 12, "b.txt", "x");
    let output = env
        .tasks(&["files", "get", "12", "a.txt", "-O", "-"])
        .succeeds();
    assert_eq!(
        (output.stdout.as_str(), output.stderr.as_str()),
        ("one\ntwo", "")
    );
    let output = env.tasks(&["files", "get", "12", "-O", "-"]);
    assert_snapshot!(output.error(2), @"error: only one file can be written to stdout, but several are selected: `a.txt`, `b.txt`");
    let closed = env.shell("tasks files get 12 a.txt -O - | true");
    env.run(closed).succeeds();
}

#[test]
fn names_and_patterns_select_files() {
    let env = env();
    for name in ["a.sql", "b.sql.gz", "*.md", "c.md"] {
        keep(&env, 12, name, name);
    }
    let chosen = |patterns: &[&str]| {
        let line = [&["files", "get", "12", "--force", "-o", "name"], patterns].concat();
        env.tasks(&line).succeeds().stdout
    };
    assert_eq!(chosen(&["*.sql*"]), "a.sql\nb.sql.gz\n");
    assert_eq!(chosen(&["*.md"]), "*.md\n", "a name first");
    assert_eq!(chosen(&["c.md", "a.???"]), "a.sql\nc.md\n");
    let output = env.tasks(&["files", "get", "12", "a.sqk"]);
    assert_snapshot!(output.error(5), @"
    error: run 12 has no file `a.sqk`
    hint: did you mean `a.sql`?
    ");
}

#[test]
fn existing_files_are_not_overwritten() {
    let env = env();
    keep(&env, 12, "a.txt", "new");
    keep(&env, 12, "b.txt", "new");
    env.home.write("work/b.txt", "old");
    let output = env.tasks(&["files", "get", "12"]);
    assert_snapshot!(output.error(2), @"
    error: b.txt already exists
    hint: pass --force to replace it
    ");
    assert_eq!((output.code, work(&env, "b.txt").as_str()), (2, "old"));
    assert!(!env.home.path("work/a.txt").exists(), "nothing is begun");
    env.tasks(&["files", "get", "12", "--force"]).succeeds();
    assert_eq!(work(&env, "b.txt"), "new");
    let again = env.tasks(&["files", "put", "12", "a.txt"]);
    assert_snapshot!(again.error(2), @"
    error: run 12 already has a file `a.txt`
    hint: pass --force to replace it
    ");
    env.tasks(&["files", "put", "12", "a.txt", "--force"])
        .succeeds();
}

#[test]
fn no_file_is_written_outside_the_folder() {
    let env = env();
    for name in [
        "../../evil",
        "/tmp/evil",
        "..",
        "a/b",
        "a_b",
        "con.txt",
        "x\u{1b}[2J",
        "COM\u{b9}.log",
        "C:x",
        "a.txt:hidden",
        "trailing. ",
        ".bashrc",
        "in\u{202e}gpj.exe",
        "A_B",
    ] {
        keep(&env, 12, name, "x");
    }
    let before = env.home.files();
    let output = env.tasks(&["files", "get", "12", "-O", "in"]).succeeds();
    assert_snapshot!("files-hostile", output.snapshot());
    let new: Vec<_> = env
        .home
        .files()
        .into_iter()
        .filter(|f| !before.contains(f))
        .collect();
    assert_eq!(new.len(), 13, "{new:?}");
    assert!(
        new.iter()
            .all(|file| file.parent().unwrap().ends_with("work/in")),
        "{new:?}"
    );
}

/// A name that had to be changed never takes the place of another file's.
#[test]
fn local_file_names_are_distinct() {
    let env = env();
    keep(&env, 12, "a/b", "changed");
    keep(&env, 12, "a_b", "plain");
    let output = env.tasks(&["files", "get", "12", "a/b"]).succeeds();
    assert_eq!(output.stdout, "a/b\ta_b.2\t7\n");
    env.tasks(&["files", "get", "12", "--force"]).succeeds();
    assert_eq!(work(&env, "a_b"), "plain");
    assert_eq!(work(&env, "a_b.2"), "changed");
}

#[test]
fn the_store_gets_no_token_and_redirects_are_not_followed() {
    let env = env();
    keep(&env, 12, "a.txt", "a");
    let proxy = Proxy::new(env.address(), []);
    through(&env, &proxy, &["files", "get", "12"]).succeeds();
    env.home.write("work/new.txt", "new");
    through(&env, &proxy, &["files", "put", "12", "new.txt"]).succeeds();
    let to_store: Vec<_> = proxy
        .seen()
        .into_iter()
        .filter(|s| s.head.contains(" /files"))
        .collect();
    assert_eq!(to_store.len(), 2);
    for seen in to_store {
        assert!(
            !seen.head.to_lowercase().contains("authorization"),
            "{}",
            seen.head
        );
    }
    let faults = [Fault::None, Fault::redirected("http://127.0.0.1:1/")];
    let proxy = Proxy::new(env.address(), faults);
    let output = through(&env, &proxy, &["files", "get", "12", "a.txt", "--force"]);
    assert_snapshot!(output.error(1), @"error: the file store http://127.0.0.1:PORT answered with a redirect (status 307 Temporary Redirect), which is not followed");
    assert_eq!((output.code, proxy.seen().len()), (1, 2));
}

#[test]
fn an_expired_address_is_requested_again() {
    let env = env();
    keep(&env, 12, "a.txt", "a");
    let old = || Fault::answered("403 Forbidden", "application/xml", "<Error/>");
    let proxy = Proxy::new(env.address(), [Fault::None, old()]);
    through(&env, &proxy, &["files", "get", "12"]).succeeds();
    assert_eq!((proxy.seen().len(), work(&env, "a.txt").as_str()), (4, "a"));
    let proxy = Proxy::new(env.address(), [Fault::None, old(), Fault::None, old()]);
    let output = through(&env, &proxy, &["files", "get", "12", "--force"]);
    assert_snapshot!(output.error(1), @"error: the file store http://127.0.0.1:PORT answered with status 403 Forbidden");
}

#[test]
fn before_2_30_files_go_through_the_api() {
    let env = env();
    env.home.write("work/a.txt", "through the API");
    let unknown = r#"{"errors":[{"message":"Cannot query field \"getTaskFileUploadForm\" on type \"Query\"."}]}"#;
    let old = Fault::answered("400 Bad Request", "application/json", unknown);
    let proxy = Proxy::new(env.address(), [Fault::None, old.clone(), old]);
    through(&env, &proxy, &["files", "put", "12", "a.txt", "--force"]).succeeds();
    let output = env.tasks(&["files", "get", "12", "-O", "-"]);
    assert_eq!(output.succeeds().stdout, "through the API");
    assert!(
        env.requests()
            .iter()
            .any(|r| r.operations == ["uploadFilesForTask"])
    );
}

#[test]
fn unusable_upload_files_are_usage_errors() {
    let env = env();
    env.home.write("work/a/x", "1");
    env.home.write("work/b/x", "2");
    let before = env.requests().len();
    for files in [["nosuch", "a/x"], ["a", "b"], ["a/x", "b/x"]] {
        let output = env.tasks(&[&["files", "put", "12"], &files[..]].concat());
        assert_eq!(output.code, 2, "{output}");
    }
    assert_eq!(env.requests().len(), before, "nothing was asked");
    let guest = env.as_role("guest").tasks(&["files", "put", "12", "a/x"]);
    assert_snapshot!(guest.error(4), @r#"
    127.0.0.1 · lagoon-demo/develop
    error: not allowed: Unauthorized: You don't have permission to "update" on "task"
    hint: this requires the role developer; your roles: lagoon-demo-group (guest)
    "#);
}

#[test]
fn an_unavailable_store_is_reported() {
    let env = env();
    env.sandbox().set_storage_down(true);
    let output = env.tasks(&["files", "list", "12"]);
    assert_snapshot!(output.error(1), @"error: Lagoon refused: connect ECONNREFUSED 127.0.0.1:PORT");
}

#[test]
fn files_accept_every_form_of_a_run() {
    let env = TestEnv::new();
    let id = crate::wait::start(&env, &[]);
    let number: i32 = id.parse().unwrap();
    keep(&env, number, "a.txt", "a");
    keep(&env, number, "b.sql", "b");
    for run in [&id[..], "--last"] {
        let output = env.tasks(&["files", "list", run, "-o", "name"]).succeeds();
        assert_eq!(output.stdout, "a.txt\nb.sql\n");
    }
    let run = env.tasks(&["status", &id, "-o", "json"]).succeeds().stdout;
    let command = env.command(&["files", "get", "-", "*.sql"]).stdin(&run);
    assert_eq!(env.run(command).succeeds().stdout, "b.sql\tb.sql\t1\n");
    // After --last, all arguments are files.
    let output = env.tasks(&["files", "get", "--last", "a.txt", "-O", "in"]);
    assert_eq!(output.succeeds().stdout, "a.txt\tin/a.txt\t1\n");
    env.home.write("work/c", "c");
    env.home.write("work/d", "d");
    let output = env.tasks(&["files", "put", "--last", "c", "d"]).succeeds();
    assert_eq!(output.stdout, "c\tc\t1\nd\td\t1\n");
    for line in [
        &["files", "list"][..],
        &["files", "list", "--last", &id],
        &["files", "put", &id],
        &["files", "put", "--last"],
        &["files", "get", "-"],
    ] {
        let output = env.tasks(line);
        assert_eq!((output.code, output.stdout.as_str()), (2, ""), "{output}");
    }
    let several = env.command(&["files", "get", "-"]).stdin("1\n2\n");
    let output = env.run(several);
    assert_eq!(output.code, 2);
    assert!(output.stderr.contains("stdin has 2 runs"), "{output}");
}
