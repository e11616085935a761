//! A client of the protocol, as small as possible: it starts the server and speaks JSON-RPC line by line.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::env::TestEnv;
use crate::support::process::{DEADLINE, Invocation};

/// The user's answer to a question.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer {
    Yes,
    /// The form is accepted, and the box in it is not ticked.
    Unticked,
    Decline,
    /// There is none.
    Silence,
}

pub(super) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
    token: String,
    last_id: i64,
    answers: VecDeque<Answer>,
    /// The questions to the user.
    pub(super) questions: Vec<String>,
    pub(super) progress: Vec<Value>,
    /// Replies to requests that nothing waits for yet.
    early: Vec<Value>,
}

/// The end of a server.
pub(super) struct Ended {
    pub(super) code: i32,
    pub(super) stderr: String,
    /// Messages that nothing waited for.
    pub(super) left: Vec<String>,
}

impl Client {
    /// A server of this Lagoon, and a client that cannot ask its user.
    pub(super) fn new(env: &TestEnv, flags: &[&str]) -> Client {
        Client::start(env, env.command(&[&["mcp"], flags].concat()), json!({}))
    }

    /// The same, with a user who gives these answers.
    pub(super) fn asking<const N: usize>(
        env: &TestEnv,
        flags: &[&str],
        answers: [Answer; N],
    ) -> Client {
        let command = env.command(&[&["mcp"], flags].concat());
        Client::start(env, command, json!({"elicitation": {}})).answering(answers)
    }

    /// Its user gives these answers.
    pub(super) fn answering<const N: usize>(mut self, answers: [Answer; N]) -> Client {
        self.answers = answers.into();
        self
    }

