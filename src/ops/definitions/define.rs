//! Adding a task without losing anything: read first, compare what comes back, mend what Lagoon
//! leaves half made.

mod site;

use crate::domain::plan::coverage::Coverage;
use crate::domain::task::definition::Target;
use crate::domain::task::difference::{Difference, differences};
use crate::domain::{ArgumentKind, Definition};
use crate::error::{Error, Hint, Kind};
use crate::lagoon::Lagoon;

use crate::ops::places::place;
use crate::ops::resend::{Resend, look};

pub use site::{Site, site};

/// How a definition came to be what was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Defined {
    /// It is new.
    Created(Definition),
    /// It was there already, equal in everything.
    Unchanged(Definition),
    /// The answer was lost, and it is there as asked; the failure's words.
    Found(Definition, String),
    /// Lagoon kept one that was there, unseen, and gave it back without its arguments; it may be
    /// different.
    Unseen(Definition),
    /// Lagoon answered with an error and left a part of it, which was completed; the error's words.
    Completed(Definition, String),
}

impl Defined {
    /// The definition.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        match self {
            Defined::Created(d)
            | Defined::Unchanged(d)
            | Defined::Unseen(d)
            | Defined::Found(d, _)
            | Defined::Completed(d, _) => d,
        }
    }

    /// The same, when it can be seen that it is what was wanted.
    ///
    /// # Errors
    /// When Lagoon kept something that cannot be seen.
    pub fn seen(self, wanted: &Definition) -> Result<Defined, Error> {
        let Defined::Unseen(there) = self else {
            return Ok(self);
        };
        Err(Error::failed(format!(
            "`{}` existed, unseen: Lagoon kept an old definition (id {}) and dropped what was new in this one",
            wanted.name, there.id
        ))
        .hint("it was hidden from you: by its permission, by your role, or by a task that shadows it")
        .hint(Hint::DeleteUnseen { id: there.id }))
    }
}

/// Checks the defaults of environment-typed arguments, for which Lagoon wants live environments.
///
/// # Errors
/// Wrong use, or any failure of the look-up, which is only made where there is such a default.
pub async fn check_environment_defaults(
    lagoon: &Lagoon,
    site: &Site,
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
        let excluded = matches!(argument.kind, ArgumentKind::OtherEnvironmentName)
            && view.environment.name == default;
        if excluded || !environments.iter().any(|e| e.name == default) {
            let names: Vec<&str> = environments
                .iter()
                .map(|e| e.name.as_str())
                .filter(|n| {
                    argument.kind != ArgumentKind::OtherEnvironmentName
                        || *n != view.environment.name
                })
                .collect();
            return Err(Error::usage(format!(
                "the default `{default}` of the argument `{}` must be one of {}",
                argument.name,
                names.join(", ")
            )));
        }
    }
    Ok(())
}

/// What is there already under this name: nothing, the same, or something else.
///
/// # Errors
/// Refused, with the differences, when it is something else.
pub fn compare(site: &Site, wanted: &Definition) -> Result<Option<Defined>, Error> {
    let Some(existing) = site.existing(&wanted.name) else {
        return Ok(None);
    };
    let found = differences(existing, wanted);
    if found.is_empty() {
        return Ok(Some(Defined::Unchanged(existing.clone())));
    }
    Err(different(site, existing, &found))
}

fn different(site: &Site, existing: &Definition, found: &[Difference]) -> Error {
    let mut error = Error::failed(format!(
        "the task `{}` (id {}) exists on {} and is different",
        existing.name, existing.id, site.label
    ));
    for difference in found {
        error = error.hint(line_of(difference));
    }
    error
}

/// A difference as one line.
#[must_use]
pub fn line_of(difference: &Difference) -> String {
    let show = |text: &str| {
        if text.is_empty() {
            "nothing".to_owned()
        } else {
            format!("{text:?}")
        }
    };
    format!(
        "{}: it has {}, you want {}",
        difference.field,
        show(&difference.have),
        show(&difference.want)
    )
}

