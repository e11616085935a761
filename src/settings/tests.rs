use super::*;
use crate::config::{Context, api_address};
use crate::env::Secret;

fn config(current: Option<&str>, names: &[&str]) -> Config {
    let context = |name: &&str| Context {
        project: Some(format!("{name}-shop")),
        ..Context::new(
            name.parse().unwrap(),
            api_address(&format!("https://{name}.example")).unwrap(),
        )
    };
    Config {
        current: current.map(|n| n.parse().unwrap()),
        contexts: names.iter().map(context).collect(),
        ..Config::empty("/conf/config.toml".into())
    }
}

fn flags(change: impl FnOnce(&mut Flags)) -> Flags {
    let mut flags = Flags::default();
    change(&mut flags);
    flags
}

fn resolve(
    flags: &Flags,
    vars: &[(&str, &str)],
    config: Config,
) -> Result<Settings, SettingsError> {
    let env = Env::from_vars(vars.iter().copied()).unwrap();
    Settings::merge(flags, &env, Ok(config))
}

fn chosen(
    flags: &Flags,
    vars: &[(&str, &str)],
    config: Config,
) -> Result<ResolvedTarget, SettingsError> {
    resolve(flags, vars, config).unwrap().chosen().cloned()
}

fn line(context: &str) -> Flags {
    flags(|f| f.context = Some(context.to_owned()))
}

fn token(text: &str) -> TokenOrigin {
    TokenOrigin::Variable(Secret::new(text.to_owned()))
}

fn stored(name: &str) -> TokenOrigin {
    TokenOrigin::Store(name.parse().unwrap())
}

#[test]
fn flags_override_variables_and_variables_the_context() {
    let vars = [("TASKS_PROJECT", "var")];
    let by_flag = flags(|f| f.project = vec!["flag".to_owned()]);
    let project = |flags: &Flags, vars: &[_], config| {
        resolve(flags, vars, config)
            .unwrap()
            .project
            .map(|p| format!("{} from {}", p.value, p.source))
    };
    let none = Flags::default();
    let one = || config(None, &["acme"]);
    assert_eq!(
        project(&by_flag, &vars, one()).unwrap(),
        "flag from --project"
    );
    assert_eq!(
        project(&none, &vars, one()).unwrap(),
        "var from TASKS_PROJECT"
    );
    assert_eq!(
        project(&none, &[], one()).unwrap(),
        "acme-shop from the context `acme`"
    );
    assert_eq!(project(&none, &[], config(None, &[])), None);
    assert_eq!(
        project(&line("sandbox"), &[], one()).unwrap(),
        "lagoon-demo from the sandbox"
    );
}

#[test]
fn effective_empty_values_are_usage_errors() {
    let empty = flags(|f| f.environment = vec![String::new()]);
    let full = flags(|f| f.environment = vec!["main".to_owned()]);
    let vars = [("TASKS_ENVIRONMENT", " ")];
    let none = config(None, &[]);
    let error = resolve(&empty, &[], none.clone()).unwrap_err();
    assert_eq!(error.message, "--environment has an empty value");
    let error = resolve(&Flags::default(), &vars, none.clone()).unwrap_err();
    assert_eq!(error.message, "TASKS_ENVIRONMENT has an empty value");
    assert!(resolve(&full, &vars, none.clone()).is_ok());

    for vars in [
        vec![("TASKS_CONTEXT", "")],
        vec![("TASKS_API", ""), ("TASKS_TOKEN", "t")],
        vec![("TASKS_API", "https://x"), ("TASKS_TOKEN", "")],
    ] {
        let error = chosen(&Flags::default(), &vars, none.clone()).unwrap_err();
        assert_eq!(error.kind, SettingsErrorKind::Usage, "{vars:?}");
    }
    assert!(resolve(&Flags::default(), &[("TASKS_OUTPUT", "")], none).is_err());
}

