//! The page of a run in Lagoon's UI.

use serde_json::Value;

use crate::domain::place::namespace;

/// `None` if Lagoon shortens the namespace, which cannot be derived then.
pub(crate) fn page(ui: &str, project: &str, environment: &str, task_name: &str) -> Option<String> {
    let ui = ui.trim_end_matches('/');
    let namespace = namespace(project, environment)?;
    Some(format!(
        "{ui}/projects/{project}/{namespace}/tasks/{task_name}"
    ))
}

/// Adds a `url` to runs in JSON.
pub(crate) fn add_pages(runs: &mut [Value], ui: Option<&str>) {
    let Some(ui) = ui else { return };
    for run in runs {
        let text = |path| run.pointer(path).and_then(Value::as_str);
        let names = [
            "/environment/project/name",
            "/environment/name",
            "/taskName",
        ];
        if let [Some(project), Some(environment), Some(task_name)] = names.map(text)
            && let Some(page) = page(ui, project, environment, task_name)
        {
            run["url"] = page.into();
        }
    }
}
