//! Writing the result of a command.

use std::sync::Arc;

use clap::ValueEnum;
use jiff::Timestamp;

use crate::app::{App, OutputFailures};
use crate::error::{Error, Kind};
use crate::output::{Emitter, Format, OutputError, Report, emit, rendered};
use crate::terminal::{Stream, Ui};

/// The format and destination of a result. It is created before the work begins, so that an invalid
/// `--jq` stops the command.
pub(crate) struct ResultPrinter {
    how: Emitter,
    ui: Ui,
    output_failures: OutputFailures,
    /// A report replaces the result.
    is_replaced: bool,
}

impl ResultPrinter {
    /// The format that `-o`, `--jq` and `TASKS_OUTPUT` select.
    pub(crate) fn plan(app: &App) -> Result<ResultPrinter, Error> {
        let format = match &app.settings.output {
            Some(output) => Some(Format::from_str(&output.value, false).map_err(|_| {
                let (source, value) = (&output.source, &output.value);
                Error::usage(format!("{source}: only `tasks diff` supports `{value}`"))
            })?),
            None => None,
        };
        Self::of(app, format)
    }

    /// As [`ResultPrinter::plan`], for a result that has only these `fields` of `id` and `name`.
    pub(crate) fn plan_with(app: &App, fields: &[&str]) -> Result<ResultPrinter, Error> {
        let answer = Self::plan(app)?;
        let how = answer.how.require(fields)?;
        Ok(ResultPrinter { how, ..answer })
    }

    /// As [`ResultPrinter::plan`], in this format.
    pub(crate) fn of(app: &App, format: Option<Format>) -> Result<ResultPrinter, Error> {
        let how = Emitter::choose(format, app.settings.jq.as_deref(), &app.ui)?;
        Ok(ResultPrinter {
            how,
            ui: app.ui.clone(),
            output_failures: app.output_failures.clone(),
            is_replaced: app.test_reports.takes_stdout(),
        })
    }

    pub(crate) fn on(self, stream: Stream) -> ResultPrinter {
        let how = self.how.on(stream, &self.ui);
        ResultPrinter { how, ..self }
    }

    #[cfg(feature = "sandbox")]
    /// Disables masking, for a result that is a secret.
    pub(crate) fn unmasked(self) -> ResultPrinter {
        let ui = self.ui.unmasked();
        ResultPrinter { ui, ..self }
    }

    pub(crate) fn format(&self) -> Format {
        self.how.format()
    }

    /// Writes the result. A closed output is no failure. A failing `--jq` or write makes the
    /// command fail at its end (see [`App::conclude`]).
    pub(crate) fn print(&self, report: &dyn Report) -> Result<(), Error> {
        if self.is_replaced {
            return Ok(());
        }
        match emit(report, &self.how, &self.ui, Timestamp::now()) {
            Err(OutputError::Filter(message)) => self.output_failures.filter_failed(message),
            Err(OutputError::Io(_)) if self.ui.write_failure().is_some() => {}
            Err(OutputError::Closed) | Ok(()) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Writes the result of a completed change: an error says that the change was made.
    pub(crate) fn print_done(&self, report: &dyn Report) -> Result<(), Error> {
        self.print(report).map_err(|error| {
            let kind = match error.kind {
                Kind::Usage => Kind::Failed,
                kind => kind,
            };
            Error { kind, ..error }
                .hint("the operation succeeded, but its result could not be printed")
        })
    }

    /// Writes one of several results. `false` if the output is closed.
    pub(crate) fn offer(&self, report: &dyn Report) -> Result<bool, Error> {
        match emit(report, &self.how, &self.ui, Timestamp::now()) {
            Ok(()) => Ok(true),
            Err(OutputError::Closed) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The text for a screen that is redrawn.
    pub(crate) fn rendered<R: Report>(&self, report: Arc<R>) -> impl Fn() -> String + use<R> {
        let ui = self.ui.clone();
        move || rendered(&*report, &ui, Stream::Out, Timestamp::now())
    }

    pub(crate) fn is_for_people(&self) -> bool {
        self.how.format() == Format::Table
    }
}
