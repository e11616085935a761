//! Number of requests of each command, so that an additional one is noticed.

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
fn list_sends_one_request() {
    let asked = asked(&TestEnv::new(), &["list"]);
    assert_eq!(asked, ["environmentByKubernetesNamespaceName"]);
}

#[test]
fn show_sends_one_request() {
    let asked = asked(&TestEnv::new(), &["show", "Run yarn audit"]);
    assert_eq!(asked, ["environmentByKubernetesNamespaceName"]);
}

#[test]
fn invoke_sends_one_query_and_one_mutation() {
    let asked = asked(&TestEnv::new(), &["invoke", "Run yarn audit", "--yes"]);
    assert_eq!(
        asked,
        [
            "environmentByKubernetesNamespaceName",
            "invokeRegisteredTask"
        ]
    );
}
