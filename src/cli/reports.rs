//! The reports of `--report` around a command: planned before it, written after it or after a signal.

use super::Command;
use crate::app::{App, Interrupts};
use crate::error::Error;

/// Checks the files of the reports. A signal that ends the process, such as one during a prompt, writes them.
pub(super) fn plan(command: &Command, app: &mut App, interrupts: &Interrupts) -> Result<(), Error> {
    let plan = match command {
        Command::Invoke(args) => args.reports(),
        Command::Exec(args) => args.reports(),
        Command::Rerun(args) => args.reports(),
        Command::Logs(args) => args.reports(),
        Command::Wait(args) => args.reports(),
        Command::Cancel(args) => args.reports(),
        _ => return Ok(()),
    };
    app.test_reports = plan.open(app)?;
    let (reports, ui) = (app.test_reports.clone(), app.ui.clone());
    if reports.is_active() {
        interrupts.before_exit(move |kind| {
            let _ = reports.write(&ui, Err(&Error::new(kind, kind.word())));
            let _ = ui.finish();
        });
    }
    Ok(())
}

/// Writes the reports. A successful command fails if one cannot be written.
pub(super) fn write(app: &App, result: Result<(), Error>) -> Result<(), Error> {
    let lost = app.test_reports.write(&app.ui, result.as_ref().copied());
    let mut lost = lost.into_iter();
    let result = match result {
        Ok(()) => lost.next().map_or(Ok(()), |why| Err(Error::failed(why))),
        failed => failed,
    };
    lost.for_each(|why| app.ui.warn(&why));
    result
}
