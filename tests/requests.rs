//! How many requests a command costs: counted, so that none is added unnoticed.

use crate::support::env::{MAIN, TestEnv};

/// The root fields of the requests that a command sent, which has to succeed.
#[track_caller]
fn asked(env: &TestEnv, args: &[&str]) -> Vec<String> {
    let args = [args, &MAIN].concat();
    let (output, requests) = env.tasks_and_requests(&args);
    output.succeeds();
    requests
        .into_iter()
        .map(|request| request.operations.join(" "))
        .collect()
}

#[test]
fn list_asks_once() {
    let asked = asked(&TestEnv::new(), &["list"]);
    assert_eq!(asked, ["environmentByKubernetesNamespaceName"]);
}

#[test]
fn show_asks_once() {
    let asked = asked(&TestEnv::new(), &["show", "Run yarn audit"]);
    assert_eq!(asked, ["environmentByKubernetesNamespaceName"]);
}

#[test]
fn invoke_asks_once_and_sends_once() {
    let asked = asked(&TestEnv::new(), &["invoke", "Run yarn audit", "--yes"]);
    assert_eq!(
        asked,
        [
            "environmentByKubernetesNamespaceName",
            "invokeRegisteredTask"
        ]
    );
}
