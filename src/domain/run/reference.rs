//! References to a run: its id, its `lagoon-task-…` name, or the address of its page.

use std::fmt;

use url::Url;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RunRef {
    Id(i64),
    TaskName(String),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid run `{0}`; expected an id, a name such as lagoon-task-abc123, or the address of a run's page"
)]
pub struct RunRefError(pub String);

const PREFIX: &str = "lagoon-task-";

impl RunRef {
    /// Accepts an id of 32 bits, `lagoon-task-` with lower-case letters and digits, or a page's address
    /// that ends with such a name. The name becomes part of commands.
    pub fn parse(text: &str) -> Result<Self, RunRefError> {
        if let Some(page) = address(text) {
            let name = task_name_of(&page).ok_or_else(|| RunRefError(shown(&page)))?;
            return RunRef::parse(&name);
        }
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let found = match text.strip_prefix(PREFIX) {
            Some(rest) if !rest.is_empty() && rest.bytes().all(plain) => {
                Some(RunRef::TaskName(text.to_owned()))
            }
            Some(_) => None,
            None if text.bytes().all(|b| b.is_ascii_digit()) => parse_id(text).map(RunRef::Id),
            None => None,
        };
        found.ok_or_else(|| RunRefError(text.to_owned()))
    }
}

/// The web address that a text is.
pub(crate) fn address(text: &str) -> Option<Url> {
    let page = Url::parse(text.trim()).ok()?;
    matches!(page.scheme(), "http" | "https").then_some(page)
}

/// The run's name in `…/projects/PROJECT/NAMESPACE/tasks/lagoon-task-…`.
fn task_name_of(page: &Url) -> Option<String> {
    let segments: Vec<&str> = page.path_segments()?.filter(|s| !s.is_empty()).collect();
    match segments.as_slice() {
        [.., "projects", _, _, "tasks", name] if name.starts_with(PREFIX) => {
            Some((*name).to_owned())
        }
        _ => None,
    }
}

/// An address without password and query, which can be secret.
fn shown(page: &Url) -> String {
    let host = page.host_str().unwrap_or_default();
    format!("{}://{host}{}", page.scheme(), page.path())
}

/// Parses an id of 32 bits, as Lagoon's database has them.
pub(in crate::domain) fn parse_id(text: &str) -> Option<i64> {
    text.parse::<i32>().ok().filter(|id| *id > 0).map(i64::from)
}

impl fmt::Display for RunRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunRef::Id(id) => write!(f, "{id}"),
            RunRef::TaskName(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_job_names_identify_runs() {
        assert_eq!(RunRef::parse("12"), Ok(RunRef::Id(12)));
        let name = "lagoon-task-x7k2p9";
        assert_eq!(RunRef::parse(name), Ok(RunRef::TaskName(name.to_owned())));
    }

    #[test]
    fn the_address_of_a_page_identifies_its_run() {
        let run = RunRef::TaskName("lagoon-task-x7k2p9".to_owned());
        let page = "https://ui.example/projects/shop/shop-main/tasks/lagoon-task-x7k2p9";
        for end in ["", "/", "?tab=log", "#log", "/?tab=log#log"] {
            assert_eq!(
                RunRef::parse(&format!("{page}{end}")).as_ref(),
                Ok(&run),
                "{end}"
            );
        }
        let below = "http://localhost:8888/ui/projects/shop/shop-main/tasks/lagoon-task-x7k2p9";
        assert_eq!(RunRef::parse(below), Ok(run));
        for wrong in [
            "https://ui.example/projects/shop/shop-main/tasks",
            "https://ui.example/projects/shop/shop-main/deployments/lagoon-task-x7k2p9",
            "https://ui.example/projects/shop/shop-main/tasks/lagoon-task-X;ls",
            "https://ui.example/projects/shop/shop-main/tasks/12",
            "ftp://ui.example/projects/shop/shop-main/tasks/lagoon-task-x7k2p9",
        ] {
            assert!(RunRef::parse(wrong).is_err(), "{wrong}");
        }
        let error = RunRef::parse("https://me:hunter2@ui.example/x?token=hunter2").unwrap_err();
        assert_eq!(error.0, "https://ui.example/x");
    }

    #[test]
    fn other_texts_do_not_identify_runs() {
        for wrong in [
            "",
            "0",
            "-1",
            "+1",
            "2147483648",
            "1.0",
            "１",
            "lagoon-task-",
            "lagoon-task-A",
            "lagoon-task-a b",
            "lagoon-task-a;ls",
            "-oProxyCommand=x",
            "audit",
        ] {
            assert!(RunRef::parse(wrong).is_err(), "{wrong}");
        }
    }
}
