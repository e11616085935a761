//! The reports of contexts. They contain the state of the token, never the token.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use crate::app::App;
use crate::auth::{TokenSource, expiry, is_jwt};
use crate::commands::report::Table;
use crate::config::{Context, SANDBOX, SshKey};
use crate::domain::SshEndpoint;
use crate::output::{Cell, Column, Detail, Grid, Report};
use crate::secret::shown_address;
use crate::settings::{ResolvedTarget, Source, Target, TokenOrigin};
use crate::terminal::Style;

#[derive(Default)]
pub(super) struct ContextEntry {
    name: Option<String>,
    api: Option<String>,
    project: Option<String>,
    ca_file: Option<String>,
    allow_http: bool,
    ui_url: Option<String>,
    ssh: Option<SshEndpoint>,
    ssh_key: Option<String>,
    authorization_endpoint: Option<String>,
    /// The source that makes it the current context.
    current_by: Option<String>,
    /// The variable that overrides the file in which it is current.
    overridden_by: Option<&'static str>,
    token: &'static str,
    token_expires: Option<Timestamp>,
    source: String,
}

pub(super) struct ContextList(pub(super) Vec<ContextEntry>);

impl ContextEntry {
    pub(super) fn of(context: &Context, app: &App) -> ContextEntry {
        let chosen = app.settings.chosen().ok();
        let chosen = chosen
            .filter(|c| matches!(&c.target.value, Target::Context(c) if c.name == context.name));
        let source = match chosen.map(|c| &c.token) {
            Some(TokenOrigin::Variable(token)) => TokenSource::Variable(token.clone()),
            _ => TokenSource::Session(Box::new(app.session_of(context))),
        };
        let (token, token_expires) = state(&source);
        let config = app.settings.config().ok();
        ContextEntry {
            name: Some(context.name.to_string()),
            api: Some(context.api.to_string()),
            project: context.project.clone(),
            ca_file: context.ca_file.as_ref().map(|p| p.display().to_string()),
            allow_http: context.allow_http,
            ui_url: context.ui_url.as_ref().map(shown),
            ssh: context.ssh.clone(),
            ssh_key: context.ssh_key.as_ref().map(SshKey::shown),
            authorization_endpoint: context.authorization_endpoint.as_ref().map(shown),
            current_by: current_by(chosen),
            overridden_by: None,
            token,
            token_expires,
            source: config.map_or_else(String::new, |c| c.place_of(context).display().to_string()),
        }
    }

    pub(super) fn sandbox(app: &App) -> ContextEntry {
        let chosen = app.settings.chosen().ok();
        let chosen = chosen.filter(|c| c.target.value == Target::Sandbox);
        ContextEntry {
            name: Some(SANDBOX.to_owned()),
            project: Some("lagoon-demo".to_owned()),
            current_by: current_by(chosen),
            token: "valid",
            ..ContextEntry::nameless("built in")
        }
    }

    /// The Lagoon of `TASKS_API`.
    pub(super) fn address(url: &Url, app: &App) -> ContextEntry {
        let chosen = app.settings.chosen().ok();
        let (token, token_expires) = match chosen.map(|c| &c.token) {
            Some(TokenOrigin::Variable(token)) => state(&TokenSource::Variable(token.clone())),
            _ => app.peek_at_address().map_or(("none", None), |s| state(&s)),
        };
        ContextEntry {
            api: Some(url.to_string()),
            current_by: current_by(chosen),
            token,
            token_expires,
            ..ContextEntry::nameless("TASKS_API")
        }
    }

    fn nameless(source: &str) -> ContextEntry {
        ContextEntry {
            token: "none",
            source: source.to_owned(),
            ..ContextEntry::default()
        }
    }

    /// The entry of a context that this file makes current, unless a variable overrides it.
    pub(super) fn made_current(self, by: Option<String>, app: &App) -> ContextEntry {
        let chosen = app.settings.chosen().ok();
        let overridden_by = match chosen.map(|chosen| &chosen.target.source) {
            Some(Source::Variable(variable)) if by.is_some() => Some(*variable),
            _ => None,
        };
        let current_by = match overridden_by {
            Some(_) => self.current_by,
            None => by,
        };
        ContextEntry {
            overridden_by: overridden_by.filter(|_| current_by.is_none()),
            current_by,
            ..self
        }
    }

