//! Task files on disk: finding them, reading them, and the command files that they name.

use std::path::{Component, Path, PathBuf};

use crate::domain::manifest::{Fault, SourceFile};
use crate::error::{Error, Flag, Hint};
use crate::regular_file::{self, Owners};
use crate::secret::conceal_recognized;

/// The places of a project's task files, by precedence.
pub(crate) const DEFAULT_PATHS: [&str; 3] =
    [".lagoon/tasks.yml", ".lagoon/tasks.yaml", ".lagoon/tasks"];

/// In bytes. Generated files have thousands of tasks.
const LONGEST: u64 = 16 << 20;

/// In bytes. Lagoon accepts commands of 64 KiB.
const LONGEST_COMMAND: u64 = 1 << 20;

/// Reads task files: `given` is a file, a folder or `-` for stdin; otherwise the first file found
/// from `start` up to the top of the git repository.
pub(crate) fn sources(
    given: Option<&str>,
    start: &Path,
    owners: &Owners,
) -> Result<Vec<SourceFile>, Error> {
    match given {
        Some("-") => Ok(vec![stdin()?]),
        Some(path) => read_path(Path::new(path)),
        None => {
            let found = default_files(start).ok_or_else(|| {
                Error::usage(format!("no task file found ({})", DEFAULT_PATHS[0]))
                    .hint(Hint::NameTaskFile)
                    .hint(Hint::ExportTasks)
            })?;
            found.sources(owners)
        }
    }
}

/// Task files of a checkout, which the user did not name.
#[derive(Debug, PartialEq, Eq)]
struct TaskFiles<'a> {
    /// Relative to the current folder.
    shown: PathBuf,
    /// The folder with `.lagoon`.
    folder: &'a Path,
    /// Relative to that folder.
    name: &'static str,
    top: Option<&'a Path>,
}

/// True if a checkout has task files.
#[cfg(feature = "sandbox")]
pub(crate) fn has_default_files(start: &Path) -> bool {
    default_files(start).is_some()
}

fn default_files(start: &Path) -> Option<TaskFiles<'_>> {
    let top = start.ancestors().find(|f| f.join(".git").exists());
    // Upwards by `..`, so that messages have paths relative to the current folder.
    let mut prefix = PathBuf::new();
    for folder in start.ancestors() {
        for name in DEFAULT_PATHS {
            if folder.join(name).symlink_metadata().is_ok() {
                return Some(TaskFiles {
                    shown: prefix.join(name),
                    folder,
                    name,
                    top,
                });
            }
        }
        if Some(folder) == top {
            return None;
        }
        prefix.push("..");
    }
    None
}

impl TaskFiles<'_> {
    /// Reads the files if they are regular files in the repository and belong to this user.
    fn sources(&self, owners: &Owners) -> Result<Vec<SourceFile>, Error> {
        let is_trusted = match self.top {
            Some(top) => owners.is_owned(&top.join(".git")),
            None => owners.own(&self.folder.join(self.name)),
        };
        if !is_trusted {
            return Err(self.refused(&self.shown, "belongs to another user"));
        }
        if !self.folder.join(self.name).is_dir() {
            return Ok(vec![read(&self.shown, &self.check(&self.shown)?)?]);
        }
        self.check(&self.shown)?;
        let files = files_in(&self.shown)?;
        files
            .iter()
            .map(|path| read(path, &self.check(path)?))
            .collect()
    }

    /// Resolves symbolic links, which must stay in the repository.
    fn check(&self, path: &Path) -> Result<PathBuf, Error> {
        let top = self.top.unwrap_or(self.folder);
        let below = self.folder.strip_prefix(top).unwrap_or(Path::new(""));
        let rest = path.strip_prefix(&self.shown).unwrap_or(Path::new(""));
        let whole = below.join(self.name).join(rest);
        // An empty rest would end the path of a file with a slash.
        let whole: PathBuf = whole.components().collect();
        let found = regular_file::within(top, &whole).map_err(|e| unreadable(path, e))?;
        found.ok_or_else(|| self.refused(path, "is outside the repository"))
    }

    fn refused(&self, path: &Path, why: &str) -> Error {
        let path = path.display();
        Error::usage(format!("{path} is ignored: it {why}")).hint(Hint::UseTaskFile)
    }
}

fn stdin() -> Result<SourceFile, Error> {
    let bytes = regular_file::bounded(std::io::stdin().lock(), LONGEST).map_err(|e| {
        Error::usage("cannot read stdin")
            .because(e)
            .about(Flag::File)
    })?;
    source(Path::new("-"), bytes)
}

fn read_path(path: &Path) -> Result<Vec<SourceFile>, Error> {
    if !path.is_dir() {
        // The user named it: it can be a pipe, too.
        let file = std::fs::File::open(path).map_err(|e| unreadable(path, e))?;
        let bytes = regular_file::bounded(file, LONGEST).map_err(|e| unreadable(path, e))?;
        return Ok(vec![source(path, bytes)?]);
    }
    let files = files_in(path)?;
    files.iter().map(|path| read(path, path)).collect()
}

/// Reads the file at `whole`, which is called `path` in messages.
fn read(path: &Path, whole: &Path) -> Result<SourceFile, Error> {
    let bytes = regular_file::read(whole, LONGEST).map_err(|e| unreadable(path, e))?;
    source(path, bytes)
}

