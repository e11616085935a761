//! Keys of a Windows console.

use std::io;
use std::time::Duration;

use console::{Key, Term};

/// The next key. It is waited for without a limit, because a console has none for reading keys.
pub(super) fn next(_: Duration) -> io::Result<Option<Key>> {
    Term::stderr().read_key().map(Some)
}
