//! The private key that `ssh` signs in with: a file, or the key's text.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use tempfile::NamedTempFile;

use super::SshError;

#[derive(Clone, PartialEq, Eq)]
pub enum Key {
    File {
        path: PathBuf,
        /// The setting that names the file.
        setting: Option<String>,
    },
    /// PEM.
    Text(String),
    Unusable(String),
}

impl Key {
    pub(super) fn to_file(&self) -> Result<KeyFile, SshError> {
        match self {
            Key::Unusable(form) => Err(SshError::UnusableKey(form.clone())),
            Key::File { path, setting } => {
                // `ssh` would continue without a missing key and fail with a misleading message. It
                // expands `~` itself.
                if !path.starts_with("~") {
                    File::open(path).map_err(|source| SshError::Key {
                        path: path.clone(),
                        set_by: set_by(setting.as_deref()),
                        source,
                    })?;
                }
                Ok(KeyFile {
                    path: path.clone(),
                    _file: None,
                })
            }
            Key::Text(text) => {
                let keep = || -> std::io::Result<NamedTempFile> {
                    // 0600 from the start; removed on drop.
                    let mut file = super::key_file::create()?;
                    file.write_all(text.as_bytes())?;
                    Ok(file)
                };
                let file = keep().map_err(SshError::KeepKey)?;
                Ok(KeyFile {
                    path: file.path().to_owned(),
                    _file: Some(file),
                })
            }
        }
    }
}

/// The end of a message, with the setting that names the key.
fn set_by(setting: Option<&str>) -> String {
    setting.map_or_else(String::new, |setting| format!(", set by {setting}"))
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::File { path, .. } => f.debug_tuple("File").field(path).finish(),
            Key::Text(_) => f.write_str("Text(***)"),
            Key::Unusable(form) => f.debug_tuple("Unusable").field(form).finish(),
        }
    }
}

/// A temporary file is removed on drop.
#[derive(Debug)]
pub(super) struct KeyFile {
    path: PathBuf,
    _file: Option<NamedTempFile>,
}

impl KeyFile {
    /// `ssh` expands `%`, so it is doubled.
    pub(super) fn argument(&self) -> OsString {
        match self.path.to_str() {
            Some(path) => path.replace('%', "%%").into(),
            None => self.path.clone().into_os_string(),
        }
    }
}
