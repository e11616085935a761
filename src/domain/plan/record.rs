//! A plan as JSON, which `diff -o json` prints and `apply --plan` reads.

use serde_json::{Map, Value, json};

use super::{Action, Plan, Removal, Step};
use crate::domain::manifest::ScopeName;
use crate::domain::names::same_in_database;
use crate::domain::task::hidden;
use crate::domain::task::hidden::{Environment, Hidden};
use crate::domain::{Argument, ArgumentKind, Definition, Permission, Scope, Work};

const VERSION: u64 = 1;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlanError {
    #[error("not a plan from `tasks diff -o json`: {0}")]
    Form(String),
    #[error("{0}")]
    Value(String),
}

pub(crate) fn to_json(plan: &Plan, lagoon: &str) -> Value {
    let counts = plan.all_counts().into_iter();
    let summary: Map<String, Value> = counts.map(|(w, n)| (w.to_owned(), json!(n))).collect();
    json!({
        "version": VERSION,
        "lagoon": lagoon,
        "summary": summary,
        "steps": plan.steps.iter().map(step).collect::<Vec<_>>(),
        "notes": plan.notes,
    })
}

fn step(step: &Step) -> Value {
    let (mut gone, mut reason, mut pruned) = (Vec::new(), Value::Null, false);
    match &step.action {
        Action::Replace { gone: all, .. } => gone.extend(all.iter().map(|one| {
            let definition = hidden::to_json(&one.definition, &one.hidden);
            with_scope(json!({}), &one.scope, json!({"definition": definition}))
        })),
        Action::Unverified(_, why) => reason = json!(why),
        Action::Delete { pruned: was, .. } => pruned = *was,
        _ => {}
    }
    let changes = step.changes().into_iter().filter(|_| step.is_change());
    let changes: Vec<Value> = changes
        .map(|c| json!({"field": c.field, "before": c.have, "after": c.want}))
        .collect();
    let before = step
        .before()
        .map(|d| hidden::to_json(d, step.before_hidden()));
    let after = step.after().map(|d| hidden::to_json(d, &step.hidden));
    let start = json!({"action": step.action.word(), "name": step.name});
    let rest = json!({
        "reason": reason,
        "pruned": pruned,
        "changes": changes,
        "before": before,
        "after": after,
        "gone": gone,
        "notes": step.notes,
    });
    with_scope(start, &step.scope, rest)
}

fn with_scope(mut start: Value, scope: &ScopeName, rest: Value) -> Value {
    let (environment, group) = match scope {
        ScopeName::Environment { environment, .. } => (Some(environment), None),
        ScopeName::Group(group) => (None, Some(group)),
        ScopeName::Project(_) | ScopeName::System => (None, None),
    };
    let scope = json!({
        "scope": scope.word(),
        "project": scope.project(),
        "environment": environment,
        "groupName": group,
    });
    if let Value::Object(fields) = &mut start {
        let more = [scope, rest].into_iter().filter_map(|more| match more {
            Value::Object(more) => Some(more),
            _ => None,
        });
        fields.extend(more.flatten());
    }
    start
}

/// Reads a plan and the address of its Lagoon. Masked values are read from the environment.
pub(crate) fn from_json(
    text: &str,
    environment: Environment<'_>,
) -> Result<(Plan, String), PlanError> {
    let value: Value = serde_json::from_str(text).map_err(|e| PlanError::Form(e.to_string()))?;
    if value["version"] != json!(VERSION) {
        return Err(PlanError::Form(format!("its version is not {VERSION}")));
    }
    let lagoon = string(&value, "lagoon")?;
    let mut plan = Plan::default();
    for (position, written) in list(&value, "steps")?.iter().enumerate() {
        let read = read_step(written, environment)?;
        check_unedited(written, &read).map_err(|what| {
            let position = position + 1;
            PlanError::Form(format!(
                "step {position} was edited by hand (`{what}` differs)"
            ))
        })?;
        plan.steps.push(read);
    }
    Ok((plan, lagoon))
}

/// Checks that the descriptive fields of a step match its effect, so that an edited plan cannot
/// mislead. The error is the key that differs.
fn check_unedited(written: &Value, read: &Step) -> Result<(), String> {
    let mut again = step(read);
    // The task itself, and its notes, which have no effect.
    for key in ["before", "after", "gone", "notes"] {
        again[key] = written[key].clone();
    }
    let names = [read.before(), read.after()];
    let names = names.iter().flatten().map(|definition| &definition.name);
    if !names.clone().any(|name| same_in_database(name, &read.name)) {
        return Err("name".to_owned());
    }
    let keys = |value: &Value| {
        let keys = value.as_object().into_iter().flat_map(Map::keys).cloned();
        keys.collect::<Vec<_>>()
    };
    let mut all = keys(written);
    all.extend(keys(&again));
    match all.iter().find(|key| written.get(key) != again.get(key)) {
        Some(key) => Err(key.clone()),
        None => Ok(()),
    }
}

