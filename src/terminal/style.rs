//! Styles by meaning.

use clap::ValueEnum;
use unicode_width::UnicodeWidthStr;

use super::UiOptions;
use super::width::cut;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// Use colour at a terminal, unless a variable disables it
    #[default]
    Auto,
    /// Use colour everywhere
    Always,
    /// Use no colour
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Heading,
    Name,
    Good,
    Bad,
    Stopped,
    Going,
    Warning,
    Dim,
    Plain,
}

impl Style {
    /// SGR parameters; empty for none.
    pub(crate) fn sgr(self) -> &'static str {
        match self {
            Style::Heading | Style::Name => "1",
            Style::Good => "32",
            Style::Bad => "31",
            Style::Stopped => "35",
            Style::Going => "36",
            Style::Warning => "33",
            Style::Dim => "2",
            Style::Plain => "",
        }
    }
}

/// The characters outside ASCII, or their substitutes where the locale is not UTF-8.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Symbols {
    Unicode,
    #[default]
    Ascii,
}

impl Symbols {
    /// The symbol of an outcome with this style, and a blank; empty in ASCII.
    pub(crate) fn mark(self, style: Style) -> &'static str {
        match (self, style) {
            (Symbols::Ascii, _) => "",
            (_, Style::Good) => "✓ ",
            (_, Style::Bad) => "✗ ",
            (_, Style::Stopped) => "⊘ ",
            (_, Style::Going) => "● ",
            (_, Style::Warning) => "? ",
            (_, Style::Heading | Style::Name | Style::Dim | Style::Plain) => "",
        }
    }

    /// The line on the left of a quoted log.
    pub(crate) fn gutter(self) -> &'static str {
        match self {
            Symbols::Unicode => "│",
            Symbols::Ascii => "|",
        }
    }

    pub(crate) fn ellipsis(self) -> &'static str {
        match self {
            Symbols::Unicode => "…",
            Symbols::Ascii => "...",
        }
    }

    /// The beginning of a text, with an ellipsis if the text is wider than `columns`.
    pub(crate) fn cut(self, text: &str, columns: usize) -> String {
        if self == Symbols::Unicode || text.width() <= columns {
            return cut(text, columns);
        }
        let cut = cut(text, columns.saturating_sub(2));
        let begin = cut.strip_suffix('…').unwrap_or(&cut);
        format!("{begin}{}", &"..."[..columns.min(3)])
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    enabled: bool,
    symbols: Symbols,
}

impl Palette {
    /// Symbols are in ASCII.
    pub(crate) fn new(enabled: bool) -> Self {
        let symbols = Symbols::Ascii;
        Palette { enabled, symbols }
    }

    pub(crate) fn with(self, symbols: Symbols) -> Self {
        Palette { symbols, ..self }
    }

    pub(crate) fn symbols(self) -> Symbols {
        self.symbols
    }

    pub(crate) fn is_enabled(self) -> bool {
        self.enabled
    }

    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        if self.enabled && !style.sgr().is_empty() && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", style.sgr())
        } else {
            text.to_owned()
        }
    }
}

pub(super) fn decide(options: &UiOptions, on_terminal: bool) -> bool {
    match options.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if options.no_color => false,
        ColorChoice::Auto if options.force_color => true,
        ColorChoice::Auto => on_terminal && !options.dumb,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(change: impl FnOnce(&mut UiOptions)) -> UiOptions {
        let mut options = UiOptions::default();
        change(&mut options);
        options
    }

    #[test]
    fn the_color_flag_overrides_the_environment() {
        let always = auto(|o| (o.color, o.no_color) = (ColorChoice::Always, true));
        assert!(decide(&always, false));
        let never = auto(|o| (o.color, o.force_color) = (ColorChoice::Never, true));
        assert!(!decide(&never, true));
    }

    #[test]
    fn without_a_flag_colour_depends_on_environment_and_terminal() {
        assert!(decide(&auto(|_| ()), true));
        assert!(!decide(&auto(|_| ()), false));
        assert!(!decide(&auto(|o| o.dumb = true), true));
        assert!(decide(&auto(|o| o.force_color = true), false));
        assert!(!decide(
            &auto(|o| (o.no_color, o.force_color) = (true, true)),
            true
        ));
    }

    #[test]
    fn a_cut_text_ends_with_an_ellipsis_in_every_locale() {
        let cut = |symbols: Symbols| [8, 6, 2].map(|columns| symbols.cut("清除缓存", columns));
        assert_eq!(cut(Symbols::Unicode), ["清除缓存", "清除…", "…"]);
        assert_eq!(cut(Symbols::Ascii), ["清除缓存", "清...", ".."]);
    }

    #[test]
    fn without_colour_text_is_unchanged() {
        assert_eq!(Palette::new(false).paint(Style::Bad, "no"), "no");
        assert_eq!(
            Palette::new(true).paint(Style::Bad, "no"),
            "\u{1b}[31mno\u{1b}[0m"
        );
        assert_eq!(Palette::new(true).paint(Style::Plain, "no"), "no");
    }
}
