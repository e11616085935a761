//! The program's variables, read once and passed on as a value; `settings` interprets them.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use crate::secret::{Secret, conceal_recognized};

const FOLDER: &str = "lagoon-tasks";

const POD_PLACE: [&str; 3] = ["LAGOON_PROJECT", "LAGOON_GIT_BRANCH", "LAGOON_ENVIRONMENT"];

/// An empty `TASKS_*` value is kept: it is a usage error if the value is needed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Env {
    pub context: Option<String>,
    pub project: Option<String>,
    pub environment: Option<String>,
    pub output: Option<String>,
    pub max_response: Option<String>,
    pub api: Option<String>,
    pub token: Option<Secret>,
    pub ssh_key: Option<Secret>,
    pub ssh_host: Option<String>,
    pub ssh_port: Option<String>,
    /// `LAGOON_CONFIG_API_HOST`, `…_TOKEN_HOST` and `…_TOKEN_PORT` of a Lagoon pod.
    pub pod: [Option<String>; 3],
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is neither empty nor `0`.
    pub clicolor_force: bool,
    pub term: Option<String>,
    pub columns: Option<u16>,
    /// The encoding in `LC_ALL`, `LC_CTYPE` or `LANG`, whichever is set first, is UTF-8.
    pub utf8: bool,
    /// `CI` is neither empty nor `false` nor `0`.
    pub ci: bool,
    /// `TASKS_PAGER`, else `PAGER`; if empty, no pager is used.
    pub pager: Option<String>,
    pub has_less_options: bool,
    pub tmux: bool,
    pub desktop: Desktop,
    pub pod_place: HashMap<&'static str, String>,
    home: Option<PathBuf>,
    config_home: Option<PathBuf>,
    state_home: Option<PathBuf>,
    data_home: Option<PathBuf>,
    lagoon_cli: Option<PathBuf>,
}

/// The signs of where the user's browser runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Desktop {
    /// `SSH_CONNECTION` is set.
    pub over_ssh: bool,
    /// `DISPLAY` or `WAYLAND_DISPLAY` is set. macOS and Windows need no variable for their own display.
    pub has_display: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the variable {0} is not valid UTF-8")]
pub(crate) struct EnvError(pub String);

impl Env {
    /// Fails if one of our variables is invalid UTF-8.
    pub(crate) fn read() -> Result<Env, EnvError> {
        Self::from_vars(std::env::vars_os())
    }

    /// For tests.
    pub(crate) fn from_vars<K, V>(vars: impl IntoIterator<Item = (K, V)>) -> Result<Env, EnvError>
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let vars: HashMap<OsString, OsString> = vars
            .into_iter()
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        let var = |name: &str| vars.get(OsStr::new(name));
        let text = |name: &str| -> Result<Option<String>, EnvError> {
            let Some(value) = var(name) else {
                return Ok(None);
            };
            let value = value.to_str().ok_or_else(|| EnvError(name.to_owned()))?;
            // A secret may be in the wrong variable, and errors repeat values.
            conceal_recognized(value);
            Ok(Some(value.to_owned()))
        };
        // Variables of other programs may be invalid UTF-8.
        let lossy = |name: &str| -> Option<String> {
            let value = var(name)?.to_string_lossy();
            (!value.is_empty()).then(|| value.into_owned())
        };
        // The XDG specification requires that relative paths are ignored.
        let folder = |name: &str| -> Option<PathBuf> {
            var(name).map(PathBuf::from).filter(|p| p.is_absolute())
        };
        let path = |name: &str| var(name).filter(|v| !v.is_empty()).map(PathBuf::from);
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
            utf8: ["LC_ALL", "LC_CTYPE", "LANG"]
                .into_iter()
                .find_map(lossy)
                .is_some_and(|locale| is_utf8(&locale)),
            pager: match text("TASKS_PAGER")? {
                None => var("PAGER").map(|value| value.to_string_lossy().into_owned()),
                given => given,
            },
            has_less_options: var("LESS").is_some(),
            tmux: lossy("TMUX").is_some(),
            ci: lossy("CI").is_some_and(|v| v != "false" && v != "0"),
            desktop: {
                let over_ssh = lossy("SSH_CONNECTION").is_some();
                let needs_variable = !cfg!(any(target_os = "macos", windows));
                let is_named = ["DISPLAY", "WAYLAND_DISPLAY"]
                    .map(lossy)
                    .iter()
                    .any(Option::is_some);
                Desktop {
                    over_ssh,
                    has_display: is_named || !(needs_variable || over_ssh),
                }
            },
            pod_place: POD_PLACE
                .iter()
                .filter_map(|name| Some((*name, lossy(name)?)))
                .collect(),
            home: folder("HOME").or_else(|| folder("USERPROFILE")),
            config_home: folder("XDG_CONFIG_HOME"),
            state_home: folder("XDG_STATE_HOME"),
            data_home: folder("XDG_DATA_HOME"),
            lagoon_cli: path("LAGOON_CONFIG_FILE").or_else(|| path("LAGOONCONFIG")),
        })
    }

    /// `None` if neither `XDG_CONFIG_HOME` nor `HOME` is set.
    pub(crate) fn config_folder(&self) -> Option<PathBuf> {
        self.folder(&self.config_home, ".config")
    }

    pub(crate) fn state_folder(&self) -> Option<PathBuf> {
        self.folder(&self.state_home, ".local/state")
    }

    pub(crate) fn data_folder(&self) -> Option<PathBuf> {
        self.folder(&self.data_home, ".local/share")
    }

    /// The path of the `lagoon` CLI's file, which need not exist.
    pub(crate) fn lagoon_cli_file(&self) -> Option<PathBuf> {
        let in_home = || Some(self.home.as_ref()?.join(".lagoon.yml"));
        self.lagoon_cli.clone().or_else(in_home)
    }

    fn folder(&self, base: &Option<PathBuf>, below_home: &str) -> Option<PathBuf> {
        base.clone()
            .or_else(|| Some(self.home.as_ref()?.join(below_home)))
            .map(|base| base.join(FOLDER))
    }
}

/// True for `C.UTF-8` and `de_DE.utf8@euro`.
fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
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
    fn the_lagoon_cli_file_is_located_like_the_cli_does() {
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
    fn empty_tasks_variables_are_kept_and_others_dropped() {
        let env = env(&[
            ("TASKS_ENVIRONMENT", ""),
            ("NO_COLOR", ""),
            ("CI", "false"),
            ("COLUMNS", "0"),
        ]);
        assert_eq!(env.environment.as_deref(), Some(""));
        assert!(!env.no_color && !env.ci && env.columns.is_none());
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides_on_symbols() {
        let utf8 = |vars: &[(&str, &str)]| env(vars).utf8;
        assert!(utf8(&[("LANG", "en_GB.UTF-8")]));
        assert!(utf8(&[("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(utf8(&[("LC_ALL", ""), ("LANG", "de_DE.UTF-8@euro")]));
        assert!(!utf8(&[("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]));
        assert!(!utf8(&[("LANG", "de_DE.ISO-8859-1")]));
        assert!(!utf8(&[]));
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_unicode_is_named() {
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
