//! Lines of a log with their colours.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

/// Converts the colour sequences of a cleaned line. Backgrounds and colours beyond the terminal's
/// 16 are left out, because they may be unreadable on its background.
pub(crate) fn line(text: &str, is_coloured: bool) -> Line<'static> {
    let mut spans = Vec::new();
    let mut style = Style::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        push(&mut spans, &rest[..at], style);
        let sequence = &rest[at + 2..];
        let Some(end) = sequence.find('m') else {
            rest = "";
            break;
        };
        if is_coloured {
            style = changed(style, &sequence[..end]);
        }
        rest = &sequence[end + 1..];
    }
    push(&mut spans, rest, style);
    Line::from(spans)
}

/// A line without its colour sequences.
pub(crate) fn plain(text: &str) -> String {
    let line = line(text, false);
    line.spans.iter().map(|span| &*span.content).collect()
}

fn push(spans: &mut Vec<Span<'static>>, text: &str, style: Style) {
    if !text.is_empty() {
        // A tab has no width of its own on the screen.
        spans.push(Span::styled(text.replace('\t', "    "), style));
    }
}

fn changed(mut style: Style, parameters: &str) -> Style {
    let mut all = parameters.split(';');
    while let Some(parameter) = all.next() {
        let number = match parameter {
            "" => 0,
            other => other.parse().unwrap_or(u8::MAX),
        };
        style = match number {
            0 => Style::new(),
            1 => style.add_modifier(Modifier::BOLD),
            2 => style.add_modifier(Modifier::DIM),
            3 => style.add_modifier(Modifier::ITALIC),
            4 => style.add_modifier(Modifier::UNDERLINED),
            7 => style.add_modifier(Modifier::REVERSED),
            22 => style.remove_modifier(Modifier::BOLD | Modifier::DIM),
            23 => style.remove_modifier(Modifier::ITALIC),
            24 => style.remove_modifier(Modifier::UNDERLINED),
            27 => style.remove_modifier(Modifier::REVERSED),
            30..=37 => style.fg(Color::Indexed(number - 30)),
            39 => style.fg(Color::Reset),
            90..=97 => style.fg(Color::Indexed(number - 90 + 8)),
            38 | 48 | 58 => {
                let index = match all.next() {
                    Some("5") => all.next().and_then(|index| index.parse().ok()),
                    Some("2") => {
                        all.nth(2);
                        None
                    }
                    _ => None,
                };
                match index {
                    Some(index @ 0..=15) if number == 38 => style.fg(Color::Indexed(index)),
                    _ => style,
                }
            }
            _ => style,
        };
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_colours_are_kept() {
        let red = Style::new().fg(Color::Indexed(1));
        let bold = red.add_modifier(Modifier::BOLD);
        assert_eq!(
            line("a\u{1b}[31mb\u{1b}[1;44mc\u{1b}[0md", true).spans,
            [
                Span::raw("a"),
                Span::styled("b", red),
                Span::styled("c", bold),
                Span::raw("d")
            ]
        );
        let bright = line("\u{1b}[38;5;9mx\u{1b}[38;5;200my\u{1b}[38;2;1;2;3mz", true);
        let style = Style::new().fg(Color::Indexed(9));
        assert!(bright.spans.iter().all(|span| span.style == style));
        assert_eq!(plain("a\u{1b}[31mb\u{1b}[broken"), "ab");
    }
}
