//! Styles by meaning, from the 16 colours of the terminal, so that they suit its background.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};
use unicode_width::UnicodeWidthStr;

use crate::domain::{Environment, Run};
use crate::output::status::status_style;
use crate::terminal::{Style as Meaning, Symbols};
use crate::tui::state::Setup;

#[derive(Debug, Clone, Copy)]
pub(super) struct Theme {
    is_coloured: bool,
    pub(super) symbols: Symbols,
}

const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl Theme {
    pub(super) fn new(setup: &Setup) -> Theme {
        Theme {
            is_coloured: setup.is_coloured,
            symbols: setup.symbols,
        }
    }

    pub(super) fn is_coloured(self) -> bool {
        self.is_coloured
    }

    pub(super) fn plain(self) -> Style {
        Style::new()
    }

    pub(super) fn dim(self) -> Style {
        self.of(Meaning::Dim)
    }

    pub(super) fn bold(self) -> Style {
        self.of(Meaning::Heading)
    }

    pub(super) fn of(self, meaning: Meaning) -> Style {
        let style = Style::new();
        let colour = |colour| match self.is_coloured {
            true => style.fg(colour),
            false => style,
        };
        match meaning {
            Meaning::Heading | Meaning::Name => style.add_modifier(Modifier::BOLD),
            Meaning::Good => colour(Color::Green),
            Meaning::Bad => colour(Color::Red),
            Meaning::Stopped => colour(Color::Magenta),
            Meaning::Going => colour(Color::Cyan),
            Meaning::Warning => colour(Color::Yellow),
            Meaning::Dim => style.add_modifier(Modifier::DIM),
            Meaning::Plain => style,
        }
    }

    pub(super) fn run(self, run: &Run) -> Style {
        self.of(status_style(run))
    }

    /// The symbol of a run, and a blank.
    pub(super) fn mark(self, run: &Run) -> &'static str {
        self.symbols.mark(status_style(run))
    }

    pub(super) fn selected(self, is_focused: bool) -> Style {
        match is_focused {
            true => Style::new().add_modifier(Modifier::REVERSED),
            false => Style::new().add_modifier(Modifier::UNDERLINED),
        }
    }

    /// A word for production, in its style.
    pub(super) fn production(self, environment: &Environment) -> Option<Span<'static>> {
        let style = self.of(Meaning::Warning).add_modifier(Modifier::BOLD);
        environment
            .is_production()
            .then(|| Span::styled("production", style))
    }

    /// The name of a key.
    pub(super) fn key(self, shown: &str) -> String {
        match self.symbols {
            Symbols::Unicode => shown.to_owned(),
            Symbols::Ascii => shown
                .replace('↑', "Up")
                .replace('↓', "Down")
                .replace('←', "Left")
                .replace('→', "Right")
                .replace('⇧', "S-"),
        }
    }

    pub(super) fn cut(self, text: &str, columns: usize) -> String {
        self.symbols.cut(text, columns)
    }

    /// A text cut or padded to exactly `columns`.
    pub(super) fn fit(self, text: &str, columns: usize) -> String {
        let text = self.cut(text, columns);
        let gap = " ".repeat(columns.saturating_sub(text.width()));
        text + &gap
    }

    /// A frame with a title, and the area in it.
    pub(super) fn frame(
        self,
        title: impl Into<Line<'static>>,
        is_focused: bool,
        area: Rect,
        buffer: &mut Buffer,
    ) -> Rect {
        let style = match is_focused {
            true => self.of(Meaning::Going).add_modifier(Modifier::BOLD),
            false => self.dim(),
        };
        let set = match self.symbols {
            Symbols::Unicode if is_focused => border::THICK,
            Symbols::Unicode => border::PLAIN,
            Symbols::Ascii => ASCII,
        };
        let block = Block::bordered()
            .border_set(set)
            .border_style(style)
            .title(title);
        let inner = block.inner(area);
        block.render(area, buffer);
        inner
    }

    /// A frame over the panes, at most as large as these columns and rows.
    pub(super) fn dialog(
        self,
        title: &str,
        (columns, rows): (u16, usize),
        area: Rect,
        buffer: &mut Buffer,
    ) -> Rect {
        let width = area.width.saturating_sub(2).min(columns + 4);
        let rows = u16::try_from(rows).unwrap_or(u16::MAX);
        let height = area.height.min(rows.saturating_add(2));
        let dialog = Rect {
            x: area.x + (area.width - width) / 2,
            y: area.y + (area.height - height) / 2,
            width,
            height,
        };
        Clear.render(dialog, buffer);
        let title = self.cut(title, usize::from(width.saturating_sub(4)));
        let inner = self.frame(format!(" {title} "), true, dialog, buffer);
        Rect {
            x: inner.x + 1,
            width: inner.width.saturating_sub(2),
            ..inner
        }
    }
}

/// Writes lines from the top of an area.
pub(super) fn put(lines: &[Line<'_>], area: Rect, buffer: &mut Buffer) {
    for (row, line) in lines.iter().take(area.height.into()).enumerate() {
        let y = area.y + u16::try_from(row).unwrap_or(u16::MAX);
        buffer.set_line(area.x, y, line, area.width);
    }
}

/// Wraps a text at blanks, and words that are wider than a row anywhere.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(2);
    let mut rows = Vec::new();
    if text.is_empty() {
        rows.push(String::new());
    }
    for line in text.lines() {
        let mut row = String::new();
        for word in line.split(' ') {
            let gap = usize::from(!row.is_empty());
            if row.width() + gap + word.width() <= columns {
                row.push_str(&" "[..gap]);
                row.push_str(word);
                continue;
            }
            if !row.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            for c in word.chars() {
                row.push(c);
                if row.width() > columns {
                    row.pop();
                    rows.push(std::mem::take(&mut row));
                    row.push(c);
                }
            }
        }
        rows.push(row);
    }
    rows
}