#[test]
fn a_token_is_sent_only_to_its_own_address() {
    let api = ("TASKS_API", "https://x.example");
    let tok = ("TASKS_TOKEN", "t");
    let ctx = ("TASKS_CONTEXT", "b");
    let two = || config(Some("a"), &["a", "b"]);
    let none = Flags::default();
    let is = |chosen: ResolvedTarget, label: &str, token: TokenOrigin, stray: bool| {
        let found = match &chosen.target.value {
            Target::Sandbox => "sandbox".to_owned(),
            Target::Context(c) => c.name.to_string(),
            Target::Address(url) => url.to_string(),
        };
        assert_eq!(
            (found.as_str(), &chosen.token, chosen.ignored_token),
            (label, &token, stray)
        );
    };

    // TASKS_API and its token.
    let x = "https://x.example/graphql";
    is(
        chosen(&none, &[api, tok], two()).unwrap(),
        x,
        token("t"),
        false,
    );
    is(
        chosen(&none, &[api, tok, ctx], two()).unwrap(),
        x,
        token("t"),
        false,
    );
    // With a context on the command line neither applies, even if they are invalid.
    is(
        chosen(&line("b"), &[api, tok], two()).unwrap(),
        "b",
        stored("b"),
        false,
    );
    let wrong = [("TASKS_API", ""), tok];
    is(
        chosen(&line("b"), &wrong, two()).unwrap(),
        "b",
        stored("b"),
        false,
    );
    // Without TASKS_API, the token belongs to the named context.
    is(
        chosen(&line("b"), &[tok], two()).unwrap(),
        "b",
        token("t"),
        false,
    );
    is(
        chosen(&none, &[tok, ctx], two()).unwrap(),
        "b",
        token("t"),
        false,
    );
    // A context that is not named never gets the token.
    is(
        chosen(&none, &[tok], two()).unwrap(),
        "a",
        stored("a"),
        true,
    );
    // Nor does the sandbox.
    is(
        chosen(&line("sandbox"), &[tok], two()).unwrap(),
        "sandbox",
        TokenOrigin::Sandbox,
        false,
    );
}

#[test]
fn an_address_without_a_token_uses_another_sign_in() {
    let vars = [("TASKS_API", "https://x.example")];
    let chosen = chosen(&Flags::default(), &vars, config(None, &[])).unwrap();
    assert_eq!(chosen.token, TokenOrigin::Address);
}

