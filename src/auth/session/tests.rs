//! Sessions whose sign-ins are counted.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::auth::jwt::{token_expiring_at, token_with};

struct Counting {
    tokens: Vec<String>,
    given: Arc<AtomicUsize>,
}

#[async_trait]
impl SignIn for Counting {
    fn way(&self) -> SignInMethod {
        SignInMethod::Ssh
    }

    fn words(&self) -> String {
        "signing in".to_owned()
    }

    async fn token(&self) -> Result<Secret, AuthError> {
        // Lets the other sessions run up to the same point.
        tokio::task::yield_now().await;
        let number = self.given.fetch_add(1, Ordering::SeqCst);
        match self
            .tokens
            .get(number.min(self.tokens.len().saturating_sub(1)))
        {
            Some(token) => Ok(Secret::new(token.clone())),
            None => Err(AuthError::NoFolder),
        }
    }
}

#[derive(Default)]
struct RecordedNotices(Mutex<Vec<String>>);

impl Notices for RecordedNotices {
    fn note(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }

    fn warn(&self, text: &str) {
        self.note(&format!("warning: {text}"));
    }
}

struct Fixture {
    _home: tempfile::TempDir,
    store: TokenStore,
    given: Arc<AtomicUsize>,
    said: Arc<RecordedNotices>,
}

fn in_seconds(seconds: i64) -> String {
    token_expiring_at(Timestamp::now().as_second() + seconds)
}

impl Fixture {
    fn new() -> Fixture {
        let home = tempfile::tempdir().unwrap();
        Fixture {
            store: TokenStore::new(home.path()),
            _home: home,
            given: Arc::default(),
            said: Arc::default(),
        }
    }

    fn session(&self, tokens: Option<&[&str]>) -> Session {
        let name: ContextName = "acme".parse().unwrap();
        let sign_in = tokens.map(|tokens| {
            Box::new(Counting {
                tokens: tokens.iter().map(|t| (*t).to_owned()).collect(),
                given: Arc::clone(&self.given),
            }) as Box<dyn SignIn>
        });
        Session {
            account: Account::of_context(&name, None),
            api: "https://acme.example/graphql".parse().unwrap(),
            label: "the context `acme`".to_owned(),
            store: Some(self.store.clone()),
            lagoon_cli: None,
            sign_in,
            web: None,
            advice: vec!["do this".to_owned()],
            notices: Arc::clone(&self.said) as Arc<dyn Notices>,
            patience: Duration::from_secs(20),
            renewals: Renewals::default(),
            memory: Memory::default(),
        }
    }

    fn keep(&self, token: &str) {
        let session = self.session(None);
        let kept = session.kept(Secret::new(token.to_owned()), SignInMethod::Given);
        session.keep(&kept).unwrap();
    }

