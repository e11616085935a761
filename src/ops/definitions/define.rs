//! Adds tasks safely: reads first, compares the reply, and completes definitions that Lagoon left
//! incomplete.

mod site;

use crate::domain::plan::coverage::Coverage;
use crate::domain::task::definition::Target;
use crate::domain::task::difference::{Difference, differences};
use crate::domain::{ArgumentKind, Definition};
use crate::error::{Error, Hint, Kind};
use crate::lagoon::Lagoon;

use crate::ops::places::place;
use crate::ops::resend::{Resend, UncertainMutation};

pub(crate) use site::{ScopeView, site};

/// The way in which the wanted definition came to exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DefineOutcome {
    Created(Definition),
    /// An equal one existed.
    Unchanged(Definition),
    /// The reply was lost, and the definition was found; with the failure's text.
    Recovered(Definition, String),
    /// Lagoon kept an invisible definition and returned it without its arguments, so it may differ.
    Unverified(Definition),
    /// Lagoon returned an error and created a part, which was completed; with the error's text.
    Completed(Definition, String),
}

impl DefineOutcome {
    pub(crate) fn definition(&self) -> &Definition {
        match self {
            DefineOutcome::Created(d)
            | DefineOutcome::Unchanged(d)
            | DefineOutcome::Unverified(d)
            | DefineOutcome::Recovered(d, _)
            | DefineOutcome::Completed(d, _) => d,
        }
    }

    /// Fails if the definition cannot be compared with the wanted one.
    pub(crate) fn seen(self, wanted: &Definition) -> Result<DefineOutcome, Error> {
        let DefineOutcome::Unverified(there) = self else {
            return Ok(self);
        };
        Err(Error::failed(format!(
            "`{}` already exists but is hidden from you: Lagoon kept the old definition (id {}) and ignored the new one",
            wanted.name, there.id
        ))
        .hint("its permission, your role or another task of the same name hides it")
        .hint(Hint::DeleteUnseen { id: there.id }))
    }
}

/// Checks the defaults of environment-typed arguments, which must be existing environments.
pub(crate) async fn check_environment_defaults(
    lagoon: &Lagoon,
    site: &ScopeView,
    wanted: &Definition,
) -> Result<(), Error> {
    let Some(view) = site.views.first() else {
        return Ok(());
    };
    let defaults: Vec<_> = wanted
        .arguments()
        .iter()
        .filter(|a| a.kind.is_environment())
        .filter_map(|a| Some((a, a.default.as_deref().filter(|d| !d.trim().is_empty())?)))
        .collect();
    if defaults.is_empty() {
        return Ok(());
    }
    let (_, environments) = place::project(lagoon, &view.environment.project.name).await?;
    for (argument, default) in defaults {
        let is_other = argument.kind == ArgumentKind::OtherEnvironmentName;
        let names = environments.iter().map(|e| e.name.as_str());
        let allowed = names.filter(|name| !is_other || *name != view.environment.name);
        let names: Vec<&str> = allowed.collect();
        if !names.contains(&default) {
            return Err(Error::usage(format!(
                "the default `{default}` of the argument `{}` must be one of {}",
                argument.name,
                names.join(", ")
            )));
        }
    }
    Ok(())
}

/// Compares with the existing definition of the name, if there is one. Fails if it differs.
pub(crate) fn compare(
    site: &ScopeView,
    wanted: &Definition,
) -> Result<Option<DefineOutcome>, Error> {
    let Some(existing) = site.existing(&wanted.name) else {
        return Ok(None);
    };
    let label = &site.label;
    let (name, id) = (&existing.name, existing.id);
    require_same(existing, wanted, || {
        format!("a different task `{name}` (id {id}) already exists on {label}")
    })?;
    Ok(Some(DefineOutcome::Unchanged(existing.clone())))
}

/// Fails with the differences if a definition is not as wanted.
pub(in crate::ops) fn require_same(
    found: &Definition,
    wanted: &Definition,
    message: impl FnOnce() -> String,
) -> Result<(), Error> {
    let found = differences(found, wanted);
    if found.is_empty() {
        return Ok(());
    }
    Err(Error::failed(message()).with_hints(found.iter().map(line_of)))
}

fn line_of(difference: &Difference) -> String {
    let show = |text: &str| match text {
        "" => "nothing".to_owned(),
        text => format!("{text:?}"),
    };
    let [have, want] = difference.values();
    format!(
        "{}: Lagoon has {}, you want {}",
        difference.label(),
        show(&have),
        show(&want)
    )
}