    pub(super) fn start(env: &TestEnv, command: Invocation, capabilities: Value) -> Client {
        let mut client = Client::silent(env, command);
        let reply = client.request(
            "initialize",
            json!({
                "protocolVersion": "2025-06-18",
                "capabilities": capabilities,
                "clientInfo": {"name": "test", "version": "1"},
            }),
        );
        assert_eq!(reply["result"]["protocolVersion"], "2025-06-18", "{reply}");
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    /// A server to which nothing has been said.
    pub(super) fn silent(env: &TestEnv, command: Invocation) -> Client {
        let mut child = Command::new(&command.program)
            .args(&command.args)
            .env_clear()
            .envs(&command.variables)
            .current_dir(&command.folder)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines() {
                if sender.send(line.unwrap()).is_err() {
                    break;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        Client {
            stdin: child.stdin.take(),
            child,
            lines,
            stderr: Some(stderr),
            token: env.token().to_owned(),
            last_id: 0,
            answers: VecDeque::new(),
            questions: Vec::new(),
            progress: Vec::new(),
            early: Vec::new(),
        }
    }

    pub(super) fn send(&mut self, message: &Value) {
        self.send_line(&message.to_string());
    }

    /// Sends a line as it is.
    pub(super) fn send_line(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Sends a request and returns its id.
    pub(super) fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Sends a call whose progress is reported with its id as the token.
    pub(super) fn begin_call(&mut self, tool: &str, arguments: Value) -> i64 {
        let token = self.last_id + 1;
        let meta = json!({"progressToken": token});
        let params = json!({"name": tool, "arguments": arguments, "_meta": meta});
        self.begin("tools/call", params)
    }

    pub(super) fn cancel(&mut self, id: i64) {
        self.send(&json!({
            "jsonrpc": "2.0",
            "method": "notifications/cancelled",
            "params": {"requestId": id, "reason": "enough"},
        }));
    }

    #[track_caller]
    pub(super) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        self.reply(id)
    }

    /// Calls a tool and returns its result, which may be an error of the tool.
    #[track_caller]
    pub(super) fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let reply = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        assert!(reply["error"].is_null(), "{reply}");
        reply["result"].clone()
    }

    /// Calls a tool that succeeds, and returns the structured content.
    #[track_caller]
    pub(super) fn result(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        result["structuredContent"].clone()
    }

    /// Calls a tool that fails, and returns the text.
    #[track_caller]
    pub(super) fn refusal(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        text(&result)
    }

    /// Waits for the reply to a request, and answers questions meanwhile.
    #[track_caller]
    pub(super) fn reply(&mut self, id: i64) -> Value {
        if let Some(at) = self.early.iter().position(|reply| reply["id"] == id) {
            return self.early.remove(at);
        }
        loop {
            let message = self.next();
            if message["id"] == id && message["method"].is_null() {
                return message;
            }
            self.early.push(message);
        }
    }

    /// Waits until the progress of a call says this.
    #[track_caller]
    pub(super) fn until_progress(&mut self, text: &str) {
        let says = |progress: &Value| progress["message"].as_str().unwrap().contains(text);
        while !self.progress.iter().any(says) {
            self.step();
        }
    }

    /// Waits until the user is asked.
    #[track_caller]
    pub(super) fn until_asked(&mut self) {
        while self.questions.is_empty() {
            self.step();
        }
    }

    #[track_caller]
    fn next(&mut self) -> Value {
        loop {
            if let Some(message) = self.read() {
                return message;
            }
        }
    }

    #[track_caller]
    fn step(&mut self) {
        if let Some(message) = self.read() {
            self.early.push(message);
        }
    }

    /// Reads a message; `None` if it was for the client itself.
    #[track_caller]
    fn read(&mut self) -> Option<Value> {
        let line = self.lines.recv_timeout(DEADLINE);
        let line = line.unwrap_or_else(|error| panic!("{error}; stderr:\n{}", self.stop()));
        assert!(!line.contains(&self.token), "shows its token: {line}");
        let message: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        match message["method"].as_str() {
            Some("notifications/progress") => self.progress.push(message["params"].clone()),
            Some("elicitation/create") => self.answer(&message),
            Some(other) => panic!("{other}"),
            None => return Some(message),
        }
        None
    }

    fn answer(&mut self, question: &Value) {
        let params = &question["params"];
        let properties = &params["requestedSchema"]["properties"];
        assert_eq!(properties["confirm"]["type"], "boolean", "{question}");
        self.questions
            .push(params["message"].as_str().unwrap().to_owned());
        let result = match self.answers.pop_front().expect("an answer") {
            Answer::Yes => json!({"action": "accept", "content": {"confirm": true}}),
            Answer::Unticked => json!({"action": "accept", "content": {"confirm": false}}),
            Answer::Decline => json!({"action": "decline"}),
            Answer::Silence => return,
        };
        self.send(&json!({"jsonrpc": "2.0", "id": question["id"], "result": result}));
    }

    pub(super) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// Closes standard input and waits for the end.
    pub(super) fn close(mut self) -> Ended {
        drop(self.stdin.take());
        self.ended()
    }

    /// Waits for the end.
    pub(super) fn ended(mut self) -> Ended {
        let until = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < until, "it does not end: {}", self.stop());
            thread::sleep(std::time::Duration::from_millis(5));
        };
        let stderr = self.stderr.take().unwrap().join().unwrap();
        assert!(!stderr.contains(&self.token), "shows its token: {stderr}");
        let left: Vec<String> = self.lines.iter().collect();
        for line in &left {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
        }
        Ended {
            code: status.code().unwrap_or_else(|| -status.signal().unwrap()),
            stderr,
            left,
        }
    }

    /// Ends it and returns its stderr.
    fn stop(&mut self) -> String {
        drop(self.child.kill());
        drop(self.child.wait());
        let stderr = self.stderr.take();
        stderr.map_or_else(String::new, |stderr| stderr.join().unwrap_or_default())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The text of a result.
pub(super) fn text(result: &Value) -> String {
    result["content"][0]["text"].as_str().unwrap().to_owned()
}
