//! Passes a log from Lagoon to the output in pieces, each piece once.

use std::hash::{DefaultHasher, Hasher};

use super::banner::{Banner, banner};
use crate::domain::run::Log;
use crate::domain::task::exit_status::{LONGEST_MARKER, without_marker};
use crate::error::{Error, Hint, Kind};
use crate::lagoon::{Lagoon, LagoonError, Receiver};
use crate::ops::runs::follow::LogSink;
use crate::ops::runs::read;

/// Prints the log that Lagoon has now. If the connection breaks, the log is requested again and
/// printed from there; an error if it has changed.
pub(crate) async fn print(
    lagoon: &Lagoon,
    id: i64,
    sink: &mut dyn LogSink,
) -> Result<Log<()>, Error> {
    let mut once = Once::new(id, Content::new(sink));
    let mut found = lagoon.run_log(id, &mut once).await;
    if matches!(found, Ok(None)) {
        read::pause().await;
        found = lagoon.run_log(id, &mut once).await;
    }
    let is_begun = once.passed > 0;
    let is_whole = once.at == once.passed && matches!(found, Ok(Some(Log::Text(()))));
    let Once {
        content, failure, ..
    } = once;
    let end = match (failure, found) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) if is_begun => {
            let error = Error::from(error);
            let message = format!("the log of run {id} is incomplete: {}", error.message);
            Err(Error { message, ..error }.hint(Hint::PrintLog(id)))
        }
        (None, Err(error)) => Err(error.into()),
        (None, Ok(_)) if is_begun && !is_whole => Err(changed(id)),
        (None, Ok(None)) => Err(Error::not_found(read::gone(id))),
        (None, Ok(Some(log))) => Ok(log),
    };
    let finished = content.finish();
    end.and_then(|log| finished.map(|()| log))
}

fn changed(id: i64) -> Error {
    let message = format!(
        "the log of run {id} is incomplete: the connection broke, and the log has changed since"
    );
    Error::new(Kind::Unreachable, message).hint(Hint::PrintLog(id))
}

/// Passes a text on that may begin several times.
struct Once<'a> {
    id: i64,
    content: Content<'a>,
    /// In bytes.
    passed: u64,
    /// Of what was passed.
    hasher: DefaultHasher,
    /// The position in the text that is received now, and the hash of its part that was passed before.
    at: u64,
    again: DefaultHasher,
    failure: Option<Error>,
}

impl<'a> Once<'a> {
    fn new(id: i64, content: Content<'a>) -> Self {
        Once {
            id,
            content,
            passed: 0,
            hasher: DefaultHasher::new(),
            at: 0,
            again: DefaultHasher::new(),
            failure: None,
        }
    }

    fn receive(&mut self, piece: &str) -> Result<(), Error> {
        let left = usize::try_from(self.passed - self.at).unwrap_or(usize::MAX);
        let (repeated, rest) = piece.as_bytes().split_at(left.min(piece.len()));
        if !repeated.is_empty() {
            self.again.write(repeated);
            self.at += repeated.len() as u64;
            if self.at == self.passed && self.again.finish() != self.hasher.finish() {
                return Err(changed(self.id));
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
        let Some(new) = piece.get(repeated.len()..) else {
            return Err(changed(self.id));
        };
        self.hasher.write(rest);
        self.passed += rest.len() as u64;
        self.at = self.passed;
        self.content.write(new)
    }
}

impl Receiver for Once<'_> {
    fn begin(&mut self) -> Result<(), LagoonError> {
        self.at = 0;
        self.again = DefaultHasher::new();
        Ok(())
    }

    fn write(&mut self, piece: &str) -> Result<(), LagoonError> {
        self.receive(piece).map_err(|error| {
            let reason = error.message.clone();
            self.failure = Some(error);
            LagoonError::NotKept(reason)
        })
    }
}

/// Removes what [`LogFile::content`](super::LogFile::content) does not include, unless the sink takes it.
struct Content<'a> {
    sink: &'a mut dyn LogSink,
    /// The beginning, while it may be a banner.
    head: Option<String>,
    /// The end, which may be an exit code.
    tail: String,
}

impl<'a> Content<'a> {
    fn new(sink: &'a mut dyn LogSink) -> Self {
        Content {
            head: Some(String::new()),
            tail: String::new(),
            sink,
        }
    }

    fn write(&mut self, piece: &str) -> Result<(), Error> {
        if self.sink.takes_banner() {
            return self.sink.write(piece);
        }
        let Some(head) = &mut self.head else {
            return self.body(piece);
        };
        head.push_str(piece);
        let start = match banner(head) {
            Banner::Open => return Ok(()),
            Banner::None => 0,
            Banner::Length(length) => length,
        };
        let head = self.head.take().unwrap_or_default();
        self.body(&head[start..])
    }

