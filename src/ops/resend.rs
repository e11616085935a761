//! Sending a mutation again after a 401.

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
