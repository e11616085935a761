//! The state of a list prompt: filter, matching items, selection, scroll position.

use console::Key;

use super::Choice;
use super::search::{SearchText, folded};
use crate::terminal::clean_line;

const CTRL_D: char = '\u{4}';
const CTRL_N: char = '\u{e}';
const CTRL_P: char = '\u{10}';
pub(super) const CTRL_U: char = '\u{15}';

const NOTHING_SELECTED: &str = "nothing selected; select an entry with the arrow keys";
pub(super) const NO_MATCH: &str = "no match";
const NO_MATCH_TO_TAKE: &str = "no match; Ctrl-U clears the filter";

/// An item as it is drawn.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub columns: Vec<String>,
    /// The end of the first column, which is never cut off.
    pub mark: &'static str,
    /// Positions of columns that are cut before others.
    pub flexible: Vec<usize>,
    pub note: Option<String>,
    text: SearchText,
    never_preselected: bool,
}

impl Item {
    fn new(choice: &Choice) -> Item {
        let mut columns: Vec<String> = std::iter::once(&choice.label)
            .chain(&choice.columns)
            .map(|column| clean_line(column))
            .collect();
        let note = choice.note.as_deref().map(clean_line);
        let mark = Some(choice.mark).filter(|mark| !mark.is_empty());
        let searched = columns.iter().map(String::as_str).chain(mark);
        let text = SearchText {
            columns: searched.map(folded).collect(),
            note: note.as_deref().map(folded).unwrap_or_default(),
        };
        columns[0].push_str(choice.mark);
        Item {
            text,
            columns,
            mark: choice.mark,
            flexible: choice.flexible.clone(),
            note,
            never_preselected: choice.never_preselected,
        }
    }
}

/// The effect of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step<T> {
    Open,
    Done(T),
    Cancelled,
}

#[derive(Debug, Clone)]
pub(super) struct Picker {
    items: Vec<Item>,
    default: Option<usize>,
    filter: String,
    /// Positions of items, best match first.
    matches: Vec<usize>,
    /// A position in `matches`.
    selected: Option<usize>,
    top: usize,
    /// The effect of Enter if it selects nothing.
    message: Option<&'static str>,
}

impl Picker {
    /// The default is selected, otherwise the first item that may be preselected.
    pub(super) fn new(choices: &[Choice], default: Option<usize>) -> Picker {
        let mut picker = Picker {
            items: choices.iter().map(Item::new).collect(),
            default,
            filter: String::new(),
            matches: Vec::new(),
            selected: None,
            top: 0,
            message: None,
        };
        picker.search();
        picker
    }

    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    pub(super) fn filter(&self) -> &str {
        &self.filter
    }

