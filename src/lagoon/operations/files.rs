//! Files of runs.

use std::sync::Arc;

use graphql_client::GraphQLQuery;
use serde_json::{Value, json};

use super::fields::{need, same};
use super::{int, operations};
use crate::domain::run::files::{RunFile, SignedUrl};
use crate::lagoon::transport::request;
use crate::lagoon::{Lagoon, LagoonError, UploadFile};

#[allow(clippy::upper_case_acronyms, reason = "Lagoon's name for it")]
type JSON = Value;
/// Files of a form are not in the variables.
type Upload = ();

operations! {
    RunFiles: "graphql/files/run_files.graphql",
    UploadForm: "graphql/files/upload_form.graphql",
    UploadFiles: "graphql/files/upload_files.graphql",
}

/// The store's form for an upload.
#[derive(Debug, Clone)]
pub(crate) struct SignedForm {
    pub url: SignedUrl,
    /// In the order of the form.
    pub fields: Vec<(String, String)>,
}

fn signed(address: &str) -> Result<SignedUrl, LagoonError> {
    let invalid = || LagoonError::Unusable("the address of a file is not a valid URL".to_owned());
    SignedUrl::parse(address).ok_or_else(invalid)
}

/// Lagoon also lists files of runs whose id begins with this one. The first `tasks/<id>` of the
/// path counts: the rest is the file's name.
fn is_of(run: i64, url: &SignedUrl) -> bool {
    let path = url.expose().path().replace("%2F", "/").replace("%2f", "/");
    let segments: Vec<&str> = path.split('/').collect();
    segments
        .windows(2)
        .filter(|pair| pair[0] == "tasks")
        .find_map(|pair| pair[1].parse::<i64>().ok())
        == Some(run)
}

pub(super) fn form_variables(run: i64, name: &str) -> Result<upload_form::Variables, LagoonError> {
    Ok(upload_form::Variables {
        input: upload_form::GetTaskFileUploadFormInput {
            task: int(run)?,
            filename: name.to_owned(),
        },
    })
}

pub(super) fn upload_of(run: i64) -> Result<upload_files::Variables, LagoonError> {
    Ok(upload_files::Variables {
        input: upload_files::UploadFilesForTaskInput {
            task: int(run)?,
            files: vec![None],
        },
    })
}

impl Lagoon {
    /// `None` if there is no such run.
    pub(crate) async fn run_files(&self, run: i64) -> Result<Option<Vec<RunFile>>, LagoonError> {
        let variables = run_files::Variables { id: int(run)? };
        let data = self.query::<RunFiles>(variables).await?;
        let Some(found) = data.task_by_id else {
            return Ok(None);
        };
        same("run", run, found.id)?;
        let mut files = Vec::new();
        for file in found.files.unwrap_or_default().into_iter().flatten() {
            let url = signed(&need(file.download, "the address of a file")?)?;
            if is_of(run, &url) {
                files.push(RunFile {
                    name: file.filename.unwrap_or_default(),
                    created: file.created,
                    url,
                });
            }
        }
        files.sort_by(|a, b| (&a.name, &a.created).cmp(&(&b.name, &b.created)));
        Ok(Some(files))
    }

    /// Lagoon 2.30 and newer; an older one refuses with status 400.
    pub(crate) async fn upload_form(
        &self,
        run: i64,
        name: &str,
    ) -> Result<SignedForm, LagoonError> {
        let data = self.query::<UploadForm>(form_variables(run, name)?).await?;
        let form = need(data.get_task_file_upload_form, "the form")?;
        let url = signed(&need(form.post_url, "the address of the form")?)?;
        let Some(Value::Object(fields)) = form.form_fields else {
            return Err(LagoonError::Unusable("the form has no fields".to_owned()));
        };
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Ok(SignedForm {
            url,
            fields: fields.into_iter().map(|(n, v)| (n, text(v))).collect(),
        })
    }

    /// Uploads through the API, as before Lagoon 2.30; sent once.
    pub(crate) async fn upload_file(&self, run: i64, file: UploadFile) -> Result<(), LagoonError> {
        let body = UploadFiles::build_query(upload_of(run)?);
        let encoded = request::tied(body.operation_name, body.query, &body.variables)?;
        let operations = String::from_utf8_lossy(&encoded.body).into_owned();
        let moved = Arc::clone(&file.moved);
        let form = reqwest::multipart::Form::new()
            .text("operations", operations)
            .text("map", json!({"0": ["variables.input.files.0"]}).to_string())
            .part("0", file.part());
        self.transport
            .send_form::<upload_files::ResponseData>(form, encoded.tie.as_ref(), &moved)
            .await?
            .whole()
            .map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_urls_belong_to_exactly_one_run() {
        let of = |run, url: &str| is_of(run, &SignedUrl::parse(url).expect("a url"));
        assert!(of(
            12,
            "https://s.example/bucket/tasks/12/a.txt?X-Signature=1"
        ));
        assert!(of(
            12,
            "https://s.example/bucket/shop-main%2Ftasks%2F12%2Fa.txt"
        ));
        assert!(!of(12, "https://s.example/bucket/tasks/120/a.txt"));
        assert!(!of(12, "https://s.example/bucket/tasks/120/a?x=/tasks/12/"));
        assert!(!of(12, "https://s.example/bucket/tasks/120/tasks/12/a"));
        assert!(of(12, "https://s.example/tasks/tasks/12/a"));
    }
}
