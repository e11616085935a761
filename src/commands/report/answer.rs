//! How a command's answer is written.

use clap::ValueEnum;
use jiff::Timestamp;

use crate::app::{App, OutputFailures};
use crate::error::{Error, Kind};
use crate::output::{Emit, Format, OutputError, Report, emit, picture};
use crate::terminal::{Stream, Ui};

/// How a command answers: made before the work begins, so that a wrong `--jq` stops it in time.
pub struct Answer {
    how: Emit,
    ui: Ui,
    output_failures: OutputFailures,
}

impl Answer {
    /// What `-o`, `--jq` and `TASKS_OUTPUT` ask for.
    pub fn plan(app: &App) -> Result<Answer, Error> {
        let format = app
            .settings
            .output
            .as_ref()
            .map(|o| {
                Format::from_str(&o.value, false).map_err(|_| {
                    Error::usage(format!(
                        "{}: `{}` goes with `tasks diff` only",
                        o.source, o.value
                    ))
                })
            })
            .transpose()?;
        Self::choose(app, format)
    }

    /// As [`Answer::plan`], where the answer will have only these `fields` of `id` and `name`.
    pub fn plan_with(app: &App, fields: &[&str]) -> Result<Answer, Error> {
        let answer = Self::plan(app)?;
        let how = answer.how.require(fields)?;
        Ok(Answer { how, ..answer })
    }

    /// In this format, whatever `-o` and `TASKS_OUTPUT` say.
    pub fn of(app: &App, format: Format) -> Result<Answer, Error> {
        Self::choose(app, Some(format))
    }

    fn choose(app: &App, format: Option<Format>) -> Result<Answer, Error> {
        let how = Emit::choose(format, app.settings.jq.as_deref(), &app.ui)?;
        Ok(Answer {
            how,
            ui: app.ui.clone(),
            output_failures: app.output_failures.clone(),
        })
    }

    /// The same on another stream.
    pub fn on(self, stream: Stream) -> Answer {
        let how = self.how.on(stream);
        Answer { how, ..self }
    }

    /// The same without masking secrets: for an answer that is one.
    pub fn unmasked(self) -> Answer {
        let ui = self.ui.unmasked();
        Answer { ui, ..self }
    }

    /// The format that was chosen.
    pub fn format(&self) -> Format {
        self.how.format()
    }

    /// Writes the answer. That nobody reads it any more is no failure. A failing `--jq` and a failing
    /// write do not end the command; they make it fail in the end (see [`App::conclude`]).
    pub fn give(&self, report: &dyn Report) -> Result<(), Error> {
        match emit(report, &self.how, &self.ui, Timestamp::now()) {
            Err(OutputError::Filter(message)) => self.output_failures.filter_failed(message),
            Err(OutputError::Io(_)) if self.ui.write_failure().is_some() => {}
            Err(OutputError::Closed) | Ok(()) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Writes the answer about something that was done: that it cannot be made after all does not mean
    /// that nothing was.
    pub fn give_done(&self, report: &dyn Report) -> Result<(), Error> {
        self.give(report).map_err(|error| {
            let kind = match error.kind {
                Kind::Usage => Kind::Failed,
                kind => kind,
            };
            Error { kind, ..error }.hint("it was done all the same: only the answer is missing")
        })
    }

    /// Writes an answer that others will follow: whether somebody still reads.
    pub fn offer(&self, report: &dyn Report) -> Result<bool, Error> {
        match emit(report, &self.how, &self.ui, Timestamp::now()) {
            Ok(()) => Ok(true),
            Err(OutputError::Closed) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The answer as people see it on stdout, for a screen that is drawn again and again.
    pub fn picture(&self, report: &dyn Report) -> String {
        picture(report, &self.ui, Stream::Out, Timestamp::now())
    }

    /// Whether it is a view for people.
    pub fn is_for_people(&self) -> bool {
        self.how.format() == Format::Table
    }
}