fn files_in(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = std::fs::read_dir(path).map_err(|e| unreadable(path, e))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| unreadable(path, e))?.path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let is_yaml = path.extension().is_some_and(|e| e == "yml" || e == "yaml");
        if is_yaml && !is_hidden && !path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Error::usage(format!(
            "no .yml or .yaml files in the folder {}",
            path.display()
        )));
    }
    Ok(found)
}

fn source(path: &Path, bytes: Vec<u8>) -> Result<SourceFile, Error> {
    let name = path.display().to_string();
    match String::from_utf8(bytes) {
        Ok(text) => {
            // It may be the wrong file, and errors repeat its invalid values.
            conceal_recognized(&text);
            Ok(SourceFile { name, text })
        }
        Err(_) => Err(Error::usage(format!("{name} is not valid UTF-8"))),
    }
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::usage(format!("cannot read {}", path.display())).because(error)
}

/// The text of a command file, with LF line ends and none at the end. The file must be below the
/// folder of the task file.
pub(crate) fn command_file(manifest: &str, path: &str) -> Result<String, String> {
    let relative = Path::new(path);
    if path.is_empty() || !stays_below(relative) {
        return Err(format!(
            "`{path}` must be in the folder of this file or below it"
        ));
    }
    let folder = Path::new(manifest).parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let cannot = |error: std::io::Error| format!("cannot read `{path}`: {error}");
    // A link may lead out of the folder.
    let Some(whole) = regular_file::within(folder, relative).map_err(cannot)? else {
        return Err(format!("`{path}` is outside the folder of this file"));
    };
    let bytes = regular_file::read(&whole, LONGEST_COMMAND).map_err(cannot)?;
    let text = String::from_utf8(bytes).map_err(|_| format!("`{path}` is not valid UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.replace("\r\n", "\n");
    let text = text.trim_end_matches('\n');
    if text.trim().is_empty() {
        return Err(format!("`{path}` is empty"));
    }
    Ok(text.to_owned())
}

fn stays_below(path: &Path) -> bool {
    let mut depth = 0_usize;
    path.components().all(|part| {
        let below = match part {
            Component::Normal(_) => depth.checked_add(1),
            Component::CurDir => Some(depth),
            Component::ParentDir => depth.checked_sub(1),
            Component::RootDir | Component::Prefix(_) => None,
        };
        depth = below.unwrap_or_default();
        below.is_some()
    })
}

pub(crate) fn refusal(faults: &[Fault]) -> Error {
    match faults {
        [only] => Error::usage(only.to_string()),
        several => Error::usage(format!("{} errors in the task file", several.len()))
            .with_hints(several.iter().map(ToString::to_string)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("top/.lagoon/scripts")).unwrap();
        std::fs::create_dir_all(folder.path().join("top/below")).unwrap();
        std::fs::write(folder.path().join("top/.lagoon/tasks.yml"), "version: 1\n").unwrap();
        std::fs::write(
            folder.path().join("top/.lagoon/scripts/a.sh"),
            "\u{feff}a\r\nb\n\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("secret"), "s").unwrap();
        folder
    }

    #[test]
    fn command_files_cannot_escape_their_folder() {
        let folder = folder();
        let manifest = folder.path().join("top/.lagoon/tasks.yml");
        let manifest = manifest.to_str().unwrap();
        assert_eq!(
            command_file(manifest, "scripts/a.sh").as_deref(),
            Ok("a\nb")
        );
        for same in ["./scripts/a.sh", "scripts/../scripts/./a.sh"] {
            assert_eq!(command_file(manifest, same).as_deref(), Ok("a\nb"));
        }
        let secret = folder.path().join("secret");
        let link = folder.path().join("top/.lagoon/link");
        std::os::unix::fs::symlink(&secret, link).unwrap();
        for (path, why) in [
            ("../../secret", "must be in the folder"),
            ("scripts/../../../secret", "must be in the folder"),
            ("../.lagoon/scripts/a.sh", "must be in the folder"),
            (secret.to_str().unwrap(), "must be in the folder"),
            ("", "must be in the folder"),
            ("link", "is outside"),
            ("gone.sh", "cannot read"),
        ] {
            let error = command_file(manifest, path).unwrap_err();
            assert!(error.contains(why), "{path}: {error}");
        }
    }

    #[test]
    fn the_project_file_is_found_from_a_subfolder() {
        let folder = folder();
        let top = folder.path().join("top");
        let shown = |start: &Path| default_files(start).map(|found| found.shown);
        assert_eq!(shown(&top), Some(PathBuf::from(".lagoon/tasks.yml")));
        let below = shown(&top.join("below"));
        assert_eq!(below, Some(PathBuf::from("../.lagoon/tasks.yml")));
        std::fs::create_dir(top.join("below/.git")).unwrap();
        assert_eq!(default_files(&top.join("below")), None);
    }

    #[test]
    fn a_folder_yields_its_files_in_order() {
        let folder = folder();
        for name in ["b.yaml", "a.yml", ".hidden.yml", "notes.txt"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let sources = read_path(folder.path()).unwrap();
        let texts: Vec<&str> = sources.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts, ["a.yml", "b.yaml"]);
        assert!(read_path(&folder.path().join("top")).is_err());
        assert!(read_path(&folder.path().join("gone.yml")).is_err());
    }
}
