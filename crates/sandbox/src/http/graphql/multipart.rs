//! GraphQL requests as multipart forms (`operations`, `map`, then the files).

use std::collections::HashMap;

use async_graphql::UploadValue;
use axum::body::{Body, Bytes};
use axum::extract::multipart::MultipartRejection;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::request::Parts;
use serde_json::Value;

use super::GraphQl;
use crate::http::pages::{self, RequestBody};

#[derive(Clone)]
pub(in crate::http) struct Upload {
    /// Its paths in the variables, such as `variables.files.0`.
    pub(in crate::http) places: Vec<String>,
    filename: String,
    content: Bytes,
}

impl Upload {
    pub(in crate::http) fn value(&self) -> UploadValue {
        UploadValue {
            filename: self.filename.clone(),
            content_type: None,
            content: self.content.clone(),
        }
    }
}

pub(in crate::http) async fn form(
    parts: &Parts,
    body: Body,
) -> Result<Multipart, MultipartRejection> {
    let request = Request::from_parts(parts.clone(), body);
    Multipart::from_request(request, &()).await
}

pub(in crate::http) async fn read(parts: &Parts, body: Body) -> RequestBody<GraphQl> {
    let bad = || Box::new(pages::text(400, "Bad Request"));
    let mut form = form(parts, body).await.map_err(|_| bad())?;
    let mut request = None;
    let mut map: HashMap<String, Vec<String>> = HashMap::new();
    let mut uploads = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| bad())? {
        let name = field.name().unwrap_or_default().to_owned();
        let filename = field.file_name().unwrap_or_default().to_owned();
        let content = field.bytes().await.map_err(|_| bad())?;
        match name.as_str() {
            "operations" => {
                let value: Value = serde_json::from_slice(&content).map_err(|_| bad())?;
                request = Some(super::request(value)?);
            }
            "map" => map = serde_json::from_slice(&content).map_err(|_| bad())?,
            _ => uploads.push(Upload {
                places: map.remove(&name).unwrap_or_default(),
                filename,
                content,
            }),
        }
    }
    let request = request.ok_or_else(bad)?;
    Ok(GraphQl { uploads, ..request })
}
