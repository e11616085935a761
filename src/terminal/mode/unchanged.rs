//! A terminal whose keys can be read one by one in its normal mode, as on Windows.

use std::io;

pub(super) struct ChangedMode;

impl ChangedMode {
    #[allow(clippy::unnecessary_wraps)]
    pub(super) fn raw() -> io::Result<Self> {
        Ok(ChangedMode)
    }

    #[allow(clippy::unnecessary_wraps)]
    pub(super) fn without_echo() -> io::Result<Self> {
        Ok(ChangedMode)
    }
}

/// An interrupt echoes nothing here, so no progress line is protected against it.
pub(super) fn is_in_foreground() -> bool {
    false
}
