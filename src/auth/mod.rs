//! Tokens: where they are kept and which one there is.
//!
//! Which token belongs to which Lagoon is decided in `settings`; sending it is `lagoon`'s business.

mod error;
mod jwt;
mod source;
mod store;

pub use crate::env::Secret;
pub use error::AuthError;
pub use jwt::{expiry, is_jwt};
pub use source::TokenSource;
pub use store::TokenStore;
