//! Certificate authorities, and certificate errors in words.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::lagoon::LagoonError;
use crate::lagoon::network::variables::NetworkVariables;

/// A PEM file that replaces the machine's authorities.
pub(crate) const FILE: &str = "SSL_CERT_FILE";

/// Folders that replace them, separated as in `PATH`.
pub(crate) const FOLDERS: &str = "SSL_CERT_DIR";

/// Refuses values that the TLS library would ignore. On macOS and Windows the system verifies
/// certificates, and the variables have no effect.
pub(crate) fn check(variables: &NetworkVariables) -> Result<(), LagoonError> {
    if cfg!(any(target_os = "macos", windows)) {
        return Ok(());
    }
    let folders = variables.get(FOLDERS).map(folders).unwrap_or_default();
    if let Some(file) = variables.get(FILE) {
        check_file(Path::new(file), folders.is_empty())?;
    }
    let mut unreadable = None;
    for folder in folders {
        match fs::read_dir(&folder) {
            // One is enough: such a list often names the folders of several systems.
            Ok(_) => return Ok(()),
            Err(error) => unreadable = unreadable.or(Some((folder, error))),
        }
    }
    unreadable.map_or(Ok(()), |(folder, error)| {
        let reason = format!("cannot read {}: {error}", folder.display());
        Err(refused(FOLDERS, reason))
    })
}

fn check_file(path: &Path, is_only: bool) -> Result<(), LagoonError> {
    if path.as_os_str().is_empty() {
        return Err(refused(FILE, "it is empty".to_owned()));
    }
    let shown = path.display();
    let unreadable = |error| refused(FILE, format!("cannot read {shown}: {error}"));
    // A pipe can be read only once, so that is left to the TLS library.
    let found = fs::metadata(path).map_err(unreadable)?;
    if found.is_dir() {
        return Err(refused(FILE, format!("{shown} is a folder")));
    }
    if !found.is_file() {
        return Ok(());
    }
    let pem = fs::read(path).map_err(unreadable)?;
    let begin = b"-----BEGIN CERTIFICATE-----";
    if is_only && !pem.windows(begin.len()).any(|bytes| bytes == begin) {
        return Err(refused(FILE, format!("{shown} contains no certificates")));
    }
    Ok(())
}

fn folders(value: &OsStr) -> Vec<PathBuf> {
    let all = std::env::split_paths(value);
    all.filter(|path| !path.as_os_str().is_empty()).collect()
}

/// The reason for which a server's certificate was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateError {
    UnknownIssuer,
    /// It is the certificate of an authority.
    CaUsedAsEndEntity,
    Other,
}

impl CertificateError {
    /// `None` if the error has another cause.
    pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let Some(rustls::Error::InvalidCertificate(refused)) = tls(error) else {
            return error.source().and_then(Self::of);
        };
        Some(match refused {
            rustls::CertificateError::UnknownIssuer => CertificateError::UnknownIssuer,
            // The library has no variant for it.
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
                CertificateError::CaUsedAsEndEntity
            }
            _ => CertificateError::Other,
        })
    }

    /// `None` if the TLS library's message is better.
    pub(crate) fn words(self) -> Option<&'static str> {
        match self {
            CertificateError::UnknownIssuer => Some(
                "the server's certificate was issued by an untrusted authority (UnknownIssuer)",
            ),
            CertificateError::CaUsedAsEndEntity => Some(
                "the server presents the certificate of a certificate authority as its own \
                 (CaUsedAsEndEntity)",
            ),
            CertificateError::Other => None,
        }
    }
}

/// An I/O error can contain the error of the TLS library, which is then not its source.
fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let inner = || tls(error.downcast_ref::<std::io::Error>()?.get_ref()?);
    error.downcast_ref().or_else(inner)
}

fn refused(variable: &str, reason: String) -> LagoonError {
    LagoonError::Authorities {
        message: format!("cannot use the certificates of {variable}: {reason}"),
        hint: format!(
            "set {variable} to trusted certificates, or unset it to trust those of this machine"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(variables: &[(&str, &str)]) -> Result<(), String> {
        let read = NetworkVariables::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).into())
        });
        check(&read).map_err(|error| error.to_string())
    }

    #[cfg(not(any(target_os = "macos", windows)))]
    #[test]
    fn unreadable_certificate_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (pem, empty, gone) = (path("a.pem"), path("empty.pem"), path("gone"));
        fs::write(&pem, "-----BEGIN CERTIFICATE-----\n").unwrap();
        fs::write(&empty, "").unwrap();
        let there = folder.path().display().to_string();
        let several = format!("{gone}:{there}");

        assert_eq!(checked(&[]), Ok(()));
        for good in [
            &[(FILE, &*pem)][..],
            &[(FOLDERS, &*there)],
            &[(FOLDERS, &*several)],
            &[(FOLDERS, "")],
            &[(FILE, &*empty), (FOLDERS, &*there)],
            &[(FILE, "/dev/null")],
        ] {
            assert_eq!(checked(good), Ok(()), "{good:?}");
        }
        for (bad, named) in [
            (&[(FILE, &*gone)][..], &*gone),
            (&[(FILE, &*gone), (FOLDERS, &*there)], &*gone),
            (&[(FILE, &*there)], &*there),
            (&[(FILE, &*empty)], &*empty),
            (&[(FILE, "")], "is empty"),
            (&[(FOLDERS, &*gone)], &*gone),
            (&[(FILE, &*pem), (FOLDERS, &*gone)], &*gone),
        ] {
            let refused = checked(bad).unwrap_err();
            assert!(
                refused.contains(named) && refused.contains("certificates of SSL_CERT_"),
                "{refused}"
            );
        }
    }
}
