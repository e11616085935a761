//! The only reader of environment variables: read once, passed down as a value.
//!
//! What a value means is decided in `settings`; here it is only read. Variables that libraries read
//! themselves (proxies, certificates, `COMPLETE`) are not repeated here.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::PathBuf;

pub use crate::secret::Secret;

use crate::secret::conceal_recognized;

/// The folder that is ours below each of the XDG base folders.
const FOLDER: &str = "lagoon-tasks";

/// What Lagoon sets in its pods that says where they are.
const POD_PLACE: [&str; 3] = ["LAGOON_PROJECT", "LAGOON_GIT_BRANCH", "LAGOON_ENVIRONMENT"];

/// The environment variables that concern us. An empty `TASKS_*` value is kept: it is wrong use,
/// and `settings` says so when the value would have been needed.
#[derive(Debug, Clone, Default)]
pub struct Env {
    /// `TASKS_CONTEXT`.
    pub context: Option<String>,
    /// `TASKS_PROJECT`.
    pub project: Option<String>,
    /// `TASKS_ENVIRONMENT`.
    pub environment: Option<String>,
    /// `TASKS_OUTPUT`.
    pub output: Option<String>,
    /// `TASKS_MAX_RESPONSE`.
    pub max_response: Option<String>,
    /// `TASKS_API`.
    pub api: Option<String>,
    /// `TASKS_TOKEN`.
    pub token: Option<Secret>,
    /// `TASKS_SSH_KEY`: a private key's path or text.
    pub ssh_key: Option<Secret>,
    /// `TASKS_SSH_HOST`.
    pub ssh_host: Option<String>,
    /// `TASKS_SSH_PORT`.
    pub ssh_port: Option<String>,
    /// `LAGOON_CONFIG_API_HOST`, `LAGOON_CONFIG_TOKEN_HOST` and `LAGOON_CONFIG_TOKEN_PORT`, which
    /// Lagoon's own pods have.
    pub pod: [Option<String>; 3],
    /// `NO_COLOR` is set to something.
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set to something other than `0`.
    pub clicolor_force: bool,
    /// `TERM`.
    pub term: Option<String>,
    /// `COLUMNS`, where it is a number above zero.
    pub columns: Option<u16>,
    /// `CI` is set to something other than `false` or `0`.
    pub ci: bool,
    /// What Lagoon says in its pods of where they are: `LAGOON_PROJECT` and the like.
    pub pod_place: HashMap<&'static str, String>,
    home: Option<PathBuf>,
    config_home: Option<PathBuf>,
    state_home: Option<PathBuf>,
    data_home: Option<PathBuf>,
    lagoon_cli: Option<PathBuf>,
}

/// A variable that cannot be read as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the variable {0} is not valid UTF-8")]
pub struct EnvError(pub String);

