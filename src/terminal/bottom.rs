//! The bottom of the terminal: a line of progress or a text that is redrawn. All other output
//! appears above it.
//!
//! The cursor always rests on the first character that is drawn here. A resized terminal may break
//! the lines again, but its cursor stays on that character. Everything from the cursor on can
//! therefore be erased, whatever the terminal did, and nothing above it is touched.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use console::{Term, truncate_str};

use super::progress::ProgressLine;
use super::style::Symbols;

const TICK: Duration = Duration::from_millis(120);

/// A shorter request shows nothing.
const LONG_REQUEST: Duration = Duration::from_secs(1);

/// A text is rendered again after this time, because it has relative times.
const RENDER_INTERVAL: Duration = Duration::from_secs(1);

/// Erases the row, then everything after its first character. tmux would move the screen into its
/// history if an empty screen were erased from its first character.
pub(super) const ERASE: &str = "\r\x1b[K\x1b[C\x1b[J\r";

/// A frame's first sequence after [`ERASE`] and its last one.
const WRAP_OFF: &str = "\x1b[?7l";
const WRAP_ON: &str = "\x1b[?7h";

pub(super) type Render = Box<dyn Fn() -> String + Send>;

/// Clones share the terminal.
#[derive(Clone)]
pub(super) struct Bottom {
    shared: Arc<Shared>,
}

struct Shared {
    /// `None` if there is no terminal.
    term: Option<Term>,
    symbols: Symbols,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    ids: u64,
    /// The last one is drawn.
    progress: Vec<(u64, ProgressLine)>,
    requests: Vec<(u64, ProgressLine)>,
    text: Option<LiveText>,
    /// The number of prompts.
    prompts: usize,
    /// The last line above is incomplete.
    open_line: bool,
    drawn: Option<Frame>,
    has_thread: bool,
}

struct LiveText {
    render: Render,
    /// With the time and the size of the terminal.
    rendered: Option<(Instant, (u16, u16), String)>,
}

#[derive(PartialEq, Eq)]
struct Frame {
    size: (u16, u16),
    lines: Vec<String>,
}

/// Nothing is drawn until drop.
pub(super) struct Hidden(Bottom);

/// A request, until drop.
pub(crate) struct Waiting {
    bottom: Bottom,
    id: u64,
}

impl Bottom {
    pub(super) fn new(term: Option<Term>, symbols: Symbols) -> Bottom {
        let shared = Shared {
            term,
            symbols,
            state: Mutex::default(),
            changed: Condvar::new(),
        };
        Bottom {
            shared: Arc::new(shared),
        }
    }

    /// Makes room for output. `write` returns whether its last line is incomplete; nothing is drawn
    /// until that line is complete.
    pub(super) fn above<T>(&self, write: impl FnOnce() -> (T, Option<bool>)) -> T {
        let mut state = self.lock();
        self.erase(&mut state);
        let (written, open_line) = write();
        state.open_line = open_line.unwrap_or(state.open_line);
        self.refresh(&mut state);
        written
    }

    pub(super) fn add_progress(&self, line: ProgressLine) -> u64 {
        self.change(|state| {
            let id = state.next_id();
            state.progress.push((id, line));
            id
        })
    }

    pub(super) fn update_progress(&self, id: u64, message: String) {
        self.change(|state| {
            let mut lines = state.progress.iter_mut();
            if let Some((_, line)) = lines.find(|(of, _)| *of == id) {
                line.message = message;
            }
        });
    }

    pub(super) fn remove_progress(&self, id: u64) {
        self.change(|state| state.progress.retain(|(of, _)| *of != id));
    }

    /// Shows, unless something else is shown, that a request takes long.
    pub(super) fn waiting_for(&self, host: &str) -> Waiting {
        let line = ProgressLine::new(&format!("waiting for {host}"), None);
        let id = self.change(|state| {
            let id = state.next_id();
            state.requests.push((id, line));
            id
        });
        Waiting {
            bottom: self.clone(),
            id,
        }
    }

    /// Replaces the text; `None` removes it.
    pub(super) fn set_text(&self, render: Option<Render>) {
        self.change(|state| {
            state.text = render.map(|render| LiveText {
                render,
                rendered: None,
            });
        });
    }

