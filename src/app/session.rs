//! From settings to a session: the token for a Lagoon, and the way to get a new one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::App;
use crate::auth::{
    Account, AuthError, Key, Memory, Notices, Session, SignIn, SshSignIn, TokenSource, TokenStore,
    key_for_ssh,
};
use crate::clock::wall_time;
use crate::config::{Context, ContextName, Origin, SshKey, UsableKey};
use crate::domain::SshEndpoint;
use crate::error::Error;
use crate::settings::{SshSettings, Target, TokenOrigin};
use crate::terminal::Ui;

/// The longest delay of the process's end by a renewal.
const FINISH: Duration = Duration::from_secs(3);

impl App {
    /// `None` for the sandbox. May ask the Lagoon of `TASKS_API` for its ssh host.
    pub(crate) async fn token_source(&self) -> Result<Option<TokenSource>, Error> {
        if self.settings.chosen()?.token == TokenOrigin::Address {
            let session = self.session_of_address().await?;
            return Ok(Some(TokenSource::Session(Box::new(session))));
        }
        self.stored_source()
    }

    /// Like [`App::token_source`], but sends no request.
    pub(super) fn stored_source(&self) -> Result<Option<TokenSource>, Error> {
        let chosen = self.settings.chosen()?;
        let session = match (&chosen.token, &chosen.target.value) {
            (TokenOrigin::Variable(token), _) => {
                return Ok(Some(TokenSource::Variable(token.clone())));
            }
            (_, Target::Sandbox) => return Ok(None),
            (_, Target::Context(context)) => self.session_of(context),
            (_, Target::Address(_)) => return self.peek_at_address().map(Some),
        };
        Ok(Some(TokenSource::Session(Box::new(session))))
    }

    /// The variable's key, else the context's; `None` leaves the choice to ssh.
    pub(crate) fn ssh_key(&self) -> Option<Key> {
        let chosen = self.settings.chosen().ok()?;
        let of_context = || key_of(chosen.target.value.context()?);
        let key = chosen.ssh.key.clone().or_else(of_context)?;
        Some(key_for_ssh(&key))
    }

    /// Variables apply to the selected context only.
    pub(crate) fn session_of(&self, context: &Context) -> Session {
        let ssh = self.variables_for(context);
        let name = &context.name;
        let key = ssh.key.clone().or_else(|| key_of(context));
        let endpoint = ssh.endpoint.or_else(|| context.ssh.clone());
        let patience = self.settings.request_timeout.value;
        let mut advice = Vec::new();
        if endpoint.is_none() {
            advice.push(match &context.authorization_endpoint {
                Some(_) => format!("sign in: tasks login -l {name} --browser"),
                None => format!(
                    "sign in: tasks login -l {name} (add --ssh-host HOST --ssh-port PORT if the \
                     Lagoon does not publish them)"
                ),
            });
            advice.push(format!(
                "or pass a token: tasks login -l {name} --with-token < FILE"
            ));
        }
        let account = Account::of_context(name, ssh.key.as_ref());
        let label = format!("the context `{name}`");
        Session {
            lagoon_cli: self.cache_of_lagoon_cli(context),
            sign_in: endpoint.map(|endpoint| self.over_ssh(endpoint, key.as_ref())),
            web: self.web(Some(context), patience).ok(),
            ..self.session(account, &context.api, label, advice)
        }
    }

    /// A session that uses stored tokens only.
    fn session(&self, account: Account, api: &Url, label: String, advice: Vec<String>) -> Session {
        Session {
            account,
            api: api.clone(),
            label,
            store: self.token_store(),
            lagoon_cli: None,
            sign_in: None,
            web: None,
            advice,
            notices: self.notices(),
            patience: self.settings.request_timeout.value,
            renewals: self.renewals.clone(),
            memory: Memory::default(),
        }
    }

    /// Asks the Lagoon of `TASKS_API` for its ssh host if a token must be obtained with an ssh key.
    pub(crate) async fn session_of_address(&self) -> Result<Session, Error> {
        let (mut session, SshSettings { mut endpoint, key }) = self.bare_session_of_address()?;
        // The ssh host is needed only to replace the token.
        if endpoint.is_none() && key.is_some() && session.usable_for_now()?.is_none() {
            endpoint = self.discover_ssh(&session.api).await?;
        }
        session.sign_in = endpoint.map(|endpoint| self.over_ssh(endpoint, key.as_ref()));
        Ok(session)
    }