    pub(super) fn message(&self) -> Option<&'static str> {
        self.message
    }

    /// The number of matching items.
    pub(super) fn count(&self) -> usize {
        self.matches.len()
    }

    /// The position of the selected item among the matching ones.
    pub(super) fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// The matching items on `rows` lines, with the selected one among them.
    pub(super) fn visible(&mut self, rows: usize) -> Vec<(&Item, bool)> {
        if let Some(selected) = self.selected {
            let last = (selected + 1).saturating_sub(rows);
            self.top = self.top.clamp(last, selected.max(last));
        }
        self.top = self.top.min(self.count().saturating_sub(rows));
        let matches = self.matches.iter().enumerate().skip(self.top).take(rows);
        let (items, selected) = (&self.items, self.selected);
        matches
            .filter_map(|(at, item)| Some((items.get(*item)?, selected == Some(at))))
            .collect()
    }

    /// Handles a key; `page` is the number of items on the screen.
    pub(super) fn press(&mut self, key: &Key, page: usize) -> Step<usize> {
        self.message = None;
        match key {
            Key::Enter => return self.enter(),
            Key::CtrlC => return Step::Cancelled,
            Key::Escape | Key::Char(CTRL_D) if self.filter.is_empty() => return Step::Cancelled,
            Key::Escape | Key::Char(CTRL_U) => self.change_filter(String::clear),
            Key::Backspace => self.change_filter(|filter| {
                let _ = filter.pop();
            }),
            Key::ArrowUp | Key::BackTab | Key::Char(CTRL_P) => self.step(-1),
            Key::ArrowDown | Key::Tab | Key::Char(CTRL_N) => self.step(1),
            Key::PageUp => self.select(self.selected.unwrap_or(0).saturating_sub(page)),
            Key::PageDown => self.select(self.selected.unwrap_or(0).saturating_add(page)),
            Key::Home => self.select(0),
            Key::End => self.select(usize::MAX),
            Key::Char(c) if !c.is_control() => self.change_filter(|filter| filter.push(*c)),
            _ => {}
        }
        Step::Open
    }

    fn enter(&mut self) -> Step<usize> {
        let chosen = self.selected.and_then(|at| self.matches.get(at));
        if let Some(chosen) = chosen {
            return Step::Done(*chosen);
        }
        self.message = Some(match self.matches.is_empty() {
            true => NO_MATCH_TO_TAKE,
            false => NOTHING_SELECTED,
        });
        Step::Open
    }

    /// The next item; after the last one, the first.
    fn step(&mut self, by: isize) {
        let count = self.count();
        if count > 0 {
            self.selected = Some(match (self.selected, by < 0) {
                (None | Some(0), true) => count - 1,
                (None, false) => 0,
                (Some(at), true) => at - 1,
                (Some(at), false) => (at + 1) % count,
            });
        }
    }

    fn select(&mut self, at: usize) {
        self.selected = self.count().checked_sub(1).map(|last| at.min(last));
    }

    fn change_filter(&mut self, change: impl FnOnce(&mut String)) {
        let before = self.filter.clone();
        change(&mut self.filter);
        if self.filter != before {
            self.search();
        }
    }

    fn search(&mut self) {
        let filter = folded(&self.filter);
        let ranked = self.items.iter().enumerate();
        let mut ranked: Vec<(usize, usize)> = ranked
            .filter_map(|(at, item)| Some((item.text.rank(&filter)?, at)))
            .collect();
        ranked.sort_unstable();
        self.matches = ranked.into_iter().map(|(_, at)| at).collect();
        self.top = 0;
        let may_be = |at: usize| self.items.get(at).is_some_and(|i| !i.never_preselected);
        self.selected = if filter.trim().is_empty() {
            match self.default {
                Some(at) => Some(at).filter(|at| may_be(*at)),
                None => (0..self.items.len()).find(|at| may_be(*at)),
            }
        } else {
            // Its whole name selects an item as an arrow key does.
            let is_named = |at: usize| {
                let name = self
                    .items
                    .get(at)
                    .and_then(|item| item.text.columns.first());
                name.is_some_and(|name| name.trim() == filter.trim())
            };
            let best = self.matches.first();
            best.filter(|at| may_be(**at) || is_named(**at)).map(|_| 0)
        };
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    const PAGE: usize = 3;

    fn picker(default: Option<usize>) -> Picker {
        let choices = [
            Choice::new("main").note("production").never_preselected(),
            Choice::new("develop"),
            Choice::new("pr-1"),
            Choice::new("maintenance"),
            Choice::new("pr-12"),
        ];
        Picker::new(&choices, default)
    }

    fn shown(picker: &mut Picker) -> Vec<String> {
        let visible = picker.visible(PAGE).into_iter();
        let line = |(item, selected): (&Item, bool)| {
            format!("{}{}", if selected { ">" } else { "" }, item.columns[0])
        };
        visible.map(line).collect()
    }

    fn typed(picker: &mut Picker, text: &str) {
        for c in text.chars() {
            assert_eq!(picker.press(&Key::Char(c), PAGE), Step::Open);
        }
    }

    #[test]
    fn production_is_never_preselected() {
        assert_eq!(picker(None).press(&Key::Enter, PAGE), Step::Done(1));
        assert_eq!(picker(Some(2)).press(&Key::Enter, PAGE), Step::Done(2));
        let mut of_default = picker(Some(0));
        assert_eq!(of_default.press(&Key::Enter, PAGE), Step::Open);
        assert_eq!(of_default.message(), Some(NOTHING_SELECTED));
        let only = [Choice::new("main").never_preselected()];
        assert_eq!(Picker::new(&only, None).selected(), None);
    }

    #[test]
    fn a_filter_selects_production_only_by_its_whole_name() {
        let mut picker = picker(None);
        typed(&mut picker, "mai");
        assert_eq!(shown(&mut picker), ["main", "maintenance"]);
        assert_eq!(picker.press(&Key::Enter, PAGE), Step::Open);
        typed(&mut picker, "n");
        assert_eq!(shown(&mut picker), [">main", "maintenance"]);
        assert_eq!(picker.press(&Key::Enter, PAGE), Step::Done(0));
    }

    #[test]
    fn esc_clears_the_filter_and_then_cancels() {
        let mut picker = picker(None);
        typed(&mut picker, "xyz");
        assert_eq!(picker.count(), 0);
        assert_eq!(picker.press(&Key::Enter, PAGE), Step::Open);
        assert_eq!(picker.message(), Some(NO_MATCH_TO_TAKE));
        assert_eq!(picker.press(&Key::Escape, PAGE), Step::Open);
        assert_eq!((picker.filter(), picker.count()), ("", 5));
        assert_eq!(picker.press(&Key::Escape, PAGE), Step::Cancelled);
        typed(&mut picker, "pr");
        picker.press(&Key::Char(CTRL_U), PAGE);
        assert_eq!(picker.filter(), "");
        assert_eq!(picker.press(&Key::CtrlC, PAGE), Step::Cancelled);
    }

    #[test]
    fn the_list_scrolls_with_the_selection() {
        let mut picker = picker(None);
        assert_eq!(shown(&mut picker), ["main", ">develop", "pr-1"]);
        picker.press(&Key::PageDown, PAGE);
        assert_eq!(shown(&mut picker), ["pr-1", "maintenance", ">pr-12"]);
        picker.press(&Key::ArrowDown, PAGE);
        assert_eq!(shown(&mut picker), [">main", "develop", "pr-1"]);
        picker.press(&Key::Char(CTRL_P), PAGE);
        assert_eq!(shown(&mut picker), ["pr-1", "maintenance", ">pr-12"]);
        picker.press(&Key::Home, PAGE);
        assert_eq!(shown(&mut picker), [">main", "develop", "pr-1"]);
        picker.press(&Key::Char(CTRL_N), PAGE);
        assert_eq!(shown(&mut picker), ["main", ">develop", "pr-1"]);
        picker.press(&Key::End, PAGE);
        assert_eq!(shown(&mut picker), ["pr-1", "maintenance", ">pr-12"]);
        picker.press(&Key::PageUp, PAGE);
        assert_eq!(shown(&mut picker), [">develop", "pr-1", "maintenance"]);
    }

    pub(in crate::terminal::prompt) fn any_key() -> impl Strategy<Value = Key> {
        prop_oneof![
            any::<char>().prop_map(Key::Char),
            prop::sample::select(vec!['p', 'r', '1', ' ', CTRL_N, CTRL_P, CTRL_U, CTRL_D])
                .prop_map(Key::Char),
            prop::sample::select(vec![
                Key::Enter,
                Key::Escape,
                Key::Backspace,
                Key::ArrowUp,
                Key::ArrowDown,
                Key::PageUp,
                Key::PageDown,
                Key::Home,
                Key::End,
                Key::Tab,
                Key::Unknown,
            ]),
        ]
    }

    proptest! {
        #[test]
        fn the_selection_is_always_valid(
            names in prop::collection::vec("[a-z清😀é ]{0,12}", 0..30),
            keys in prop::collection::vec((any_key(), 0_usize..12), 0..40),
        ) {
            let choices: Vec<Choice> = names.iter().map(Choice::new).collect();
            let mut picker = Picker::new(&choices, None);
            for (key, rows) in keys {
                if let Step::Done(chosen) = picker.press(&key, rows) {
                    prop_assert!(chosen < choices.len());
                }
                prop_assert!(picker.selected().is_none_or(|at| at < picker.count()));
                let (selected, count) = (picker.selected(), picker.count());
                let visible = picker.visible(rows);
                prop_assert_eq!(visible.len(), rows.min(count));
                let marked = visible.iter().filter(|(_, selected)| *selected).count();
                prop_assert_eq!(marked, usize::from(selected.is_some() && rows > 0));
            }
        }
    }
}
