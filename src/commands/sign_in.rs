//! The Lagoon, the token and the user of a context, as `context`, `login` and `whoami` need them.

mod address;
pub(crate) mod identity;
pub(crate) mod lagoon;
pub(crate) mod token;

pub(crate) use address::prompted_address;
pub(crate) use token::given_token;
