//! Making logs safe for a terminal while they are streamed.

use super::clean::{clean_line, is_unsafe};
use super::sgr::visible;
use crate::secret::printable_length;

/// Longer parameters belong to no colour that a terminal knows.
const LONGEST_SGR: usize = 64;

/// Cleans a log that arrives in pieces. It keeps text, newlines, tabs and optionally colour, and
/// shows text that a colour sequence hides.
///
/// Escape and control sequences are removed, also when split between pieces; invalid UTF-8 becomes
/// U+FFFD; direction characters are shown as `\u{…}`. A line that was rewritten with carriage
/// returns (a progress bar) becomes one line for each state, so that nothing is lost.
#[derive(Debug, Clone)]
pub struct LogCleaner {
    keep_colour: bool,
    state: State,
    /// An incomplete character.
    partial: Vec<u8>,
    /// After a carriage return; its meaning depends on the next character.
    returned: bool,
    in_line: bool,
    coloured: bool,
}

#[derive(Debug, Clone)]
enum State {
    Text,
    Escape,
    Designation,
    /// The parameters; `None` if it cannot be a colour.
    Control(Option<String>),
    /// OSC, DCS, APC, PM or SOS, until ST or BEL.
    Str,
    StrEscape,
    Shift,
}

impl LogCleaner {
    pub fn new(keep_colour: bool) -> Self {
        LogCleaner {
            keep_colour,
            state: State::Text,
            partial: Vec::new(),
            returned: false,
            in_line: false,
            coloured: false,
        }
    }

    /// Keeps incomplete sequences for the next call.
    pub fn feed(&mut self, piece: &[u8]) -> String {
        let mut bytes = std::mem::take(&mut self.partial);
        bytes.extend_from_slice(piece);
        let mut clean = String::with_capacity(bytes.len());
        let mut chunks = bytes.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            let mut rest = chunk.valid();
            while let Some(c) = rest.chars().next() {
                // The fast path for plain text, which is almost all of a log.
                let plain = self.plain_length(rest);
                if plain > 0 {
                    self.settle_return(&mut clean);
                    self.in_line = true;
                    clean.push_str(&rest[..plain]);
                    rest = &rest[plain..];
                } else {
                    self.step(c, &mut clean);
                    rest = &rest[c.len_utf8()..];
                }
            }
            if chunk.invalid().is_empty() {
                continue;
            }
            if chunks.peek().is_none() && is_beginning(chunk.invalid()) {
                self.partial = chunk.invalid().to_vec();
            } else {
                self.step(char::REPLACEMENT_CHARACTER, &mut clean);
            }
        }
        clean
    }

    /// Also resets a colour that is still set.
    #[must_use]
    pub fn finish(mut self) -> String {
        let mut clean = String::new();
        if !self.partial.is_empty() {
            self.step(char::REPLACEMENT_CHARACTER, &mut clean);
        }
        self.settle_return(&mut clean);
        if self.coloured {
            clean.push_str("\u{1b}[0m");
        }
        clean
    }

    fn plain_length(&self, text: &str) -> usize {
        match self.state {
            State::Text => printable_length(text.as_bytes()),
            _ => 0,
        }
    }

    fn step(&mut self, c: char, clean: &mut String) {
        match &mut self.state {
            State::Text => self.text(c, clean),
            State::Escape => {
                self.state = State::Text;
                match c {
                    '[' => self.state = State::Control(Some(String::new())),
                    ']' | 'P' | 'X' | '^' | '_' => self.state = State::Str,
                    'N' | 'O' => self.state = State::Shift,
                    ' '..='/' => self.state = State::Designation,
                    '0'..='~' => {}
                    c => self.text(c, clean),
                }
            }
            State::Designation => match c {
                ' '..='/' => {}
                '0'..='~' => self.state = State::Text,
                c => self.resume(c, clean),
            },
            State::Control(parameters) => match c {
                '0'..='9' | ';' | ':' => {
                    if let Some(known) = parameters {
                        known.push(c);
                        if known.len() > LONGEST_SGR {
                            *parameters = None;
                        }
                    }
                }
                // Private markers and intermediates: not a colour, whatever the final character.
                ' '..='?' => *parameters = None,
                '@'..='~' => {
                    let colour = parameters.take().filter(|_| c == 'm');
                    self.state = State::Text;
                    if let Some(colour) = colour {
                        self.colour(&colour, clean);
                    }
                }
                c => self.resume(c, clean),
            },
            State::Str => match c {
                '\u{7}' | '\u{9c}' | '\u{18}' | '\u{1a}' => self.state = State::Text,
                '\u{1b}' => self.state = State::StrEscape,
                // A string that is never ended must not swallow the rest of the log.
                '\n' => self.resume(c, clean),
                _ => {}
            },
            State::StrEscape => match c {
                '\\' => self.state = State::Text,
                c => {
                    self.state = State::Escape;
                    self.step(c, clean);
                }
            },
            State::Shift => match c {
                ' '..='~' => self.state = State::Text,
                c => self.resume(c, clean),
            },
        }
    }

    fn resume(&mut self, c: char, clean: &mut String) {
        self.state = State::Text;
        self.text(c, clean);
    }

    fn text(&mut self, c: char, clean: &mut String) {
        match c {
            '\u{1b}' => self.state = State::Escape,
            '\u{9b}' => self.state = State::Control(Some(String::new())),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => self.state = State::Str,
            '\u{8e}' | '\u{8f}' => self.state = State::Shift,
            '\r' => self.returned = true,
            '\n' => {
                (self.returned, self.in_line) = (false, false);
                clean.push('\n');
            }
            c if c.is_control() && c != '\t' => {}
            c => {
                self.settle_return(clean);
                self.in_line = true;
                if c != '\t' && is_unsafe(c) {
                    clean.push_str(&clean_line(c.encode_utf8(&mut [0; 4])));
                } else {
                    clean.push(c);
                }
            }
        }
    }

    /// A carriage return without newline ends the line, which would be rewritten.
    fn settle_return(&mut self, clean: &mut String) {
        if self.returned && self.in_line {
            clean.push('\n');
            self.in_line = false;
        }
        self.returned = false;
    }

    fn colour(&mut self, parameters: &str, clean: &mut String) {
        if !self.keep_colour {
            return;
        }
        if let Some(parameters) = visible(parameters) {
            self.coloured = !parameters.chars().all(|c| matches!(c, '0' | ';'));
            clean.push_str("\u{1b}[");
            clean.push_str(&parameters);
            clean.push('m');
        }
    }
}

