//! SVG pictures of a terminal's screen.

use std::sync::LazyLock;

use anstyle::RgbColor;
use anstyle_svg::{Palette, Term};
use regex::{Captures, Regex};
use vt100::{Cell, Color, Screen};

use super::pty::COLUMNS;

const BACKGROUND: RgbColor = RgbColor(0x16, 0x1b, 0x22);
const TEXT: RgbColor = RgbColor(0xe6, 0xed, 0xf3);

/// Each colour has a contrast of at least 4.5 to the background, except black.
const COLOURS: Palette = Palette([
    RgbColor(0x48, 0x4f, 0x58),
    RgbColor(0xff, 0x7b, 0x72),
    RgbColor(0x3f, 0xb9, 0x50),
    RgbColor(0xd2, 0x99, 0x22),
    RgbColor(0x58, 0xa6, 0xff),
    RgbColor(0xbc, 0x8c, 0xff),
    RgbColor(0x39, 0xc5, 0xcf),
    RgbColor(0xb1, 0xba, 0xc4),
    RgbColor(0x8b, 0x94, 0x9e),
    RgbColor(0xff, 0xa1, 0x98),
    RgbColor(0x56, 0xd3, 0x64),
    RgbColor(0xe3, 0xb3, 0x41),
    RgbColor(0x79, 0xc0, 0xff),
    RgbColor(0xd2, 0xa8, 0xff),
    RgbColor(0x56, 0xd4, 0xdd),
    RgbColor(0xff, 0xff, 0xff),
]);

/// The width of a character of 14 px in anstyle-svg, in tenths of a pixel.
const CHARACTER: usize = 84;

/// The text of a screen with its styles. Only what is visible counts: a blank has no colour of its own, however
/// it was drawn.
pub(crate) fn formatted(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let mut text = String::new();
    for row in 0..rows {
        let cells = (0..columns).filter_map(|column| screen.cell(row, column));
        let cells: Vec<&Cell> = cells.filter(|cell| !cell.is_wide_continuation()).collect();
        let shown = cells
            .iter()
            .rposition(|cell| !is_blank(cell) || has_ground(cell));
        let (mut style, mut had_ground) = (String::new(), false);
        for cell in &cells[..shown.map_or(0, |last| last + 1)] {
            let has_ground = has_ground(cell);
            let next = match is_blank(cell) && !has_ground {
                true if had_ground => String::new(),
                true => style.clone(),
                false => codes(cell),
            };
            had_ground = has_ground;
            if next != style {
                text.push_str("\x1b[m");
                if !next.is_empty() {
                    text.push_str(&format!("\x1b[{next}m"));
                }
                style = next;
            }
            text.push_str(if is_blank(cell) { " " } else { cell.contents() });
        }
        text.push_str(if style.is_empty() { "\n" } else { "\x1b[m\n" });
    }
    text
}

fn is_blank(cell: &Cell) -> bool {
    cell.contents().trim().is_empty()
}

/// A blank with it is visible.
fn has_ground(cell: &Cell) -> bool {
    cell.inverse() || cell.underline() || cell.bgcolor() != Color::Default
}

/// The parameters of the escape sequence for a cell's style.
fn codes(cell: &Cell) -> String {
    let modifiers = [
        (cell.bold(), "1"),
        (cell.dim(), "2"),
        (cell.italic(), "3"),
        (cell.underline(), "4"),
        (cell.inverse(), "7"),
    ];
    let modifiers = modifiers.iter().filter(|(is_set, _)| *is_set);
    let mut all: Vec<String> = modifiers.map(|(_, code)| (*code).to_owned()).collect();
    all.extend(colour(cell.fgcolor(), 30));
    all.extend(colour(cell.bgcolor(), 40));
    all.join(";")
}

