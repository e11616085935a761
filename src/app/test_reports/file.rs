//! Files of reports. JUnit replaces the file, Markdown is appended to it.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::output::test_report::ReportFormat;

/// The absolute path. Symbolic links are resolved, because a rename would replace the link.
pub(super) fn place(path: &Path) -> PathBuf {
    let folder = folder(path).canonicalize();
    let whole = path
        .canonicalize()
        .ok()
        .or_else(|| Some(folder.ok()?.join(path.file_name()?)));
    whole.unwrap_or_else(|| path.to_owned())
}

/// Fails if the file cannot be written. Leaves it alone.
pub(super) fn check(format: ReportFormat, path: &Path) -> Result<()> {
    match path.metadata() {
        Ok(about) if about.is_dir() => Err(Error::other("it is a folder")),
        // A pipe or a device.
        Ok(about) if !about.is_file() => Ok(()),
        Ok(_) if format == ReportFormat::Markdown => appended(path).map(drop),
        Ok(_) => temporary(&place(path)).map(drop).or_else(|_| {
            let file = OpenOptions::new().write(true).open(path);
            file.map(drop)
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => temporary(&place(path)).map(drop),
        Err(error) => Err(error),
    }
}

pub(super) fn write(format: ReportFormat, path: &Path, text: &str) -> Result<()> {
    let about = path.metadata().ok();
    let is_file = about.as_ref().is_none_or(fs::Metadata::is_file);
    if format == ReportFormat::Markdown || !is_file {
        let mut file = appended(path)?;
        if about.is_some_and(|about| about.is_file() && about.len() > 0) {
            file.write_all(b"\n")?;
        }
        return file.write_all(text.as_bytes());
    }
    match replace(&place(path), about.as_ref(), text) {
        // A file that is a mount point, or in a read-only folder, cannot be replaced.
        Err(_) if about.is_some() => fs::write(path, text),
        replaced => replaced,
    }
}

fn replace(path: &Path, old: Option<&fs::Metadata>, text: &str) -> Result<()> {
    let mut file = temporary(path)?;
    if let Some(old) = old {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn appended(path: &Path) -> Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// A file beside this one, with the mode of a new file.
fn temporary(path: &Path) -> Result<NamedTempFile> {
    folder(path).metadata()?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tasks-report-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The error of tempfile names the temporary file.
    let file = builder.tempfile_in(folder(path));
    file.map_err(|error| error.kind().into())
}

fn folder(path: &Path) -> &Path {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn junit_replaces_and_markdown_appends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report");
        for format in ReportFormat::ALL {
            let _ = fs::remove_file(&path);
            for text in ["one\n", "two\n"] {
                check(format, &path).unwrap();
                write(format, &path, text).unwrap();
            }
            let expected = match format {
                ReportFormat::Junit => "two\n",
                ReportFormat::Markdown => "one\n\ntwo\n",
            };
            assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_check_creates_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("old"), "old").unwrap();
        for format in ReportFormat::ALL {
            check(format, &path("old")).unwrap();
            check(format, &path("new")).unwrap();
            for wrong in ["missing/a", "old/a", "."] {
                assert!(check(format, &path(wrong)).is_err(), "{wrong}");
            }
        }
        assert_eq!(fs::read_to_string(path("old")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_and_the_mode_of_a_file_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "").unwrap();
        fs::set_permissions(path("file"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("file", path("link")).unwrap();
        write(ReportFormat::Junit, &path("link"), "new").unwrap();
        assert!(path("link").is_symlink());
        assert_eq!(fs::read_to_string(path("file")).unwrap(), "new");
        let mode = path("file").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    /// No file can be created in `/proc`. This one has the name of the process.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_cannot_be_replaced_is_written_in_place() {
        let path = Path::new("/proc/self/comm");
        check(ReportFormat::Junit, path).unwrap();
        write(ReportFormat::Junit, path, "new").unwrap();
        assert_eq!(fs::read_to_string(path).unwrap(), "new\n");
    }

    #[test]
    fn a_device_is_written_to() {
        for format in ReportFormat::ALL {
            check(format, Path::new("/dev/null")).unwrap();
            write(format, Path::new("/dev/null"), "a").unwrap();
        }
        assert!(
            Path::new("/dev/null")
                .metadata()
                .is_ok_and(|about| !about.is_file())
        );
    }
}