#[test]
fn ssh_variables_apply_to_the_address_of_the_token() {
    let ssh = [
        ("TASKS_SSH_HOST", "ssh.example"),
        ("TASKS_SSH_PORT", "2222"),
        ("TASKS_SSH_KEY", "/key"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&ssh[..], more].concat();
    let two = || config(Some("a"), &["a", "b"]);
    let found = |flags: &Flags, vars: &[_]| {
        let ssh = chosen(flags, vars, two()).unwrap().ssh;
        (ssh.endpoint.map(|e| e.to_string()), ssh.key.is_some())
    };
    let none = Flags::default();
    let api = ("TASKS_API", "https://x.example");
    let all = (Some("ssh.example:2222".to_owned()), true);
    assert_eq!(found(&none, &with(&[api])), all);
    assert_eq!(found(&line("b"), &with(&[])), all);
    assert_eq!(found(&none, &with(&[("TASKS_CONTEXT", "b")])), all);
    // With a context on the command line, variables that belong to TASKS_API do not apply.
    assert_eq!(found(&line("b"), &with(&[api])), (None, false));
    // The current context is not named, so no other host issues tokens for it.
    assert_eq!(found(&none, &with(&[])), (None, true));

    for (vars, complaint) in [
        (vec![api, ("TASKS_SSH_PORT", "22")], "TASKS_SSH_HOST is not"),
        (vec![api, ("TASKS_SSH_HOST", "-oX")], "TASKS_SSH_HOST: "),
        (
            vec![api, ("TASKS_SSH_HOST", "h"), ("TASKS_SSH_PORT", "x")],
            "TASKS_SSH_PORT: ",
        ),
        (
            vec![api, ("TASKS_SSH_KEY", " ")],
            "TASKS_SSH_KEY has an empty value",
        ),
    ] {
        let error = chosen(&none, &vars, two()).unwrap_err();
        assert!(error.message.contains(complaint), "{error}");
    }
}

#[test]
fn the_current_or_only_context_is_used() {
    let none = Flags::default();
    let name = |c: Result<ResolvedTarget, SettingsError>| match c.unwrap().target.value {
        Target::Context(c) => c.name.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        name(chosen(&none, &[], config(Some("b"), &["a", "b"]))),
        "b"
    );
    assert_eq!(name(chosen(&none, &[], config(None, &["a"]))), "a");

    let error = chosen(&none, &[], config(None, &["a", "b"])).unwrap_err();
    assert_eq!(error.kind, SettingsErrorKind::NoCurrentContext);
    let error = chosen(&none, &[], config(None, &[])).unwrap_err();
    assert_eq!(error.kind, SettingsErrorKind::NotSignedIn);
    let error = chosen(&none, &[], config(Some("gone"), &["a"])).unwrap_err();
    assert_eq!(error.kind, SettingsErrorKind::NotFound);
}

#[test]
fn a_pod_is_the_default_target() {
    use crate::config::{POD, PodVariables};
    let none = Flags::default();
    let pod = PodVariables {
        api_host: Some("https://api.lagoon.example".to_owned()),
        ..PodVariables::default()
    };
    let root = tempfile::tempdir().unwrap();
    let with_pod = |config: Config| config.with_pod(&pod, root.path());
    let found = chosen(&none, &[], with_pod(config(None, &[]))).unwrap();
    assert!(matches!(&found.target.value, Target::Context(c) if c.name.as_str() == POD));
    // A pod's variables count as explicit.
    assert!(found.target.is_explicit());
    let ours = chosen(&none, &[], with_pod(config(None, &["a"]))).unwrap();
    assert!(matches!(&ours.target.value, Target::Context(c) if c.name.as_str() == "a"));
    let api = [("TASKS_API", "https://x.example")];
    let address = chosen(&none, &api, with_pod(config(None, &[]))).unwrap();
    assert!(matches!(address.target.value, Target::Address(_)));
    assert!(chosen(&line(POD), &[], with_pod(config(None, &["a"]))).is_ok());

    let broken = PodVariables {
        api_host: Some("ftp://x".to_owned()),
        ..PodVariables::default()
    };
    let broken = config(None, &[]).with_pod(&broken, root.path());
    let error = chosen(&none, &[], broken).unwrap_err();
    assert!(
        error.message.starts_with("LAGOON_CONFIG_API_HOST"),
        "{error}"
    );
}

#[test]
fn an_unknown_context_is_not_found_with_a_suggestion() {
    let error = chosen(&line("acne"), &[], config(None, &["acme"])).unwrap_err();
    assert_eq!(error.kind, SettingsErrorKind::NotFound);
    assert_eq!(error.hints, ["did you mean `acme`?"]);
    let error = chosen(&line("a/b"), &[], config(None, &[])).unwrap_err();
    assert_eq!(error.kind, SettingsErrorKind::Usage);
}

#[test]
fn a_broken_file_fails_only_commands_that_need_it() {
    let broken = || {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(FILE), "[").unwrap();
        Config::load(home.path())
    };
    let env = Env::default();
    let settings = Settings::merge(&Flags::default(), &env, broken()).unwrap();
    assert!(settings.config().is_err() && settings.chosen().is_err());
    let settings = Settings::merge(&line("sandbox"), &env, broken()).unwrap();
    assert!(settings.chosen().is_ok());
}

