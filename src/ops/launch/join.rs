//! Joining a run in progress instead of starting another one like it.

use futures_util::{StreamExt, stream};

use crate::domain::Work;
use crate::domain::run::recorded;
use crate::error::{Error, Hint};
use crate::lagoon::Lagoon;
use crate::ops::launch::Launch;
use crate::ops::launch::batch::TargetCheck;
use crate::ops::launch::check::Obstacle;
use crate::ops::launch::facts::already;
use crate::ops::runs::read;

const CONCURRENCY: usize = 8;

/// Finds the run in progress that each launch joins: one with the same recorded command line. A launch
/// whose task is in progress only with other values is refused.
pub(crate) async fn join_all(lagoon: &Lagoon, checks: Vec<TargetCheck>) -> Vec<TargetCheck> {
    let each = checks.into_iter().map(async |(label, check)| {
        let check = match check {
            Ok(launch) => join(lagoon, launch).await.map_err(Obstacle::from),
            refused => refused,
        };
        (label, check)
    });
    let each = stream::iter(each.collect::<Vec<_>>()).buffered(CONCURRENCY);
    each.collect().await
}

async fn join(lagoon: &Lagoon, mut launch: Launch) -> Result<Launch, Error> {
    let mut refused = None;
    for run in &launch.facts.unfinished {
        // A run that is gone is no longer in progress.
        let Some(record) = read::twice(|| lagoon.run_record(run.id)).await? else {
            continue;
        };
        let Some(difference) = difference(&launch, &record.command) else {
            launch.facts.joined = Some(launch.placed(run));
            return Ok(launch);
        };
        if refused.is_none() {
            let mut error = Error::failed(format!("{} with {difference}", already(run)));
            error.runs = vec![run.to_json()];
            refused = Some(error.hint(Hint::ChooseIfRunning));
        }
    }
    refused.map_or(Ok(launch), Err)
}

/// The difference of a run's recorded command line, in words; `None` if the launch would repeat it.
fn difference(launch: &Launch, record: &str) -> Option<String> {
    let definition = launch.definition()?;
    let command = match &definition.work {
        Work::Command(command) => command,
        Work::Image(image) if image != record => return Some(format!("another image: {record}")),
        Work::Image(_) if definition.arguments().is_empty() => return None,
        Work::Image(_) => {
            return Some(
                "values that cannot be compared, because Lagoon does not record those of IMAGE tasks"
                    .to_owned(),
            );
        }
    };
    if launch.recorded() == record {
        return None;
    }
    let names: Vec<&str> = definition.arguments().iter().map(|a| &*a.name).collect();
    let Some(values) = recorded::values(record, command, &names) else {
        return Some("another command line".to_owned());
    };
    let of = |values: &[(String, String)], name: &str| {
        let mut values = values.iter();
        let found = values.find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone())
    };
    let words = |value: Option<String>| value.map_or("not set".to_owned(), |v| format!("`{v}`"));
    let differences = names.iter().filter_map(|name| {
        let (theirs, ours) = (of(&values, name), of(launch.values(), name));
        (theirs != ours).then(|| format!("{name} is {}, not {}", words(theirs), words(ours)))
    });
    let differences: Vec<String> = differences.collect();
    (!differences.is_empty()).then(|| format!("other values: {}", differences.join(", ")))
}