/// A variable that a file of the user's names; `None` where it is not set, or not UTF-8.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the only reader of environment variables"
)]
#[must_use]
pub fn named(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A variable that a library reads, whether it is valid UTF-8 or not.
#[allow(
    clippy::disallowed_methods,
    reason = "this is the only reader of environment variables"
)]
#[must_use]
pub fn named_os(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

impl Env {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// When one of our variables is not UTF-8.
    #[allow(
        clippy::disallowed_methods,
        reason = "this is the one place that reads them"
    )]
    pub fn read() -> Result<Env, EnvError> {
        Self::from_vars(std::env::vars_os())
    }

    /// Reads an environment given as pairs, for tests.
    ///
    /// # Errors
    /// When one of our variables is not UTF-8.
    pub fn from_vars<K, V>(vars: impl IntoIterator<Item = (K, V)>) -> Result<Env, EnvError>
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let vars: HashMap<OsString, OsString> = vars
            .into_iter()
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        let text = |name: &str| -> Result<Option<String>, EnvError> {
            vars.get(&OsString::from(name))
                .map(|v| v.to_str().ok_or_else(|| EnvError(name.to_owned())))
                .transpose()
                .map(|v| {
                    // A secret may be in the wrong variable, and errors repeat values.
                    v.inspect(|v| conceal_recognized(v)).map(str::to_owned)
                })
        };
        // What others define is taken as it can be read.
        let lossy = |name: &str| -> Option<String> {
            vars.get(&OsString::from(name))
                .map(|v| v.to_string_lossy().into_owned())
                .filter(|v| !v.is_empty())
        };
        // The XDG specification has relative paths ignored.
        let folder = |name: &str| -> Option<PathBuf> {
            vars.get(&OsString::from(name))
                .map(PathBuf::from)
                .filter(|p| p.is_absolute())
        };
        let lossless = |name: &str| -> Option<PathBuf> {
            let value = vars.get(&OsString::from(name)).filter(|v| !v.is_empty());
            value.map(PathBuf::from)
        };
        Ok(Env {
            context: text("TASKS_CONTEXT")?,
            project: text("TASKS_PROJECT")?,
            environment: text("TASKS_ENVIRONMENT")?,
            output: text("TASKS_OUTPUT")?,
            max_response: text("TASKS_MAX_RESPONSE")?,
            api: text("TASKS_API")?,
            token: text("TASKS_TOKEN")?.map(Secret::new),
            ssh_key: text("TASKS_SSH_KEY")?.map(Secret::unregistered),
            ssh_host: text("TASKS_SSH_HOST")?,
            ssh_port: text("TASKS_SSH_PORT")?,
            pod: [
                lossy("LAGOON_CONFIG_API_HOST"),
                lossy("LAGOON_CONFIG_TOKEN_HOST"),
                lossy("LAGOON_CONFIG_TOKEN_PORT"),
            ],
            no_color: lossy("NO_COLOR").is_some(),
            clicolor_force: lossy("CLICOLOR_FORCE").is_some_and(|v| v != "0"),
            term: lossy("TERM"),
            columns: lossy("COLUMNS")
                .and_then(|v| v.trim().parse().ok())
                .filter(|n| *n > 0),
            ci: lossy("CI").is_some_and(|v| v != "false" && v != "0"),
            pod_place: POD_PLACE
                .iter()
                .filter_map(|name| Some((*name, lossy(name)?)))
                .collect(),
            home: folder("HOME").or_else(|| folder("USERPROFILE")),
            config_home: folder("XDG_CONFIG_HOME"),
            state_home: folder("XDG_STATE_HOME"),
            data_home: folder("XDG_DATA_HOME"),
            lagoon_cli: lossless("LAGOON_CONFIG_FILE").or_else(|| lossless("LAGOONCONFIG")),
        })
    }

    /// Where our configuration is; `None` when there is neither `XDG_CONFIG_HOME` nor `HOME`.
    #[must_use]
    pub fn config_folder(&self) -> Option<PathBuf> {
        self.folder(&self.config_home, ".config")
    }

    /// Where tokens are kept.
    #[must_use]
    pub fn state_folder(&self) -> Option<PathBuf> {
        self.folder(&self.state_home, ".local/state")
    }

    /// Where the sandbox keeps its data.
    #[must_use]
    pub fn data_folder(&self) -> Option<PathBuf> {
        self.folder(&self.data_home, ".local/share")
    }

    /// The file of the `lagoon` CLI, where it would be.
    #[must_use]
    pub fn lagoon_cli_file(&self) -> Option<PathBuf> {
        let in_home = || Some(self.home.as_ref()?.join(".lagoon.yml"));
        self.lagoon_cli.clone().or_else(in_home)
    }

    fn folder(&self, base: &Option<PathBuf>, below_home: &str) -> Option<PathBuf> {
        base.clone()
            .or_else(|| Some(self.home.as_ref()?.join(below_home)))
            .map(|base| base.join(FOLDER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(vars: &[(&str, &str)]) -> Env {
        Env::from_vars(vars.iter().copied()).unwrap()
    }

    #[test]
    fn folders_follow_xdg_and_fall_back_to_home() {
        let env = env(&[("HOME", "/home/me"), ("XDG_STATE_HOME", "/state")]);
        assert_eq!(
            env.config_folder(),
            Some(PathBuf::from("/home/me/.config/lagoon-tasks"))
        );
        assert_eq!(
            env.state_folder(),
            Some(PathBuf::from("/state/lagoon-tasks"))
        );
        assert_eq!(
            env.data_folder(),
            Some(PathBuf::from("/home/me/.local/share/lagoon-tasks"))
        );
    }

    #[test]
    fn the_lagoon_clis_file_is_where_it_looks_for_it() {
        let file = |vars: &[(&str, &str)]| env(vars).lagoon_cli_file();
        let home = ("HOME", "/h");
        assert_eq!(file(&[home]), Some("/h/.lagoon.yml".into()));
        assert_eq!(file(&[home, ("LAGOONCONFIG", "/a")]), Some("/a".into()));
        let both = [home, ("LAGOONCONFIG", "/a"), ("LAGOON_CONFIG_FILE", "b")];
        assert_eq!(file(&both), Some("b".into()));
        assert_eq!(
            file(&[home, ("LAGOONCONFIG", "")]),
            Some("/h/.lagoon.yml".into())
        );
        assert_eq!(file(&[]), None);
    }

    #[test]
    fn relative_base_folders_are_ignored() {
        let env = env(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "conf")]);
        assert_eq!(
            env.config_folder(),
            Some(PathBuf::from("/h/.config/lagoon-tasks"))
        );
        assert_eq!(Env::default().config_folder(), None);
    }

    #[test]
    fn empty_values_of_ours_are_kept_and_of_others_dropped() {
        let env = env(&[
            ("TASKS_ENVIRONMENT", ""),
            ("NO_COLOR", ""),
            ("CI", "false"),
            ("COLUMNS", "0"),
        ]);
        assert_eq!(env.environment.as_deref(), Some(""));
        assert!(!env.no_color && !env.ci && env.columns.is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_no_text_is_named() {
        use std::os::unix::ffi::OsStringExt;
        let vars = [(
            OsString::from("TASKS_PROJECT"),
            OsString::from_vec(vec![0xff]),
        )];
        let error = Env::from_vars(vars).unwrap_err();
        assert_eq!(error, EnvError("TASKS_PROJECT".to_owned()));
    }

    #[test]
    fn the_token_is_not_in_the_debug_output() {
        let env = env(&[("TASKS_TOKEN", "a.b.c"), ("TASKS_SSH_KEY", "-----BEGIN K")]);
        let shown = format!("{env:?}");
        assert!(!shown.contains("a.b.c") && !shown.contains("BEGIN"));
    }
}