#[test]
fn inferred_targets_are_not_changed_without_a_terminal() {
    use TargetSetting::{Context, Environment, Project};
    let one = || config(None, &["a"]);
    let two = || config(Some("a"), &["a", "b"]);
    let environment = flags(|f| f.environment = vec!["main".to_owned()]);

    let settings = resolve(&environment, &[], one()).unwrap();
    assert!(settings.require_explicit(&[Context, Environment]).is_ok());
    let error = settings.require_explicit(&[Project]).unwrap_err();
    assert!(error.hints[0].contains("the context `a`"), "{error}");

    let vars = [("TASKS_PROJECT", "p"), ("TASKS_CONTEXT", "b")];
    let settings = resolve(&environment, &vars, two()).unwrap();
    assert!(
        settings
            .require_explicit(&[Context, Project, Environment])
            .is_ok()
    );

    let settings = resolve(&Flags::default(), &[], two()).unwrap();
    assert!(settings.require_explicit(&[Context]).is_err());
    assert!(settings.require_explicit(&[Environment]).is_err());

    let settings = resolve(&line("sandbox"), &[], two()).unwrap();
    assert!(settings.require_explicit(&[Context, Project]).is_ok());
}

#[test]
fn output_formats_are_resolved() {
    let none = || config(None, &[]);
    let output = |flags: &Flags, vars: &[_]| resolve(flags, vars, none()).unwrap();
    let json = [("TASKS_OUTPUT", "json")];
    assert!(output(&Flags::default(), &json).wants_json_errors());
    let csv = flags(|f| f.output = Some("csv".to_owned()));
    assert!(!output(&csv, &json).wants_json_errors());
    let jq = flags(|f| f.jq = Some(".".to_owned()));
    let settings = output(&jq, &[("TASKS_OUTPUT", "table")]);
    assert!(settings.output.is_none() && settings.wants_json_errors());

    let vars = [("TASKS_OUTPUT", "jsn")];
    let error = resolve(&Flags::default(), &vars, none()).unwrap_err();
    assert_eq!(error.hints, ["did you mean `json`?"]);
}

#[cfg(feature = "sandbox")]
#[test]
fn sandbox_flags_require_the_sandbox() {
    let one = || config(None, &["a"]);
    let as_guest = |context: Option<&str>| {
        flags(|f| {
            f.context = context.map(str::to_owned);
            f.role = Some("guest".to_owned());
        })
    };
    let check = |flags: &Flags| {
        resolve(flags, &[], one())
            .unwrap()
            .require_sandbox_for_its_flags()
    };
    assert!(check(&as_guest(Some("sandbox"))).is_ok());
    for flags in [as_guest(Some("a")), as_guest(None), as_guest(Some("gone"))] {
        assert_eq!(check(&flags).unwrap_err().kind, SettingsErrorKind::Usage);
    }
    assert!(check(&flags(|f| f.simulate = true)).is_err());
    assert!(check(&Flags::default()).is_ok());
}

#[test]
fn repeated_place_flags_are_refused_for_a_single_place() {
    let of = |projects: &[&str], environments: &[&str]| {
        let all = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        let flags = flags(|f| (f.project, f.environment) = (all(projects), all(environments)));
        resolve(&flags, &[], config(None, &[]))
    };
    let value = |value: &Option<Sourced<String>>| value.as_ref().map(|v| v.value.clone());
    let several = of(&["a", "b"], &["main", "develop"]).unwrap();
    assert_eq!(value(&several.project), None);
    assert_eq!(value(&several.environment), None);
    assert_eq!(several.named.environments, ["main", "develop"]);
    assert!(of(&["a", " "], &[]).is_err());

    let pair = of(&[], &["shop:feature/a"]).unwrap();
    assert_eq!(value(&pair.project).as_deref(), Some("shop"));
    assert_eq!(value(&pair.environment).as_deref(), Some("feature/a"));
    assert!(pair.project.is_some_and(|p| p.is_explicit()));
    assert!(of(&["shop"], &["shop:main"]).is_err());
    assert!(of(&[], &[":main"]).is_err());
}