    pub(super) fn overridden_by(&self) -> Option<&'static str> {
        self.overridden_by
    }

    fn current(&self) -> Option<String> {
        match (&self.current_by, self.overridden_by) {
            (Some(source), _) => Some(format!("yes, from {source}")),
            (None, Some(variable)) => Some(format!("no, {variable} overrides it")),
            (None, None) => None,
        }
    }

    fn token_cell(&self) -> Cell {
        let style = match self.token {
            "valid" => Style::Good,
            "expired" => Style::Bad,
            "unreadable" => Style::Warning,
            _ => Style::Dim,
        };
        Cell::status(self.token, style)
    }
}

fn shown(url: &Url) -> String {
    shown_address(url.as_str())
}

fn current_by(chosen: Option<&ResolvedTarget>) -> Option<String> {
    chosen.map(|c| c.target.source.to_string())
}

fn state(source: &TokenSource) -> (&'static str, Option<Timestamp>) {
    match source.peek() {
        Ok(Some(token)) if is_jwt(token.secret.expose()) => {
            let expires = expiry(token.secret.expose());
            let is_over = expires.is_some_and(|at| at < Timestamp::now());
            (if is_over { "expired" } else { "valid" }, expires)
        }
        Ok(None) => ("none", None),
        Ok(Some(_)) | Err(_) => ("unreadable", None),
    }
}

impl Report for ContextEntry {
    fn value(&self) -> Value {
        json!({
            "name": self.name,
            "api": self.api,
            "project": self.project,
            "caFile": self.ca_file,
            "allowHttp": self.allow_http,
            "uiUrl": self.ui_url,
            "sshHost": self.ssh.as_ref().map(SshEndpoint::host),
            "sshPort": self.ssh.as_ref().map(SshEndpoint::port),
            "sshKey": self.ssh_key,
            "authorizationEndpoint": self.authorization_endpoint,
            "current": self.current_by.is_some(),
            "currentBy": self.current_by,
            "token": self.token,
            "tokenExpires": self.token_expires.map(|t| t.to_string()),
            "source": self.source,
        })
    }

    fn grid(&self) -> Grid {
        grid(&[self])
    }

    fn detail(&self) -> Option<Detail> {
        let title = self.name.clone().unwrap_or_else(|| self.source.clone());
        Some(
            Detail::new(title)
                .field("Address", self.api.clone())
                .field("Project", self.project.clone())
                .field("CA file", self.ca_file.clone())
                .field("Plain http", self.allow_http.then_some("allowed"))
                .field("UI", self.ui_url.clone())
                .field("SSH server", self.ssh.as_ref().map(|s| s.to_string()))
                .field("SSH key", self.ssh_key.clone())
                .field("Keycloak", self.authorization_endpoint.clone())
                .field("Current", self.current())
                .field("Token", self.token_cell())
                .field("Token expires", self.token_expires)
                .field("Defined in", self.source.clone()),
        )
    }
}

impl Report for ContextList {
    fn value(&self) -> Value {
        self.0.iter().map(Report::value).collect()
    }

    fn grid(&self) -> Grid {
        grid(&self.0.iter().collect::<Vec<_>>())
    }
}

fn grid(entries: &[&ContextEntry]) -> Grid {
    // `context show` has the other fields, which are long.
    Table::of(entries)
        .column("name", |of| of.name.clone().map(Cell::name))
        .column(Column::new("api").heading("ADDRESS").priority(4), |of| {
            of.api.clone()
        })
        .if_any(Column::new("project").priority(1), |of| of.project.clone())
        .column(Column::new("current").priority(3), |of| {
            of.current_by.is_some()
        })
        .not_in_table("currentBy", |of| of.current_by.clone())
        .column(Column::new("token").priority(2), |of| of.token_cell())
        .not_in_table("tokenExpires", |of| of.token_expires)
        .not_in_table("source", |of| of.source.clone())
        .grid()
}
