//! Differences for people: one line for a short value, a line diff for a long one.

use crate::domain::task::difference::Difference;
use crate::terminal::{Palette, Style, Symbols, clean_line, clean_text};

/// The maximum product of two line counts; longer texts are shown in full instead of compared.
const MOST_COMPARED: usize = 4_000_000;

pub(crate) fn render(palette: Palette, differences: &[Difference], indent: usize) -> String {
    let margin = " ".repeat(indent);
    let mut text = String::new();
    for difference in differences {
        let label = palette.paint(Style::Dim, &format!("{}:", difference.label()));
        let [have, want] = &difference.values();
        if have.contains('\n') || want.contains('\n') {
            text.push_str(&format!("{margin}{label}\n"));
            for (mark, line) in lines(have, want) {
                let line = format!("{margin}  {mark} {line}");
                let line = match mark {
                    '-' => palette.paint(Style::Bad, &line),
                    '+' => palette.paint(Style::Good, &line),
                    _ => line,
                };
                text.push_str(&format!("{}\n", line.trim_end_matches(' ')));
            }
            continue;
        }
        let arrow = match palette.symbols() {
            Symbols::Unicode => "→",
            Symbols::Ascii => "->",
        };
        let shown = |value: &str, style| palette.paint(style, &clean_line(value));
        let change = match (have.is_empty(), want.is_empty()) {
            (true, _) => shown(want, Style::Good),
            (false, true) => format!("{} {arrow} (none)", shown(have, Style::Bad)),
            (false, false) => format!(
                "{} {arrow} {}",
                shown(have, Style::Bad),
                shown(want, Style::Good)
            ),
        };
        text.push_str(&format!("{margin}{label} {change}\n"));
    }
    text
}

/// The fields of a task that is deleted.
pub(crate) fn render_removed(
    palette: Palette,
    differences: &[Difference],
    indent: usize,
) -> String {
    let margin = " ".repeat(indent);
    let mut text = String::new();
    for difference in differences {
        let label = palette.paint(Style::Dim, &format!("{}:", difference.label()));
        let [have, _] = &difference.values();
        if !have.contains('\n') {
            let value = palette.paint(Style::Bad, &clean_line(have));
            text.push_str(&format!("{margin}{label} {value}\n"));
            continue;
        }
        text.push_str(&format!("{margin}{label}\n"));
        for line in split(have) {
            let line = palette.paint(Style::Bad, &format!("{margin}  - {line}"));
            text.push_str(&format!("{}\n", line.trim_end_matches(' ')));
        }
    }
    text
}

/// The lines of both texts in order: `-` is only in the first, `+` only in the second, a blank in
/// both. A missing newline at the end counts as a difference.
fn lines(have: &str, want: &str) -> Vec<(char, String)> {
    let (have, want) = (split(have), split(want));
    if have.len().saturating_mul(want.len()) > MOST_COMPARED {
        let gone = have.into_iter().map(|line| ('-', line));
        return gone
            .chain(want.into_iter().map(|line| ('+', line)))
            .collect();
    }
    // lengths[i][j]: the longest common subsequence of have[i..] and want[j..].
    let mut lengths = vec![vec![0_usize; want.len() + 1]; have.len() + 1];
    for i in (0..have.len()).rev() {
        for j in (0..want.len()).rev() {
            lengths[i][j] = if have[i] == want[j] {
                lengths[i + 1][j + 1] + 1
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while i < have.len() || j < want.len() {
        if i < have.len() && j < want.len() && have[i] == want[j] {
            out.push((' ', have[i].clone()));
            (i, j) = (i + 1, j + 1);
        } else if i < have.len() && (j == want.len() || lengths[i + 1][j] >= lengths[i][j + 1]) {
            out.push(('-', have[i].clone()));
            i += 1;
        } else {
            out.push(('+', want[j].clone()));
            j += 1;
        }
    }
    out
}

fn split(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(line) => clean_text(line),
            None => format!("{} (no newline at the end)", clean_text(line)),
        })
        .collect();
    // A single line needs no remark about its end.
    if let [only] = lines.as_mut_slice() {
        *only = clean_text(text.trim_end_matches('\n'));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(field: &'static str, have: &str, want: &str) -> Difference {
        Difference {
            field,
            have: have.to_owned(),
            want: want.to_owned(),
        }
    }

    #[test]
    fn short_changes_fit_one_line_and_long_ones_are_diffed() {
        let differences = [
            difference("service", "cli", "node"),
            difference("permission", "DEVELOPER", "GUEST"),
            difference("description", "", "new\u{1b}[2J"),
            difference("confirmation text", "Sure?", ""),
            difference("command", "set -e\na\nb\nc\n", "set -e\nb\nx\nc"),
        ];
        assert_eq!(
            render(Palette::new(false).with(Symbols::Unicode), &differences, 2),
            "  service: cli → node\n  permission: developer → guest\n  description: new\\u{1b}[2J\n  confirmation text: Sure? → (none)\n  \
             command:\n      set -e\n    - a\n      b\n    - c\n    + x\n    + c (no newline at the end)\n"
        );
    }
}