    fn given(&self) -> usize {
        self.given.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_stored_token_is_used_until_shortly_before_expiry() {
    let fixture = Fixture::new();
    let (long, new) = (in_seconds(300), in_seconds(600));
    fixture.keep(&long);
    let session = fixture.session(Some(&[&new]));
    assert_eq!(session.token().await.unwrap().secret.expose(), long);
    assert_eq!(fixture.given(), 0);

    fixture.keep(&in_seconds(10));
    let token = session.token().await.unwrap();
    assert_eq!(
        (token.secret.expose(), token.found),
        (&*new, TokenLocation::Store(SignInMethod::Ssh))
    );
    assert_eq!(session.token().await.unwrap().secret.expose(), new);
    assert_eq!(fixture.given(), 1);
    assert_eq!(*fixture.said.0.lock().unwrap(), ["signing in"]);
}

#[tokio::test]
async fn a_token_without_renewal_is_used_until_it_expires() {
    let fixture = Fixture::new();
    let session = fixture.session(None);
    let missing = session.token().await.unwrap_err();
    assert_eq!(missing.to_string(), "not signed in to the context `acme`");
    assert_eq!(missing.hints(), ["do this"]);

    let last_moment = in_seconds(-10);
    fixture.keep(&last_moment);
    assert_eq!(session.token().await.unwrap().secret.expose(), last_moment);
    assert!(session.ends().is_some());

    // This machine's clock may be wrong: Lagoon decides.
    let ended = in_seconds(-86_400);
    fixture.keep(&ended);
    assert_eq!(session.token().await.unwrap().secret.expose(), ended);
    let over = session.replace(&ended).await.unwrap_err();
    assert!(
        over.to_string()
            .starts_with("the token in the token store has expired")
    );
    assert!(over.is_sign_in());
}

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let fixture = Fixture::new();
    let (old, new) = (in_seconds(300), in_seconds(301));
    fixture.keep(&old);
    let session = fixture.session(Some(&[&new]));
    let other = session.replace(&old).await.unwrap().unwrap();
    assert_eq!(other.secret.expose(), new);
    // Another session whose token was refused finds the new one.
    let second = fixture.session(Some(&["unused"]));
    let other = second.replace(&old).await.unwrap().unwrap();
    assert_eq!(other.secret.expose(), new);
    assert_eq!(fixture.given(), 1);
    assert!(fixture.session(None).replace(&new).await.unwrap().is_none());
}

#[tokio::test]
async fn concurrent_sessions_sign_in_once() {
    let fixture = Fixture::new();
    let new = in_seconds(300);
    let all = (0..20).map(|_| {
        let session = fixture.session(Some(&[&new]));
        async move { session.token().await.unwrap().secret }
    });
    let tokens = futures_util::future::join_all(all).await;
    assert!(tokens.iter().all(|t| t.expose() == new));
    assert_eq!(fixture.given(), 1);
}

#[tokio::test]
async fn a_wrong_clock_does_not_sign_in_for_every_request() {
    let fixture = Fixture::new();
    let session = fixture.session(Some(&[&in_seconds(-3600)]));
    for _ in 0..3 {
        session.token().await.unwrap();
    }
    assert_eq!(fixture.given(), 1);
    let said = fixture.said.0.lock().unwrap().join("\n");
    assert!(said.contains("check the clock"), "{said}");
}

#[tokio::test]
async fn a_failed_renewal_keeps_the_valid_token() {
    let fixture = Fixture::new();
    let ending = in_seconds(20);
    fixture.keep(&ending);
    let session = fixture.session(Some(&[]));
    assert_eq!(session.token().await.unwrap().secret.expose(), ending);
    fixture.keep(&in_seconds(-60));
    assert!(session.token().await.is_err());
}

#[tokio::test]
async fn without_a_usable_store_the_token_stays_in_memory() {
    let fixture = Fixture::new();
    let new = in_seconds(300);
    let session = Session {
        store: Some(TokenStore::new(Path::new("/dev/null/nowhere"))),
        ..fixture.session(Some(&[&new]))
    };
    assert!(session.token().await.is_ok() && session.token().await.is_ok());
    assert_eq!(fixture.given(), 1);
    let said = fixture.said.0.lock().unwrap().join("\n");
    assert!(
        said.contains("warning: could not store the new token"),
        "{said}"
    );
    assert!(!said.contains(&new));

    let nowhere = Session {
        store: None,
        ..fixture.session(Some(&[&new]))
    };
    assert!(nowhere.token().await.is_ok());
    let kept = nowhere.sign_in_again().await.unwrap();
    assert!(matches!(nowhere.keep(&kept), Err(AuthError::NoFolder)));
}

#[tokio::test]
async fn the_lagoon_cli_token_is_used_while_valid() {
    let fixture = Fixture::new();
    let path = fixture._home.path().join("lagoon.yml");
    let write = |token: &str| {
        std::fs::write(&path, format!("lagoons:\n  acme:\n    token: {token}\n")).unwrap();
    };
    let new = in_seconds(300);
    let session = Session {
        lagoon_cli: Some((path.clone(), "acme".parse().unwrap())),
        ..fixture.session(Some(&[&new]))
    };
    let cached = in_seconds(299);
    write(&cached);
    let token = session.token().await.unwrap();
    assert_eq!(
        (token.secret.expose(), token.found),
        (&*cached, TokenLocation::LagoonCli(path.clone()))
    );
    write(&in_seconds(-1));
    assert_eq!(session.token().await.unwrap().secret.expose(), new);
    write("no token");
    assert_eq!(session.token().await.unwrap().secret.expose(), new);
    assert_eq!(fixture.given(), 1);
}

#[tokio::test]
async fn a_skewed_clock_does_not_sign_in_for_every_command() {
    for skew in [-86_400, 86_400] {
        let fixture = Fixture::new();
        let issued = Timestamp::now().as_second() + skew;
        let token = token_with(&format!(r#"{{"iat":{issued},"exp":{}}}"#, issued + 300));
        for _ in 0..3 {
            // Each command has a session of its own.
            let session = fixture.session(Some(&[&token]));
            assert_eq!(session.token().await.unwrap().secret.expose(), token);
        }
        assert_eq!(fixture.given(), 1);
        assert_eq!(*fixture.said.0.lock().unwrap(), ["signing in"]);
    }
}

#[tokio::test]
async fn without_a_fresh_token_the_latest_expiring_one_is_used() {
    let fixture = Fixture::new();
    let path = fixture._home.path().join("lagoon.yml");
    let ending = in_seconds(10);
    std::fs::write(&path, format!("lagoons:\n  acme:\n    token: {ending}\n")).unwrap();
    fixture.keep(&in_seconds(-3600));
    let session = Session {
        lagoon_cli: Some((path, "acme".parse().unwrap())),
        ..fixture.session(None)
    };
    assert_eq!(session.token().await.unwrap().secret.expose(), ending);
}
