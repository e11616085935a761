//! The terminal: streams, colours by meaning, prompts, progress.
//!
//! Nothing else in the crate prints or prompts. This module uses nothing of the crate but the
//! masking of secrets, and reads no variable: facts of the environment come in through
//! [`UiOptions`].

use std::sync::{Arc, OnceLock};

mod bottom;
pub(crate) mod clean;
pub(crate) mod facts;
#[cfg(feature = "ui")]
pub(crate) mod full_screen;
#[cfg(feature = "ui")]
pub(crate) mod input;
pub(crate) mod live;
pub(crate) mod log;
mod message;
mod mode;
mod notify;
mod options;
mod pager;
pub(crate) mod progress;
pub(crate) mod prompt;
#[cfg(test)]
mod pty_tests;
mod reader;
#[cfg(feature = "sandbox")]
mod session;
mod sgr;
mod streams;
mod style;
pub(crate) mod width;

pub(crate) use clean::{clean_line, clean_text};
pub(crate) use facts::Terminal;
pub(crate) use live::LiveArea;
pub(crate) use log::LogCleaner;
pub(crate) use mode::restore;
pub(crate) use options::UiOptions;
pub(crate) use pager::Pager;
pub(crate) use progress::Progress;
pub(crate) use prompt::{Choice, Prompt, PromptError, Question};
pub(crate) use streams::{Stream, StreamError};
pub(crate) use style::{ColorChoice, Palette, Style, Symbols};

use bottom::{Bottom, Waiting};
use message::CompleteCommand;
use streams::Streams;

/// The only place that prints. Clones share the streams.
#[derive(Clone)]
pub(crate) struct Ui {
    inner: Arc<Inner>,
    unmasked: bool,
}

struct Inner {
    options: UiOptions,
    terminal: Terminal,
    streams: Streams,
    bottom: Bottom,
    complete: OnceLock<CompleteCommand>,
}

impl Ui {
    pub(crate) fn new(options: UiOptions) -> Self {
        let terminal = Terminal::detect(options.columns);
        let has_progress = terminal.stderr && !options.dumb;
        let term = has_progress.then(console::Term::stderr);
        let symbols = options.symbols();
        Self::build(
            options,
            terminal,
            Streams::process(),
            Bottom::new(term, symbols),
        )
    }

    /// Streams in memory, no terminal; for tests.
    pub(crate) fn captured() -> Self {
        Self::captured_with(UiOptions::default(), Terminal::default())
    }

    pub(crate) fn captured_with(options: UiOptions, terminal: Terminal) -> Self {
        Self::build(
            options,
            terminal,
            Streams::memory(),
            Bottom::new(None, Symbols::default()),
        )
    }

    fn build(options: UiOptions, terminal: Terminal, streams: Streams, bottom: Bottom) -> Self {
        let inner = Inner {
            options,
            terminal,
            streams,
            bottom,
            complete: OnceLock::new(),
        };
        Ui {
            inner: Arc::new(inner),
            unmasked: false,
        }
    }

    /// Without masking secrets, for results that are secrets and contents of files.
    pub(crate) fn unmasked(&self) -> Ui {
        Ui {
            unmasked: true,
            ..self.clone()
        }
    }

    /// The output so far of a captured `Ui`; empty for the process's own streams.
    #[cfg(test)]
    pub(crate) fn printed(&self, stream: Stream) -> String {
        self.inner.streams.printed(stream)
    }

    pub(crate) fn terminal(&self) -> Terminal {
        self.inner.terminal
    }

    /// stdin and stderr are terminals, and no option disables prompts.
    pub(crate) fn can_prompt(&self) -> bool {
        let Inner {
            options, terminal, ..
        } = &*self.inner;
        terminal.stdin && terminal.stderr && !options.no_input && !options.ci
    }

