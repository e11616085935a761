//! Prompts and progress in a real terminal: this test binary runs one of its own ignored tests in a
//! pseudo-terminal, types, and checks the screen.

use std::io::{Read, Write};
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

use super::{Choice, Prompt, PromptError, Question, Ui, UiOptions};

const PATIENCE: Duration = Duration::from_secs(20);

struct Session {
    pty: Arc<Pty>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
    child: Child,
}

impl Session {
    fn start(test: &str) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(24, 80)).unwrap();
        let name = format!("terminal::pty_tests::{test}");
        let command = Command::new(std::env::current_exe().unwrap())
            .args([
                &*name,
                "--exact",
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env("TERM", "xterm-256color");
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let reader = Arc::clone(&pty);
        let (send, output) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = (&*reader).read(&mut buffer) {
                if send.send(buffer[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        Session {
            pty,
            output,
            screen: vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0),
            raw: Vec::new(),
            child,
        }
    }

    fn expect(&mut self, text: &str) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        while !self.screen.screen().contents().contains(text) {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.output.recv_timeout(left) else {
                let _ = self.child.kill();
                panic!(
                    "no {text:?} on the screen:\n{}",
                    self.screen.screen().contents()
                );
            };
            self.screen.process(&bytes);
            self.raw.extend_from_slice(&bytes);
        }
        self
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Waits for the child's result; the terminal must be restored by then.
    fn end(&mut self, verdict: &str) {
        self.expect(verdict);
        assert!(!self.screen.screen().hide_cursor(), "the cursor is hidden");
        self.expect("echo and lines: true");
        let _ = self.child.wait();
    }
}

/// Asks inside a runtime, as the program does, and prints the result.
fn ask(question: impl FnOnce(&dyn Prompt) -> Result<String, PromptError>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ui = Ui::new(UiOptions::default());
    if !ui.can_prompt() {
        return;
    }
    let answer = runtime.block_on(async { question(&*ui.prompt()) });
    ui.note(&match answer {
        Ok(answer) => format!("answer: <{answer}>"),
        Err(error) => format!("error: <{error}>"),
    });
    tell_modes(&ui);
}

#[test]
#[ignore = "runs in the terminal of another test"]
fn child_select() {
    let choices = [
        Choice::new("develop"),
        Choice::new("main").note("production"),
        Choice::new("pr-1"),
    ];
    ask(|prompt| {
        let chosen = prompt.select("Environment", &choices, Some(1))?;
        Ok(choices[chosen].label.clone())
    });
}

#[test]
#[ignore = "runs in the terminal of another test"]
fn child_confirm() {
    ask(|prompt| {
        Ok(prompt
            .confirm("Drop \u{1b}[2Jthe database?", false)?
            .to_string())
    });
}

#[test]
#[ignore = "runs in the terminal of another test"]
fn child_text() {
    let question = Question::new("Level").suggest("high");
    ask(|prompt| {
        prompt.text(&question, &|text| match text {
            "nonsense" => Err("one of low, high".to_owned()),
            _ => Ok(()),
        })
    });
}

#[test]
#[ignore = "runs in the terminal of another test"]
fn child_name() {
    ask(|prompt| prompt.text(&Question::new("Name"), &|_| Ok(())));
}

#[test]
#[ignore = "runs in the terminal of another test"]
fn child_secret() {
    ask(|prompt| Ok(prompt.secret("Token")?.len().to_string()));
}

#[test]
fn a_list_starts_at_its_default_and_shows_the_choice() {
    let mut session = Session::start("child_select");
    session
        .expect("main     production")
        .press("\u{1b}[B")
        .expect("❯ pr-1")
        .press("\r");
    session.expect("Environment · pr-1").end("answer: <pr-1>");
    let mut session = Session::start("child_select");
    session.expect("❯ main").press("\r").end("answer: <main>");
}

/// Each prompt, and a text on its screen.
const PROMPTS: [(&str, &str); 4] = [
    ("child_select", "❯ main"),
    ("child_confirm", "the database?"),
    ("child_text", "Level"),
    ("child_secret", "Token:"),
];

#[test]
fn ctrl_c_and_esc_cancel_a_prompt_and_restore_the_terminal() {
    for (child, text) in PROMPTS {
        for key in ["\u{3}", "\u{1b}"] {
            let mut session = Session::start(child);
            session.expect(text).press(key).end("error: <interrupted>");
        }
    }
}

#[test]
fn a_filter_without_a_match_is_reported_and_cleared() {
    let mut session = Session::start("child_select");
    session.expect("❯ main").press("zz").expect("no match");
    session.press("\r").expect("Ctrl-U clears the filter");
    session.press("\u{15}").expect("❯ main");
    session.press("zz").expect("no match").press("\u{1b}");
    session.expect("❯ main").press("\r").end("answer: <main>");
}

#[test]
fn a_confirmation_has_a_default_and_refuses_other_answers() {
    let mut session = Session::start("child_confirm");
    session
        .expect("Drop \\u{1b}[2Jthe database? [y/N]")
        .press("\r")
        .end("answer: <false>");
    let mut session = Session::start("child_confirm");
    session.expect("the database?").press("maybe\r");
    session.expect("type y for yes or n for no").press("y\r");
    session.expect("the database? · yes").end("answer: <true>");
}

#[test]
fn an_empty_required_value_is_visibly_refused() {
    let mut session = Session::start("child_name");
    session.expect("? Name ›").press("\r");
    session
        .expect("a value is required")
        .press("清除缓存\u{7f}\r");
    session.expect("✔ Name · 清除缓").end("answer: <清除缓>");
}

#[test]
fn a_text_prompt_validates_and_has_a_default() {
    let mut session = Session::start("child_text");
    session
        .expect("Level")
        .press("nonsense\r")
        .expect("✘ one of low, high");
    session.press("\u{15}\r").end("answer: <high>");
    let mut session = Session::start("child_text");
    session
        .expect("Level")
        .press("mäßig\r")
        .end("answer: <mäßig>");
}

#[test]
fn a_secret_is_never_echoed() {
    let mut session = Session::start("child_secret");
    session
        .expect("Token:")
        .press(&format!("x\u{7f}{}\r", "s3cret".repeat(200)));
    session.expect("Token · ********").end("answer: <1200>");
    let raw = String::from_utf8_lossy(&session.raw);
    assert!(!raw.contains("s3c") && !raw.contains('x'), "{raw}");
}

fn tell_modes(ui: &Ui) {
    let modes = rustix::termios::tcgetattr(std::io::stdin())
        .unwrap()
        .local_modes;
    let usual = rustix::termios::LocalModes::ECHO | rustix::termios::LocalModes::ICANON;
    ui.note(&format!("echo and lines: {}", modes.contains(usual)));
}

#[test]
#[ignore = "runs in the terminal of another test"]
fn child_progress() {
    let ui = Ui::new(UiOptions {
        utf8: true,
        ..UiOptions::default()
    });
    let progress = ui.progress();
    progress.start(
        "Run yarn audit\u{1b}[2J is queued",
        Some(Duration::from_secs(9)),
    );
    thread::sleep(Duration::from_millis(600));
    ui.note("a line meanwhile");
    progress.update("Run yarn audit is running");
    thread::sleep(Duration::from_millis(600));
    // Progress that began first ends first.
    let other = ui.progress();
    other.start("Another one", None);
    progress.finish();
    drop(progress);
    other.finish();
    drop(other);
    ui.note("answer: <done>");
    tell_modes(&ui);
}

#[test]
fn progress_makes_way_for_output_and_is_erased() {
    let mut session = Session::start("child_progress");
    session
        .expect("audit\\u{1b}[2J is queued ━")
        .expect(" s of about 9 s");
    session.expect("a line meanwhile").expect("is running ━");
    session.end("answer: <done>");
    let screen = session.screen.screen().contents();
    assert!(screen.contains("a line meanwhile"), "{screen}");
    assert!(
        !screen.contains("is running") && !screen.contains("of about 9 s"),
        "{screen}"
    );
}

/// Even where a panic ends the process without unwinding, so that nothing is dropped.
#[cfg(feature = "ui")]
#[test]
fn a_panic_restores_the_terminal_of_the_full_screen_interface() {
    let mut session = Session::start("child_panics_in_full_screen");
    session.expect("broken on purpose").end("after the panic");
    assert!(!session.screen.screen().alternate_screen());
    let raw = String::from_utf8_lossy(&session.raw).into_owned();
    assert!(raw.find("\x1b[?1049l") < raw.find("broken on purpose"));
}

#[cfg(feature = "ui")]
#[test]
#[ignore = "runs in the terminal of another test"]
fn child_panics_in_full_screen() {
    use super::full_screen::FullScreen;
    let ui = Ui::new(UiOptions::default());
    if !ui.can_prompt() {
        return;
    }
    let shared = ui.clone();
    let panics = thread::spawn(move || {
        let mut screen = FullScreen::open(&shared, true).unwrap();
        screen.draw(|_| ()).unwrap();
        std::mem::forget(screen);
        panic!("broken on purpose");
    });
    assert!(panics.join().is_err());
    ui.inner.streams.release();
    ui.note("after the panic");
    tell_modes(&ui);
}
