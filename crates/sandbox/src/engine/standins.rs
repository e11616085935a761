//! Stand-ins for programs that the seed's tasks call, with the same output on every machine.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::store::{StoreError, at, create_private};

/// Also in the containers of a compose project, which have the other programs.
pub(super) const ATTACH_TO_RUN: &str = include_str!("standins/attach-to-run.sh");

const PROGRAMS: [(&str, &str); 3] = [
    ("attach-to-run", ATTACH_TO_RUN),
    ("drush", include_str!("standins/drush.sh")),
    ("yarn", include_str!("standins/yarn.sh")),
];

pub(super) fn folder(data: &Path) -> PathBuf {
    data.join("bin")
}

pub(super) fn install(data: &Path) -> Result<(), StoreError> {
    let folder = folder(data);
    create_private(&folder).map_err(at(&folder))?;
    for (name, script) in PROGRAMS {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|there| there == script.as_bytes()) {
            continue;
        }
        write(&folder, &path, script).map_err(at(&path))?;
    }
    Ok(())
}

/// Replaces the file atomically, because a run may be executing it.
fn write(folder: &Path, path: &Path, script: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(script.as_bytes())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o700))?;
    }
    file.into_temp_path().persist(path)?;
    Ok(())
}
