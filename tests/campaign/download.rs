//! Downloads through a network that fails at random: whatever happens, a file is that of the run, whole and
//! unmixed, or there is none; and once the network is sound again, the download is completed.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lagoon_sandbox::store::StoreError;

use super::{DEADLINE, number};
use crate::support::env::TestEnv;
use crate::support::proxy::{Fault, Proxy};

const LENGTH: usize = 120_000;

/// Calls of one case; the network of the last one is sound.
const CALLS: u32 = 4;

/// A content without repetitions, so that a piece in the wrong place is noticed.
fn content(version: u32) -> String {
    let lines =
        (0..).map(|line: u32| format!("{version}:{:08x}\n", line.wrapping_mul(2_654_435_761)));
    let mut text: String = lines.take(LENGTH / 11 + 1).collect();
    text.truncate(LENGTH - usize::try_from(version).unwrap() * 100);
    text
}

fn store(env: &TestEnv, version: u32) {
    let insert = "INSERT INTO file (task, filename, body, created) VALUES (12, 'a.sql', ?1, datetime('now'))";
    env.sql("DELETE FROM file");
    let written = env
        .sandbox()
        .store()
        .write(|tx| Ok::<_, StoreError>(tx.execute(insert, [content(version).as_bytes()])?));
    assert_eq!(written.unwrap(), 1);
}

/// What can happen to a request for a list of files, or for a file. A file that is damaged or shortened
/// while its length and entity tag are right has no sign of it.
fn fault(rng: &mut fastrand::Rng, is_file: bool) -> Fault {
    let cut = rng.usize(0..LENGTH + 500);
    match rng.u32(0..14) {
        0 => Fault::Refused,
        1 => Fault::ResetBefore,
        2 => Fault::ResponseLost,
        3 | 4 => Fault::ResponseCut(cut),
        5 | 6 => Fault::ResetAfter(cut),
        7 => Fault::answered("503 Slow Down", "application/xml", "<Error/>"),
        8 => Fault::answered("403 Forbidden", "application/xml", "<Error/>"),
        9 => Fault::Late(Duration::from_millis(rng.u64(1..100))),
        10 => Fault::Twice,
        11 if is_file => Fault::HeaderCut("etag", "W/\"weak\"", cut),
        12 if is_file => Fault::HeaderCut("etag", "", cut),
        11 => Fault::Stale,
        12 => Fault::Shortened,
        _ => Fault::None,
    }
}

fn play(seed: u64) -> Result<(), String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let env = TestEnv::new();
    let add = "mutation($i:Int!){addTask(input:{id:$i,name:\"r\",environment:102,service:\"cli\",command:\"c\"}){id}}";
    env.as_role("legacy-admin")
        .graphql(add, serde_json::json!({"i": 12}));
    store(&env, 0);
    let version = Arc::new(AtomicU32::new(0));
    let faults = Arc::new(Mutex::new(rng.u32(20..80)));
    let (likely, current, other) = (Arc::clone(&faults), Arc::clone(&version), env.clone());
    let mut drawn = rng.fork();
    let proxy = Proxy::drawing(env.address(), Duration::ZERO, move |request| {
        if request.head.contains("/graphql/stream") {
            return Fault::Refused;
        }
        if drawn.u32(0..100) >= *likely.lock().unwrap() {
            return Fault::None;
        }
        if drawn.u32(0..12) == 0 && current.load(Ordering::SeqCst) < 3 {
            store(&other, current.fetch_add(1, Ordering::SeqCst) + 1);
        }
        fault(&mut drawn, request.head.contains(" /files"))
    });
    let file = env.home.path("work/a.sql");
    for call in 1..=CALLS {
        let is_last = call == CALLS;
        if is_last {
            *faults.lock().unwrap() = 0;
        }
        let before = version.load(Ordering::SeqCst);
        let line = ["files", "get", "12", "--force", "--request-timeout", "3s"];
        let command = env.command(&line).deadline(DEADLINE);
        let output = env.run(command.env("TASKS_API", proxy.url("/graphql")));
        let shown = || format!("seed {seed}, call {call}: {}", output.clone().stderr);
        let expected: &[i32] = if is_last { &[0] } else { &[0, 1, 4, 5, 7] };
        if !expected.contains(&output.code) || output.stderr.contains("panicked") {
            return Err(format!("exit code {}, {}", output.code, shown()));
        }
        let after = version.load(Ordering::SeqCst);
        match std::fs::read_to_string(&file) {
            Ok(text) if !(0..=after).any(|version| text == content(version)) => {
                return Err(format!("a mixed or incomplete file, {}", shown()));
            }
            Ok(text) if output.code == 0 && !(before..=after).any(|of| text == content(of)) => {
                return Err(format!("an old file, {}", shown()));
            }
            Ok(_) => {}
            Err(_) if output.code == 0 => return Err(format!("no file, {}", shown())),
            Err(_) => {}
        }
        if output.code == 0 && env.home.path("work/.a.sql.tasks-partial").exists() {
            return Err(format!("a partial file remains, {}", shown()));
        }
    }
    Ok(())
}

#[test]
fn no_file_is_mixed_or_incomplete_under_network_faults() {
    let asked = number("TASKS_CAMPAIGN");
    let first = number("TASKS_CAMPAIGN_SEED").unwrap_or_else(|| match asked {
        Some(_) => fastrand::u64(..1_000_000_000),
        None => 1,
    });
    let seeds = first..first + asked.unwrap_or(12).div_ceil(5);
    let failures: Vec<String> = seeds.filter_map(|seed| play(seed).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
