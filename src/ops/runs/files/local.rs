//! Files of runs in local folders: selection, names and paths.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use wildmatch::WildMatch;

use super::fetch::Fetch;
use super::partial::Partial;
use crate::domain::run::file_name;
use crate::domain::run::files::RunFile;
use crate::error::{Error, Hint};
use crate::ops::places::place::names_hint;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedFile {
    /// In Lagoon.
    pub name: String,
    pub path: PathBuf,
    pub bytes: u64,
}

/// Selects files by name or pattern; all if nothing is wanted.
pub(crate) fn select(
    run: i64,
    files: Vec<RunFile>,
    wanted: &[String],
) -> Result<Vec<RunFile>, Error> {
    let means = |wanted: &str, file: &RunFile| {
        // A name with a wildcard in it is a name first.
        let is_a_name = files.iter().any(|f| f.name == wanted);
        file.name == wanted || (!is_a_name && WildMatch::new(wanted).matches(&file.name))
    };
    for wanted in wanted {
        if !files.iter().any(|file| means(wanted, file)) {
            let names: Vec<&str> = files.iter().map(|f| f.name.as_str()).collect();
            let hint = names_hint(wanted, &names, "files");
            return Err(
                Error::not_found(format!("run {run} has no file `{wanted}`"))
                    .hint(hint.unwrap_or_else(|| "the run has no files".to_owned())),
            );
        }
    }
    let is_wanted =
        |file: &&RunFile| wanted.is_empty() || wanted.iter().any(|wanted| means(wanted, file));
    Ok(files.iter().filter(is_wanted).cloned().collect())
}

/// Unique local names of all files of a run. They do not depend on the selection of files.
pub(crate) fn local_names(files: &[RunFile]) -> HashMap<String, String> {
    let names = files.iter().map(|file| file.name.clone());
    let safe = file_name::all_safe(files.iter().map(|file| file.name.as_str()));
    names.zip(safe).collect()
}

/// The paths of files in a folder. Without `force`, existing files are an error.
pub(crate) fn places(
    folder: &Path,
    files: &[RunFile],
    local: &HashMap<String, String>,
    force: bool,
) -> Result<Vec<PathBuf>, Error> {
    let place = |file: &RunFile| {
        let name = local.get(&file.name).cloned();
        let name = name.unwrap_or_else(|| file_name::safe(&file.name));
        match folder.to_str() {
            Some(".") => PathBuf::from(name),
            _ => folder.join(name),
        }
    };
    let paths: Vec<PathBuf> = files.iter().map(place).collect();
    // A link that leads nowhere is something, too.
    match paths.iter().find(|path| path.symlink_metadata().is_ok()) {
        Some(path) if !force => Err(exists(path)),
        _ => Ok(paths),
    }
}

pub(super) fn exists(path: &Path) -> Error {
    Error::usage(format!("{} already exists", path.display())).hint(Hint::ReplaceFile)
}

impl Fetch<'_> {
    /// Downloads a file to this path. The partial file beside it is kept after a failure, and a
    /// later call continues it.
    pub(crate) async fn save(
        &mut self,
        name: &str,
        path: &Path,
        force: bool,
    ) -> Result<SavedFile, Error> {
        let url = &self.find(name)?.url;
        // Without its signature, the address identifies the file.
        let resource = format!("{}{}", url.address(), url.expose().path());
        let mut partial = Partial::open(path, resource)?;
        if let Err(error) = self.transfer(name, &mut partial).await {
            return Err(partial.interrupted(error));
        }
        Ok(SavedFile {
            name: name.to_owned(),
            path: path.to_owned(),
            bytes: partial.complete(path, force)?,
        })
    }
}
