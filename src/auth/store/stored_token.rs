//! A stored sign-in.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::auth::jwt::lifetime;
use crate::auth::{Refresh, Secret, expiry};

/// Tokens are renewed this long before they end (at most a quarter of their lifetime), because
/// clocks differ and a request takes time.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SignInMethod {
    /// Supplied by the user.
    Given,
    Ssh,
    Browser,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredToken {
    /// The token is sent to no other endpoint.
    pub api: Url,
    pub token: Secret,
    pub way: SignInMethod,
    pub refresh: Option<Refresh>,
    /// `None` for a token that the user supplied, which may be old.
    pub received: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct Form {
    api: Url,
    way: SignInMethod,
    token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<RefreshForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct RefreshForm {
    token: String,
    endpoint: Url,
    ends: Option<i64>,
}

impl StoredToken {
    pub(super) fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&Form {
            api: self.api.clone(),
            way: self.way,
            token: self.token.expose().to_owned(),
            refresh: self.refresh.as_ref().map(|refresh| RefreshForm {
                token: refresh.token.expose().to_owned(),
                endpoint: refresh.endpoint.clone(),
                ends: refresh.ends.map(Timestamp::as_second),
            }),
            received: self.received.map(Timestamp::as_second),
        })
    }

    /// `None` if the file has another format.
    pub(super) fn from_text(text: &str) -> Option<StoredToken> {
        let form: Form = serde_json::from_str(text).ok()?;
        Some(StoredToken {
            api: form.api,
            token: Secret::new(form.token),
            way: form.way,
            refresh: form.refresh.map(|refresh| Refresh {
                token: Secret::new(refresh.token),
                endpoint: refresh.endpoint,
                ends: refresh.ends.and_then(|s| Timestamp::from_second(s).ok()),
            }),
            received: form.received.and_then(|s| Timestamp::from_second(s).ok()),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::auth) enum TokenAge {
    /// Enough, or the token does not say.
    Fresh,
    /// About to end, or perhaps still valid by the server's clock.
    Expiring,
    Expired(Timestamp),
}

/// With a known time of receipt, the token's own lifetime counts, so that a wrong clock does not
/// matter.
pub(in crate::auth) fn age(
    token: &Secret,
    received: Option<Timestamp>,
    now: Timestamp,
) -> TokenAge {
    let token = token.expose();
    let Some(end) = expiry(token) else {
        return TokenAge::Fresh;
    };
    let lifetime = lifetime(token);
    let left = match (lifetime, received) {
        (Some(lifetime), Some(received)) if received <= now => {
            lifetime.saturating_sub(now.duration_since(received))
        }
        _ => end.duration_since(now),
    };
    if left > lifetime.map_or(LEEWAY, |lifetime| LEEWAY.min(lifetime / 4)) {
        TokenAge::Fresh
    } else if left >= -LEEWAY {
        TokenAge::Expiring
    } else {
        TokenAge::Expired(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::jwt::{token_expiring_at, token_with};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_token_expires_with_leeway_on_both_sides() {
        let token = Secret::new(token_expiring_at(1000));
        let age_at = |second| age(&token, None, at(second));
        assert_eq!(age_at(969), TokenAge::Fresh);
        assert_eq!(age_at(970), TokenAge::Expiring);
        assert_eq!(age_at(1030), TokenAge::Expiring);
        assert_eq!(age_at(1031), TokenAge::Expired(at(1000)));
        let silent = Secret::new("e30.e30.c2ln".to_owned());
        assert_eq!(age(&silent, None, Timestamp::MAX), TokenAge::Fresh);
    }

    #[test]
    fn a_short_lived_token_is_fresh_for_most_of_its_life() {
        let token = Secret::new(token_with(r#"{"iat":1000,"exp":1020}"#));
        for received in [None, Some(at(1000))] {
            let age_at = |second| age(&token, received, at(second));
            assert_eq!(age_at(1000), TokenAge::Fresh);
            assert_eq!(age_at(1014), TokenAge::Fresh);
            assert_eq!(age_at(1015), TokenAge::Expiring);
            assert_eq!(age_at(1051), TokenAge::Expired(at(1020)));
        }
    }

    #[test]
    fn a_received_token_ages_by_the_local_clock_only() {
        const DAY: i64 = 86_400;
        let token = Secret::new(token_with(r#"{"iat":1000000,"exp":1000300}"#));
        for skew in [-DAY, 0, DAY] {
            let received = at(1_000_000 + skew);
            let after = |seconds| age(&token, Some(received), at(1_000_000 + skew + seconds));
            assert_eq!(after(0), TokenAge::Fresh);
            assert_eq!(after(269), TokenAge::Fresh);
            assert_eq!(after(270), TokenAge::Expiring);
            assert_eq!(after(331), TokenAge::Expired(at(1_000_300)));
        }
        // The clock was set back since then: the token's own end counts again.
        let ahead = Some(at(1_000_000 + DAY));
        assert_eq!(age(&token, ahead, at(1_000_100)), TokenAge::Fresh);
        assert_eq!(
            age(&token, ahead, at(1_000_400)),
            TokenAge::Expired(at(1_000_300))
        );
    }

    #[test]
    fn a_stored_token_round_trips_and_is_not_shown_in_debug_output() {
        let kept = StoredToken {
            api: "https://x.example/graphql".parse().unwrap(),
            token: Secret::new("a.b.c".to_owned()),
            way: SignInMethod::Browser,
            refresh: Some(Refresh {
                token: Secret::new("r3fr3sh".to_owned()),
                endpoint: "https://auth.example/token".parse().unwrap(),
                ends: Some(at(1000)),
            }),
            received: Some(at(900)),
        };
        let text = kept.to_text().unwrap();
        assert_eq!(StoredToken::from_text(&text), Some(kept.clone()));
        let shown = format!("{kept:?}");
        assert!(
            !shown.contains("a.b.c") && !shown.contains("r3fr3sh"),
            "{shown}"
        );
        for other in ["", "a.b.c", "{}", "[]"] {
            assert_eq!(StoredToken::from_text(other), None);
        }
    }
}
