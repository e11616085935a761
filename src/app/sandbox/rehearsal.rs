//! The rehearsal of a checkout's tasks in its compose project: `--compose`.

use std::env::current_dir;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::app::{App, connect};
use crate::config::{ComposeFile, USUAL_NAMES};
use crate::domain::task::quoting::suggestion;
use crate::error::Error;
use crate::lagoon::Lagoon;
use crate::settings::{Source, Sourced, process_variable_os};
use lagoon_sandbox::engine::ComposeProject;
use lagoon_sandbox::{Site, SiteService};

/// The name of the setting with the digest of the applied task files.
const APPLIED: &str = "applied";

/// The compose project of the checkout, as the sandbox shows it.
pub(crate) struct Rehearsal {
    pub(super) site: Site,
    pub(super) compose: Arc<ComposeProject>,
    /// Identifies the compose file in the names of files.
    pub(in crate::app) name: String,
    pub(crate) project: Sourced<String>,
    /// The compose file, relative to the current folder.
    shown: PathBuf,
}

impl Rehearsal {
    pub(super) fn effect(&self) -> String {
        let file = self.shown.display();
        format!("the sandbox runs commands in the containers of {file}")
    }

    /// The services by their names on Lagoon.
    pub(crate) fn services(&self) -> impl Iterator<Item = &str> {
        self.site
            .services
            .iter()
            .map(|service| service.name.as_str())
    }

    pub(crate) fn program_name(&self) -> Result<&'static str, Error> {
        Ok(self.compose.program_name()?)
    }

    /// Checks that a service is up.
    pub(crate) fn check(&self, service: &str) -> Result<(), Error> {
        Ok(self.compose.check(service)?)
    }

    fn read(app: &App, given: Option<&Path>) -> Result<Rehearsal, Error> {
        let here = current_dir()
            .map_err(|e| Error::usage("cannot determine the current folder").because(e))?;
        let checkout = app.checkout();
        let shown = given.or(checkout.compose.as_deref()).ok_or_else(|| {
            Error::usage("--compose: no compose file found")
                .with_hints(checkout.notes.iter().cloned())
                .hint("change to the site's folder, or name the file: --compose=FILE")
        })?;
        let about = |words: &str| Error::usage(format!("--compose: {}: {words}", shown.display()));
        let file = ComposeFile::read(&here.join(shown)).map_err(|words| about(&words))?;
        let path = here.join(shown).canonicalize();
        let path = path.map_err(|e| about("cannot read it").because(e))?;
        if file.services.is_empty() {
            return Err(about("no service is deployed by Lagoon")
                .hint("label each service that Lagoon deploys, such as `lagoon.type: cli`"));
        }
        let services = file.services.iter();
        let services =
            services.filter_map(|s| Some((s.name.clone(), s.containers.first()?.clone())));
        let compose = ComposeProject::new(
            &path,
            shown_file(&here, shown),
            services.collect(),
            process_variable_os("PATH").unwrap_or_default(),
        );
        let source = |file: &Path| Source::LagoonFile(file.to_owned());
        let of_file = file.project.map(|name| Sourced::new(name, source(shown)));
        let of_checkout = || {
            let (name, file) = checkout.project.as_ref()?;
            Some(Sourced::new(name.clone(), source(file)))
        };
        let of_folder = || {
            // As Compose names the project.
            let folder = path.parent()?.file_name()?.to_string_lossy().into_owned();
            Some(Sourced::new(folder, source(shown)))
        };
        let project = of_file.or_else(of_checkout).or_else(of_folder);
        let project = project.ok_or_else(|| about("its folder has no name"))?;
        let services = file.services.into_iter().map(|service| SiteService {
            name: service.name,
            kind: service.kind,
            containers: service.containers,
        });
        Ok(Rehearsal {
            name: name(&project.value, &path),
            site: Site {
                project: project.value.clone(),
                branch: checkout.branch.clone(),
                services: services.collect(),
            },
            compose: Arc::new(compose),
            project,
            shown: shown.to_owned(),
        })
    }
}

/// The file as an argument in commands; `None` if the compose program finds it by itself.
fn shown_file(here: &Path, shown: &Path) -> Option<String> {
    let usual = USUAL_NAMES.iter().filter(|name| here.join(name).is_file());
    let usual: Vec<&Path> = usual.map(Path::new).collect();
    (usual != [shown]).then(|| suggestion([shown.display().to_string()]))
}

fn name(project: &str, file: &Path) -> String {
    let digest = Sha256::digest(file.as_os_str().as_encoded_bytes());
    let digest: String = digest
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    let safe = |c: char| if is_safe(c) { c } else { '_' };
    let project: String = project.chars().take(40).map(safe).collect();
    format!("{project}-{digest}")
}

impl App {
    /// The rehearsal of --compose. Reads the checkout on first use.
    pub(crate) fn rehearsal(&self) -> Result<Option<&Rehearsal>, Error> {
        let Some(given) = &self.settings.compose else {
            return Ok(None);
        };
        if let Some(found) = self.rehearsal.get() {
            return Ok(Some(found));
        }
        let found = Rehearsal::read(self, given.as_deref())?;
        Ok(Some(self.rehearsal.get_or_init(|| found)))
    }

    /// Connects as a user who may change all tasks of the sandbox.
    pub(crate) async fn lagoon_of_sandbox_owner(&self) -> Result<Lagoon, Error> {
        connect::sandbox_as(self, |running| running.sign_in_of_owner()).await
    }

    /// The digest of the task files that were applied last.
    pub(crate) fn applied_digest(&self) -> Result<Option<String>, Error> {
        let running = self.sandbox.get();
        let known = running.map(|running| running.sandbox.remembered(APPLIED));
        Ok(known.transpose()?.flatten())
    }

    pub(crate) fn set_applied_digest(&self, digest: &str) -> Result<(), Error> {
        if let Some(running) = self.sandbox.get() {
            running.sandbox.remember(APPLIED, digest)?;
        }
        Ok(())
    }
}
