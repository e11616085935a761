//! Interrupted downloads: retried, resumed only if the file is unchanged, and verified.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::Duration;

use super::{env, keep, through, work};
use crate::support::env::TestEnv;
use crate::support::process::{Running, eventually};
use crate::support::proxy::{Fault, Proxy, ReceivedRequest};

const LENGTH: usize = 300_000;
const GET: [&str; 3] = ["files", "get", "12"];

/// A content without repetitions, so that a piece in the wrong place is noticed.
fn content(seed: u32) -> String {
    (0..)
        .map(|n: u32| n.wrapping_mul(2_654_435_761).wrapping_add(seed))
        .flat_map(|n| format!("{n:08x}").into_bytes())
        .map(char::from)
        .take(LENGTH)
        .collect()
}

/// A run with one file.
fn with_file() -> TestEnv {
    let env = env();
    keep(&env, 12, "a.sql", content(1));
    env
}

fn replace(env: &TestEnv, body: &str) {
    env.sql("DELETE FROM file");
    keep(env, 12, "a.sql", body);
}

/// A proxy that answers the requests for files with these faults, and passes on all others.
fn storing(env: &TestEnv, faults: impl IntoIterator<Item = Fault>) -> Proxy {
    let mut faults = faults.into_iter().collect::<Vec<_>>().into_iter();
    drawing(env, move |_| faults.next().unwrap_or(Fault::None))
}

fn drawing(
    env: &TestEnv,
    mut draw: impl FnMut(&ReceivedRequest) -> Fault + Send + 'static,
) -> Proxy {
    Proxy::drawing(env.address(), Duration::ZERO, move |seen| {
        if seen.head.contains(" /files") {
            draw(seen)
        } else {
            Fault::None
        }
    })
}

/// The value of a header in each request for a file.
fn sent(proxy: &Proxy, header: &str) -> Vec<Option<String>> {
    let seen = proxy.seen().into_iter();
    seen.filter(|seen| seen.head.contains(" /files"))
        .map(|seen| value(&seen, header))
        .collect()
}

fn value(seen: &ReceivedRequest, header: &str) -> Option<String> {
    let mut lines = seen.head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(name, _)| name.eq_ignore_ascii_case(header));
    found.map(|(_, value)| value.to_owned())
}

/// The first byte of the requested range.
fn first_byte(range: &str) -> usize {
    let first = range.strip_prefix("bytes=").unwrap();
    first.strip_suffix('-').unwrap().parse().unwrap()
}

fn partial(env: &TestEnv) -> PathBuf {
    env.home.path("work/.a.sql.tasks-partial")
}