fn read_step(value: &Value, environment: Environment<'_>) -> Result<Step, PlanError> {
    let (mut hidden_before, mut hidden) = (Vec::new(), Vec::new());
    let mut before = || {
        let (definition, found) = filled(&value["before"], "before", environment)?;
        hidden_before = found;
        Ok(definition)
    };
    let mut after = || {
        let (definition, found) = filled(&value["after"], "after", environment)?;
        hidden = found;
        Ok(definition)
    };
    let action = match string(value, "action")?.as_str() {
        "create" => Action::Create(after()?),
        "unverified" => Action::Unverified(after()?, string(value, "reason")?),
        "update" => Action::Update {
            before: before()?,
            after: after()?,
        },
        "replace" => Action::Replace {
            gone: list(value, "gone")?
                .iter()
                .map(|gone| {
                    let (definition, hidden) = filled(&gone["definition"], "gone", environment)?;
                    Ok(Removal {
                        scope: read_scope(gone)?,
                        definition,
                        hidden,
                    })
                })
                .collect::<Result<_, PlanError>>()?,
            after: after()?,
        },
        "blocked" => Action::Blocked {
            before: before()?,
            after: after()?,
        },
        "delete" => Action::Delete {
            before: before()?,
            pruned: flag(value, "pruned")?,
        },
        "unchanged" => Action::Unchanged(before()?),
        other => return Err(PlanError::Form(format!("unknown action `{other}`"))),
    };
    if matches!(action, Action::Unchanged(_)) {
        hidden = std::mem::take(&mut hidden_before);
    }
    Ok(Step {
        scope: read_scope(value)?,
        name: string(value, "name")?,
        action,
        notes: Vec::new(),
        hidden_before,
        hidden,
    })
}

fn filled(
    value: &Value,
    what: &str,
    environment: Environment<'_>,
) -> Result<(Definition, Vec<Hidden>), PlanError> {
    let (value, hidden) = hidden::fill_json(value, environment).map_err(PlanError::Value)?;
    Ok((definition(&value, what)?, hidden))
}

fn read_scope(value: &Value) -> Result<ScopeName, PlanError> {
    Ok(match string(value, "scope")?.as_str() {
        "environment" => ScopeName::Environment {
            project: string(value, "project")?,
            environment: string(value, "environment")?,
        },
        "project" => ScopeName::Project(string(value, "project")?),
        "group" => ScopeName::Group(string(value, "groupName")?),
        "system" => ScopeName::System,
        other => return Err(PlanError::Form(format!("unknown scope `{other}`"))),
    })
}

fn definition(value: &Value, what: &str) -> Result<Definition, PlanError> {
    if !value.is_object() {
        return Err(PlanError::Form(format!("`{what}` is missing")));
    }
    let work = match string(value, "type")?.as_str() {
        "COMMAND" => Work::Command(string(value, "command")?),
        "IMAGE" => Work::Image(string(value, "image")?),
        other => return Err(PlanError::Form(format!("unknown type `{other}`"))),
    };
    let scope = match string(value, "scope")?.as_str() {
        "environment" => Scope::Environment(number(value, "environment")?),
        "project" => Scope::Project(number(value, "project")?),
        "group" => Scope::Group(string(value, "groupName")?),
        _ => Scope::System,
    };
    Ok(Definition {
        id: number(value, "id")?,
        name: string(value, "name")?,
        description: string(value, "description")?,
        work,
        service: optional(value, "service")?,
        scope,
        permission: Permission::from_word(optional(value, "permission")?.as_deref()),
        confirmation_text: optional(value, "confirmationText")?,
        deploy_token_injection: flag(value, "deployTokenInjection")?,
        project_key_injection: flag(value, "projectKeyInjection")?,
        admin_only_view: flag(value, "adminOnlyView")?,
        created: String::new(),
        arguments: match &value["advancedTaskDefinitionArguments"] {
            Value::Null => None,
            Value::Array(all) => Some(all.iter().map(argument).collect::<Result<_, _>>()?),
            _ => {
                return Err(PlanError::Form(
                    "`advancedTaskDefinitionArguments` is not a list".to_owned(),
                ));
            }
        },
    })
}

fn argument(value: &Value) -> Result<Argument, PlanError> {
    Ok(Argument {
        name: string(value, "name")?,
        display_name: optional(value, "displayName")?,
        kind: ArgumentKind::from_word(&string(value, "type")?),
        default: optional(value, "defaultValue")?,
        optional: flag(value, "optional")?,
        range: None,
    })
}

fn missing(key: &str) -> PlanError {
    PlanError::Form(format!("`{key}` is missing or has the wrong type"))
}

fn string(value: &Value, key: &str) -> Result<String, PlanError> {
    let text = value[key].as_str().ok_or_else(|| missing(key))?;
    Ok(text.to_owned())
}

fn optional(value: &Value, key: &str) -> Result<Option<String>, PlanError> {
    match &value[key] {
        Value::Null => Ok(None),
        _ => string(value, key).map(Some),
    }
}

fn number(value: &Value, key: &str) -> Result<i64, PlanError> {
    value[key].as_i64().ok_or_else(|| missing(key))
}

fn flag(value: &Value, key: &str) -> Result<bool, PlanError> {
    value[key].as_bool().ok_or_else(|| missing(key))
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>, PlanError> {
    value[key].as_array().ok_or_else(|| missing(key))
}
