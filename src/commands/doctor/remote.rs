//! Checks over the network: the connection, the clock, the sign-in, and Lagoon's features.

use jiff::{SignedDuration, Timestamp};

use crate::app::{App, Route};
use crate::auth::expiry;
use crate::domain::place::features::Features;
use crate::error::messages::TOKEN_EXPOSED;
use crate::error::{Error, Hint, Kind};
use crate::ops::doctor::{self, Portal};
use crate::ops::identity::{self, SignedIn};
use crate::settings::{Target, TokenOrigin};

use super::finding::Finding;
use super::place;

const NETWORK: &str = "network";
const TLS: &str = "tls";
const CLOCK: &str = "clock";
const SIGN_IN: &str = "sign-in";
const SERVER: &str = "server";
const CAPABILITIES: &str = "capabilities";
const PUSH: &str = "push";
const SSH: &str = "ssh";

/// The tolerated clock difference. A token is accepted for as long after its expiry.
const SKEW: SignedDuration = SignedDuration::from_secs(30);

pub(super) async fn all(app: &App) -> Vec<Finding> {
    let mut found = connection(app).await;
    let lagoon = match app.lagoon().await {
        Ok(lagoon) => lagoon,
        Err(error) => {
            found.push(Finding::failed(SIGN_IN, &error));
            return found;
        }
    };
    if found.iter().any(Finding::is_problem) {
        found.push(Finding::skipped(
            SIGN_IN,
            "not checked: Lagoon cannot be reached",
        ));
        return found;
    }
    match doctor::version(lagoon).await {
        Err(error) => {
            found.push(Finding::failed(SIGN_IN, &error));
            return found;
        }
        Ok(version) => {
            found.push(signed_in(app));
            let version = version.filter(|v| !v.is_empty() && v != "unknown");
            found.push(match version {
                Some(version) => Finding::good(SERVER, format!("Lagoon {version}")),
                None => Finding::note(SERVER, "unknown version"),
            });
        }
    }
    match doctor::features(lagoon).await {
        Ok(features) => {
            found.extend(capabilities(features));
            if features.platform_roles {
                found.push(platform_roles(identity::signed_in(lagoon).await));
            }
        }
        Err(error) => found.push(
            Finding::warning(
                CAPABILITIES,
                format!("could not read the schema: {error}"),
            )
            .fix("allow introspection on the server; without it, only features of Lagoon 2.15.4 are used"),
        ),
    }
    let environment = place::here(app, &mut found).await;
    if let Some(environment) = environment {
        found.push(match doctor::portal(lagoon, environment).await {
            Ok(portal) => ssh(portal),
            Err(error) => Finding::failed(SSH, &error),
        });
    }
    // Any id works for the check, even that of no environment.
    found.push(push(doctor::push(lagoon, environment.unwrap_or(0)).await));
    found
}

fn ssh(portal: Option<Portal>) -> Finding {
    let slower = "followed logs come from the API, with a delay";
    match portal {
        None => Finding::note(SSH, format!("the cluster has no ssh portal; {slower}")),
        Some(Portal { address, listens }) if listens => {
            Finding::good(SSH, format!("the ssh portal {address} can be reached"))
        }
        Some(Portal { address, .. }) => Finding::warning(
            SSH,
            format!("the ssh portal {address} cannot be reached; {slower}"),
        )
        .fix("allow ssh connections to that address, or ask the cluster's administrator"),
    }
}

/// Checks the connection, the certificate and the clock.
async fn connection(app: &App) -> Vec<Finding> {
    let (url, ping) = match app.address().await {
        Ok(url) => (url, app.ping().await),
        Err(error) => return vec![Finding::failed(NETWORK, &error)],
    };
    let address = url.origin().ascii_serialization();
    let through = match app.route_to(&url) {
        Ok(way) => way,
        Err(error) => return vec![Finding::failed(NETWORK, &error)],
    };
    let way = match &through {
        Route::Proxy { address, source } => format!("through the proxy {address} ({source})"),
        Route::Direct | Route::Loopback => "directly".to_owned(),
    };
    let ping = match ping {
        Ok(ping) => ping,
        Err(error) => return vec![not_reached(&error, &way)],
    };
    let took = ping.took.as_millis();
    if ping.status != 200 {
        let status = ping.status;
        let why = format!(
            "{address}: connected {way}, but its status page returned HTTP status {status}"
        );
        let fix = "use the address of a Lagoon API, such as https://api.example.com/graphql";
        return vec![Finding::problem(NETWORK, Kind::Unreachable, why).fix(fix)];
    }
    let answers = format!("{address}: connected {way} in {took} ms");
    let mut found = vec![Finding::good(NETWORK, answers)];
    found.push(match url.scheme() {
        "https" => Finding::good(TLS, trust(app)),
        _ if through == Route::Loopback => Finding::good(TLS, "plain http to this machine"),
        _ => Finding::warning(TLS, format!("plain http: {TOKEN_EXPOSED}"))
            .fix("give the context an https address and remove `allow_http`"),
    });
    found.push(match ping.date {
        None => Finding::note(CLOCK, "Lagoon's clock is unknown"),
        Some(there) => clock(Timestamp::now().duration_since(there)),
    });
    found
}

