//! Consent to what the sandbox executes.

use std::collections::BTreeSet;

use crate::app::{App, ExecutedWork};
use crate::error::Error;
use lagoon_sandbox::SandboxError;
use lagoon_sandbox::engine::{ComposeError, consent};

pub(in crate::app) fn confirm_execution(app: &App, what: ExecutedWork<'_>) -> Result<(), Error> {
    let new = without_consent(app, &[what])?;
    for (_, question) in &new {
        app.confirm(question)?;
    }
    agree(app, &new)
}

pub(in crate::app) fn confirm_with_execution(
    app: &App,
    question: &str,
    whats: &[ExecutedWork<'_>],
) -> Result<(), Error> {
    let new = without_consent(app, whats)?;
    let mut whole = String::new();
    for (_, asks) in &new {
        whole.push_str(asks);
        whole.push('\n');
    }
    app.confirm(&format!("{whole}{question}"))?;
    agree(app, &new)
}

#[cfg(any(feature = "mcp", feature = "ui"))]
pub(in crate::app) fn execution_question(
    app: &App,
    what: ExecutedWork<'_>,
) -> Result<Option<String>, Error> {
    let new = without_consent(app, &[what])?;
    Ok(new.into_iter().map(|(_, question)| question).next())
}

#[cfg(any(feature = "mcp", feature = "ui"))]
pub(in crate::app) fn agree_to_execution(app: &App, what: ExecutedWork<'_>) -> Result<(), Error> {
    agree(app, &without_consent(app, &[what])?)
}

/// Keys and questions of the commands that need confirmation. An error if one cannot be executed.
fn without_consent(app: &App, whats: &[ExecutedWork<'_>]) -> Result<Vec<(String, String)>, Error> {
    let mut new: Vec<(String, String)> = Vec::new();
    let Some(running) = app.sandbox.get().filter(|_| !app.settings.simulate) else {
        return Ok(new);
    };
    require_services(app, whats)?;
    let rehearsal = app.rehearsal()?;
    for what in whats {
        let (key, question) = match what {
            ExecutedWork::Command { command, service } => {
                let place = match rehearsal {
                    Some(_) => format!("in the container of `{service}`"),
                    None => "on this machine as your user".to_owned(),
                };
                let question = format!("Run this command {place}: {command}");
                ((*command).to_owned(), question)
            }
            ExecutedWork::Image(image) => (
                format!("image {image}"),
                format!("Run the container image {image} on this machine?"),
            ),
        };
        let is_new = !new.iter().any(|(known, _)| *known == key);
        let store = running.sandbox.store();
        if is_new && consent::needs_consent(store, &key).map_err(SandboxError::from)? {
            new.push((key, question));
        }
    }
    Ok(new)
}

/// Checks that the services of a rehearsal are up, so that nothing is started in vain.
fn require_services(app: &App, whats: &[ExecutedWork<'_>]) -> Result<(), Error> {
    let Some(rehearsal) = app.rehearsal()? else {
        return Ok(());
    };
    let services = whats.iter().filter_map(|what| match what {
        ExecutedWork::Command { service, .. } => Some(*service),
        ExecutedWork::Image(_) => None,
    });
    let services: BTreeSet<&str> = services.collect();
    for service in services {
        match rehearsal.compose.check(service) {
            // --no-preflight starts a run without a service, which then stays new, as on Lagoon.
            Ok(()) | Err(ComposeError::NoService(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn agree(app: &App, new: &[(String, String)]) -> Result<(), Error> {
    let Some(running) = app.sandbox.get() else {
        return Ok(());
    };
    for (key, _) in new {
        consent::consent(running.sandbox.store(), key).map_err(SandboxError::from)?;
    }
    Ok(())
}

impl From<ComposeError> for Error {
    fn from(error: ComposeError) -> Self {
        Error::failed(error.to_string()).with_hints(error.hint())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::app;
    use super::*;
    use crate::terminal::Stream;

    fn command(command: &str) -> ExecutedWork<'_> {
        let service = "cli";
        ExecutedWork::Command { command, service }
    }

    #[tokio::test]
    async fn new_commands_are_confirmed_once() {
        let home = tempfile::tempdir().unwrap();
        let asked = app(home.path(), |_| ());
        asked.lagoon().await.unwrap();
        let said = asked.ui.printed(Stream::Err);
        assert!(said.contains("without isolation"), "{said}");
        let new = command("echo new");
        assert!(asked.confirm_execution(command("yarn audit")).is_ok());
        assert!(asked.confirm_execution(new).is_err());

        let agreed = app(home.path(), |f| f.yes = true);
        agreed.lagoon().await.unwrap();
        agreed.confirm_execution(new).unwrap();
        asked.confirm_execution(new).unwrap();
        assert!(
            asked
                .confirm_execution(ExecutedWork::Image("echo new"))
                .is_err()
        );
    }

    #[tokio::test]
    async fn simulated_commands_need_no_consent() {
        let home = tempfile::tempdir().unwrap();
        let app = app(home.path(), |f| f.simulate = true);
        app.lagoon().await.unwrap();
        assert!(app.confirm_execution(command("rm -r /")).is_ok());
    }
}
