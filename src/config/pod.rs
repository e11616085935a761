//! The context of Lagoon's own task and build pods, from their variables and the mounted key.

use std::path::Path;

use crate::domain::SshEndpoint;

use super::{ConfigError, Context, ContextName, Origin, SshKey, api_address};

pub(crate) const POD: &str = "lagoon-pod";

pub(crate) const POD_VARIABLE: &str = "LAGOON_CONFIG_API_HOST";

const KEY: &str = "var/run/secrets/lagoon/ssh/ssh-privatekey";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PodVariables {
    /// `LAGOON_CONFIG_API_HOST`, without `/graphql`.
    pub api_host: Option<String>,
    /// The ssh server that issues tokens.
    pub token_host: Option<String>,
    pub token_port: Option<String>,
}

pub(super) fn context(
    variables: &PodVariables,
    root: &Path,
) -> Option<Result<Context, ConfigError>> {
    let host = variables.api_host.as_ref()?;
    Some(of(host, variables, root))
}

fn of(host: &str, variables: &PodVariables, root: &Path) -> Result<Context, ConfigError> {
    let wrong = |variable: &str, why: String| ConfigError::new(Path::new(variable), why);
    let name: ContextName = POD
        .parse()
        .map_err(|e: super::NameError| wrong(POD_VARIABLE, e.to_string()))?;
    // Some clusters leave out the scheme.
    let address = if host.contains("://") {
        host.to_owned()
    } else {
        format!("https://{host}")
    };
    let api = api_address(&address).map_err(|e| wrong(POD_VARIABLE, e.to_string()))?;
    let ssh = variables
        .token_host
        .as_ref()
        .map(|host| SshEndpoint::parse(host, variables.token_port.as_deref()))
        .transpose()
        .map_err(|e| wrong("LAGOON_CONFIG_TOKEN_HOST", e.to_string()))?;
    let key = root.join(KEY);
    Ok(Context {
        ssh,
        ssh_key: key.exists().then(|| SshKey::file(key)),
        origin: Origin::Pod,
        ..Context::new(name, api)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(api: &str, host: &str, port: &str) -> PodVariables {
        let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        PodVariables {
            api_host: some(api),
            token_host: some(host),
            token_port: some(port),
        }
    }

    #[test]
    fn a_pod_provides_a_complete_context() {
        let root = tempfile::tempdir().unwrap();
        let key = root.path().join(KEY);
        std::fs::create_dir_all(key.parent().unwrap()).unwrap();
        std::fs::write(&key, "k").unwrap();
        let pod = variables("https://api.lagoon.example", "ssh.lagoon.example", "32222");
        let found = context(&pod, root.path()).unwrap().unwrap();
        assert_eq!(found.name.as_str(), POD);
        assert_eq!(found.api.as_str(), "https://api.lagoon.example/graphql");
        assert_eq!(found.ssh.unwrap().to_string(), "ssh.lagoon.example:32222");
        assert_eq!(found.ssh_key, Some(SshKey::file(key)));
        assert_eq!(found.origin, Origin::Pod);
    }

    #[test]
    fn missing_pod_variables_are_omitted() {
        let root = tempfile::tempdir().unwrap();
        assert!(context(&PodVariables::default(), root.path()).is_none());
        let bare = context(&variables("api.lagoon.example", "", ""), root.path());
        let bare = bare.unwrap().unwrap();
        assert_eq!(bare.api.as_str(), "https://api.lagoon.example/graphql");
        assert!(bare.ssh.is_none() && bare.ssh_key.is_none());
    }

    #[test]
    fn invalid_pod_variables_are_named() {
        let root = tempfile::tempdir().unwrap();
        for (pod, variable) in [
            (variables("ftp://x", "", ""), POD_VARIABLE),
            (
                variables("https://x", "-oX", ""),
                "LAGOON_CONFIG_TOKEN_HOST",
            ),
            (
                variables("https://x", "h", "port"),
                "LAGOON_CONFIG_TOKEN_HOST",
            ),
        ] {
            let error = context(&pod, root.path()).unwrap().unwrap_err();
            assert!(error.to_string().starts_with(variable), "{error}");
        }
    }
}
