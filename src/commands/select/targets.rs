//! Selection of several projects and environments.
//!
//! The shape of the result follows from the command line: a pattern that matches one environment
//! still selects several.

use crate::app::App;
use crate::commands::flags::EnvironmentTypeArg;
use crate::commands::input::values::Values;
use crate::commands::report::ResultShape;
use crate::commands::scope;
use crate::commands::select::targets_file::{self, TargetLine};
use crate::domain::Project;
use crate::domain::place::selection::{
    EnvironmentType, NamePattern, Pair, ProjectSelection, Selection, is_pattern,
};
use crate::error::Error;
use crate::ops::places::targets::{self, Depth, ResolvedEnvironment, ResolvedTargets};
use crate::settings::{TargetSetting, pair};
use std::collections::BTreeSet;

use clap::Args;

/// The heading of these flags in the help.
pub(crate) const HEADING: &str = "Several targets";

/// The selection of several environments.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TargetArgs {
    /// Select every project that you can see
    #[arg(long, short = 'A', help_heading = HEADING)]
    all_projects: bool,
    /// Select the projects of this group
    #[arg(long, value_name = "NAME", help_heading = HEADING)]
    group: Option<String>,
    /// Select every environment
    #[arg(long, help_heading = HEADING)]
    all_environments: bool,
    /// Select by type
    #[arg(long = "type", value_enum, value_name = "TYPE", help_heading = HEADING)]
    kind: Option<EnvironmentTypeArg>,
    /// Read targets from JSON lines; `-` is stdin
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    targets: Option<String>,
}

/// The selected environments and the starts on them.
pub(crate) struct SelectedTargets {
    /// The environments, each once.
    pub seen: Vec<ResolvedEnvironment>,
    /// In the order of the command line or the file.
    pub each: Vec<LaunchTarget>,
    /// The names and patterns that select nothing, if they are to be skipped.
    pub missing: Vec<Error>,
}

#[derive(Default)]
pub(crate) struct LaunchTarget {
    /// The index into [`SelectedTargets::seen`].
    pub at: usize,
    /// Values from the file.
    pub own: Values,
    /// The file and line that name it.
    pub origin: Option<String>,
}

impl SelectedTargets {
    pub(crate) fn label(&self, target: &LaunchTarget) -> String {
        let environment = self.seen[target.at].view.environment.label();
        match &target.origin {
            Some(origin) => format!("{environment} ({origin})"),
            None => environment,
        }
    }

    /// The services that an environment has, by name.
    pub(crate) fn services(&self) -> Vec<String> {
        let services = self
            .seen
            .iter()
            .flat_map(|seen| &seen.view.environment.services);
        let services: BTreeSet<&String> = services.flatten().collect();
        services.into_iter().cloned().collect()
    }

    pub(crate) fn require_no_values(&self, command: &str) -> Result<(), Error> {
        if self.each.iter().all(|target| target.own.is_empty()) {
            return Ok(());
        }
        Err(Error::usage(format!(
            "--targets: `arguments` cannot be used with `tasks {command}`"
        ))
        .hint("only `tasks invoke` takes arguments"))
    }
}

impl TargetArgs {
    /// True if the flags can select several environments.
    pub(crate) fn is_several(&self, app: &App) -> bool {
        let named = &app.settings.named;
        self.all_projects
            || self.group.is_some()
            || self.all_environments
            || self.kind.is_some()
            || self.targets.is_some()
            || named.projects.len() > 1
            || named.environments.len() > 1
            || named.projects.iter().any(|name| is_pattern(name))
            || named.environments.iter().any(|name| is_pattern(name))
    }

    pub(crate) fn shape(&self, app: &App) -> ResultShape {
        match self.is_several(app) {
            true => ResultShape::Many,
            false => ResultShape::One,
        }
    }

    pub(crate) fn read_stdin(&self) -> bool {
        self.targets.as_deref() == Some("-")
    }

