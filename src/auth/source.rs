//! The source of the token for one Lagoon: a variable, which is fixed, or a session.

use jiff::Timestamp;

use super::session::{Session, Token, TokenLocation, check_end, check_form};
use super::{AuthError, Secret, expiry};

pub(crate) enum TokenSource {
    Variable(Secret),
    Session(Box<Session>),
}

impl TokenSource {
    pub(crate) async fn token(&self) -> Result<Token, AuthError> {
        match self {
            TokenSource::Variable(_) => {
                let token = self.peek()?.ok_or_else(|| AuthError::Malformed {
                    origin: "the content of TASKS_TOKEN".to_owned(),
                })?;
                // Lagoon decides whether it has expired: this machine's clock may be wrong.
                check_form(&token)?;
                Ok(token)
            }
            TokenSource::Session(session) => session.token().await,
        }
    }

    /// `None` if there is no other.
    pub(crate) async fn replace(&self, refused: &str) -> Result<Option<Token>, AuthError> {
        match self {
            TokenSource::Variable(_) => {
                let token = self.peek()?;
                token.map_or(Ok(()), |token| check_end(&token, &self.advice()))?;
                Ok(None)
            }
            TokenSource::Session(session) => session.replace(refused).await,
        }
    }

    pub(crate) fn renewable_until(&self) -> Option<Timestamp> {
        match self {
            TokenSource::Variable(_) => None,
            TokenSource::Session(session) => session.renewable_until(),
        }
    }

    /// The server of a browser sign-in.
    pub(crate) fn renewed_by(&self) -> Option<String> {
        match self {
            TokenSource::Variable(_) => None,
            TokenSource::Session(session) => session.renewed_by(),
        }
    }

    /// Hints for a token that Lagoon refuses and that cannot be renewed.
    pub(crate) fn advice(&self) -> Vec<String> {
        match self {
            TokenSource::Variable(_) => vec![
                "tokens expire after a few minutes; set TASKS_TOKEN to a new one, or sign in over ssh with \
                 TASKS_SSH_KEY"
                    .to_owned(),
            ],
            TokenSource::Session(session) => session.advice.clone(),
        }
    }

    pub(crate) fn peek(&self) -> Result<Option<Token>, AuthError> {
        match self {
            TokenSource::Variable(token) => Ok(Some(Token {
                secret: Secret::new(token.expose().trim().to_owned()),
                found: TokenLocation::Variable,
                received: None,
            })),
            TokenSource::Session(session) => session.peek(),
        }
    }

    /// `None` if it can be renewed, or is unknown.
    pub(crate) fn ends(&self) -> Option<Timestamp> {
        match self {
            TokenSource::Variable(token) => expiry(token.expose().trim()),
            TokenSource::Session(session) => session.ends(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::jwt::token_expiring_at;

    fn variable(text: &str) -> TokenSource {
        TokenSource::Variable(Secret::new(text.to_owned()))
    }

    #[tokio::test]
    async fn a_refused_expired_token_names_its_variable() {
        let expired = token_expiring_at(1000);
        let source = variable(&expired);
        assert_eq!(source.token().await.unwrap().secret.expose(), expired);
        let error = source.replace(&expired).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the token in TASKS_TOKEN has expired (1970-01-01T00:16:40Z)"
        );
        assert!(error.is_sign_in());
        let now = Timestamp::now().as_second();
        let good = token_expiring_at(now + 60);
        let source = variable(&format!("{good}\n"));
        assert_eq!(source.token().await.unwrap().secret.expose(), good);
        assert!(source.replace(&good).await.unwrap().is_none());
        assert_eq!(source.ends().unwrap().as_second(), now + 60);
    }

    #[tokio::test]
    async fn tokens_invalid_in_a_header_are_refused() {
        for text in ["", " \n", "a b", "a\nb", "ä"] {
            let refused = variable(text).token().await;
            assert!(matches!(refused, Err(AuthError::Malformed { .. })));
        }
    }
}