fn colour(colour: Color, base: u8) -> Option<String> {
    Some(match colour {
        Color::Default => return None,
        Color::Idx(index @ 0..8) => (base + index).to_string(),
        Color::Idx(index @ 8..16) => (base + 60 + index - 8).to_string(),
        Color::Idx(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    })
}

/// An SVG of a screen from [`Terminal::formatted`](super::pty::Terminal::formatted). Equal screens
/// give equal pictures: names of runs and the time that has passed are replaced.
pub(crate) fn render(screen: &str) -> String {
    let svg = Term::new()
        .palette(COLOURS)
        .fg_color(TEXT.into())
        .bg_color(BACKGROUND.into())
        .min_width_px((usize::from(COLUMNS) * CHARACTER).div_ceil(10))
        .render_svg(&trimmed(&wrapped(&settled(screen))));
    // Dimmed text is hard to read with anstyle-svg's opacity.
    let svg = svg.replace(".dimmed { opacity: 0.4; }", ".dimmed { opacity: 0.7; }");
    scalable(&svg)
}

/// Adds a `viewBox`: without it, a page that is too narrow cuts the picture off.
fn scalable(svg: &str) -> String {
    static SIZE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"^<svg width="(\d+)px" height="(\d+)px""#).unwrap());
    assert!(SIZE.is_match(svg), "{svg}");
    let size = r#"<svg viewBox="0 0 $1 $2" width="${1}px" height="${2}px""#;
    SIZE.replace(svg, size).into_owned()
}

/// The screen with fixed values for random names, spinners and elapsed times.
fn settled(screen: &str) -> String {
    static FIXED: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
        [
            ("[\u{2800}-\u{28ff}]", "⠹"),
            ("(⠹[^\n]*?)[━─]{8,20}", "${1}━━━━━━━━━━━━────────"),
            (r"(⠹[^\n]*?)\b\d+ s\b", "${1}6 s"),
        ]
        .map(|(pattern, value)| (Regex::new(pattern).unwrap(), value))
    });
    static RUN: LazyLock<Regex> = LazyLock::new(|| Regex::new("lagoon-task-[a-z0-9]{6}").unwrap());
    let names = ["k3v9xd", "p7m2qa", "t5w8hc", "b4n6zr"];
    let mut seen: Vec<String> = Vec::new();
    let renamed = RUN.replace_all(screen, |found: &Captures<'_>| {
        let known = seen.iter().position(|name| *name == found[0]);
        let index = known.unwrap_or_else(|| {
            seen.push(found[0].to_owned());
            seen.len() - 1
        });
        format!("lagoon-task-{}", names[index])
    });
    FIXED
        .iter()
        .fold(renamed.into_owned(), |text, (pattern, value)| {
            pattern.replace_all(&text, *value).into_owned()
        })
}

/// The screen with line breaks in the rows that continue on the next one.
fn wrapped(screen: &str) -> String {
    let mut text = String::new();
    let (mut column, mut in_escape) = (0, false);
    for character in screen.chars() {
        match character {
            '\u{1b}' => in_escape = true,
            _ if in_escape => in_escape = character != 'm',
            '\n' => column = 0,
            _ if column == COLUMNS => {
                text.push('\n');
                column = 1;
            }
            _ => column += 1,
        }
        text.push(character);
    }
    text
}

/// The screen without blanks at the ends of lines and without empty lines at its end. A blank that
/// follows an escape sequence stays, because it may be a block cursor.
fn trimmed(screen: &str) -> String {
    static BLANKS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)(\x1b\[[\d;]*m +)$| +$").unwrap());
    let text = BLANKS.replace_all(screen, "$1");
    text.trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The characters of a picture, without its style sheet.
    fn text(svg: &str) -> String {
        let (_, body) = svg.split_once("</style>").unwrap();
        Regex::new("<[^>]*>").unwrap().replace_all(body, "").into()
    }

    #[test]
    fn a_picture_has_the_text_the_styles_and_a_fixed_width() {
        let svg = render("a < \x1b[31mb\x1b[m \x1b[2mc\x1b[m   \nd\n\n\n");
        assert_eq!(
            text(&svg).split_whitespace().collect::<Vec<_>>(),
            ["a", "&lt;", "b", "c", "d"]
        );
        for part in [
            r#"<svg viewBox="0 0 692 56" width="692px" height="56px""#,
            r#"<tspan class="fg-red">b</tspan>"#,
            ".fg-red { fill: #FF7B72 }",
            ".dimmed { opacity: 0.7; }",
        ] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
    }

    #[test]
    fn equal_screens_have_equal_texts_however_they_were_drawn() {
        let drawn = |bytes: &str| {
            let size = |size| std::num::NonZeroU16::new(size).unwrap();
            let mut parser = vt100::Parser::new(size(2), size(8), 0);
            parser.process(bytes.as_bytes());
            formatted(parser.screen())
        };
        let once = drawn("\x1b[1mab\x1b[m \x1b[31mc\x1b[m \x1b[7m \x1b[m");
        let again = drawn("\x1b[1mab      \x1b[1;4H\x1b[m\x1b[31mc\x1b[2m \x1b[m\x1b[7m \x1b[m");
        assert_eq!(once, again);
        assert_eq!(
            once,
            "\x1b[m\x1b[1mab \x1b[m\x1b[31mc \x1b[m\x1b[7m \x1b[m\n\n"
        );
    }

    #[test]
    fn a_row_that_continues_is_broken_at_the_last_column() {
        let long = "x".repeat(90);
        assert_eq!(
            wrapped(&format!("\x1b[31m{long}\x1b[m\n{}\nz", &long[..80])),
            format!(
                "\x1b[31m{}\n{}\x1b[m\n{}\nz",
                &long[..80],
                &long[80..],
                &long[..80]
            )
        );
    }

    #[test]
    fn names_spinners_and_times_are_replaced() {
        let screen = "1 lagoon-task-abc123\n2 lagoon-task-def456\n1 lagoon-task-abc123\n⠁ 61 s\n\
                      ⠂ run 1: ━━━━━━━━━━━━━━━━━━── 9 s of about 10 s";
        assert_eq!(
            settled(screen),
            "1 lagoon-task-k3v9xd\n2 lagoon-task-p7m2qa\n1 lagoon-task-k3v9xd\n⠹ 6 s\n\
             ⠹ run 1: ━━━━━━━━━━━━──────── 6 s of about 10 s"
        );
    }
}
