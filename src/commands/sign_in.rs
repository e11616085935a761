//! The Lagoon, the token and the user of a context, as `context`, `login` and `whoami` need them.

pub mod identity;
pub mod lagoon;
pub mod token;

pub use token::given_token;
