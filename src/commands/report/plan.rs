//! The report of a plan, for people, merge requests and programs.

use serde_json::Value;

use crate::commands::report::Table;
use crate::commands::report::changes::{render, render_removed};
use crate::commands::report::definition::joined;
use crate::domain::manifest::ScopeName;
use crate::domain::plan::{Action, Plan, Step, to_json};
use crate::domain::task::difference::Difference;
use crate::output::markdown::{cell, code_block, html};
use crate::output::{Cell, Grid, Report};
use crate::terminal::{Palette, Style, Symbols, clean_line};

pub(crate) struct PlanReport<'a> {
    pub plan: &'a Plan,
    /// The address of the Lagoon.
    pub lagoon: &'a str,
}

fn appearance(action: &Action, symbols: Symbols) -> (&'static str, Style) {
    match action {
        Action::Create(_) => ("+", Style::Good),
        Action::Unverified(..) => ("?", Style::Warning),
        Action::Update { .. } => ("~", Style::Going),
        Action::Replace { .. } if symbols == Symbols::Ascii => ("-/+", Style::Warning),
        Action::Replace { .. } => ("±", Style::Warning),
        Action::Blocked { .. } => ("!", Style::Bad),
        Action::Delete { .. } => ("-", Style::Bad),
        Action::Unchanged(_) => ("=", Style::Dim),
    }
}

/// The fields of a step. The title has the name of a task that is not updated.
fn content(step: &Step, palette: Palette, indent: usize) -> String {
    let mut changes = step.changes();
    match step.action {
        Action::Update { .. } => return render(palette, &changes, indent),
        _ => changes.retain(|change| change.field != "name"),
    }
    match step.action {
        Action::Delete { .. } => render_removed(palette, &changes, indent),
        _ => render(palette, &changes, indent),
    }
}

pub(crate) fn summary(plan: &Plan) -> String {
    let counts = plan.counts();
    if counts.is_empty() {
        return "no tasks".to_owned();
    }
    let counts = counts.into_iter();
    let counts = counts.map(|(word, count)| match word {
        "unverified" => format!("{count} to create (requires --allow-unverified)"),
        "blocked" => format!("{count} to replace (requires --replace)"),
        "unchanged" => format!("{count} unchanged"),
        word => format!("{count} to {word}"),
    });
    counts.collect::<Vec<_>>().join(", ")
}

pub(crate) fn scope_names(scope: &ScopeName) -> (Option<&str>, Option<&str>, Option<&str>) {
    let (environment, group) = match scope {
        ScopeName::Environment { environment, .. } => (Some(environment.as_str()), None),
        ScopeName::Group(group) => (None, Some(group.as_str())),
        ScopeName::Project(_) | ScopeName::System => (None, None),
    };
    (scope.project(), environment, group)
}

fn fields(step: &Step) -> Vec<&'static str> {
    step.changes().iter().map(|change| change.field).collect()
}

fn labels(step: &Step) -> Vec<&'static str> {
    step.changes().iter().map(Difference::label).collect()
}

fn reasons(step: &Step) -> Vec<String> {
    let mut reasons = match &step.action {
        Action::Unverified(_, why) => vec![why.clone()],
        Action::Replace { gone, .. } => gone
            .iter()
            .map(|g| {
                format!(
                    "replaces {} of {} (id {})",
                    g.definition.name, g.scope, g.definition.id
                )
            })
            .collect(),
        Action::Delete { pruned: true, .. } => vec!["not in any task file (--prune)".to_owned()],
        _ => Vec::new(),
    };
    reasons.extend(step.notes.iter().cloned());
    reasons
}

fn title(step: &Step) -> String {
    let id = match &step.action {
        Action::Create(_) | Action::Unverified(..) | Action::Replace { .. } => String::new(),
        _ => step
            .before()
            .map(|b| format!(" (id {})", b.id))
            .unwrap_or_default(),
    };
    format!("{} {}{id}", step.action.word(), step.name)
}

impl PlanReport<'_> {
    /// The plan for people: each change with its fields, grouped by scope.
    pub(crate) fn for_people(&self, palette: Palette) -> String {
        let mut text = String::new();
        let mut scope: Option<&ScopeName> = None;
        for step in self.plan.changes() {
            if scope != Some(&step.scope) {
                let heading = clean_line(&step.scope.to_string());
                text.push_str(&format!("{}\n", palette.paint(Style::Heading, &heading)));
                scope = Some(&step.scope);
            }
            let (mark, style) = appearance(&step.action, palette.symbols());
            let line = format!("{mark} {}", clean_line(&title(step)));
            text.push_str(&format!("  {}\n", palette.paint(style, &line)));
            for reason in reasons(step) {
                let reason = palette.paint(Style::Dim, &clean_line(&reason));
                text.push_str(&format!("      {reason}\n"));
            }
            text.push_str(&content(step, palette, 6));
        }
        for note in &self.plan.notes {
            let note = palette.paint(Style::Warning, &format!("note: {}", clean_line(note)));
            text.push_str(&format!("{note}\n"));
        }
        text
    }

    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("**Tasks**: {}\n", summary(self.plan));
        if !self.plan.is_empty() {
            text.push_str("\n| | Task | Scope | Changes |\n|---|---|---|---|\n");
        }
        for step in self.plan.changes() {
            let changes = match &step.action {
                Action::Update { .. } => labels(step).join("; "),
                _ => reasons(step).join("; "),
            };
            let (action, name) = (step.action.word(), cell(&step.name));
            let (scope, changes) = (cell(&step.scope.to_string()), cell(&changes));
            text.push_str(&format!("| {action} | {name} | {scope} | {changes} |\n"));
        }
        for step in self.plan.changes() {
            let palette = Palette::new(false).with(Symbols::Unicode);
            let diff = as_diff(&content(step, palette, 0));
            if diff.is_empty() {
                continue;
            }
            text.push_str(&format!(
                "\n<details><summary>{} {} ({})</summary>\n\n{}\n</details>\n",
                step.action.word(),
                html(&step.name),
                html(&step.scope.to_string()),
                code_block(&diff, "diff")
            ));
        }
        for note in &self.plan.notes {
            text.push_str(&format!("\n> {}\n", html(note)));
        }
        text
    }
}

/// Moves the marks to the first column, as in a diff.
fn as_diff(text: &str) -> String {
    text.lines()
        .map(|line| match line.strip_prefix("  ") {
            Some(rest) => format!("{rest}\n"),
            None => format!("  {line}\n"),
        })
        .collect()
}

impl Report for PlanReport<'_> {
    fn value(&self) -> Value {
        to_json(self.plan, self.lagoon)
    }

    fn grid(&self) -> Grid {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let changes = |step: &Step| match &step.action {
            Action::Update { .. } => joined(&fields(step)),
            _ => None,
        };
        Table::of(&self.plan.steps)
            .column("action", |step| {
                let (_, style) = appearance(&step.action, Symbols::default());
                Cell::status(step.action.word(), style)
            })
            .column("name", |step| Cell::name(&step.name))
            .column("scope", |step| step.scope.word())
            .column("project", move |step| text(scope_names(&step.scope).0))
            .column("environment", move |step| text(scope_names(&step.scope).1))
            .column("groupName", move |step| text(scope_names(&step.scope).2))
            .column("id", |step| step.before().map(|task| Cell::id(task.id)))
            .column("changes", changes)
            .grid()
    }
}