    /// The option that disables prompts at a terminal.
    pub(crate) fn prompts_disabled_by(&self) -> Option<&'static str> {
        let Inner {
            options, terminal, ..
        } = &*self.inner;
        match (terminal.stdin && terminal.stderr, options) {
            (true, UiOptions { no_input: true, .. }) => Some("--no-input"),
            (true, UiOptions { ci: true, .. }) => Some("the variable CI"),
            _ => None,
        }
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.inner.options.quiet
    }

    #[cfg(feature = "ui")]
    pub(crate) fn is_dumb(&self) -> bool {
        self.inner.options.dumb
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.inner.options.verbose
    }

    pub(crate) fn palette(&self, stream: Stream) -> Palette {
        let on_terminal = self.inner.terminal.is(stream);
        Palette::new(style::decide(&self.inner.options, on_terminal)).with(self.symbols())
    }

    pub(crate) fn symbols(&self) -> Symbols {
        self.inner.options.symbols()
    }

    /// Without a terminal, every answer is [`PromptError::NotInteractive`].
    pub(crate) fn prompt(&self) -> Box<dyn Prompt> {
        if self.can_prompt() {
            Box::new(prompt::TerminalPrompt::new(self.clone()))
        } else {
            Box::new(prompt::NoPrompt)
        }
    }

    /// Shows nothing without a terminal, and with `-q`.
    pub(crate) fn progress(&self) -> Box<dyn Progress> {
        let Inner {
            options, terminal, ..
        } = &*self.inner;
        if terminal.stderr && !options.quiet && !options.dumb {
            Box::new(progress::Bar::new(self.inner.bottom.clone()))
        } else {
            Box::new(progress::NoProgress)
        }
    }

    /// Shows, unless something else is shown, that a request takes long; until drop.
    pub(crate) fn waiting_for(&self, host: &str) -> Option<Waiting> {
        let Inner {
            options, bottom, ..
        } = &*self.inner;
        (!options.quiet).then(|| bottom.waiting_for(host))
    }

    pub(crate) fn live(&self) -> Option<LiveArea> {
        let Inner {
            options, terminal, ..
        } = &*self.inner;
        let is_there = terminal.stdout && terminal.stderr && !options.dumb;
        is_there.then(|| LiveArea::new(&self.inner.bottom))
    }

    /// Sends all output to the user's pager until drop; `None` if there is none.
    pub(crate) fn page(&self) -> Option<Pager> {
        Pager::start(self)
    }

    /// Returns when stdout is closed, where that can be detected.
    pub(crate) async fn output_closed(&self) {
        if self.inner.terminal.stdout {
            return std::future::pending().await;
        }
        reader::is_output_closed().await;
    }

    /// Does not clean the text. After [`StreamError::Closed`], exit quietly.
    pub(crate) fn out(&self, text: &str) -> Result<(), StreamError> {
        self.write(Stream::Out, text.as_bytes())
    }

    /// Masks secrets and does not clean the text.
    pub(crate) fn write(&self, stream: Stream, bytes: &[u8]) -> Result<(), StreamError> {
        let Inner {
            streams, terminal, ..
        } = &*self.inner;
        self.inner.bottom.above(|| {
            let written = if self.unmasked {
                streams.write_unmasked(stream, bytes)
            } else {
                streams.write(stream, bytes)
            };
            let open_line = terminal.is(stream).then(|| streams.has_open_line(stream));
            (written, open_line)
        })
    }

    pub(crate) fn finish(&self) -> Result<(), StreamError> {
        let streams = &self.inner.streams;
        self.inner.bottom.above(|| (streams.finish(), None))
    }

    /// A broken pipe is no failure.
    pub(crate) fn write_failure(&self) -> Option<&str> {
        self.inner.streams.failure()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut UiOptions)) -> Ui {
        let mut options = UiOptions::default();
        change(&mut options);
        let terminal = Terminal {
            stdin: true,
            stdout: false,
            stderr: true,
            width: None,
        };
        Ui::captured_with(options, terminal)
    }

    #[test]
    fn quiet_silences_notes_but_not_warnings() {
        let ui = with(|o| (o.quiet, o.no_color) = (true, true));
        ui.note("note");
        ui.hint("do this");
        ui.warn("careful\u{1b}[2J");
        ui.trace("GET /");
        assert_eq!(ui.printed(Stream::Err), "warning: careful\\u{1b}[2J\n");
    }

    #[test]
    fn everything_but_the_result_goes_to_stderr() {
        let ui = with(|o| (o.verbose, o.no_color) = (true, true));
        ui.out("answer\n").unwrap();
        ui.out("\x1b[1mlog\n").unwrap();
        ui.note("two\nlines");
        ui.hint("do this");
        ui.trace("POST /graphql");
        ui.error_text("it broke", &["repair it".to_owned()]);
        ui.error_json(&serde_json::json!({"error": {"message": "a\u{202e}\nb"}}));
        assert_eq!(ui.printed(Stream::Out), "answer\n\u{1b}[1mlog\n");
        assert_eq!(
            ui.printed(Stream::Err),
            "two\n  lines\nhint: do this\nPOST /graphql\nerror: it broke\nhint: repair it\n\
             {\"error\":{\"message\":\"a\\u202e\\nb\"}}\n"
        );
    }

    #[test]
    fn each_stream_has_its_own_colour() {
        let ui = with(|_| ());
        assert!(!ui.palette(Stream::Out).is_enabled());
        assert!(ui.palette(Stream::Err).is_enabled());
        ui.warn("careful");
        assert_eq!(
            ui.printed(Stream::Err),
            "\u{1b}[33mwarning:\u{1b}[0m careful\n"
        );
    }

    #[test]
    fn prompts_are_disabled_by_no_input_and_ci() {
        assert!(with(|_| ()).can_prompt());
        assert!(!with(|o| o.no_input = true).can_prompt());
        assert!(!with(|o| o.ci = true).can_prompt());
        assert_eq!(with(|_| ()).prompts_disabled_by(), None);
        let disabled_by = with(|o| o.no_input = true).prompts_disabled_by();
        assert_eq!(disabled_by, Some("--no-input"));
        assert_eq!(
            with(|o| o.ci = true).prompts_disabled_by(),
            Some("the variable CI")
        );
        assert_eq!(Ui::captured().prompts_disabled_by(), None);
        assert!(!Ui::captured().can_prompt());
    }
}