/// Refuses a system-wide definition on a Lagoon that refuses all of them, which every release before
/// 2.18 does.
///
/// # Errors
/// Refused, or any failure of the request.
pub async fn check_system_wide(lagoon: &Lagoon) -> Result<(), Error> {
    if lagoon.features().await?.system_wide {
        return Ok(());
    }
    let message = "this Lagoon does not accept system-wide tasks from any user";
    Err(Error::failed(message)
        .hint("Lagoon 2.18 and newer accept them")
        .hint("define the task for a group, a project or an environment instead"))
}

/// Adds the definition to the site and makes sure of what became of it. After a refused token, signs
/// in and sends again if there is no such task. Before a system-wide one: [`check_system_wide`].
///
/// # Errors
/// Refused by Lagoon; half made and not to be mended
/// (with its id); or unknown (7) when the answer was lost and the scope does not show it.
pub async fn add(
    lagoon: &Lagoon,
    target: &Target,
    site: &Site,
    wanted: &Definition,
) -> Result<Defined, Error> {
    let mut resend = Resend::default();
    let mut first_refusal = None;
    loop {
        let error = match lagoon.add_definition(wanted).await {
            Ok(returned) if returned.arguments.is_some() => {
                return judge(returned, wanted).map(Defined::Created);
            }
            Ok(returned) => {
                // An old row: somebody else's a moment ago, one that nobody could see, or what the
                // first attempt added after all.
                let now = self::site(lagoon, target, &coverage(wanted), None).await?;
                return Ok(match (compare(&now, wanted)?, first_refusal) {
                    (Some(Defined::Unchanged(own)), Some(words)) => Defined::Found(own, words),
                    (Some(same), _) => same,
                    (None, _) => Defined::Unseen(returned),
                });
            }
            Err(error) if error.leaves_unknown() || error.is_doubtful_refusal() => error,
            Err(error) => return Err(error.into()),
        };
        let words = error.to_string();
        let may_resend = resend.is_possible(lagoon, &error).await;
        let read = || async { self::site(lagoon, target, &coverage(wanted), None).await };
        let now = look(error.leaves_unknown() || may_resend, read, |now| {
            now.existing(&wanted.name).is_some()
        })
        .await;
        let is_missing = now
            .as_ref()
            .is_ok_and(|n| n.existing(&wanted.name).is_none());
        if may_resend && is_missing {
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

/// What has to be read for a definition to be compared with what is there.
#[must_use]
pub fn coverage(wanted: &Definition) -> Coverage {
    Coverage::names([&wanted.name])
}

/// Compares what came back with what was sent.
fn judge(returned: Definition, wanted: &Definition) -> Result<Definition, Error> {
    let found = differences(&returned, wanted);
    if found.is_empty() {
        return Ok(returned);
    }
    let mut error = Error::failed(format!(
        "`{}` was defined (id {}), but not as asked",
        returned.name, returned.id
    ));
    for difference in &found {
        error = error.hint(line_of(difference));
    }
    Err(error)
}

/// Adding is not transactional: completes what an error left behind between these two looks.
async fn after_error(
    lagoon: &Lagoon,
    target: &Target,
    [before, now]: [&Site; 2],
    wanted: &Definition,
    error: Error,
    words: &str,
) -> Result<Defined, Error> {
    let Some(left) = now.existing(&wanted.name).cloned() else {
        return Err(error);
    };
    let was_there = before
        .views
        .iter()
        .flat_map(|v| &v.definitions)
        .any(|d| d.id == left.id);
    if was_there {
        return Err(error);
    }
    let found = differences(&left, wanted);
    if found.is_empty() {
        return Ok(Defined::Found(left, words.to_owned()));
    }
    // What else than arguments is different was not written by this program.
    let only_arguments = found.iter().all(|d| d.field == "arguments");
    // Updating does not validate: what Lagoon called invalid must not come in that way.
    let refused_as_invalid = words.contains("Invalid input");
    if only_arguments
        && !refused_as_invalid
        && let Ok(mended) = lagoon.replace_arguments(left.id, wanted).await
        && mended.arguments.is_some()
        && differences(&mended, wanted).is_empty()
    {
        return Ok(Defined::Completed(mended, words.to_owned()));
    }
    Err(error
        .hint(format!("a part of it was left behind as id {}", left.id))
        .hint(Hint::DeleteLeftover {
            id: left.id,
            target: target.clone(),
        }))
}
