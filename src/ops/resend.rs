//! Mutations whose reply was lost or is a refusal: looking for the effect, and sending again after a
//! 401.

use std::time::Duration;

use crate::clock::Clock;
use crate::error::Error;
use crate::lagoon::{Lagoon, LagoonError};

/// The one chance of an operation to send its mutation again.
#[derive(Debug, Default)]
pub(super) struct Resend {
    is_used: bool,
}

impl Resend {
    /// Whether the mutation may be sent again: Lagoon refused its token, there is a new token, and this
    /// is the first time. After this, the caller makes sure that the first attempt had no effect; a
    /// look-up that fails does not show that.
    pub(super) async fn is_possible(&mut self, lagoon: &Lagoon, error: &LagoonError) -> bool {
        let is_refused_token = matches!(error, LagoonError::NotSignedIn { sent: true, .. });
        if !is_refused_token || self.is_used {
            return false;
        }
        self.is_used = true;
        matches!(lagoon.renew_token().await, Ok(true))
    }
}

/// The number of looks for the effect of a mutation; the pause before each further look grows by
/// `PAUSE`.
pub(super) const LOOKS: u32 = 3;
pub(super) const PAUSE: Duration = Duration::from_millis(200);

/// Reads until the result shows the effect of a mutation. Reading is repeated a few times if the server
/// may still be working on the mutation: its reply was lost, or it is about to be sent again.
pub(super) async fn look<T, F>(
    may_be_pending: bool,
    read: impl Fn() -> F,
    shows_effect: impl Fn(&T) -> bool,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let clock = super::clock();
    for looks in 1..LOOKS {
        let seen = read().await?;
        if !may_be_pending || shows_effect(&seen) {
            return Ok(seen);
        }
        clock.sleep(PAUSE * looks).await;
    }
    read().await
}
