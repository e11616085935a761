//! The signed-in user, for `whoami` and `login`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::App;
use crate::auth::{SignInMethod, Token, TokenLocation, TokenSource, expiry};
use crate::commands::report::Table;
use crate::config::Context;
use crate::domain::Person;
use crate::error::Error;
use crate::ops;
use crate::ops::identity::SignedIn;
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
            return Some(detail.field("Groups", "none"));
        }
        let roles = Table::of(&person.group_roles)
            .column("group", |(name, _)| Cell::name(name))
            .column("role", |(_, role)| role.to_lowercase());
        Some(detail.section("Roles", roles.grid()))
    }
}
