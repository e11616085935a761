//! The signed-in user, for `whoami` and `login`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{SignInMethod, Token, TokenLocation, TokenSource, expiry};
use crate::commands::report::Table;
use crate::commands::report::definition::joined;
use crate::config::Context;
use crate::domain::place::role::ACTIONS;
use crate::domain::{Person, Role};
use crate::error::Error;
use crate::ops;
use crate::ops::identity::{Access, SignedIn};
use crate::output::{Cell, Detail, Grid, Report};

/// The user and the source of the token.
pub(crate) struct Identity {
    context: Option<String>,
    api: String,
    /// `None` for the token of a service.
    person: Option<Person>,
    source: String,
    expires: Option<Timestamp>,
    /// The end of the browser session.
    renewable_until: Option<Timestamp>,
    /// `None` if it was not read.
    access: Option<Access>,
}

pub(crate) async fn of(
    source: TokenSource,
    context: Option<&Context>,
    app: &App,
) -> Result<Identity, Error> {
    let token = source.token().await?;
    let renewable_until = source.renewable_until();
    let lagoon = app.lagoon_with(source, context)?;
    let (api, person) = signed_in(ops::identity::signed_in(&lagoon).await?, app);
    Ok(Identity {
        context: context.map(|c| c.name.to_string()),
        api,
        person,
        source: words(&token),
        expires: expiry(token.secret.expose()),
        renewable_until,
        access: None,
    })
}

pub(crate) async fn in_sandbox(app: &App) -> Result<Identity, Error> {
    let (api, person) = signed_in(ops::identity::signed_in(app.lagoon().await?).await?, app);
    Ok(Identity {
        context: Some(crate::config::SANDBOX.to_owned()),
        api,
        person,
        source: "the sandbox".to_owned(),
        expires: None,
        renewable_until: None,
        access: None,
    })
}

/// Lagoon's address and the user. Warns if the platform roles could not be read.
fn signed_in(signed_in: SignedIn, app: &App) -> (String, Option<Person>) {
    if let Some(error) = signed_in.roles_error {
        let warning = format!("could not read your platform roles: {error}");
        app.ui.warn(&warning);
    }
    (signed_in.api, signed_in.person)
}

fn words(token: &Token) -> String {
    match &token.found {
        TokenLocation::Variable => "TASKS_TOKEN".to_owned(),
        TokenLocation::Store(SignInMethod::Given) => "given by hand".to_owned(),
        TokenLocation::Store(SignInMethod::Ssh) => "ssh".to_owned(),
        TokenLocation::Store(SignInMethod::Browser) => "browser".to_owned(),
        TokenLocation::LagoonCli(path) => path.display().to_string(),
    }
}

impl Identity {
    pub(crate) fn is_user(&self) -> bool {
        self.person.is_some()
    }

    pub(crate) fn with(self, access: Access) -> Self {
        let access = Some(access);
        Identity { access, ..self }
    }

    fn is_platform_owner(&self) -> bool {
        let roles = self.person.as_ref().and_then(|p| p.platform_roles.as_ref());
        roles.is_some_and(|roles| roles.iter().any(|role| role.eq_ignore_ascii_case("owner")))
    }

    /// The actions with a flag each for development and production environments.
    fn allowed(&self, role: Option<Role>) -> Vec<(&'static str, bool, bool)> {
        let may = |needed| self.is_platform_owner() || role.is_some_and(|role| role >= needed);
        let each = ACTIONS.map(|of| (of.name, may(of.development), may(of.production)));
        each.to_vec()
    }

    fn projects(&self) -> &[(String, Role)] {
        self.access.as_ref().map_or(&[], |access| &access.projects)
    }

    /// The project in question, the role on it and the actions.
    fn on_project(&self) -> Option<Value> {
        let (project, role) = self.access.as_ref()?.on.as_ref()?;
        let action = |(name, development, production): &(&str, bool, bool)| json!({"action": name, "development": development, "production": production});
        let allowed: Value = self.allowed(*role).iter().map(action).collect();
        Some(json!({
            "id": project.id,
            "name": project.name,
            "role": role.map(spelled),
            "allowed": allowed,
        }))
    }

    fn kind(&self) -> &'static str {
        if self.person.is_some() {
            "user"
        } else {
            "service"
        }
    }

    /// `acme` as me@example.com
    pub(crate) fn label(&self) -> String {
        let place = match &self.context {
            Some(context) => format!("`{context}`"),
            None => self.api.clone(),
        };
        match self.person.as_ref().and_then(|p| p.email.as_ref()) {
            Some(email) => format!("{place} as {email}"),
            None => place,
        }
    }
}

