//! Changes that an interrupt can meet on their way.

use crate::app::App;
use crate::error::Error;

/// Changes something; an interrupt meanwhile says what was on its way, and what to do about it.
///
/// # Errors
/// Interrupted, or as the change ends.
pub async fn unless_interrupted<T>(
    app: &App,
    meanwhile: &str,
    remedy: &str,
    change: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let claim = app.claim_interrupt();
    tokio::select! {
        ended = change => ended,
        kind = claim.signalled() => {
            Err(Error::new(kind, format!("{} while {meanwhile}", kind.word())).hint(remedy))
        }
    }
}
