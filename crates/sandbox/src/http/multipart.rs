//! GraphQL requests as multipart forms (`operations`, `map`, then the files).

use std::collections::HashMap;

use async_graphql::UploadValue;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::request::Parts;
use serde_json::Value;

use super::graphql::{self, GraphQl};
use super::pages::{self, Answer};

#[derive(Clone)]
pub(super) struct Upload {
    /// Its paths in the variables, such as `variables.files.0`.
    pub(super) places: Vec<String>,
    filename: String,
    content: Bytes,
}

impl Upload {
    pub(super) fn value(&self) -> UploadValue {
        UploadValue {
            filename: self.filename.clone(),
            content_type: None,
            content: self.content.clone(),
        }
    }
}

pub(super) async fn form(parts: &Parts, body: Body) -> Result<Multipart, String> {
    let request = Request::from_parts(parts.clone(), body);
    let form = Multipart::from_request(request, &()).await;
    form.map_err(|error| error.to_string())
}

async fn fields(parts: &Parts, body: Body) -> Result<Vec<(String, Option<String>, Bytes)>, String> {
    let mut form = form(parts, body).await?;
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|error| error.to_string())? {
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().map(str::to_owned);
        let content = field.bytes().await.map_err(|error| error.to_string())?;
        fields.push((name, filename, content));
    }
    Ok(fields)
}

pub(super) async fn read(parts: &Parts, body: Body) -> Result<GraphQl, Answer> {
    let bad = |message: &str| pages::text(400, message);
    let fields = fields(parts, body).await.map_err(|_| bad("Bad Request"))?;
    let mut request = None;
    let mut map: HashMap<String, Vec<String>> = HashMap::new();
    let mut uploads = Vec::new();
    for (name, filename, content) in fields {
        match name.as_str() {
            "operations" => {
                let value: Value =
                    serde_json::from_slice(&content).map_err(|_| bad("Bad Request"))?;
                request = Some(graphql::request(value).map_err(|answer| *answer)?);
            }
            "map" => map = serde_json::from_slice(&content).map_err(|_| bad("Bad Request"))?,
            _ => uploads.push(Upload {
                places: map.remove(&name).unwrap_or_default(),
                filename: filename.unwrap_or_default(),
                content,
            }),
        }
    }
    let mut request = request.ok_or_else(|| bad("Bad Request"))?;
    request.uploads = uploads;
    Ok(request)
}
