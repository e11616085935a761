//! The state of a text prompt: an editable line.

use console::Key;

use super::picker::{CTRL_U, Step};

const CTRL_D: char = '\u{4}';
const CTRL_K: char = '\u{b}';
const CTRL_W: char = '\u{17}';

/// Turns the line into an answer, or refuses it.
pub(super) type Accept<'a, T> = Box<dyn Fn(&str) -> Result<T, String> + 'a>;

pub(super) struct Line<'a, T> {
    accept: Accept<'a, T>,
    text: Vec<char>,
    cursor: usize,
    refusal: Option<String>,
}

impl<'a, T> Line<'a, T> {
    pub(super) fn new(accept: Accept<'a, T>) -> Self {
        Line {
            accept,
            text: Vec::new(),
            cursor: 0,
            refusal: None,
        }
    }

    /// The text before and after the cursor.
    pub(super) fn parts(&self) -> (String, String) {
        let (before, after) = self.text.split_at(self.cursor);
        (before.iter().collect(), after.iter().collect())
    }

    /// The reason why the last Enter was refused.
    pub(super) fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    pub(super) fn press(&mut self, key: &Key) -> Step<T> {
        self.refusal = None;
        match key {
            Key::Enter => {
                let text: String = self.text.iter().collect();
                match (self.accept)(&text) {
                    Ok(answer) => return Step::Done(answer),
                    Err(refusal) => self.refusal = Some(refusal),
                }
            }
            Key::CtrlC => return Step::Cancelled,
            Key::Escape | Key::Char(CTRL_D) if self.text.is_empty() => return Step::Cancelled,
            Key::Escape => self.clear(),
            Key::Char(CTRL_U) => self.remove(0, self.cursor),
            Key::Char(CTRL_K) => self.remove(self.cursor, self.text.len()),
            Key::Char(CTRL_W) => self.remove(self.word_start(), self.cursor),
            Key::Backspace => self.remove(self.cursor.saturating_sub(1), self.cursor),
            Key::Del | Key::Char(CTRL_D) => self.remove(self.cursor, self.cursor + 1),
            Key::ArrowLeft => self.cursor = self.cursor.saturating_sub(1),
            Key::ArrowRight => self.cursor = (self.cursor + 1).min(self.text.len()),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = self.text.len(),
            Key::Char(c) if !c.is_control() => {
                self.text.insert(self.cursor, *c);
                self.cursor += 1;
            }
            _ => {}
        }
        Step::Open
    }

    /// Removes the text; a refusal stays.
    pub(super) fn clear(&mut self) {
        self.remove(0, self.text.len());
    }

    fn remove(&mut self, from: usize, to: usize) {
        self.text.drain(from..to.min(self.text.len()));
        self.cursor = from;
    }

    fn word_start(&self) -> usize {
        let before = &self.text[..self.cursor];
        let end = before.iter().rposition(|c| !c.is_whitespace());
        let start = before[..end.unwrap_or(0)]
            .iter()
            .rposition(|c| c.is_whitespace());
        start.map_or(0, |space| space + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line() -> Line<'static, String> {
        Line::new(Box::new(|text| match text {
            "" => Err("a value is required".to_owned()),
            text => Ok(text.to_owned()),
        }))
    }

    fn typed(keys: &[Key]) -> Line<'static, String> {
        let mut line = line();
        for key in keys {
            line.press(key);
        }
        line
    }

    fn text(text: &str) -> Vec<Key> {
        text.chars().map(Key::Char).collect()
    }

    #[test]
    fn an_empty_required_value_is_refused_with_a_reason() {
        let mut line = line();
        assert_eq!(line.press(&Key::Enter), Step::Open);
        assert_eq!(line.refusal(), Some("a value is required"));
        line.press(&Key::Char('a'));
        assert_eq!(line.refusal(), None);
        assert_eq!(line.press(&Key::Enter), Step::Done("a".to_owned()));
    }

    #[test]
    fn a_line_is_edited_at_its_cursor() {
        let keys = [
            text("drush cr 清"),
            vec![Key::Home, Key::Char('x'), Key::Del],
        ]
        .concat();
        let mut line = typed(&keys);
        assert_eq!(line.parts(), ("x".to_owned(), "rush cr 清".to_owned()));
        line.press(&Key::End);
        line.press(&Key::Char(CTRL_W));
        assert_eq!(line.parts().0, "xrush cr ");
        line.press(&Key::Char(CTRL_W));
        assert_eq!(line.parts().0, "xrush ");
        line.press(&Key::ArrowLeft);
        line.press(&Key::Char(CTRL_U));
        assert_eq!(line.parts(), (String::new(), " ".to_owned()));
        assert_eq!(line.press(&Key::Escape), Step::Open);
        assert_eq!(line.press(&Key::Escape), Step::Cancelled);
    }

    proptest! {
        #[test]
        fn editing_never_panics(keys in prop::collection::vec(prop_oneof![
            any::<char>().prop_map(Key::Char),
            prop::sample::select(vec![CTRL_D, CTRL_K, CTRL_W, CTRL_U, ' ']).prop_map(Key::Char),
            prop::sample::select(vec![
                Key::Backspace, Key::Del, Key::ArrowLeft, Key::ArrowRight, Key::Home, Key::End,
                Key::Enter, Key::Escape,
            ]),
        ], 0..40)) {
            let line = typed(&keys);
            prop_assert!(line.cursor <= line.text.len());
        }
    }
}
