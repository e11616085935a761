//! Mutations without a usable reply: looks for the effect, and allows a second attempt after a 401.

use std::time::Duration;

use crate::clock::sleep;
use crate::error::Error;
use crate::lagoon::{Lagoon, LagoonError};

#[derive(Debug, Default)]
pub(super) struct Resend {
    is_used: bool,
}

impl Resend {
    /// Lagoon refused the token, there is a new one, and this is the first time. The caller must
    /// then make sure that the first attempt had no effect; a failed read does not show that.
    pub(super) async fn is_possible(&mut self, lagoon: &Lagoon, error: &LagoonError) -> bool {
        let is_refused_token = matches!(error, LagoonError::NotSignedIn { sent: true, .. });
        if !is_refused_token || self.is_used {
            return false;
        }
        self.is_used = true;
        matches!(lagoon.renew_token().await, Ok(true))
    }

    /// Looks for the effect of a failed mutation. Fails with `error` itself if it excludes an
    /// effect.
    #[cfg(feature = "cli")]
    pub(super) async fn check<T, F>(
        &mut self,
        lagoon: &Lagoon,
        error: LagoonError,
        read: impl Fn() -> F,
        shows_effect: impl Fn(&T) -> bool,
    ) -> Result<UncertainMutation<T>, LagoonError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        if !error.leaves_unknown() && !error.is_doubtful_refusal() {
            return Err(error);
        }
        Ok(self.look(lagoon, error, read, shows_effect).await)
    }

    /// Reads until the result shows the effect of a failed mutation. Repeats reading if the server
    /// may still be working on it: the reply was lost, or the mutation is about to be sent again.
    pub(super) async fn look<T, F>(
        &mut self,
        lagoon: &Lagoon,
        error: LagoonError,
        read: impl Fn() -> F,
        shows_effect: impl Fn(&T) -> bool,
    ) -> UncertainMutation<T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let may_resend = self.is_possible(lagoon, &error).await;
        let may_be_pending = error.leaves_unknown() || may_resend;
        let mut looks = 1;
        let now = loop {
            let now = read().await;
            let is_last = now
                .as_ref()
                .map_or(true, |now| !may_be_pending || shows_effect(now));
            if is_last || looks == READS {
                break now;
            }
            sleep(PAUSE * looks).await;
            looks += 1;
        };
        UncertainMutation {
            error,
            may_resend,
            now,
        }
    }
}

pub(super) struct UncertainMutation<T> {
    pub(super) error: LagoonError,
    /// The mutation may be sent again if there is no effect.
    pub(super) may_resend: bool,
    pub(super) now: Result<T, Error>,
}

/// The number of reads; the pause before each further one grows by `PAUSE`.
pub(super) const READS: u32 = 3;
pub(super) const PAUSE: Duration = Duration::from_millis(200);