#[track_caller]
fn is_complete(env: &TestEnv, body: &str) {
    assert!(work(env, "a.sql") == body, "another content");
    let names: Vec<_> = std::fs::read_dir(env.home.path("work"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["a.sql"], "nothing partial stays");
}

#[test]
fn files_get_resumes_by_range_with_if_range_and_identity_encoding() {
    let env = with_file();
    let proxy = storing(
        &env,
        [Fault::ResetAfter(100_000), Fault::ResponseCut(100_000)],
    );
    let output = through(&env, &proxy, &GET).succeeds();
    is_complete(&env, &content(1));
    assert_eq!(output.stdout, "a.sql\ta.sql\t300000\n");
    assert_eq!(output.stderr.matches("retrying").count(), 2, "{output}");
    assert!(!output.stderr.contains("signature"), "{output}");
    let ranges = sent(&proxy, "range");
    assert_eq!((ranges.len(), &ranges[0]), (3, &None));
    assert!(first_byte(ranges[2].as_deref().unwrap()) > 150_000);
    let versions = sent(&proxy, "if-range");
    assert!(versions[1].is_some() && versions[1] == versions[2]);
    let encodings = sent(&proxy, "accept-encoding");
    assert!(encodings.iter().all(|e| e.as_deref() == Some("identity")));
}

#[test]
fn files_get_retries_what_another_attempt_can_change() {
    let env = with_file();
    let busy = Fault::answered("503 Slow Down", "application/xml", "<Error/>");
    let proxy = storing(&env, [busy, Fault::Refused, Fault::Silence]);
    let line = [&GET[..], &["--request-timeout", "1s"]].concat();
    through(&env, &proxy, &line).succeeds();
    is_complete(&env, &content(1));
    // What another attempt cannot change is not retried.
    let gone = Fault::answered("404 Not Found", "application/xml", "<Error/>");
    let proxy = storing(&env, [gone]);
    let output = through(&env, &proxy, &[&GET[..], &["--force"]].concat()).ends_with(1);
    assert_eq!(sent(&proxy, "range").len(), 1, "{output}");
}

#[test]
fn files_get_resumes_on_a_new_address_when_the_old_one_has_expired() {
    let env = with_file();
    let old = Fault::answered("403 Forbidden", "application/xml", "<Error/>");
    let proxy = storing(&env, [Fault::ResetAfter(100_000), old]);
    through(&env, &proxy, &GET).succeeds();
    is_complete(&env, &content(1));
    let ranges = sent(&proxy, "range");
    assert_eq!((ranges.len(), ranges[1].is_some()), (3, true));
    assert_eq!(ranges[1], ranges[2]);
    let lists = env
        .requests()
        .iter()
        .filter(|r| r.operations == ["taskById"])
        .count();
    assert_eq!(lists, 2);
}

#[test]
fn a_file_that_changes_during_the_download_is_restarted() {
    for (lengths, new) in [
        ("same", content(2)),
        ("shorter", content(2)[..500].to_owned()),
    ] {
        let env = with_file();
        let (other, body) = (env.clone(), new.clone());
        let mut count = 0;
        let proxy = drawing(&env, move |_| {
            count += 1;
            if count == 1 {
                return Fault::ResetAfter(100_000);
            }
            if count == 2 {
                replace(&other, &body);
            }
            Fault::None
        });
        // The old address leads to a file that is gone: Lagoon is asked for the new one.
        through(&env, &proxy, &GET).succeeds();
        assert!(work(&env, "a.sql") == new, "{lengths}");
        is_complete(&env, &new);
    }
}

#[test]
fn a_range_of_another_version_is_not_used() {
    let wrong: [fn(usize) -> String; 4] = [
        // Another entity tag, another total, another beginning, no range at all.
        |from| format!("etag: \"x\"\r\ncontent-range: bytes {from}-299999/300000\r\n"),
        |from| format!("etag: ETAG\r\ncontent-range: bytes {from}-299998/299999\r\n"),
        |_| "etag: ETAG\r\ncontent-range: bytes 0-299999/300000\r\n".to_owned(),
        |_| "etag: ETAG\r\n".to_owned(),
    ];
    for headers in wrong {
        let env = with_file();
        let mut count = 0;
        let proxy = drawing(&env, move |seen| {
            count += 1;
            match value(seen, "range") {
                None if count == 1 => Fault::ResetAfter(100_000),
                None => Fault::None,
                Some(range) => {
                    let etag = value(seen, "if-range").unwrap();
                    let headers = headers(first_byte(&range)).replace("ETAG", &etag);
                    Fault::Answered(format!(
                        "HTTP/1.1 206 Partial Content\r\n{headers}content-length: 5\r\n\
                         connection: close\r\n\r\nwrong"
                    ))
                }
            }
        });
        through(&env, &proxy, &GET).succeeds();
        is_complete(&env, &content(1));
        assert_eq!(sent(&proxy, "range").len(), 3);
    }
}

#[test]
fn files_get_verifies_the_length() {
    // A part that ends too early, although its own length is right.
    let env = with_file();
    let whole = content(1);
    let proxy = drawing(&env, move |seen| match value(seen, "range") {
        None => Fault::ResetAfter(100_000),
        Some(range) if first_byte(&range) < 150_000 => {
            let (from, etag) = (first_byte(&range), value(seen, "if-range").unwrap());
            let body = &whole[from..200_000];
            Fault::Answered(format!(
                "HTTP/1.1 206 Partial Content\r\netag: {etag}\r\ncontent-length: {}\r\n\
                 content-range: bytes {from}-199999/300000\r\nconnection: close\r\n\r\n{body}",
                body.len()
            ))
        }
        Some(_) => Fault::None,
    });
    through(&env, &proxy, &GET).succeeds();
    is_complete(&env, &content(1));
    assert_eq!(sent(&proxy, "range")[2].as_deref(), Some("bytes=199999-"));

    // A body that ends with the connection could be cut anywhere.
    let env = with_file();
    let proxy = storing(&env, [Fault::Header("content-length", "")]);
    let output = through(&env, &proxy, &GET).ends_with(1);
    assert!(
        output.stderr.contains("does not send the length"),
        "{output}"
    );
    assert!(!env.home.path("work/a.sql").exists());
}

#[test]
fn files_get_resumes_only_with_a_strong_entity_tag() {
    for etag in ["", "W/\"weak\"", "unquoted"] {
        let env = with_file();
        let mut count = 0;
        let proxy = drawing(&env, move |_| {
            count += 1;
            // The head arrives with the first bytes of the body.
            if count == 1 {
                Fault::HeaderCut("etag", etag, 100_000)
            } else {
                Fault::Header("etag", etag)
            }
        });
        through(&env, &proxy, &GET).succeeds();
        is_complete(&env, &content(1));
        assert_eq!(sent(&proxy, "range"), [None, None], "{etag}");
        // A download to stdout cannot start over.
        let proxy = drawing(&env, move |_| Fault::HeaderCut("etag", etag, 100_000));
        let line = [&GET[..], &["-O", "-"]].concat();
        let output = through(&env, &proxy, &line).ends_with(7);
        assert!(content(1).starts_with(&output.stdout), "{etag}");
    }
}

#[test]
fn a_compressed_file_stays_compressed() {
    let env = env();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(content(1).as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    keep(&env, 12, "a.sql.gz", &packed);
    let proxy = drawing(&env, |_| Fault::Header("content-encoding", "gzip"));
    through(&env, &proxy, &GET).succeeds();
    assert!(std::fs::read(env.home.path("work/a.sql.gz")).unwrap() == packed);
}

/// Starts a download that stops in the middle, and waits until a part is written.
fn stalled(env: &TestEnv, proxy: &Proxy) -> Running {
    let command = env.command(&GET).env("TASKS_API", proxy.url("/graphql"));
    let running = command.start();
    eventually("a part is written", || bytes(env) > 50_000);
    running
}

fn bytes(env: &TestEnv) -> u64 {
    std::fs::metadata(partial(env)).map_or(0, |about| about.len())
}

#[test]
fn files_get_locks_the_partial_file() {
    let env = with_file();
    let proxy = storing(&env, [Fault::Stalled(100_000)]);
    let first = stalled(&env, &proxy);
    let before = bytes(&env);
    let second = through(&env, &proxy, &GET).ends_with(1);
    assert!(
        second.stderr.contains("another process is downloading"),
        "{second}"
    );
    // The first process may still be writing, but the second must not begin again.
    assert!(bytes(&env) >= before);
    // The lock ends with its process, and the next one continues.
    first.signal("KILL");
    first.finish();
    through(&env, &proxy, &GET).succeeds();
    is_complete(&env, &content(1));
    assert!(sent(&proxy, "range")[1].is_some());
}

#[test]
fn files_get_continues_a_partial_file_of_a_fixed_name() {
    let env = with_file();
    let proxy = storing(&env, [Fault::Stalled(100_000)]);
    let running = stalled(&env, &proxy);
    running.signal("INT");
    running.finish().ends_with(130);
    assert!(!env.home.path("work/a.sql").exists());
    let kept = usize::try_from(bytes(&env)).unwrap();
    through(&env, &proxy, &GET).succeeds();
    is_complete(&env, &content(1));
    let range = sent(&proxy, "range")[1].clone().unwrap();
    assert_eq!(first_byte(&range), kept - 1);
}

#[test]
fn a_partial_download_belongs_to_one_file() {
    let env = with_file();
    let mut faults = vec![Fault::ResetAfter(100_000)];
    faults.resize(6, Fault::Refused);
    let proxy = storing(&env, faults);
    let output = through(&env, &proxy, &GET).ends_with(7);
    assert!(output.stderr.contains(".a.sql.tasks-partial"), "{output}");
    assert!(bytes(&env) > 50_000);
    // The same name in another run is another file.
    keep(&env, 120, "a.sql", content(3));
    through(&env, &proxy, &["files", "get", "120"]).succeeds();
    is_complete(&env, &content(3));
    let ranges = sent(&proxy, "range");
    assert_eq!((ranges.len(), &ranges[6]), (7, &None));
}

#[test]
fn a_complete_partial_file_is_only_renamed() {
    let env = with_file();
    let proxy = storing(&env, [Fault::Stalled(100_000)]);
    let running = stalled(&env, &proxy);
    running.signal("INT");
    running.finish();
    std::fs::write(partial(&env), content(1)).unwrap();
    through(&env, &proxy, &GET).succeeds();
    let last = Some("bytes=299999-".to_owned());
    assert_eq!(sent(&proxy, "range"), [None, last]);
    is_complete(&env, &content(1));
}

#[test]
fn stdout_is_resumed_only_with_the_same_version() {
    let env = with_file();
    let line = [&GET[..], &["-O", "-"]].concat();
    let proxy = storing(
        &env,
        [Fault::ResetAfter(100_000), Fault::ResetAfter(100_000)],
    );
    assert!(through(&env, &proxy, &line).succeeds().stdout == content(1));
    let changed = Fault::Header("etag", "\"other\"");
    let proxy = storing(&env, [Fault::ResetAfter(100_000), changed]);
    let output = through(&env, &proxy, &line).ends_with(1);
    assert!(content(1).starts_with(&output.stdout) && output.stdout.len() < LENGTH);
    assert!(output.stderr.contains("cannot resume"), "{output}");
}

#[test]
fn a_symlink_as_partial_file_is_not_followed() {
    let env = with_file();
    let other = env.home.path("other");
    std::fs::write(&other, "mine").unwrap();
    for target in [
        other.clone(),
        env.home.path("new"),
        PathBuf::from("/dev/tty"),
    ] {
        std::fs::create_dir_all(env.home.path("work")).unwrap();
        symlink(&target, partial(&env)).unwrap();
        let output = env.tasks(&GET).ends_with(1);
        assert!(
            output.stderr.contains("it is not a regular file"),
            "{output}"
        );
        std::fs::remove_file(partial(&env)).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine");
    assert!(!env.home.path("new").exists());
}
