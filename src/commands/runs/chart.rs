//! `--chart`: the duration of the runs of each task.

use std::time::Duration;

use serde_json::{Value, json};

use crate::commands::report::Table;
use crate::domain::Outcome;
use crate::domain::run::RecentRun;
use crate::output::{Cell, Column, Grid, Report};
use crate::terminal::{Stream, Symbols, Ui};

pub(super) struct Chart {
    tasks: Vec<TaskRuns>,
    symbols: Symbols,
    bars: usize,
}

struct TaskRuns {
    name: String,
    /// Oldest first.
    runs: Vec<(Duration, Outcome)>,
}

/// The bars, and the mark of a failed or cancelled run.
fn symbols_of(symbols: Symbols) -> ([char; 8], char) {
    match symbols {
        Symbols::Unicode => (['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], '×'),
        Symbols::Ascii => (['1', '2', '3', '4', '5', '6', '7', '8'], 'x'),
    }
}

/// The number of runs in a plot, and the columns of the terminal for the other fields.
const MOST: usize = 40;
const LEAST: usize = 12;
const OTHERS: u16 = 48;

impl Chart {
    /// The chart of runs that are sorted newest first.
    pub(super) fn of(ui: &Ui, runs: Vec<RecentRun>) -> Chart {
        let mut tasks: Vec<TaskRuns> = Vec::new();
        for RecentRun { run, .. } in runs.into_iter().rev() {
            let Some(length) = run.length().filter(|_| run.outcome().is_finished()) else {
                continue;
            };
            let one = (length, run.outcome());
            match tasks.iter_mut().find(|task| task.name == run.name) {
                Some(task) => task.runs.push(one),
                None => tasks.push(TaskRuns {
                    name: run.name.to_string(),
                    runs: vec![one],
                }),
            }
        }
        tasks.sort_by(|a, b| a.name.cmp(&b.name));
        let columns = ui.terminal().columns(Stream::Out);
        Chart {
            tasks,
            symbols: ui.symbols(),
            bars: columns.map_or(MOST, |columns| {
                usize::from(columns.saturating_sub(OTHERS)).clamp(LEAST, MOST)
            }),
        }
    }

    /// Explains the plot; `None` without one.
    pub(super) fn legend(&self) -> Option<String> {
        let (.., failed) = symbols_of(self.symbols);
        (!self.tasks.is_empty())
            .then(|| format!("higher bars: longer runs; {failed}: failed or cancelled"))
    }
}

impl TaskRuns {
    fn failed(&self) -> usize {
        let failed = |(_, outcome): &&(Duration, Outcome)| *outcome == Outcome::Failed;
        self.runs.iter().filter(failed).count()
    }

    fn median(&self) -> Duration {
        let mut lengths: Vec<Duration> = self.runs.iter().map(|(length, _)| *length).collect();
        lengths.sort_unstable();
        lengths.get(lengths.len() / 2).copied().unwrap_or_default()
    }

    fn longest(&self) -> Duration {
        let lengths = self.runs.iter().map(|(length, _)| *length);
        lengths.max().unwrap_or_default()
    }

    /// One bar per run, with the duration as its height; `×` for a failed or cancelled run.
    fn plot(&self, symbols: Symbols, bars: usize) -> String {
        let (heights, failed) = symbols_of(symbols);
        let longest = self.longest().as_secs_f64().max(1.0);
        let from = self.runs.len().saturating_sub(bars);
        self.runs[from..]
            .iter()
            .map(|(length, outcome)| {
                if *outcome != Outcome::Completed {
                    return failed;
                }
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between 0 and 7"
                )]
                let height = (length.as_secs_f64() / longest * 7.0).round() as usize;
                heights[height.min(7)]
            })
            .collect()
    }
}

impl Report for Chart {
    fn value(&self) -> Value {
        let each = self.tasks.iter().map(|task| {
            let lengths: Vec<u64> = task.runs.iter().map(|(l, _)| l.as_secs()).collect();
            json!({
                "name": task.name,
                "runs": task.runs.len(),
                "failed": task.failed(),
                "median": task.median().as_secs(),
                "longest": task.longest().as_secs(),
                "durations": lengths,
            })
        });
        each.collect()
    }

    fn grid(&self) -> Grid {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let name = |task: &TaskRuns| Cell::name(&task.name);
        let column = |name: &str, priority| Column::new(name).priority(priority);
        let (symbols, bars) = (self.symbols, self.bars);
        Table::of(&self.tasks)
            .column(Column::new("name").heading("TASK"), name)
            .column(column("runs", 2), move |task| number(task.runs.len()))
            .column(column("failed", 3), move |task| number(task.failed()))
            .column(column("median", 4), TaskRuns::median)
            .column(column("longest", 1), TaskRuns::longest)
            .column(
                Column::new("plot").heading("OLDEST TO NEWEST"),
                move |task| Cell::id(task.plot(symbols, bars)),
            )
            .grid()
    }

    fn empty_note(&self) -> Option<String> {
        Some("no finished runs to measure".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_height_shows_duration_and_failures_are_marked() {
        let s = Duration::from_secs;
        let task = TaskRuns {
            name: "t".to_owned(),
            runs: vec![
                (s(0), Outcome::Completed),
                (s(35), Outcome::Completed),
                (s(5), Outcome::Failed),
                (s(70), Outcome::Completed),
            ],
        };
        assert_eq!(task.plot(Symbols::Unicode, 40), "▁▅×█");
        assert_eq!(task.plot(Symbols::Unicode, 2), "×█");
        assert_eq!(task.plot(Symbols::Ascii, 40), "15x8");
        assert_eq!(
            (task.failed(), task.median(), task.longest()),
            (1, s(35), s(70))
        );
    }
}
