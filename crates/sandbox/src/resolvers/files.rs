//! Logs and files of runs, which a Lagoon keeps in S3.

use std::sync::atomic::Ordering::SeqCst;

use crate::failure::{Failure, Result};
use crate::resolvers::runs::require_on_run;
use crate::rows::files::{self, File};
use crate::rows::runs::Run;
use crate::state::{Session, State};

/// The start of the text that replaces a log that cannot be read.
const NO_LOG: &str = "There was an error loading the logs: ";

const STORAGE_DOWN: &str = "connect ECONNREFUSED 127.0.0.1:9000";

/// Validity of a file's address, in seconds.
const LINK_VALIDITY: i64 = 300;

/// Validity of an upload form, in seconds.
const FORM_VALIDITY: i64 = 60;

pub(crate) fn log(state: &State, run: &Run) -> Result<Option<String>> {
    if run.remote_id.as_deref().unwrap_or_default().is_empty() {
        return Ok(None);
    }
    let unreadable = |reason: &str| {
        Some(format!(
            "{NO_LOG}{reason}\nIf this error persists, contact your Lagoon support team."
        ))
    };
    if state.faults.storage_is_down.load(SeqCst) {
        return Ok(unreadable(STORAGE_DOWN));
    }
    Ok(match state.store.log(run.id.into())? {
        None => unreadable("The specified key does not exist."),
        Some(text) => Some(text).filter(|text| !text.is_empty()),
    })
}

pub(crate) fn list(state: &State, run: i32) -> Result<Vec<File>> {
    check_storage(state)?;
    state.query(|connection| files::listed_for(connection, run))
}

/// The file with an id, which is its position in the listing.
pub(crate) fn by_position(session: &Session, run: i32, position: i32) -> Result<File> {
    require_on_run(session, "view", run)?;
    let before = usize::try_from(i64::from(position) - 1);
    let mut files = list(session, run)?.into_iter();
    let file = before.ok().and_then(|before| files.nth(before));
    file.ok_or_else(|| Failure::from("File not found"))
}

pub(crate) fn address(session: &Session, file: &File) -> String {
    let mark = session.seal(&format!("file {}", file.id), LINK_VALIDITY);
    let name = url::form_urlencoded::byte_serialize(file.filename.as_bytes())
        .collect::<String>()
        .replace('+', "%20");
    format!(
        "{}/files/tasks/{}/{name}?signature={mark}",
        session.base, file.task
    )
}

pub(crate) fn form(session: &Session, task: i32, filename: &str) -> Result<serde_json::Value> {
    require_on_run(session, "update", task)?;
    Ok(serde_json::json!({
        "key": format!("tasks/{task}/{filename}"),
        "bucket": "lagoon-files",
        "Policy": session.seal(&format!("form {task} {filename}"), FORM_VALIDITY),
    }))
}

/// The content of a file; `None` if the signature has expired or is invalid.
pub(crate) fn signed(state: &State, mark: &str) -> Option<Vec<u8>> {
    let sealed = state.unseal(mark)?;
    let id = sealed.strip_prefix("file ")?.parse().ok()?;
    state
        .query(|connection| files::content(connection, id))
        .ok()?
}

pub(crate) struct Upload {
    task: i32,
    filename: String,
}

/// The upload that a form's policy allows; `None` if it has expired or is invalid.
pub(crate) fn upload_of(state: &State, policy: &str) -> Option<Upload> {
    let sealed = state.unseal(policy)?;
    let (task, filename) = sealed.strip_prefix("form ")?.split_once(' ')?;
    Some(Upload {
        task: task.parse().ok()?,
        filename: filename.to_owned(),
    })
}

pub(crate) fn receive(state: &State, upload: &Upload, body: &[u8]) -> Result<()> {
    state.write(|tx| Ok(files::put(tx, upload.task, &upload.filename, body)?))
}

pub(crate) fn may_upload(session: &Session, task: i32) -> Result<()> {
    let run = session.find::<Run>(task)?;
    if run.is_none() {
        return Err(Failure::reading("id", "undefined"));
    }
    require_on_run(session, "update", task)
}

pub(crate) fn upload(state: &State, task: i32, uploads: &[(String, Vec<u8>)]) -> Result<()> {
    check_storage(state)?;
    state.write(|tx| {
        for (filename, body) in uploads {
            files::put(tx, task, filename, body)?;
        }
        Ok(())
    })
}

pub(crate) fn delete(session: &Session, task: i32) -> Result<()> {
    require_on_run(session, "delete", task)?;
    check_storage(session)?;
    session.write(|tx| Ok(files::delete(tx, task)?))
}

fn check_storage(state: &State) -> Result<()> {
    if state.faults.storage_is_down.load(SeqCst) {
        return Err(STORAGE_DOWN.into());
    }
    Ok(())
}