/// Refuses a system-wide definition if Lagoon refuses all of them, as before release 2.18.
pub(crate) async fn check_system_wide(lagoon: &Lagoon) -> Result<(), Error> {
    if lagoon.features().await?.system_wide {
        return Ok(());
    }
    let message = "this Lagoon does not accept system-wide tasks";
    Err(Error::failed(message)
        .hint("they require Lagoon 2.18 or newer")
        .hint("define the task for a group, a project or an environment instead"))
}

/// Adds the definition and verifies the result. After a refused token, signs in and sends again if
/// the task does not exist. System-wide ones need [`check_system_wide`] first.
///
/// # Errors
/// Unknown (7) if the reply was lost and the scope does not show the task. An error about an
/// incomplete definition has its id.
pub(crate) async fn add(
    lagoon: &Lagoon,
    target: &Target,
    site: &ScopeView,
    wanted: &Definition,
) -> Result<DefineOutcome, Error> {
    let mut resend = Resend::default();
    let mut first_refusal = None;
    loop {
        let error = match lagoon.add_definition(wanted).await {
            Ok(returned) if returned.arguments.is_some() => {
                let (name, id) = (&returned.name, returned.id);
                require_same(&returned, wanted, || {
                    format!("`{name}` was defined (id {id}), but differs from the request")
                })?;
                return Ok(DefineOutcome::Created(returned));
            }
            Ok(returned) => {
                // An existing row: another user's new task, a task that no environment shows, or the
                // result of the first attempt.
                let now = self::site(lagoon, target, &coverage(wanted), None).await?;
                return Ok(match (compare(&now, wanted)?, first_refusal) {
                    (Some(DefineOutcome::Unchanged(own)), Some(words)) => {
                        DefineOutcome::Recovered(own, words)
                    }
                    (Some(same), _) => same,
                    (None, _) => DefineOutcome::Unverified(returned),
                });
            }
            Err(error) => error,
        };
        let words = error.to_string();
        let read = || async { self::site(lagoon, target, &coverage(wanted), None).await };
        let is_there = |now: &ScopeView| now.existing(&wanted.name).is_some();
        let doubt = resend.check(lagoon, error, read, is_there).await?;
        let UncertainMutation {
            error,
            may_resend,
            now,
        } = doubt;
        if may_resend && now.as_ref().is_ok_and(|now| !is_there(now)) {
            first_refusal = Some(words);
            continue;
        }
        let error = if error.leaves_unknown() {
            Error::new(
                Kind::Unreachable,
                format!(
                    "it is unknown whether `{}` was defined on {}: {words}",
                    wanted.name, site.label
                ),
            )
        } else {
            error.into()
        };
        let Ok(now) = now else {
            return Err(error.unknown_whether("a part of it was created"));
        };
        return after_error(lagoon, target, [site, &now], wanted, error, &words).await;
    }
}

pub(crate) fn coverage(wanted: &Definition) -> Coverage {
    Coverage::names([&wanted.name])
}

/// Adding is not transactional: completes the part that a failed add created between the two reads.
async fn after_error(
    lagoon: &Lagoon,
    target: &Target,
    [before, now]: [&ScopeView; 2],
    wanted: &Definition,
    error: Error,
    words: &str,
) -> Result<DefineOutcome, Error> {
    let Some(left) = now.existing(&wanted.name).cloned() else {
        return Err(error);
    };
    if before.by_id(left.id).is_some() {
        return Err(error);
    }
    let found = differences(&left, wanted);
    if found.is_empty() {
        return Ok(DefineOutcome::Recovered(left, words.to_owned()));
    }
    // Other differences than arguments were not written by this program.
    let only_arguments = found.iter().all(|d| d.field == "arguments");
    // An update is not validated, so it must not write values that Lagoon refused as invalid.
    let refused_as_invalid = words.contains("Invalid input");
    if only_arguments
        && !refused_as_invalid
        && let Ok(mended) = lagoon.replace_arguments(left.id, wanted).await
        && mended.arguments.is_some()
        && differences(&mended, wanted).is_empty()
    {
        return Ok(DefineOutcome::Completed(mended, words.to_owned()));
    }
    Err(error
        .hint(format!("an incomplete task remains (id {})", left.id))
        .hint(Hint::DeleteLeftover {
            id: left.id,
            target: target.clone(),
        }))
}
