//! `tasks delete --unlisted`: delete tasks that no environment lists, by id.

use super::carry_out;
use crate::app::App;
use crate::commands::report::ResultPrinter;
use crate::commands::scope;
use crate::domain::{Definition, TaskRef};
use crate::error::{Error, Kind};
use crate::ops::definitions::unlisted::{self, Unlisted};
use crate::settings::TargetSetting;

pub(super) async fn run(app: &App, answer: &ResultPrinter, tasks: &[TaskRef]) -> Result<(), Error> {
    let ids = tasks.iter().map(|task| match task {
        TaskRef::Id(id) | TaskRef::Digits(id, _) => Ok(*id),
        TaskRef::Name(name) => Err(Error::usage(format!("--unlisted: `{name}` is not an id"))
            .hint("use the id that `tasks diff` shows; several tasks can have the same name")),
    });
    let ids = ids.collect::<Result<Vec<i64>, Error>>()?;
    app.require_explicit(&[TargetSetting::Context])?;
    let lagoon = app.lagoon().await?;
    let found = unlisted::find(lagoon).await?.ok_or_else(|| {
        Error::new(
            Kind::NotAllowed,
            "--unlisted: only platform owners can see unlisted tasks",
        )
    })?;
    let mut doomed = Vec::new();
    for id in ids {
        let one = found.iter().find(|one| one.definition.id == id);
        let one = one.ok_or_else(|| {
            Error::not_found(format!("no unlisted task with the id {id}")).hint(
                "to delete a listed task, replace --unlisted with its scope: -e, -p, --group or --scope",
            )
        })?;
        let Unlisted { definition, why } = one;
        app.ui
            .note(&format!("`{}` (id {id}) {}", definition.name, why.words()));
        if !doomed.contains(definition) {
            doomed.push(definition.clone());
        }
    }
    let ids: Vec<String> = doomed.iter().map(|d| d.id.to_string()).collect();
    let banner = scope::banner(app, "unlisted tasks")?;
    app.confirm_at(&banner, &format!("delete {}?", ids.join(", ")))?;
    let find_left = async |gone: &[Definition]| {
        let found = unlisted::find(lagoon).await?.unwrap_or_default();
        let is_gone = |one: &Unlisted| gone.iter().any(|gone| gone.id == one.definition.id);
        Ok(found.into_iter().find(is_gone))
    };
    let deleting = unlisted::delete(lagoon, doomed);
    match carry_out(app, answer, tasks.len(), deleting, find_left).await? {
        Some(Unlisted { definition, .. }) => Err(Error::failed(format!(
            "Lagoon reported `{}` (id {}) as deleted, but still shows it",
            definition.name, definition.id
        ))),
        None => Ok(()),
    }
}
