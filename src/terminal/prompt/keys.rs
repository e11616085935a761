//! Keys of the terminal, read byte by byte, so that what is typed ahead stays for the next prompt.

use std::io::{self, ErrorKind};
use std::time::Duration;

use console::Key;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

const ESC: u8 = 0x1b;

/// The rest of an escape sequence follows within this time, otherwise the key is Esc.
const REST: Duration = Duration::from_millis(50);

/// The longest escape sequence that is read as one key, in bytes.
const LONGEST: usize = 32;

/// The next key, or `None` if none comes within `limit`.
///
/// # Errors
/// `UnexpectedEof` if the terminal is gone.
pub(super) fn next(limit: Duration) -> io::Result<Option<Key>> {
    decode(limit, &mut byte)
}

fn byte(limit: Duration) -> io::Result<Option<u8>> {
    let stdin = io::stdin();
    let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
    match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&limit)) {
        Ok(0) | Err(Errno::INTR) => return Ok(None),
        Ok(_) => {}
        Err(error) => return Err(error.into()),
    }
    let mut byte = [0];
    match rustix::io::read(&stdin, &mut byte) {
        // A terminal that hung up is at its end, or fails.
        Ok(0) | Err(Errno::IO) => Err(ErrorKind::UnexpectedEof.into()),
        Ok(_) => Ok(Some(byte[0])),
        Err(error) => Err(error.into()),
    }
}

type ReadByte<'a> = &'a mut dyn FnMut(Duration) -> io::Result<Option<u8>>;

fn decode(limit: Duration, byte: ReadByte<'_>) -> io::Result<Option<Key>> {
    let Some(first) = byte(limit)? else {
        return Ok(None);
    };
    Ok(Some(match first {
        ESC => escape(byte)?,
        b'\r' | b'\n' => Key::Enter,
        b'\t' => Key::Tab,
        0x7f | 0x08 => Key::Backspace,
        0x01 => Key::Home,
        0x05 => Key::End,
        0x03 => Key::CtrlC,
        ascii if ascii.is_ascii() => Key::Char(char::from(ascii)),
        lead => character(lead, byte)?,
    }))
}

fn escape(byte: ReadByte<'_>) -> io::Result<Key> {
    match byte(REST)? {
        None | Some(ESC) => return Ok(Key::Escape),
        Some(b'[' | b'O') => {}
        Some(_) => return Ok(Key::Unknown),
    }
    let mut parameters = Vec::new();
    while let Some(next) = byte(REST)? {
        if !(0x40..=0x7e).contains(&next) {
            parameters.push(next);
            if parameters.len() > LONGEST {
                break;
            }
            continue;
        }
        return Ok(match (next, parameters.as_slice()) {
            (b'A', _) => Key::ArrowUp,
            (b'B', _) => Key::ArrowDown,
            (b'C', _) => Key::ArrowRight,
            (b'D', _) => Key::ArrowLeft,
            (b'H', _) | (b'~', b"1" | b"7") => Key::Home,
            (b'F', _) | (b'~', b"4" | b"8") => Key::End,
            (b'~', b"3") => Key::Del,
            (b'~', b"5") => Key::PageUp,
            (b'~', b"6") => Key::PageDown,
            _ => Key::Unknown,
        });
    }
    Ok(Key::Unknown)
}

/// A character of several bytes in UTF-8.
fn character(lead: u8, byte: ReadByte<'_>) -> io::Result<Key> {
    let length = match lead {
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => return Ok(Key::Unknown),
    };
    let mut bytes = vec![lead];
    while bytes.len() < length {
        match byte(REST)? {
            Some(next) => bytes.push(next),
            None => return Ok(Key::Unknown),
        }
    }
    let text = std::str::from_utf8(&bytes).ok();
    let character = text.and_then(|text| text.chars().next());
    Ok(character.map_or(Key::Unknown, Key::Char))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(typed: &[u8]) -> Vec<Key> {
        let mut typed = typed.iter();
        let mut byte = |_| Ok(typed.next().copied());
        let next = || decode(REST, &mut byte).unwrap();
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn keys_are_decoded_from_bytes() {
        assert_eq!(
            keys("aß清😀\r\u{3}\u{15}\u{7f}\t".as_bytes()),
            [
                Key::Char('a'),
                Key::Char('ß'),
                Key::Char('清'),
                Key::Char('😀'),
                Key::Enter,
                Key::CtrlC,
                Key::Char('\u{15}'),
                Key::Backspace,
                Key::Tab,
            ]
        );
        assert_eq!(
            keys(b"\x1b[A\x1bOB\x1b[5~\x1b[6~\x1b[H\x1b[4~\x1b[3~"),
            [
                Key::ArrowUp,
                Key::ArrowDown,
                Key::PageUp,
                Key::PageDown,
                Key::Home,
                Key::End,
                Key::Del,
            ]
        );
    }

    #[test]
    fn an_unknown_sequence_is_one_key_and_a_lone_escape_is_esc() {
        assert_eq!(keys(b"\x1b[1;5Px"), [Key::Unknown, Key::Char('x')]);
        assert_eq!(keys(b"\x1b[1;5A"), [Key::ArrowUp]);
        assert_eq!(keys(b"\x1b"), [Key::Escape]);
        assert_eq!(keys(b"\xff\xe6\x80"), [Key::Unknown, Key::Unknown]);
    }

    proptest! {
        #[test]
        fn decoding_never_panics(typed in any::<Vec<u8>>()) {
            keys(&typed);
        }
    }
}