    fn bare_session_of_address(&self) -> Result<(Session, SshSettings), Error> {
        let chosen = self.settings.chosen()?;
        let Target::Address(url) = &chosen.target.value else {
            return Err(Error::usage("no Lagoon selected by TASKS_API"));
        };
        let account = Account::of_address(url, chosen.ssh.key.as_ref());
        let label = "the Lagoon of TASKS_API".to_owned();
        let advice = vec![
            "set TASKS_TOKEN to a token for it, or set TASKS_SSH_KEY to sign in over ssh"
                .to_owned(),
            "or select a context, which has its own token: -l NAME".to_owned(),
        ];
        let session = self.session(account, url, label, advice);
        Ok((session, chosen.ssh.clone()))
    }

    pub(crate) fn peek_at_address(&self) -> Result<TokenSource, Error> {
        let (session, _) = self.bare_session_of_address()?;
        Ok(TokenSource::Session(Box::new(session)))
    }

    /// Warns if the token expires during a wait and cannot be renewed.
    pub(crate) fn warn_of_token_end(&self, limit: Option<Duration>) {
        let (Some(limit), Some((ends, origin))) = (limit, self.token_ends()) else {
            return;
        };
        let Ok(over) = wall_time().checked_add(limit) else {
            return;
        };
        if ends < over {
            self.ui.warn(&format!(
                "the {origin} expires at {ends}, before the timeout, and cannot be renewed; sign \
                 in over ssh to wait longer"
            ));
        }
    }

    fn token_ends(&self) -> Option<(Timestamp, &'static str)> {
        let chosen = self.settings.chosen().ok()?;
        if chosen.token == TokenOrigin::Address && chosen.ssh != SshSettings::default() {
            return None;
        }
        let origin = match &chosen.token {
            TokenOrigin::Variable(_) => "token in TASKS_TOKEN",
            _ => "stored token",
        };
        Some((self.stored_source().ok()??.ends()?, origin))
    }

    async fn discover_ssh(&self, url: &Url) -> Result<Option<SshEndpoint>, Error> {
        // The context needs a name, but no message shows it.
        let name: ContextName = match "TASKS_API".parse() {
            Ok(name) => name,
            Err(_) => return Ok(None),
        };
        let mut context = Context::new(name, url.clone());
        let failed = match self.complete(&mut context).await? {
            super::DiscoveryOutcome::Failed(error) => Some(error),
            _ => None,
        };
        match (context.ssh, failed) {
            (Some(endpoint), _) => Ok(Some(endpoint)),
            (None, Some(error)) => Err(error),
            (None, None) => Err(Error::usage(
                "TASKS_SSH_KEY is set, but no ssh server is known for this Lagoon",
            )
            .hint("set TASKS_SSH_HOST and TASKS_SSH_PORT")),
        }
    }

    fn over_ssh(&self, endpoint: SshEndpoint, key: Option<&SshKey>) -> Box<dyn SignIn> {
        Box::new(SshSignIn::new(endpoint, key, self.ui.can_prompt()))
    }

    fn variables_for(&self, context: &Context) -> SshSettings {
        let chosen = self.settings.chosen().ok();
        let selected = chosen.filter(|chosen| {
            let selected = chosen.target.value.context();
            selected.is_some_and(|selected| selected.name == context.name)
        });
        selected
            .map(|chosen| chosen.ssh.clone())
            .unwrap_or_default()
    }

    fn cache_of_lagoon_cli(&self, context: &Context) -> Option<(PathBuf, ContextName)> {
        if context.origin != Origin::LagoonCli {
            return None;
        }
        let config = self.settings.config().ok()?;
        Some((
            config.lagoon_cli.as_ref()?.path.clone(),
            context.name.clone(),
        ))
    }

    fn token_store(&self) -> Option<TokenStore> {
        self.settings.folders.state.as_deref().map(TokenStore::new)
    }

    fn notices(&self) -> Arc<dyn Notices> {
        Arc::new(NoticesOnce {
            ui: self.ui.clone(),
            printed: Arc::clone(&self.notices),
        })
    }

    /// Waits for renewals in progress. Interrupting one could lose the session, because a refresh
    /// token may be usable only once.
    pub(crate) async fn finish_renewals(&self) {
        if self.renewals.in_progress() {
            self.ui.note("finishing the renewal of the session");
            self.renewals.finish(FINISH).await;
        }
    }

    pub(crate) fn tokens(&self) -> Result<TokenStore, Error> {
        Ok(self.token_store().ok_or(AuthError::NoFolder)?)
    }
}