fn not_reached(error: &Error, way: &str) -> Finding {
    let is_about_certificates =
        |hint: &Hint| matches!(hint, Hint::FixCertificate(_) | Hint::FixAuthorities(_));
    if error.hints.iter().any(is_about_certificates) {
        return Finding::failed(TLS, error);
    }
    let finding = Finding::failed(NETWORK, error);
    if way == "directly" {
        finding
    } else {
        Finding::problem(NETWORK, error.kind, format!("{error}, {way}"))
            .fix("check the proxy, or add the host to NO_PROXY")
    }
}

fn trust(app: &App) -> String {
    let chosen = app.settings.chosen().ok();
    let ca_file = chosen.and_then(|chosen| match &chosen.target.value {
        Target::Context(context) => context.ca_file.as_ref(),
        _ => None,
    });
    match ca_file {
        Some(path) => format!("the certificate is trusted (CA file {})", path.display()),
        None => "the certificate is trusted".to_owned(),
    }
}

/// `ahead` is this machine's time minus Lagoon's.
fn clock(ahead: SignedDuration) -> Finding {
    if ahead.abs() <= SKEW {
        return Finding::good(CLOCK, "matches Lagoon's clock");
    }
    let seconds = ahead.abs().as_secs();
    let which = if ahead.is_positive() {
        "ahead of"
    } else {
        "behind"
    };
    let why = format!("{seconds} s {which} Lagoon's clock, so the expiry of tokens is misjudged");
    Finding::warning(CLOCK, why).fix("set this machine's clock, for example with NTP")
}

fn signed_in(app: &App) -> Finding {
    let Ok(chosen) = app.settings.chosen() else {
        return Finding::skipped(SIGN_IN, "no Lagoon selected");
    };
    let origin = match &chosen.token {
        TokenOrigin::Variable(_) => "the token in TASKS_TOKEN",
        TokenOrigin::Store(_) | TokenOrigin::Address => "a stored token",
        TokenOrigin::Sandbox => return Finding::good(SIGN_IN, "the sandbox issues its own tokens"),
    };
    let token = app.stored_token().ok().flatten();
    let end = token.and_then(|token| expiry(token.expose()));
    let Some(end) = end else {
        return Finding::good(SIGN_IN, format!("using {origin}"));
    };
    let left = end.duration_since(Timestamp::now()).as_secs().max(0);
    Finding::good(
        SIGN_IN,
        format!("using {origin}, which expires in {} ({end})", length(left)),
    )
}

fn length(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

/// One finding for each feature that not every supported Lagoon has.
fn capabilities(features: Features) -> Vec<Finding> {
    let known = [
        (
            features.source_user,
            Some("runs show the user who started them"),
            "runs do not show the user who started them: `runs --mine` does not work, and a run \
             is harder to find if the reply to its start is lost",
            "2.18",
        ),
        (
            features.system_wide,
            Some("system-wide tasks can be defined"),
            "system-wide tasks cannot be defined on this Lagoon",
            "2.18",
        ),
        (
            features.upload_form,
            Some("files are uploaded directly to the file store"),
            "files are uploaded through the API, which limits their size",
            "2.30",
        ),
        (
            features.platform_roles,
            None,
            "this Lagoon has no platform roles; `whoami` shows only roles in groups",
            "2.24",
        ),
    ];
    let finding = |(has, good, cost, since): (bool, Option<&'static str>, &str, &str)| {
        if has {
            return Some(Finding::good(CAPABILITIES, good?));
        }
        let fix = format!("available in Lagoon {since} and newer");
        Some(Finding::note(CAPABILITIES, cost).fix(fix))
    };
    known.into_iter().filter_map(finding).collect()
}

fn platform_roles(signed_in: Result<SignedIn, Error>) -> Finding {
    let unreadable = |error: Error| {
        let message = format!("could not read your platform roles: {error}");
        Finding::warning(CAPABILITIES, message)
    };
    let (person, error) = match signed_in {
        Ok(signed_in) => (signed_in.person, signed_in.roles_error),
        Err(error) => return unreadable(error),
    };
    let Some(person) = person else {
        let message = "the token belongs to a service, which has no platform roles";
        return Finding::note(CAPABILITIES, message);
    };
    if let Some(error) = error {
        return unreadable(error);
    }
    match person.platform_roles.unwrap_or_default().as_slice() {
        [] => Finding::good(CAPABILITIES, "you have no platform role"),
        roles => {
            let roles = roles.join(", ").to_lowercase().replace('_', " ");
            Finding::good(CAPABILITIES, format!("your platform role is {roles}"))
        }
    }
}

fn push(found: Result<Option<&'static str>, Error>) -> Finding {
    match found {
        Ok(Some(way)) => Finding::good(PUSH, format!("changes of runs are pushed over {way}")),
        Ok(None) => Finding::warning(
            PUSH,
            "changes of runs are not pushed; waiting polls every few seconds instead",
        )
        .fix("allow WebSockets and /graphql/stream through the proxies in front of Lagoon"),
        Err(error) => Finding::failed(PUSH, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::Findings;
    use crate::output::Report;

    #[test]
    fn small_clock_differences_are_tolerated() {
        for (ahead, state) in [
            (0, "good"),
            (30, "good"),
            (-29, "good"),
            (31, "warning"),
            (-90, "warning"),
        ] {
            let finding = clock(SignedDuration::from_secs(ahead));
            assert_eq!(Findings(vec![finding]).value()[0]["state"], state);
        }
    }

    #[test]
    fn durations_are_readable() {
        assert_eq!(
            [length(0), length(119), length(150), length(7200)],
            ["0 s", "119 s", "2 min", "2 h"]
        );
    }
}