    pub(super) fn hide(&self) -> Hidden {
        self.change(|state| state.prompts += 1);
        Hidden(self.clone())
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let changed = change(&mut state);
        self.refresh(&mut state);
        if !state.is_idle() && self.shared.term.is_some() {
            self.keep_drawing(&mut state);
        }
        changed
    }

    fn keep_drawing(&self, state: &mut State) {
        if !state.has_thread {
            let bottom = self.clone();
            let started = thread::Builder::new()
                .name("progress".to_owned())
                .spawn(move || bottom.draw_forever());
            state.has_thread = started.is_ok();
        }
        self.shared.changed.notify_one();
    }

    fn draw_forever(&self) {
        let mut state = self.lock();
        loop {
            let changed = &self.shared.changed;
            state = if state.is_idle() {
                changed.wait(state).unwrap_or_else(PoisonError::into_inner)
            } else {
                let waited = changed.wait_timeout(state, TICK);
                waited.unwrap_or_else(PoisonError::into_inner).0
            };
            self.refresh(&mut state);
        }
    }

    /// Draws what is new since the last time.
    fn refresh(&self, state: &mut State) {
        let Some(term) = &self.shared.term else {
            return;
        };
        let size = term.size();
        let lines = state.lines(size, self.shared.symbols);
        if lines.is_empty() {
            self.erase(state);
            return;
        }
        let frame = Frame { size, lines };
        if state.drawn.as_ref() == Some(&frame) {
            return;
        }
        put(term, &self::frame(&frame.lines));
        state.drawn = Some(frame);
    }

    fn erase(&self, state: &mut State) {
        if let (Some(term), Some(_)) = (&self.shared.term, state.drawn.take()) {
            put(term, ERASE);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        self.0.change(|state| state.prompts -= 1);
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.bottom
            .change(|state| state.requests.retain(|(of, _)| *of != self.id));
    }
}

/// Replaces what is drawn from the cursor on, and returns the cursor to its beginning.
pub(super) fn frame(lines: &[String]) -> String {
    let up = match lines.len().saturating_sub(1) {
        0 => String::new(),
        rows => format!("\x1b[{rows}A"),
    };
    // Without automatic wrapping, a line stays on its row even if the terminal has just become
    // narrower or takes a character for wider.
    format!("{ERASE}{WRAP_OFF}{}\r{up}{WRAP_ON}", lines.join("\r\n"))
}

/// In one piece, so that no half of it is visible.
fn put(term: &Term, text: &str) {
    // A terminal that cannot be drawn on must not stop the operation.
    let _ = term.write_str(text);
}

impl State {
    fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    fn is_idle(&self) -> bool {
        self.progress.is_empty() && self.requests.is_empty() && self.text.is_none()
    }

    fn lines(&mut self, size: (u16, u16), symbols: Symbols) -> Vec<String> {
        if self.prompts > 0 || self.open_line {
            return Vec::new();
        }
        let (rows, columns) = (usize::from(size.0), usize::from(size.1));
        let mut lines = Vec::new();
        if let Some(text) = &mut self.text {
            // The last row stays free, because a line that is broken again needs another one.
            let most = rows.saturating_sub(2).max(1);
            let whole = text.rendered(size);
            let shown = whole.lines().take(most);
            let ellipsis = symbols.ellipsis();
            lines.extend(shown.map(|line| truncate_str(line, columns, ellipsis).into_owned()));
            if let (true, Some(last)) = (whole.lines().count() > most, lines.last_mut()) {
                ellipsis.clone_into(last);
            }
        }
        let is_long = |(_, line): &&(u64, ProgressLine)| line.begun.elapsed() >= LONG_REQUEST;
        let line = match (self.progress.last(), self.text.is_some()) {
            (Some(line), _) => Some(line),
            (None, true) => None,
            (None, false) => self.requests.first().filter(is_long),
        };
        lines.extend(line.map(|(_, line)| line.drawn(columns.saturating_sub(1), symbols)));
        lines
    }
}

impl LiveText {
    fn rendered(&mut self, size: (u16, u16)) -> &str {
        let is_current = self
            .rendered
            .as_ref()
            .is_some_and(|(at, of, _)| *of == size && at.elapsed() < RENDER_INTERVAL);
        if !is_current {
            self.rendered = Some((Instant::now(), size, (self.render)()));
        }
        self.rendered.as_ref().map_or("", |(.., text)| text)
    }
}
