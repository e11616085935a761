//! Keys, clicks and resizes of the full-screen interface.

use std::io;

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind, read,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    Key(Key),
    Paste(String),
    /// Column and row.
    Click(u16, u16),
    /// Column, row, and rows to scroll, downwards if positive.
    Wheel(u16, u16, i16),
    /// Columns and rows.
    Resize(u16, u16),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Char(char),
    Ctrl(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

/// Rows per step of the wheel.
const WHEEL: i16 = 3;

/// Reads inputs in a thread until `send` returns false or the terminal is gone.
pub(crate) fn listen(mut send: impl FnMut(Input) -> bool + Send + 'static) -> io::Result<()> {
    let work = move || {
        while let Ok(event) = read() {
            if let Some(input) = input(event)
                && !send(input)
            {
                break;
            }
        }
    };
    std::thread::Builder::new()
        .name("keys".to_owned())
        .spawn(work)
        .map(|_| ())
}

fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(event) if event.kind != KeyEventKind::Release => key(event).map(Input::Key),
        Event::Paste(text) => Some(Input::Paste(text)),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        Event::Mouse(event) => {
            let (column, row) = (event.column, event.row);
            match event.kind {
                MouseEventKind::Down(MouseButton::Left) => Some(Input::Click(column, row)),
                MouseEventKind::ScrollDown => Some(Input::Wheel(column, row, WHEEL)),
                MouseEventKind::ScrollUp => Some(Input::Wheel(column, row, -WHEEL)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    let has = |modifier| event.modifiers.contains(modifier);
    Some(match event.code {
        KeyCode::Char(c) if has(KeyModifiers::CONTROL) => Key::Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(_) if has(KeyModifiers::ALT) => return None,
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Tab if has(KeyModifiers::SHIFT) => Key::BackTab,
        KeyCode::Tab => Key::Tab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_modifiers() {
        let of = |code, modifiers| key(KeyEvent::new(code, modifiers));
        assert_eq!(
            of(KeyCode::Char('c'), KeyModifiers::CONTROL),
            Some(Key::Ctrl('c'))
        );
        assert_eq!(
            of(KeyCode::Char('R'), KeyModifiers::SHIFT),
            Some(Key::Char('R'))
        );
        assert_eq!(of(KeyCode::Tab, KeyModifiers::SHIFT), Some(Key::BackTab));
        assert_eq!(of(KeyCode::Char('x'), KeyModifiers::ALT), None);
    }
}
