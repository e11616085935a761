//! Files of runs and their signed addresses.

use std::fmt;

use url::Url;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunFile {
    /// Can contain any character.
    pub name: String,
    /// In Lagoon's time format.
    pub created: Option<String>,
    /// Valid for some minutes.
    pub url: SignedUrl,
}

/// A secret address: it gives everyone access for some minutes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SignedUrl(Url);

impl SignedUrl {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Url::parse(text).ok().map(SignedUrl)
    }

    pub(crate) fn expose(&self) -> &Url {
        &self.0
    }

    pub(crate) fn address(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({}…)", self.address())
    }
}
