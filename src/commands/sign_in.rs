//! The Lagoon, the token and the user of a context, as `context`, `login` and `whoami` need them.

pub(crate) mod identity;
pub(crate) mod lagoon;
pub(crate) mod token;

pub(crate) use token::given_token;
