//! The whole terminal for one interface: alternate screen, raw mode, mouse.

use std::io::{self, BufWriter, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use crossterm::style::force_color_output;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

use super::bottom::Hidden;
use super::{Stream, Ui};

/// Alternate screen, clicks and wheel with large coordinates, pasted text in brackets, no cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?2004h\x1b[?25l";
const MOUSE: &str = "\x1b[?1000h\x1b[?1006h";
/// The reverse of both.
const LEAVE: &str = "\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?1049l\x1b[?25h";

/// A terminal draws everything between these at once, so that no half of a frame is visible.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// In bytes; larger than a frame of a large terminal.
const FRAME: usize = 256 * 1024;

static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// Restores the terminal on drop. Other output is held back until then.
pub(crate) struct FullScreen {
    terminal: Terminal<CrosstermBackend<BufWriter<Output>>>,
    ui: Ui,
    _no_progress: Hidden,
}

impl FullScreen {
    pub(crate) fn open(ui: &Ui, has_mouse: bool) -> io::Result<FullScreen> {
        restore_on_panic();
        force_color_output(ui.palette(Stream::Out).is_enabled());
        let no_progress = ui.inner.bottom.hide();
        let mut output = output()?;
        let terminal = Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(
            FRAME,
            self::output()?,
        )))?;
        enable_raw_mode()?;
        IS_OPEN.store(true, Ordering::SeqCst);
        ui.inner.streams.hold();
        let screen = FullScreen {
            terminal,
            ui: ui.clone(),
            _no_progress: no_progress,
        };
        output.write_all(ENTER.as_bytes())?;
        if has_mouse {
            output.write_all(MOUSE.as_bytes())?;
        }
        Ok(screen)
    }

    /// The columns and rows.
    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Draws the difference to the last frame.
    pub(crate) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.backend_mut().write_all(BEGIN.as_bytes())?;
        self.terminal.draw(render)?;
        self.terminal.backend_mut().write_all(END.as_bytes())?;
        io::Write::flush(self.terminal.backend_mut())
    }

    /// Copies a text to the clipboard of the terminal (OSC 52).
    pub(crate) fn copy(&mut self, text: &str) -> io::Result<()> {
        let text = BASE64_STANDARD.encode(text);
        let backend = self.terminal.backend_mut();
        backend.write_all(format!("\x1b]52;c;{text}\x07").as_bytes())?;
        io::Write::flush(backend)
    }
}

impl Drop for FullScreen {
    fn drop(&mut self) {
        leave();
        self.ui.inner.streams.release();
    }
}

/// Restores the terminal, also before the process is ended from another thread.
pub(super) fn leave() {
    if !IS_OPEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // If the terminal is gone there is nothing to restore.
    if let Ok(mut output) = output() {
        let _ = output.write_all(LEAVE.as_bytes());
    }
    let _ = disable_raw_mode();
}

#[cfg(unix)]
type Output = std::fs::File;
#[cfg(not(unix))]
type Output = io::Stdout;

/// stdout without its lock, which another thread may hold.
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "part of the module that prints")]
fn output() -> io::Result<Output> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(not(unix))]
#[allow(
    clippy::disallowed_methods,
    clippy::unnecessary_wraps,
    reason = "part of the module that prints"
)]
fn output() -> io::Result<Output> {
    Ok(io::stdout())
}

/// The message of a panic is for the restored terminal.
fn restore_on_panic() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            leave();
            previous(panic);
        }));
    });
}
