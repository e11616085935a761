//! Where the token for one Lagoon comes from, and whether it can still be used.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{AuthError, Secret, TokenStore, expiry};
use crate::config::ContextName;

/// Clocks differ: a token counts as expired only when it has been so for this long.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);

/// Where the token for one Lagoon comes from.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// The variable `TASKS_TOKEN`.
    Variable(Secret),
    /// The store; read each time, as another process may put a newer token there.
    Stored {
        /// Where tokens are kept.
        store: TokenStore,
        /// Whose token it is.
        context: ContextName,
        /// The context's address, for advice.
        api: Url,
    },
}

impl TokenSource {
    /// The token, unless it is missing or has expired.
    ///
    /// # Errors
    /// When there is none that can be used at `now`.
    pub fn token(&self, now: Timestamp) -> Result<Secret, AuthError> {
        let (token, origin) = match self {
            TokenSource::Variable(token) => {
                (Secret::new(token.expose().trim().to_owned()), "TASKS_TOKEN")
            }
            TokenSource::Stored { store, context, .. } => {
                let missing = || AuthError::Missing {
                    context: context.clone(),
                    hint: self.renewal(),
                };
                (store.read(context)?.ok_or_else(missing)?, "the store")
            }
        };
        // A blank or a line break in it would break the header it is sent in.
        if token.expose().is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) {
            let origin = format!("what is in {origin}");
            return Err(AuthError::Malformed { origin });
        }
        match expiry(token.expose()) {
            Some(at) if now > at.saturating_add(LEEWAY).unwrap_or(Timestamp::MAX) => {
                Err(AuthError::Expired {
                    origin: format!("in {origin}"),
                    at,
                    hint: self.renewal(),
                })
            }
            _ => Ok(token),
        }
    }

    /// Another token than the one that was refused, if there is one by now.
    ///
    /// # Errors
    /// As [`TokenSource::token`].
    pub fn other_than(&self, refused: &str, now: Timestamp) -> Result<Option<Secret>, AuthError> {
        match self {
            TokenSource::Variable(_) => Ok(None),
            TokenSource::Stored { .. } => {
                Ok(Some(self.token(now)?).filter(|t| t.expose() != refused))
            }
        }
    }

    fn renewal(&self) -> String {
        match self {
            TokenSource::Variable(_) => {
                "Tokens live for minutes: set TASKS_TOKEN to a new one just before you need it"
                    .to_owned()
            }
            TokenSource::Stored { context, api, .. } => format!(
                "Store one: ssh -p PORT lagoon@HOST token | tasks context add {context} {api} \
                 --with-token"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::jwt::token_expiring_at;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn expired_tokens_are_named_after_the_leeway() {
        let source = TokenSource::Variable(Secret::new(format!("{}\n", token_expiring_at(1000))));
        assert!(source.token(at(1030)).is_ok());
        let error = source.token(at(1031)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the token in TASKS_TOKEN has expired (1970-01-01T00:16:40Z)"
        );
        assert!(error.is_sign_in());
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for text in ["", " \n", "a b", "a\nb", "ä"] {
            let source = TokenSource::Variable(Secret::new(text.to_owned()));
            assert!(matches!(
                source.token(at(0)),
                Err(AuthError::Malformed { .. })
            ));
        }
    }

    #[test]
    fn a_newer_token_in_the_store_is_found() {
        let home = tempfile::tempdir().unwrap();
        let store = TokenStore::new(home.path());
        let context: ContextName = "acme".parse().unwrap();
        let source = TokenSource::Stored {
            store: store.clone(),
            context: context.clone(),
            api: "https://acme.example/graphql".parse().unwrap(),
        };
        let missing = source.token(at(0)).unwrap_err();
        assert!(missing.is_sign_in());
        assert!(missing.hints()[0].contains("context add acme https://acme.example/graphql"));
        store.write(&context, &Secret::new("old".into())).unwrap();
        assert!(source.other_than("old", at(0)).unwrap().is_none());
        store.write(&context, &Secret::new("new".into())).unwrap();
        let newer = source.other_than("old", at(0)).unwrap().unwrap();
        assert_eq!(newer.expose(), "new");
    }
}
