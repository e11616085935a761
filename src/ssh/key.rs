//! The private key that `ssh` signs in with: a file, or the key's text.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use tempfile::NamedTempFile;

use super::SshError;

/// A private key. `Debug` does not show its text.
#[derive(Clone, PartialEq, Eq)]
pub enum Key {
    /// A file with the private key.
    File(PathBuf),
    /// The private key itself, as PEM.
    Text(String),
    /// A value that is no key; its description, without the value.
    Unusable(String),
}

impl Key {
    /// The key as a file that `ssh` can read.
    pub(super) fn ready(&self) -> Result<Ready, SshError> {
        match self {
            Key::Unusable(form) => Err(SshError::UnusableKey(form.clone())),
            Key::File(path) => {
                // `ssh` would go on without it and say something else in the end; `~` it knows.
                if !path.starts_with("~") {
                    File::open(path).map_err(|source| SshError::Key {
                        path: path.clone(),
                        source,
                    })?;
                }
                Ok(Ready {
                    path: path.clone(),
                    _file: None,
                })
            }
            Key::Text(text) => {
                let keep = || -> std::io::Result<NamedTempFile> {
                    // 0600 from the start; gone when dropped.
                    let mut file = super::key_file::create()?;
                    file.write_all(text.as_bytes())?;
                    Ok(file)
                };
                let file = keep().map_err(SshError::KeepKey)?;
                Ok(Ready {
                    path: file.path().to_owned(),
                    _file: Some(file),
                })
            }
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::File(path) => f.debug_tuple("File").field(path).finish(),
            Key::Text(_) => f.write_str("Text(***)"),
            Key::Unusable(form) => f.debug_tuple("Unusable").field(form).finish(),
        }
    }
}

/// A key's file; a temporary one goes with this value.
#[derive(Debug)]
pub(super) struct Ready {
    path: PathBuf,
    _file: Option<NamedTempFile>,
}

impl Ready {
    /// What `-i` takes: `ssh` replaces what follows a `%`.
    pub(super) fn argument(&self) -> OsString {
        match self.path.to_str() {
            Some(path) => path.replace('%', "%%").into(),
            None => self.path.clone().into_os_string(),
        }
    }
}
