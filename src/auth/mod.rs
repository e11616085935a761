//! Tokens: storing, obtaining and renewing them.
//!
//! `settings` decides which token belongs to which Lagoon; `lagoon` sends it.

mod browser;
mod error;
mod jwt;
mod over_ssh;
mod session;
mod sign_out;
mod source;
mod store;

pub use crate::env::Secret;
pub use crate::ssh::Key;
pub use browser::web::{HttpRequest, HttpResponse, Web, WebError};
pub use browser::{BrowserError, BrowserTokens, Refresh, sign_in as sign_in_with_browser};
pub use error::AuthError;
pub use jwt::{expiry, is_jwt};
pub use over_ssh::{SshSignIn, key_for_ssh};
pub use session::{Memory, Notices, Renewals, Session, SignIn, Token, TokenLocation};
pub use sign_out::{BrowserSession, end_browser_session, sign_out};
pub use source::TokenSource;
pub use store::{Account, SignInMethod, StoredToken, TokenStore};