    fn body(&mut self, piece: &str) -> Result<(), Error> {
        if piece.len() < LONGEST_MARKER {
            self.tail.push_str(piece);
            let end = before_end(&self.tail);
            let tail = self.tail.split_off(end);
            let ready = std::mem::replace(&mut self.tail, tail);
            return self.pass(&ready);
        }
        let tail = std::mem::take(&mut self.tail);
        self.pass(&tail)?;
        let (ready, tail) = piece.split_at(before_end(piece));
        self.tail.push_str(tail);
        self.pass(ready)
    }

    fn pass(&mut self, text: &str) -> Result<(), Error> {
        if text.is_empty() {
            return Ok(());
        }
        self.sink.write(text)
    }

    fn finish(mut self) -> Result<(), Error> {
        if let Some(head) = self.head.take() {
            self.body(&head)?;
        }
        let tail = std::mem::take(&mut self.tail);
        self.pass(without_marker(&tail))
    }
}

/// The position between two characters before which nothing can be a part of an exit code.
fn before_end(text: &str) -> usize {
    let mut end = text.len().saturating_sub(LONGEST_MARKER);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::super::file::holding;
    use super::*;
    use proptest::prelude::*;

    #[derive(Default)]
    struct Printed {
        text: String,
        is_raw: bool,
    }

    impl LogSink for Printed {
        fn write(&mut self, piece: &str) -> Result<(), Error> {
            assert!(!piece.is_empty());
            self.text.push_str(piece);
            Ok(())
        }

        fn takes_banner(&self) -> bool {
            self.is_raw
        }
    }

    fn cut<'t>(text: &'t str, sizes: &[usize]) -> Vec<&'t str> {
        let mut sizes = sizes.iter().cycle();
        let (mut pieces, mut rest) = (Vec::new(), text);
        while !rest.is_empty() {
            let mut size = (*sizes.next().unwrap()).min(rest.len());
            while !rest.is_char_boundary(size) {
                size += 1;
            }
            let (piece, after) = rest.split_at(size);
            pieces.push(piece);
            rest = after;
        }
        pieces
    }

    fn log() -> impl Strategy<Value = String> {
        let rule = "=".repeat(80);
        let banner = format!("{rule}\nLogs on pod x\n{rule}\n");
        let marker = format!("tasks-exit-status:{:016x}:7\n", 7);
        let start = prop_oneof![
            Just(String::new()),
            Just(banner.clone()),
            Just(banner[..90].to_owned())
        ];
        let end = prop_oneof![
            Just(String::new()),
            Just(marker.clone()),
            Just(marker[3..].to_owned())
        ];
        (start, "(\\PC|\n){0,150}", end).prop_map(|(start, middle, end)| start + &middle + &end)
    }

    fn sizes() -> impl Strategy<Value = Vec<usize>> {
        prop::collection::vec(1usize..90, 1..20)
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_print_the_same(log in log(), sizes in sizes(), is_raw in any::<bool>()) {
            let file = holding(&log);
            let range = if is_raw { file.whole() } else { file.content().unwrap() };
            let mut printed = Printed { is_raw, ..Printed::default() };
            let mut content = Content::new(&mut printed);
            for piece in cut(&log, &sizes) {
                content.write(piece).unwrap();
            }
            content.finish().unwrap();
            prop_assert_eq!(printed.text, file.text(&range).unwrap());
        }

        #[test]
        fn a_log_that_begins_again_is_printed_once(
            log in log(),
            breaks in prop::collection::vec((0usize..20, sizes()), 0..5),
            last in sizes(),
        ) {
            let mut printed = Printed { is_raw: true, ..Printed::default() };
            let mut once = Once::new(1, Content::new(&mut printed));
            for (count, sizes) in breaks {
                once.begin().unwrap();
                for piece in cut(&log, &sizes).into_iter().take(count) {
                    once.write(piece).unwrap();
                }
            }
            once.begin().unwrap();
            for piece in cut(&log, &last) {
                once.write(piece).unwrap();
            }
            prop_assert_eq!((once.at, once.passed), (log.len() as u64, log.len() as u64));
            prop_assert_eq!(printed.text, log);
        }

        #[test]
        fn a_log_that_has_changed_is_not_printed_any_further(
            log in "[ab]{1,60}",
            at in any::<prop::sample::Index>(),
            sizes in sizes(),
        ) {
            let mut printed = Printed { is_raw: true, ..Printed::default() };
            let mut once = Once::new(1, Content::new(&mut printed));
            once.begin().unwrap();
            once.write(&log).unwrap();
            let mut changed = log.clone().into_bytes();
            changed[at.index(log.len())] = b'x';
            let changed = String::from_utf8(changed).unwrap() + "c";
            once.begin().unwrap();
            let written = cut(&changed, &sizes).into_iter().try_for_each(|piece| once.write(piece));
            prop_assert!(written.is_err());
            prop_assert_eq!(once.failure.map(|error| error.kind), Some(Kind::Unreachable));
            prop_assert_eq!(printed.text, log);
        }
    }
}