/// Returns the key's text if ssh would refuse the file.
fn key_of(context: &Context) -> Option<SshKey> {
    let key = context.ssh_key.as_ref()?;
    // Other users can read a key that is mounted into a pod, and ssh refuses such files.
    if context.origin == Origin::Pod
        && let Ok(UsableKey::File(path)) = key.usable()
        && let Ok(text) = std::fs::read_to_string(path)
    {
        let text = SshKey::parse(&text, Path::new(""));
        if matches!(text.usable(), Ok(UsableKey::Text(_))) {
            return Some(text);
        }
    }
    Some(key.clone())
}

/// Prints each notice once (again with `-v`), because a long wait renews its token many times.
struct NoticesOnce {
    ui: Ui,
    printed: PrintedNotices,
}

pub(super) type PrintedNotices = Arc<Mutex<HashSet<String>>>;

impl NoticesOnce {
    fn print(&self, text: &str, print: impl FnOnce(&Ui)) {
        let mut printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        if printed.insert(text.to_owned()) {
            print(&self.ui);
        } else {
            self.ui.trace(text);
        }
    }
}

impl Notices for NoticesOnce {
    fn note(&self, text: &str) {
        self.print(text, |ui| ui.note(text));
    }

    fn warn(&self, text: &str) {
        self.print(text, |ui| ui.warn(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Interrupts;
    use crate::config::{Config, POD, PodVariables};
    use crate::settings::{Env, Flags, Settings};
    use crate::terminal::Stream;

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nTUlJRQ==\n-----END PRIVATE KEY-----\n";

    #[test]
    fn live_logs_use_the_sign_in_key() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/lagoon-tasks");
        std::fs::create_dir_all(&folder).unwrap();
        let config = "[contexts.acme]\napi = \"https://acme.example\"\nssh_key = \"/keys/acme\"\n";
        std::fs::write(folder.join("config.toml"), config).unwrap();
        let key = |variables: &[(&str, &str)]| {
            let mut all = vec![("HOME", home.path().to_str().unwrap())];
            all.extend(variables);
            let settings = Settings::resolve(&Flags::default(), &Env::from_vars(all).unwrap());
            App::new(Ui::captured(), settings.unwrap(), Interrupts::none()).ssh_key()
        };
        assert_eq!(format!("{:?}", key(&[])), "Some(File(\"/keys/acme\"))");
        let text = Key::Text(KEY.to_owned());
        assert_eq!(key(&[("TASKS_SSH_KEY", KEY)]), Some(text));
        assert_eq!(key(&[("TASKS_API", "https://b.example")]), None);
    }

    #[test]
    fn a_notice_is_printed_once_across_sessions() {
        let settings = Settings::resolve(&Flags::default(), &Env::default()).unwrap();
        let app = App::new(Ui::captured(), settings, Interrupts::none());
        let url: Url = "https://acme.example/graphql".parse().unwrap();
        let context = Context::new("acme".parse().unwrap(), url);
        for _ in 0..3 {
            let session = app.session_of(&context);
            session.notices.note("signing in over ssh: a");
            session.notices.note("signing in over ssh: b");
            session.notices.warn("the token is not kept");
        }
        assert_eq!(
            app.ui.printed(Stream::Err),
            "signing in over ssh: a\nsigning in over ssh: b\nwarning: the token is not kept\n"
        );
    }

    #[test]
    fn a_pod_key_is_passed_as_text() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("var/run/secrets/lagoon/ssh");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("ssh-privatekey"), KEY).unwrap();
        let pod = PodVariables {
            api_host: Some("https://api.lagoon.example".to_owned()),
            token_host: Some("ssh.lagoon.example".to_owned()),
            token_port: Some("2020".to_owned()),
        };
        let config = Config::empty("/none".into()).with_pod(&pod, root.path());
        let context = config.context(&POD.parse().unwrap()).unwrap();
        assert_eq!(key_of(context).unwrap().expose(), KEY);

        let env = Env::from_vars([("HOME", root.path())]).unwrap();
        let settings = Settings::resolve(&Flags::default(), &env).unwrap();
        let app = App::new(Ui::captured(), settings, Interrupts::none());
        let session = app.session_of(context);
        let words = session.sign_in.as_ref().unwrap().words();
        assert_eq!(words, "signing in over ssh: lagoon@ssh.lagoon.example:2020");
        assert_eq!(session.account.as_str(), POD);
    }
}
