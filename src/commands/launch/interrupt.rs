//! Changes whose outcome is unknown after an interrupt.

use crate::app::App;
use crate::error::Error;

/// Awaits a change. After an interrupt, the error names the change and the remedy.
pub(crate) async fn unless_interrupted<T>(
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