impl Report for Identity {
    fn value(&self) -> Value {
        let person = self.person.as_ref();
        let roles = person.map(|p| {
            let role = |(name, role): &(String, String)| json!({"name": name, "role": role});
            p.group_roles.iter().map(role).collect::<Value>()
        });
        json!({
            "context": self.context,
            "api": self.api,
            "kind": self.kind(),
            "id": person.and_then(|p| p.id.clone()),
            "email": person.and_then(|p| p.email.clone()),
            "firstName": person.and_then(|p| p.first_name.clone()),
            "lastName": person.and_then(|p| p.last_name.clone()),
            "groupRoles": roles,
            "projectRoles": self.access.as_ref().map(|access| {
                let role = |(name, role): &(String, Role)| json!({"name": name, "role": spelled(*role)});
                access.projects.iter().map(role).collect::<Value>()
            }),
            "project": self.on_project(),
            "platformRoles": person.and_then(|p| p.platform_roles.clone()),
            "tokenSource": self.source,
            "tokenExpires": self.expires.map(|t| t.to_string()),
            "renewableUntil": self.renewable_until.map(|t| t.to_string()),
        })
    }

    fn grid(&self) -> Grid {
        let person = self.person.as_ref();
        let roles = |person: &Person| {
            let roles = person.group_roles.iter();
            let roles: Vec<String> = roles.map(|(name, role)| format!("{name}={role}")).collect();
            roles.join(",")
        };
        Table::of(std::slice::from_ref(self))
            .column("id", |_| person.and_then(|p| p.id.clone()))
            .column("email", |_| person?.email.clone().map(Cell::name))
            .column("context", |of| of.context.clone())
            .column("api", |of| of.api.clone())
            .column("kind", Identity::kind)
            .column("groupRoles", move |_| person.map(roles))
            .column("tokenSource", |of| of.source.clone())
            .column("tokenExpires", |of| of.expires)
            .column("renewableUntil", |of| of.renewable_until)
            .column("projectRoles", |of| {
                let role = |(name, role): &(String, Role)| format!("{name}={}", spelled(*role));
                joined(&of.projects().iter().map(role).collect::<Vec<_>>())
            })
            .grid()
    }

    fn detail(&self) -> Option<Detail> {
        let person = self.person.as_ref();
        let title = person.map_or_else(
            || "token of a service, not of a user".to_owned(),
            |p| p.email.clone().or_else(|| p.id.clone()).unwrap_or_default(),
        );
        let name = person.map(|p| {
            let names = [p.first_name.as_deref(), p.last_name.as_deref()];
            names.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        let detail = Detail::new(title)
            .field("Name", name.filter(|n| !n.is_empty()))
            .field("Context", self.context.clone())
            .field("Address", self.api.clone())
            .field("Token from", self.source.clone())
            .field("Token expires", self.expires)
            .field("Renewable until", self.renewable_until);
        let Some(person) = person else {
            return Some(detail);
        };
        let platform = person.platform_roles.as_ref().filter(|all| !all.is_empty());
        let platform = platform.map(|all| all.join(", ").to_lowercase().replace('_', " "));
        let detail = detail.field("Platform role", platform);
        if person.group_roles.is_empty() {
            return Some(self.with_actions(detail.field("Groups", "none")));
        }
        let roles = Table::of(&person.group_roles)
            .column("group", |(name, _)| Cell::name(name))
            .column("role", |(_, role)| role.to_lowercase());
        let mut detail = detail.section("Roles", roles.grid());
        if !self.projects().is_empty() {
            let projects = Table::of(self.projects())
                .column("project", |(name, _)| Cell::name(name))
                .column("role", |(_, role)| role.word());
            detail = detail.section("Projects", projects.grid());
        }
        Some(self.with_actions(detail))
    }
}

impl Identity {
    /// Adds what the user may do on the project in question.
    fn with_actions(&self, detail: Detail) -> Detail {
        let on = self.access.as_ref().and_then(|access| access.on.as_ref());
        let Some((project, role)) = on else {
            return detail;
        };
        let name = &project.name;
        let title = match role {
            _ if self.is_platform_owner() => format!("Allowed on {name} as platform owner"),
            Some(role) => format!("Allowed on {name} as {}", role.word()),
            None => format!("Allowed on {name} without a role"),
        };
        let allowed = self.allowed(*role);
        let actions = Table::of(&allowed)
            .column("action", |of| Cell::text(of.0))
            .column("development", |of| of.1)
            .column("production", |of| of.2);
        detail.section(title, actions.grid())
    }
}

/// In Lagoon's spelling.
fn spelled(role: Role) -> String {
    role.word().to_uppercase()
}
