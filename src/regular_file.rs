//! Opens files whose path another person may control: those of a checkout, and those beside a
//! download.
//!
//! Opening a FIFO, terminal or device can block, read without end, or have an effect. So only
//! regular files are opened, without blocking, and read up to a limit.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::{Component, Path, PathBuf};

/// Fails for a longer file.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    bounded(open(path, OpenOptions::new().read(true), true)?, limit)
}

/// Like [`read`], for UTF-8.
pub(crate) fn text(path: &Path, limit: u64) -> Result<String> {
    String::from_utf8(read(path, limit)?).map_err(|_| Error::other("it is not valid UTF-8"))
}

/// The limit is a whole number of MiB. `/dev/zero` and some pipes have no end.
pub(crate) fn bounded(source: impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        let limit = limit >> 20;
        return Err(Error::other(format!("it is larger than {limit} MiB")));
    }
    Ok(bytes)
}

/// Without `follow`, a symbolic link is refused.
pub(crate) fn open(path: &Path, options: &mut OpenOptions, follow: bool) -> Result<File> {
    let about = if follow {
        path.metadata()
    } else {
        path.symlink_metadata()
    };
    match about {
        // The check comes first, because opening some devices has an effect.
        Ok(about) => check(&about)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if !follow {
            flags |= OFlags::NOFOLLOW;
        }
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

fn check(about: &Metadata) -> Result<()> {
    if about.is_file() {
        Ok(())
    } else {
        Err(Error::other("it is not a regular file"))
    }
}

/// Resolves symbolic links; `None` if the path leads out of the folder or is absolute. A path with
/// `..` does not reveal whether a file outside exists.
pub(crate) fn within(folder: &Path, path: &Path) -> Result<Option<PathBuf>> {
    if !is_below(path) {
        return Ok(None);
    }
    let folder = folder.canonicalize()?;
    let whole = folder.join(path).canonicalize()?;
    Ok(whole.starts_with(&folder).then_some(whole))
}

/// Returns true for a relative path that never leaves its folder.
fn is_below(path: &Path) -> bool {
    let mut depth = 0_usize;
    path.components().all(|part| match part {
        Component::RootDir | Component::Prefix(_) => false,
        Component::CurDir => true,
        Component::Normal(_) => {
            depth += 1;
            true
        }
        Component::ParentDir => {
            let is_inside = depth > 0;
            depth = depth.saturating_sub(1);
            is_inside
        }
    })
}

/// The users whose files are read unasked: as in git, a file in `/tmp` that another user wrote must
/// not select the project for a folder below it.
#[derive(Debug, Clone)]
pub(crate) struct Owners {
    users: Vec<u32>,
    /// The owner of the current folder. In a container, a checkout often belongs to another user.
    here: Option<u32>,
}

impl Owners {
    pub(crate) fn of(user: u32, sudo: Option<u32>, here: &Path) -> Owners {
        let caller = sudo.filter(|_| user == 0);
        Owners {
            users: [0, user].into_iter().chain(caller).collect(),
            here: owner(here),
        }
    }

    pub(crate) fn current(sudo: Option<u32>, here: &Path) -> Owners {
        #[cfg(unix)]
        let user = rustix::process::geteuid().as_raw();
        #[cfg(not(unix))]
        let user = 0;
        Owners::of(user, sudo, here)
    }

    pub(crate) fn own(&self, path: &Path) -> bool {
        owner(path).is_none_or(|owner| self.users.contains(&owner))
    }

    /// Includes the owner of the current folder.
    pub(crate) fn is_owned(&self, path: &Path) -> bool {
        self.own(path) || owner(path) == self.here
    }
}

/// `None` without such a file, or on a system without such owners.
fn owner(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        path.symlink_metadata().ok().map(|about| about.uid())
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// None of these may be read, and none may block the test.
    #[test]
    fn only_regular_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("text"), "text").unwrap();
        std::fs::write(path("long"), vec![b'a'; 1 << 20]).unwrap();
        std::fs::write(path("longer"), vec![b'a'; (1 << 20) + 1]).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, path("fifo"), mode).unwrap();
        symlink("text", path("link")).unwrap();
        symlink("fifo", path("link-to-fifo")).unwrap();
        for device in ["zero", "tty", "null"] {
            symlink(Path::new("/dev").join(device), path(device)).unwrap();
        }
        let socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        let read = |path: &Path| read(path, 1 << 20);
        assert_eq!(text(&path("text"), 1 << 20).unwrap(), "text");
        assert_eq!(text(&path("link"), 1 << 20).unwrap(), "text");
        assert_eq!(read(&path("long")).unwrap().len(), 1 << 20);
        for name in ["fifo", "link-to-fifo", "zero", "tty", "null", "socket", "."] {
            let error = read(&path(name)).unwrap_err().to_string();
            assert_eq!(error, "it is not a regular file", "{name}");
        }
        let longer = read(&path("longer")).unwrap_err().to_string();
        assert_eq!(longer, "it is larger than 1 MiB");
        assert!(read(&path("missing")).is_err());
        drop(socket);
        // The program creates its own file but does not follow a link in its place.
        let own = |name: &str| {
            let mut options = OpenOptions::new();
            open(
                &path(name),
                options.read(true).write(true).create(true),
                false,
            )
        };
        own("new").unwrap();
        own("new").unwrap();
        symlink("elsewhere", path("dangling")).unwrap();
        assert!(own("link").is_err() && own("dangling").is_err());
        assert!(!path("elsewhere").exists());
    }

    #[test]
    fn a_path_cannot_escape_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("top");
        std::fs::create_dir_all(top.join("sub")).unwrap();
        std::fs::write(folder.path().join("outside"), "").unwrap();
        std::fs::write(top.join("a"), "").unwrap();
        symlink("../../outside", top.join("sub/out")).unwrap();
        symlink("../a", top.join("sub/in")).unwrap();
        let found = |path: &str| within(&top, Path::new(path)).unwrap().is_some();
        for inside in ["a", "./a", "sub/../a", "sub/in"] {
            assert!(found(inside), "{inside}");
        }
        let absolute = top.join("a");
        for outside in [
            "../outside",
            "../missing",
            "sub/../../outside",
            "missing/../../outside",
            "sub/out",
            absolute.to_str().unwrap(),
        ] {
            assert!(!found(outside), "{outside}");
        }
        for missing in ["missing", "missing/../a"] {
            assert!(within(&top, Path::new(missing)).is_err(), "{missing}");
        }
    }

    #[test]
    fn files_of_other_users_are_recognized() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let own = owner(&file).unwrap();
        let elsewhere = Path::new("/");
        assert!(Owners::of(own, None, elsewhere).own(&file));
        assert!(Owners::of(0, Some(own), elsewhere).own(&file));
        let other = own + 1;
        let is_root = own == 0;
        assert_eq!(Owners::of(other, None, elsewhere).own(&file), is_root);
        // Only root may act for the user who called sudo.
        assert_eq!(Owners::of(other, Some(own), elsewhere).own(&file), is_root);
        assert!(Owners::of(other, None, folder.path()).is_owned(&file));
    }
}