    /// The selected environments, for reading.
    pub(crate) async fn to_read(&self, app: &App) -> Result<SelectedTargets, Error> {
        self.resolve(app, Depth::Names, true, false).await
    }

    /// The environments to start on. Except in a dry run, the context must be explicit if there are
    /// several. With `skip_missing`, names that select nothing are no error.
    pub(crate) async fn to_start(
        &self,
        app: &App,
        dry_run: bool,
        skip_missing: bool,
    ) -> Result<SelectedTargets, Error> {
        if !dry_run {
            app.require_explicit(&[TargetSetting::Context])?;
        }
        self.resolve(app, Depth::All, dry_run, skip_missing).await
    }

    /// The projects that are selected as a whole, apart from the type of environment; `None` if the
    /// command line names environments or projects.
    pub(crate) async fn whole_projects(
        &self,
        app: &App,
    ) -> Result<Option<(Vec<Project>, Selection)>, Error> {
        if self.targets.is_some() || !(self.all_projects || self.group.is_some()) {
            return Ok(None);
        }
        app.settings.chosen()?;
        let selection = self.selection(app, true).await?;
        let projects = targets::whole_projects(app.lagoon().await?, &selection).await?;
        Ok(projects.map(|projects| (projects, selection)))
    }

    async fn resolve(
        &self,
        app: &App,
        depth: Depth,
        only_reads: bool,
        skip_missing: bool,
    ) -> Result<SelectedTargets, Error> {
        app.settings.chosen()?;
        let file = match &self.targets {
            Some(file) => Some(self.read_file(app, file, only_reads).await?),
            None => None,
        };
        let selection = match &file {
            Some(file) => file.selection(),
            None => self.selection(app, only_reads).await?,
        };
        let plain = |at| LaunchTarget {
            at,
            ..LaunchTarget::default()
        };
        let lagoon = app.lagoon().await?;
        let resolved = targets::resolve(lagoon, &selection, depth, skip_missing).await?;
        for found in &resolved.other_names {
            app.ui.note(&found.words());
        }
        let each = match file {
            Some(file) => file.targets(app, &resolved),
            None => (0..resolved.seen.len()).map(plain).collect(),
        };
        Ok(SelectedTargets {
            seen: resolved.seen,
            each,
            missing: resolved.missing,
        })
    }

    async fn read_file(
        &self,
        app: &App,
        name: &str,
        only_reads: bool,
    ) -> Result<TargetsFile, Error> {
        self.require_only_file(app)?;
        let lines = targets_file::read(app, name)?;
        let default = match lines.iter().all(|line| line.project.is_some()) {
            true => String::new(),
            false => inferred_project(app, only_reads).await?,
        };
        let place = |line: TargetLine| {
            let origin = format!("{name}, line {}", line.number);
            (
                line.project.clone().unwrap_or_else(|| default.clone()),
                origin,
                line,
            )
        };
        Ok(TargetsFile(lines.into_iter().map(place).collect()))
    }

    /// Refuses other selecting flags beside `--targets`.
    fn require_only_file(&self, app: &App) -> Result<(), Error> {
        if self.all_projects || self.group.is_some() || self.all_environments || self.kind.is_some()
        {
            return Err(Error::conflict(
                "--targets",
                "-A, --group, --all-environments or --type",
            ));
        }
        let named = &app.settings.named;
        if !named.environments.is_empty() || named.projects.len() > 1 {
            return Err(
                Error::usage("--targets cannot be used with -e or with several -p")
                    .hint("a single -p is used for lines without a project"),
            );
        }
        Ok(())
    }

