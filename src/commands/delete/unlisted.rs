//! `tasks delete --unlisted`: what no environment lists, by id.

use super::{Deleted, REMEDY};
use crate::app::App;
use crate::commands::report::Answer;
use crate::commands::{launch, scope};
use crate::domain::TaskRef;
use crate::error::{Error, Kind};
use crate::ops::definitions::delete::{self, Deletions};
use crate::ops::definitions::unlisted::{self, Unlisted};
use crate::settings::TargetSetting;

/// Deletes tasks that no environment lists, and nothing else.
pub(super) async fn run(app: &App, answer: &Answer, tasks: &[TaskRef]) -> Result<(), Error> {
    let ids = tasks.iter().map(|task| match task {
        TaskRef::Id(id) | TaskRef::Digits(id, _) => Ok(*id),
        TaskRef::Name(name) => Err(Error::usage(format!("--unlisted: `{name}` is no id"))
            .hint("name it by its id, as `tasks diff` shows it: several can bear one name")),
    });
    let ids = ids.collect::<Result<Vec<i64>, Error>>()?;
    app.require_explicit(&[TargetSetting::Context])?;
    let lagoon = app.lagoon().await?;
    let found = unlisted::find(lagoon).await?.ok_or_else(|| {
        Error::new(
            Kind::NotAllowed,
            "--unlisted: only platform owners see tasks that no environment lists",
        )
    })?;
    let mut doomed = Vec::new();
    for id in ids {
        let one = found.iter().find(|one| one.definition.id == id);
        let one = one.ok_or_else(|| {
            Error::not_found(format!(
                "there is no task with the id {id} that no environment lists"
            ))
            .hint("one that is listed is deleted in its scope: leave out --unlisted, say where")
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
    let deleting = unlisted::delete(lagoon, doomed);
    let deleted =
        launch::unless_interrupted(app, "deleting", REMEDY, async { Ok(deleting.await) }).await?;
    let Deletions { gone, failed } = deleted;
    let left = if gone.is_empty() {
        Ok(None)
    } else {
        unlisted::find(lagoon).await
    };
    let ids: Vec<i64> = gone.iter().map(|one| one.id).collect();
    if !gone.is_empty() {
        answer.give_done(&Deleted {
            tasks: gone,
            one: tasks.len() == 1,
        })?;
    }
    if let Some(error) = delete::failure(failed, tasks.len()) {
        return Err(error);
    }
    let left = left?.unwrap_or_default();
    match left.iter().find(|one| ids.contains(&one.definition.id)) {
        Some(Unlisted { definition, .. }) => Err(Error::failed(format!(
            "Lagoon says that `{}` (id {}) was deleted, and still shows it",
            definition.name, definition.id
        ))),
        None => Ok(()),
    }
}
