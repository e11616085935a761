//! Tokens: storing, obtaining and renewing them.
//!
//! `settings` decides which token belongs to which Lagoon; `lagoon` sends it.

mod browser;
mod error;
pub(crate) mod jwt;
pub(crate) mod over_ssh;
mod session;
mod sign_out;
mod source;
mod store;

pub(crate) use crate::env::Secret;
pub(crate) use crate::ssh::Key;
pub(crate) use browser::callback::{Callback, serve_final_page};
pub(crate) use browser::page::Page;
pub(crate) use browser::web::{HttpRequest, HttpResponse, Web, WebError};
pub(crate) use browser::{
    BrowserError, BrowserTokens, Opener, Refresh, sign_in as sign_in_with_browser,
};
pub(crate) use error::AuthError;
pub(crate) use jwt::{expiry, is_jwt};
pub(crate) use over_ssh::{SshSignIn, in_home, key_for_ssh};
pub(crate) use session::{Memory, Notices, Renewals, Session, SignIn, Token, TokenLocation};
pub(crate) use sign_out::{BrowserSession, end_browser_session, sign_out};
pub(crate) use source::TokenSource;
pub(crate) use store::{Account, SignInMethod, StoredToken, TokenStore};
