//! What is kept of a sign-in.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Refresh, Secret, expiry};

/// Clocks differ, and a request takes its time: what ends within this long is not begun with, and
/// what has no successor is tried for this long after its end.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// The token was given by hand.
    Given,
    /// Over ssh.
    Ssh,
    /// With a browser.
    Browser,
}

/// A token with the Lagoon it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The GraphQL endpoint: the token goes to no other.
    pub api: Url,
    /// The token.
    pub token: Secret,
    /// How it was got.
    pub way: Way,
    /// What renews it, where there is such a thing.
    pub refresh: Option<Refresh>,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
struct Form {
    api: Url,
    way: Way,
    token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh: Option<RefreshForm>,
}

#[derive(Serialize, Deserialize)]
struct RefreshForm {
    token: String,
    endpoint: Url,
    /// Seconds since 1970.
    ends: Option<i64>,
}

impl Kept {
    /// The file's content.
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
        })
    }

    /// What a file holds; `None` for what is none of ours.
    pub(super) fn from_text(text: &str) -> Option<Kept> {
        let form: Form = serde_json::from_str(text).ok()?;
        Some(Kept {
            api: form.api,
            token: Secret::new(form.token),
            way: form.way,
            refresh: form.refresh.map(|refresh| Refresh {
                token: Secret::new(refresh.token),
                endpoint: refresh.endpoint,
                ends: refresh.ends.and_then(|s| Timestamp::from_second(s).ok()),
            }),
        })
    }
}

/// How much of its time a token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// Enough; or it does not say.
    Good,
    /// It is about to end, or ended so lately that the server's clock may see it otherwise.
    Ending,
    /// It ended then.
    Over(Timestamp),
}

pub(super) fn age(token: &Secret, now: Timestamp) -> Age {
    let Some(at) = expiry(token.expose()) else {
        return Age::Good;
    };
    let left = at.duration_since(now);
    if left > LEEWAY {
        Age::Good
    } else if left >= -LEEWAY {
        Age::Ending
    } else {
        Age::Over(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::jwt::token_expiring_at;

    #[test]
    fn a_token_ends_with_leeway_on_both_sides() {
        let token = Secret::new(token_expiring_at(1000));
        let age_at = |second| age(&token, Timestamp::from_second(second).unwrap());
        assert_eq!(age_at(969), Age::Good);
        assert_eq!(age_at(970), Age::Ending);
        assert_eq!(age_at(1030), Age::Ending);
        assert_eq!(
            age_at(1031),
            Age::Over(Timestamp::from_second(1000).unwrap())
        );
        let silent = Secret::new("e30.e30.c2ln".to_owned());
        assert_eq!(age(&silent, Timestamp::MAX), Age::Good);
    }

    #[test]
    fn what_is_kept_is_read_back_and_not_shown() {
        let kept = Kept {
            api: "https://x.example/graphql".parse().unwrap(),
            token: Secret::new("a.b.c".to_owned()),
            way: Way::Browser,
            refresh: Some(Refresh {
                token: Secret::new("r3fr3sh".to_owned()),
                endpoint: "https://auth.example/token".parse().unwrap(),
                ends: Some(Timestamp::from_second(1000).unwrap()),
            }),
        };
        let text = kept.to_text().unwrap();
        assert_eq!(Kept::from_text(&text), Some(kept.clone()));
        let shown = format!("{kept:?}");
        assert!(
            !shown.contains("a.b.c") && !shown.contains("r3fr3sh"),
            "{shown}"
        );
        for other in ["", "a.b.c", "{}", "[]"] {
            assert_eq!(Kept::from_text(other), None);
        }
    }
}
