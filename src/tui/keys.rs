//! The keys and their actions. The help is made from this table.

use crate::terminal::input::Key;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Top,
    Bottom,
    NextPane,
    PreviousPane,
    Open,
    Filter,
    NextMatch,
    PreviousMatch,
    Invoke,
    Exec,
    Cancel,
    Rerun,
    Log,
    Download,
    Active,
    Copy,
    Browse,
    Reload,
    Help,
    Back,
    Quit,
}

impl Action {
    /// True if it moves in a list or a text.
    pub(crate) fn is_move(self) -> bool {
        matches!(
            self,
            Action::Up
                | Action::Down
                | Action::PageUp
                | Action::PageDown
                | Action::Top
                | Action::Bottom
        )
    }
}

/// Keys with one action.
pub(crate) struct Binding {
    pub action: Action,
    pub keys: &'static [Key],
    /// As the help shows them.
    pub shown: &'static str,
    pub description: &'static str,
    /// For the last row of the screen.
    pub short: Option<&'static str>,
}

const fn binding(
    action: Action,
    keys: &'static [Key],
    shown: &'static str,
    description: &'static str,
    short: Option<&'static str>,
) -> Binding {
    Binding {
        action,
        keys,
        shown,
        description,
        short,
    }
}

pub(crate) const BINDINGS: &[Binding] = &[
    binding(
        Action::Open,
        &[Key::Enter],
        "Enter",
        "Open the selection",
        None,
    ),
    binding(
        Action::Filter,
        &[Key::Char('/')],
        "/",
        "Filter the list, or search the log",
        Some("filter"),
    ),
    binding(
        Action::Invoke,
        &[Key::Char('i')],
        "i",
        "Invoke the selected task, or the task of the selected run",
        Some("invoke"),
    ),
    binding(
        Action::Exec,
        &[Key::Char('x')],
        "x",
        "Run a command in a service of the environment",
        Some("exec"),
    ),
    binding(
        Action::Cancel,
        &[Key::Char('c')],
        "c",
        "Cancel the selected run",
        Some("cancel"),
    ),
    binding(
        Action::Rerun,
        &[Key::Char('r')],
        "r",
        "Rerun the selected run",
        Some("rerun"),
    ),
    binding(
        Action::Log,
        &[Key::Char('l')],
        "l",
        "Show the log of the selected run on the whole screen",
        Some("log"),
    ),
    binding(
        Action::Download,
        &[Key::Char('d')],
        "d",
        "Download the files of the selected run",
        Some("files"),
    ),
    binding(
        Action::Active,
        &[Key::Char('w')],
        "w",
        "Show the runs in progress of all projects",
        Some("in progress"),
    ),
    binding(
        Action::Copy,
        &[Key::Char('y')],
        "y",
        "Copy the equivalent command",
        Some("copy"),
    ),
    binding(
        Action::Browse,
        &[Key::Char('o')],
        "o",
        "Open the page of the selected run in the browser",
        None,
    ),
    binding(
        Action::Reload,
        &[Key::Char('R'), Key::Ctrl('r')],
        "R",
        "Reload",
        None,
    ),
    binding(
        Action::Help,
        &[Key::Char('?')],
        "?",
        "Show the keys",
        Some("help"),
    ),
    binding(
        Action::Back,
        &[Key::Esc],
        "Esc",
        "Close, clear the filter, or go back",
        None,
    ),
    binding(
        Action::Quit,
        &[Key::Char('q'), Key::Ctrl('c')],
        "q ^C",
        "Quit (q first closes an open view)",
        Some("quit"),
    ),
    binding(
        Action::NextPane,
        &[Key::Tab],
        "Tab",
        "Go to the next pane",
        None,
    ),
    binding(
        Action::PreviousPane,
        &[Key::BackTab],
        "⇧Tab",
        "Go to the previous pane",
        None,
    ),
    binding(
        Action::Up,
        &[Key::Up, Key::Char('k')],
        "↑ k",
        "Move up",
        None,
    ),
    binding(
        Action::Down,
        &[Key::Down, Key::Char('j')],
        "↓ j",
        "Move down",
        None,
    ),
    binding(
        Action::Left,
        &[Key::Left, Key::Char('h')],
        "← h",
        "Go to the pane on the left",
        None,
    ),
    binding(
        Action::Right,
        &[Key::Right],
        "→ l",
        "Go to the pane on the right",
        None,
    ),
    binding(
        Action::PageUp,
        &[Key::PageUp, Key::Ctrl('u'), Key::Ctrl('b')],
        "PgUp ^U",
        "Move up by a page",
        None,
    ),
    binding(
        Action::PageDown,
        &[
            Key::PageDown,
            Key::Ctrl('d'),
            Key::Ctrl('f'),
            Key::Char(' '),
        ],
        "PgDn ^D",
        "Move down by a page",
        None,
    ),
    binding(
        Action::Top,
        &[Key::Home, Key::Char('g')],
        "Home g",
        "Go to the beginning",
        None,
    ),
    binding(
        Action::Bottom,
        &[Key::End, Key::Char('G')],
        "End G",
        "Go to the end; in a log, follow it",
        None,
    ),
    binding(
        Action::NextMatch,
        &[Key::Char('n')],
        "n",
        "Go to the next match in the log",
        None,
    ),
    binding(
        Action::PreviousMatch,
        &[Key::Char('N')],
        "N",
        "Go to the previous match in the log",
        None,
    ),
];

pub(crate) fn action(key: Key) -> Option<Action> {
    let mut bindings = BINDINGS.iter();
    let found = bindings.find(|binding| binding.keys.contains(&key));
    found.map(|binding| binding.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_action() {
        let mut seen = Vec::new();
        for binding in BINDINGS {
            for key in binding.keys {
                assert!(!seen.contains(key), "{key:?}");
                seen.push(*key);
            }
        }
    }
}
