//! Server-sent events: the same wherever the stream is cut, and never much held.

use lagoon_tasks::internal::{Event, Events};

use super::cuts;

/// A limit that short inputs reach, and one that none does.
const LIMITS: [usize; 2] = [48, 1 << 20];

pub(super) fn check(bytes: &[u8]) {
    for longest in LIMITS {
        let whole = read(longest, &[bytes]);
        for pieces in cuts::ways(bytes) {
            assert_eq!(read(longest, &pieces), whole, "cut otherwise: {pieces:?}");
        }
        let (events, is_too_long) = whole;
        for event in events {
            if let Event::Next(data) = event {
                assert!(!data.is_empty() && data.len() <= 3 * longest, "{data}");
            }
        }
        // What is no UTF-8 grows to three bytes each.
        assert!(longest < 3 * bytes.len() || !is_too_long, "not that long");
    }
}

fn read(longest: usize, pieces: &[&[u8]]) -> (Vec<Event>, bool) {
    let mut stream = Events::new(longest);
    let mut events = Vec::new();
    for piece in pieces {
        events.extend(stream.feed(piece));
        assert!(stream.held() <= 3 * longest, "{} held", stream.held());
    }
    (events, stream.is_too_long())
}
