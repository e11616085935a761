//! Topics, folded to the width of the terminal.

use super::page::wrapped;

/// The width for which the topics are written.
const WRITTEN: usize = 80;

/// The indent of a description below its name, if there is no room beside the name.
const BELOW: usize = 8;

/// Lines that are folded together: a paragraph, or a name and its description.
struct Block {
    /// The text before the second column.
    name: String,
    column: usize,
    text: String,
}

pub(super) fn folded(topic: &str, width: usize) -> String {
    if width >= WRITTEN {
        return topic.to_owned();
    }
    let mut lines = Vec::new();
    let mut open: Option<Block> = None;
    let mut is_example = false;
    for line in topic.lines() {
        is_example |= line == "Example:" || line == "Examples:";
        let block = Block::of(line);
        match &mut open {
            Some(before) if before.continues(&block) && !is_example => {
                before.text.push(' ');
                before.text.push_str(&block.text);
            }
            _ => {
                lines.extend(open.take().iter().flat_map(|block| block.lines(width)));
                if is_example || line.is_empty() {
                    lines.push(line.to_owned());
                } else {
                    open = Some(block);
                }
            }
        }
    }
    lines.extend(open.iter().flat_map(|block| block.lines(width)));
    lines.join("\n") + "\n"
}

impl Block {
    fn of(line: &str) -> Block {
        let indent = indent(line);
        let gap = line[indent..].find("  ").map_or(0, |at| indent + at);
        let column = gap + self::indent(&line[gap..]);
        Block {
            name: line[..gap].to_owned(),
            column,
            text: line[column..].to_owned(),
        }
    }

    /// True if the other is the next line of this one.
    fn continues(&self, next: &Block) -> bool {
        next.name.is_empty() && next.column == self.column && !next.text.is_empty()
    }

    fn lines(&self, width: usize) -> Vec<String> {
        let is_narrow = self.column > width * 2 / 5;
        let column = if is_narrow { BELOW } else { self.column };
        let text = wrapped(&self.text, width.saturating_sub(column));
        let mut lines: Vec<String> = text.iter().map(|l| format!("{:column$}{l}", "")).collect();
        if is_narrow && !self.name.is_empty() {
            lines.insert(0, self.name.clone());
        } else if let Some(first) = lines.first_mut() {
            first.replace_range(..self.name.len(), &self.name);
        }
        lines
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::topics;

    #[test]
    fn a_narrow_topic_keeps_its_columns_and_has_no_wide_line() {
        assert_eq!(
            folded(
                "Codes\n\n   2  usage error: an invalid flag\n      or file\n\nExample:\n  # It is not folded\n",
                24
            ),
            "Codes\n\n   2  usage error: an\n      invalid flag or\n      file\n\nExample:\n  # It is not folded\n"
        );
        for (name, text) in topics::ALL {
            assert_eq!(folded(text, 80), text);
            let narrow = folded(text, 40);
            let (before, _) = narrow.split_once("\nExample").unwrap();
            for line in before.lines() {
                let is_word = !line.trim_start().contains(' ');
                assert!(line.chars().count() <= 40 || is_word, "{name}: {line}");
            }
        }
    }
}
