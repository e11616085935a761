//! The targets of a start: one environment, or several that are resolved and checked together.

use clap::Args;

use crate::app::App;
use crate::commands::flags::given;
use crate::commands::launch::StartFlags;
use crate::commands::report::{ResultShape, cases};
use crate::commands::scope;
use crate::commands::select::targets::{self, LaunchTarget, SelectedTargets, TargetArgs};
use crate::error::Error;
use crate::ops::definitions::lookup::Wanted;
use crate::ops::launch::Launch;
use crate::ops::launch::batch::{Notice, TargetCheck, all_or_none, by_text};
use crate::settings::number;

/// The flags for several targets.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BulkFlags {
    /// Skip missing environments, tasks and services
    #[arg(long, help_heading = targets::HEADING)]
    skip_missing: bool,
    /// Start this many runs at a time [default: 8]
    #[arg(long, value_name = "N", help_heading = targets::HEADING,
          value_parser = number::<u16>(1..=100))]
    concurrency: Option<u16>,
    /// Start no more runs after the first failed start
    #[arg(long, help_heading = targets::HEADING)]
    pub(super) fail_fast: bool,
}

impl BulkFlags {
    pub(super) fn concurrency(&self) -> usize {
        self.concurrency.unwrap_or(8).into()
    }

    fn require_none(&self) -> Result<(), Error> {
        let mut flags = given([
            (self.skip_missing, "--skip-missing"),
            (self.concurrency.is_some(), "--concurrency"),
            (self.fail_fast, "--fail-fast"),
        ]);
        match flags.next() {
            None => Ok(()),
            Some(flag) => Err(Error::no_effect(&flag, "several targets").hint(
                "to select several: repeat -e, or use -e 'PATTERN', --all-environments or -A",
            )),
        }
    }

    /// The environments to start the task or command of this name on. Missing targets that are skipped
    /// are reported. A prompt offers the environments that have the `wanted` part.
    pub(crate) async fn targets(
        &self,
        app: &App,
        places: &TargetArgs,
        flags: &StartFlags,
        name: Option<&str>,
        wanted: Option<Wanted<'_>>,
        dry_run: bool,
    ) -> Result<SelectedTargets, Error> {
        if places.shape(app) == ResultShape::Many {
            flags.require_no_page()?;
            app.test_reports.begin(name, None);
            let targets = places.to_start(app, dry_run, self.skip_missing).await?;
            for missing in &targets.missing {
                app.ui.warn(&format!("skipped: {missing}"));
            }
            cases::skipped(app, &targets.missing);
            return Ok(targets);
        }
        self.require_none()?;
        let is_prompted = app.ui.can_prompt() && app.settings.environment.is_none();
        let (project, environment) = match wanted.filter(|_| is_prompted) {
            Some(wanted) => scope::prompt_environment_with(app, wanted).await?,
            None => scope::chosen_place(app, dry_run).await?,
        };
        let place = format!("{project}/{environment}");
        app.test_reports.begin(name, Some(place));
        let view = scope::environment_view(app, &project, &environment, true).await?;
        Ok(SelectedTargets {
            seen: vec![view.into()],
            each: vec![LaunchTarget::default()],
            missing: Vec::new(),
        })
    }

    /// The launches, if every target can be started. Skipped targets and warnings are reported.
    pub(crate) fn launches(
        &self,
        app: &App,
        shape: ResultShape,
        checks: Vec<TargetCheck>,
    ) -> Result<Vec<Launch>, Error> {
        let skip_missing = self.skip_missing;
        cases::targets(app, &checks, skip_missing);
        let (launches, skipped) = match shape {
            ResultShape::Many => all_or_none(checks, skip_missing)?,
            ResultShape::One => {
                let launches = checks.into_iter().map(|(_, check)| Ok(check?));
                (launches.collect::<Result<_, Error>>()?, Vec::new())
            }
        };
        for Notice { text, labels } in skipped {
            app.ui
                .warn(&format!("skipped: {}: {text}", labels.join(", ")));
        }
        for text in with_labels(&launches, |launch| &launch.facts.notes) {
            app.ui.note(&text);
        }
        for text in with_labels(&launches, |launch| &launch.facts.warnings) {
            app.ui.warn(&text);
        }
        Ok(launches)
    }
}

/// Each text once, with the environments that it is about unless these are all.
fn with_labels(launches: &[Launch], texts: impl Fn(&Launch) -> &[String]) -> Vec<String> {
    let each = launches.iter().flat_map(|launch| {
        let label = launch.place.label();
        let texts = texts(launch).iter();
        texts.map(move |text| (text.clone(), label.clone()))
    });
    let labelled = by_text(each).into_iter().map(|Notice { text, labels }| {
        if labels.len() == launches.len() {
            text
        } else {
            format!("{}: {text}", labels.join(", "))
        }
    });
    labelled.collect()
}
