//! Code blocks, links and headings of a Markdown page.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// A fenced code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// The first word after the fence: `sh`, `yaml`.
    pub(crate) language: String,
    /// The second word after the fence: a file that the block shows.
    pub(crate) file: Option<String>,
    /// The comment `<!-- … -->` above the block.
    pub(crate) comment: Option<String>,
    /// The headings above the block, outermost first.
    pub(crate) headings: Vec<String>,
    /// The number of the block's first line, counted from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

impl Block {
    /// The commands: all lines, or in a `console` block the lines with a `$ ` prompt.
    pub(crate) fn commands(&self) -> String {
        self.divided().0.join("\n")
    }

    /// The lines of a `console` block that are output.
    pub(crate) fn output(&self) -> String {
        self.divided().1.join("\n")
    }

    fn divided(&self) -> (Vec<&str>, Vec<&str>) {
        let (mut commands, mut output) = (Vec::new(), Vec::new());
        let mut continues = false;
        for line in self.text.lines() {
            let command = match line.strip_prefix("$ ") {
                None if self.language == "console" && !continues => {
                    output.push(line);
                    continue;
                }
                command => command.unwrap_or(line),
            };
            continues = command.ends_with('\\');
            commands.push(command);
        }
        (commands, output)
    }
}

/// The lines of a page with their numbers, and whether each is part of a code block or its fence.
fn lines(markdown: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let mut inside = false;
    markdown.lines().enumerate().map(move |(at, line)| {
        let is_fence = line.trim_start().starts_with("```");
        let is_code = inside || is_fence;
        inside ^= is_fence;
        (at + 1, line, is_code)
    })
}

/// A heading's level and text.
fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.chars().take_while(|c| *c == '#').count();
    let text = line.get(level..)?.strip_prefix(' ')?;
    (level > 0).then_some((level, text))
}

pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut headings: BTreeMap<usize, String> = BTreeMap::new();
    let mut comment = None;
    let mut open: Option<(usize, Block)> = None;
    for (number, line, is_code) in lines(markdown) {
        if let Some((indent, mut block)) = open.take() {
            if line.trim_start().starts_with("```") {
                block.text.pop();
                blocks.push(block);
            } else {
                block.text.push_str(line.get(indent..).unwrap_or_default());
                block.text.push('\n');
                open = Some((indent, block));
            }
            continue;
        }
        if is_code {
            let fence = line.trim_start();
            let mut words = fence.trim_start_matches('`').split_whitespace();
            let block = Block {
                language: words.next().unwrap_or_default().to_owned(),
                file: words.next().map(str::to_owned),
                comment: comment.take(),
                headings: headings.values().cloned().collect(),
                line: number + 1,
                text: String::new(),
            };
            open = Some((line.len() - fence.len(), block));
            continue;
        }
        comment = line
            .trim()
            .strip_prefix("<!-- ")
            .and_then(|rest| rest.strip_suffix(" -->"))
            .map(str::to_owned);
        if let Some((level, text)) = heading(line) {
            headings.split_off(&level);
            headings.insert(level, text.to_owned());
        }
    }
    assert!(open.is_none(), "a code block is not closed");
    blocks
}

/// The text outside code blocks.
pub(crate) fn prose(markdown: &str) -> String {
    let outside = lines(markdown).filter(|(_, _, is_code)| !is_code);
    outside.map(|(_, line, _)| line.to_owned() + "\n").collect()
}

/// The code spans outside code blocks.
pub(crate) fn spans(markdown: &str) -> Vec<String> {
    let prose = prose(markdown).replace('\n', " ");
    let parts = prose.split('`').skip(1).step_by(2);
    parts.map(|span| span.trim().to_owned()).collect()
}

/// The targets of links and images, relative and absolute.
pub(crate) fn links(markdown: &str) -> Vec<String> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(([^)\s]+)\)").unwrap());
    let prose = prose(markdown);
    let found = LINK.captures_iter(&prose);
    found.map(|link| link[1].to_owned()).collect()
}

/// The anchors of the headings, as GitHub makes them.
pub(crate) fn anchors(markdown: &str) -> Vec<String> {
    let headings = lines(markdown).filter(|(_, _, is_code)| !is_code);
    let headings = headings.filter_map(|(_, line, _)| heading(line));
    let anchor = |(_, text): (usize, &str)| {
        let kept = text
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# Page

A [link](a.md#part), `tasks list
-e main` and ![a picture](b.svg).

## One

<!-- not run: reason -->
```sh
tasks a
```

* A list:

  ```yaml tasks.yml
  a:
    b: c
  ```

### Below: `-e`

```console
$ tasks b \\
  -c
output [no](link.md)
```

## Two

```json
{}
```
";

    #[test]
    fn blocks_have_language_file_comment_and_headings() {
        let blocks = blocks(PAGE);
        let shape: Vec<(&str, Option<&str>, &str, usize)> = blocks
            .iter()
            .map(|b| (&*b.language, b.file.as_deref(), &*b.text, b.line))
            .collect();
        assert_eq!(
            shape,
            [
                ("sh", None, "tasks a", 10),
                ("yaml", Some("tasks.yml"), "a:\n  b: c", 16),
                (
                    "console",
                    None,
                    "$ tasks b \\\n  -c\noutput [no](link.md)",
                    23
                ),
                ("json", None, "{}", 31),
            ]
        );
        assert_eq!(blocks[0].comment.as_deref(), Some("not run: reason"));
        assert_eq!(blocks[1].comment, None);
        assert_eq!(blocks[2].headings, ["Page", "One", "Below: `-e`"]);
        assert_eq!(blocks[3].headings, ["Page", "Two"]);
        assert_eq!(blocks[0].commands(), "tasks a");
        assert_eq!(blocks[2].commands(), "tasks b \\\n  -c");
        assert_eq!(blocks[2].output(), "output [no](link.md)");
    }

    #[test]
    fn links_spans_and_anchors_are_read_outside_blocks() {
        assert_eq!(links(PAGE), ["a.md#part", "b.svg"]);
        assert_eq!(spans(PAGE), ["tasks list -e main", "-e"]);
        assert_eq!(anchors(PAGE), ["page", "one", "below--e", "two"]);
    }
}
