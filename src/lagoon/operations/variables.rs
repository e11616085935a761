//! The variables of changing operations, for checks against a schema.

use serde_json::Value;

use super::{adhoc, definitions, files, json, runs};
use crate::domain::Definition;
use crate::domain::task::one_off::OneOff;
use crate::lagoon::LagoonError;

pub fn add_task_variables(one_off: &OneOff) -> Result<Value, LagoonError> {
    json(&adhoc::variables(one_off)?)
}

pub fn add_variables(definition: &Definition) -> Result<Value, LagoonError> {
    json(&definitions::addition(definition)?)
}

pub fn update_variables(
    id: i64,
    before: &Definition,
    after: &Definition,
) -> Result<Value, LagoonError> {
    json(&definitions::change(id, before, after)?)
}

pub fn invoke_variables(
    task: i64,
    environment: i64,
    arguments: &[(String, String)],
) -> Result<Value, LagoonError> {
    json(&runs::invocation(task, environment, arguments)?)
}

/// Of both kinds of uploads.
pub fn upload_variables(run: i64, name: &str) -> Result<(Value, Value), LagoonError> {
    let form = json(&files::form_variables(run, name)?)?;
    Ok((form, json(&files::upload_of(run)?)?))
}
