//! The key that is named: a file, or the key's text.

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
    /// The private key itself, as a pipeline's secret variable holds it.
    Text(String),
}

impl Key {
    /// What a flag, a variable or a file says: a path, or a key's text.
    #[must_use]
    pub fn from_setting(text: &str) -> Key {
        if text.trim_start().starts_with("-----BEGIN ") {
            Key::Text(text.to_owned())
        } else {
            Key::File(PathBuf::from(text))
        }
    }

    /// The key as a file that `ssh` can read.
    pub(super) fn ready(&self) -> Result<Ready, SshError> {
        match self {
            Key::File(path) if path.as_os_str().is_empty() => Err(SshError::EmptyKey),
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
                    let mut file = NamedTempFile::with_prefix("lagoon-tasks-key")?;
                    // `ssh` refuses a key whose lines end otherwise, or whose last does not.
                    file.write_all(text.trim().replace("\r\n", "\n").as_bytes())?;
                    file.write_all(b"\n")?;
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