    async fn selection(&self, app: &App, only_reads: bool) -> Result<Selection, Error> {
        let settings = &app.settings;
        let named = &settings.named;
        let ways = [
            (self.all_projects, "--all-projects"),
            (self.group.is_some(), "--group"),
            (!named.projects.is_empty(), "-p"),
        ];
        let ways: Vec<&str> = ways.iter().filter(|w| w.0).map(|w| w.1).collect();
        if let [one, other, ..] = ways.as_slice() {
            return Err(Error::conflict(one, other));
        }
        if let Some(group) = &self.group
            && group.trim().is_empty()
        {
            return Err(Error::empty_value("--group"));
        }
        let (mut pairs, mut names) = (Vec::new(), Vec::new());
        for text in &named.environments {
            if text.contains(':') {
                let (project, environment) = pair(text)?;
                pairs.push(Pair {
                    project: NamePattern::read(project),
                    environment: NamePattern::read(environment),
                    origin: None,
                });
            } else {
                names.push(NamePattern::read(text));
            }
        }
        if let (Some(way), Some(pair)) = (ways.first(), pairs.first())
            && (*way != "-p" || names.is_empty())
        {
            let (project, environment) = (pair.project.text(), pair.environment.text());
            let pair = format!("-e {project}:{environment}, which names its own project");
            return Err(Error::conflict(way, pair));
        }
        if self.all_environments && !named.environments.is_empty() {
            return Err(Error::conflict("--all-environments", "-e"));
        }
        let kind = self.kind.map(EnvironmentType::from);
        let only_pairs = names.is_empty() && !pairs.is_empty();
        let environments = if !names.is_empty() {
            Some(names)
        } else if self.all_environments || kind.is_some() || only_pairs {
            None
        } else if let Some(said) = settings.environment.as_ref().filter(|e| e.is_explicit()) {
            Some(vec![NamePattern::Plain(said.value.clone())])
        } else if only_reads {
            None
        } else {
            return Err(Error::not_given("environments").hint(
                "add -e NAME, -e 'PATTERN', --all-environments or --type production|development",
            ));
        };
        let projects = match (&self.group, self.all_projects) {
            (Some(group), _) => ProjectSelection::Group(group.clone()),
            (None, true) => ProjectSelection::All,
            (None, false) if !named.projects.is_empty() => ProjectSelection::Named(
                named
                    .projects
                    .iter()
                    .map(|name| NamePattern::read(name))
                    .collect(),
            ),
            (None, false) if only_pairs => ProjectSelection::Named(Vec::new()),
            (None, false) => ProjectSelection::Named(vec![NamePattern::Plain(
                inferred_project(app, only_reads).await?,
            )]),
        };
        Ok(Selection {
            projects,
            environments,
            pairs,
            kind,
        })
    }
}

/// The lines of `--targets`, each with its project and its position in messages.
struct TargetsFile(Vec<(String, String, TargetLine)>);

impl TargetsFile {
    fn selection(&self) -> Selection {
        let pair = |(project, origin, line): &(String, String, TargetLine)| Pair {
            project: NamePattern::Plain(project.clone()),
            environment: NamePattern::Plain(line.environment.clone()),
            origin: Some(format!("--targets: {origin}")),
        };
        Selection {
            projects: ProjectSelection::Named(Vec::new()),
            environments: None,
            pairs: self.0.iter().map(pair).collect(),
            kind: None,
        }
    }

    /// The targets on the environments that exist, each once.
    fn targets(self, app: &App, resolved: &ResolvedTargets) -> Vec<LaunchTarget> {
        let mut each: Vec<LaunchTarget> = Vec::new();
        for (project, origin, line) in self.0 {
            let (environment, own) = (line.environment, line.arguments);
            let Some(at) = resolved.position(&project, &environment) else {
                continue;
            };
            if each.iter().any(|other| other.at == at && other.own == own) {
                app.ui.note(&format!(
                    "--targets: {project}/{environment} is listed twice with the same values and \
                     is used once"
                ));
            } else {
                let origin = Some(origin);
                each.push(LaunchTarget { at, own, origin });
            }
        }
        each
    }
}

/// The inferred project. For a change, it must be explicit.
async fn inferred_project(app: &App, only_reads: bool) -> Result<String, Error> {
    if !only_reads {
        app.require_explicit(&[TargetSetting::Project])?;
    }
    scope::project(app).await
}