fn is_beginning(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaned(keep_colour: bool, pieces: &[&[u8]]) -> String {
        let mut cleaner = LogCleaner::new(keep_colour);
        let mut clean: String = pieces.iter().map(|piece| cleaner.feed(piece)).collect();
        clean.push_str(&cleaner.finish());
        clean
    }

    fn plain(text: &str) -> String {
        cleaned(false, &[text.as_bytes()])
    }

    #[test]
    fn text_newlines_and_tabs_are_kept() {
        assert_eq!(plain("grüße\t✓\nzwei\n"), "grüße\t✓\nzwei\n");
    }

    #[test]
    fn colours_are_kept_only_if_requested() {
        let log = b"\x1b[1;31mred\x1b[0m \x1b[38:5:2mgreen";
        assert_eq!(cleaned(false, &[log]), "red green");
        assert_eq!(
            cleaned(true, &[log]),
            "\u{1b}[1;31mred\u{1b}[0m \u{1b}[38:5:2mgreen\u{1b}[0m"
        );
        // Looks like a colour but sets a keyboard mode.
        assert_eq!(cleaned(true, &[b"\x1b[>4;1mx\x1b[?4mx\x1b[4 mx"]), "xxx");
    }

    #[test]
    fn hidden_text_is_shown() {
        let log = b"a\x1b[8mb\x1b[1;8;31mc\x1b[38;5;8md\x1b[38:2::8:8:8me\x1b[m";
        assert_eq!(
            cleaned(true, &[log]),
            "ab\u{1b}[1;31mc\u{1b}[38;5;8md\u{1b}[38:2::8:8:8me\u{1b}[m"
        );
        assert_eq!(cleaned(false, &[log]), "abcde");
    }

    #[test]
    fn other_escape_sequences_are_removed() {
        for gone in [
            "\u{1b}[2J",
            "\u{1b}[10;10H",
            "\u{1b}[?1049h",
            "\u{1b}]0;title\u{7}",
            "\u{1b}]8;;https://evil.example\u{1b}\\",
            "\u{1b}]52;c;aGk=\u{9c}",
            "\u{1b}P+q544e\u{1b}\\",
            "\u{1b}_apc\u{1b}\\",
            "\u{1b}^pm\u{1b}\\",
            "\u{1b}Xsos\u{1b}\\",
            "\u{1b}(B",
            "\u{1b}#8",
            "\u{1b}c",
            "\u{1b}7",
            "\u{1b}OA",
            "\u{1b}NA",
            "\u{9b}2J",
            "\u{9d}0;title\u{9c}",
            "\u{90}dcs\u{9c}",
            "\u{9f}apc\u{9c}",
            "\u{9e}pm\u{9c}",
            "\u{98}sos\u{9c}",
            "\u{8e}A",
            "\u{8f}A",
            "\u{84}",
            "\u{7}",
            "\u{8}",
            "\u{7f}",
        ] {
            assert_eq!(plain(&format!("a{gone}b")), "ab", "{gone:?}");
        }
    }

    #[test]
    fn a_broken_sequence_affects_only_its_line() {
        assert_eq!(plain("a\u{1b}]0;never ended\nb\n"), "a\nb\n");
        assert_eq!(plain("a\u{1b}[12\nb"), "a\nb");
        assert_eq!(plain("a\u{1b}\u{1b}[31mb"), "ab");
        assert_eq!(plain("a\u{1b}ü"), "aü");
    }

    #[test]
    fn invalid_utf_8_is_replaced() {
        assert_eq!(cleaned(false, &[b"a\xffb\xc3"]), "a\u{fffd}b\u{fffd}");
        assert_eq!(cleaned(false, &[b"\xc3", b"\xbc"]), "ü");
        // An 8-bit CSI is invalid UTF-8.
        assert_eq!(cleaned(true, &[b"\x9b31mx"]), "\u{fffd}31mx");
    }

    #[test]
    fn carriage_returns_become_line_ends() {
        assert_eq!(plain("a\r\nb\r\r\nc"), "a\nb\nc");
        assert_eq!(plain("\r10%\r20%\r100%\ndone"), "10%\n20%\n100%\ndone");
        assert_eq!(plain("10%\r\u{1b}[K20%\r\u{1b}[K\n"), "10%\n20%\n");
        assert_eq!(cleaned(false, &[b"a\r", b"\nb"]), "a\nb");
    }

    #[test]
    fn direction_characters_are_shown() {
        assert_eq!(plain("a\u{202e}b"), "a\\u{202e}b");
    }

    /// Bytes in which sequences are more frequent than by chance.
    fn log() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            "[\u{1b}\u{9b}\u{9d}\u{7}\r\n\t;:?0-9mHJ\\[\\]\\\\P_^XNO(]{1,6}"
                .prop_map(String::into_bytes),
            "\\PC{0,5}".prop_map(String::into_bytes),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn cleaned_logs_contain_only_text_and_colours(log in log(), keep in any::<bool>()) {
            let clean = cleaned(keep, &[&log]);
            let colour = regex::Regex::new("\u{1b}\\[[0-9;:]*m").unwrap();
            let escapes = clean.contains('\u{1b}');
            prop_assert!(keep || !escapes);
            let text = colour.replace_all(&clean, "");
            prop_assert!(!text.chars().any(|c| is_unsafe(c) && c != '\n' && c != '\t'));
        }

        #[test]
        fn cleaning_is_idempotent(log in log(), keep in any::<bool>()) {
            let once = cleaned(keep, &[&log]);
            prop_assert_eq!(cleaned(keep, &[once.as_bytes()]), once);
        }

        #[test]
        fn cleaning_is_independent_of_chunk_boundaries(log in log(), keep in any::<bool>(), size in 1usize..7) {
            let pieces: Vec<&[u8]> = log.chunks(size).collect();
            prop_assert_eq!(cleaned(keep, &pieces), cleaned(keep, &[&log]));
        }
    }
}
