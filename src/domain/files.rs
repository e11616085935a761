//! Files of runs, and the signed addresses that lead to them.

use std::fmt;

use url::Url;

/// A file of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFile {
    /// Its name, as Lagoon has it: anything can be in it.
    pub name: String,
    /// When it was stored, as Lagoon writes times.
    pub created: Option<String>,
    /// Where it can be fetched for some minutes.
    pub url: Signed,
}

/// An address that gives access for some minutes to whoever has it, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed(Url);

impl Signed {
    /// `None` if the text is not a URL.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Url::parse(text).ok().map(Signed)
    }

    /// The address itself.
    #[must_use]
    pub fn expose(&self) -> &Url {
        &self.0
    }

    /// The address without its signature: it identifies the file and gives no access.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("{}{}", self.address(), self.0.path())
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn address(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({}…)", self.address())
    }
}
