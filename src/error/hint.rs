//! Hints of errors. Operations choose a variant; its text, with commands and flags, is here.

use std::fmt;

use crate::domain::task::definition::Target;
use crate::domain::task::quoting::suggestion;
use crate::lagoon::CertificateError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    Text(String),
    FixCertificate(CertificateError),
    /// The trusted certificate authorities cannot be used.
    FixAuthorities(String),
    ListRuns,
    /// The printed log is incomplete.
    PrintLog(i64),
    ListTasks,
    ListProjects,
    /// The run was created and may never start.
    CancelRun {
        id: i64,
        status: String,
    },
    SkipPreflight,
    NameEnvironmentOrId,
    /// Several names where one is expected.
    RepeatFlag {
        flag: Flag,
        names: Vec<String>,
    },
    /// Several runs in one word.
    SeparateRuns(Vec<String>),
    /// A word that is no run may be the name of a task.
    LatestOfTask(String),
    GiveValue,
    ChooseIfRunning,
    SkipMissing,
    WithoutLiveLog,
    ReplaceFile,
    DownloadElsewhere,
    /// The outcome of an upload is unknown.
    ListFiles {
        run: i64,
        file: String,
    },
    NameTaskFile,
    /// A task file exists that is used only if it is named.
    UseTaskFile,
    ExportTasks,
    DiffAgain,
    /// A task that no environment lists.
    DeleteUnseen {
        id: i64,
    },
    /// A task that no environment lists.
    DeleteUnlisted {
        id: i64,
        name: String,
        /// The end of a sentence that begins with the name.
        why: String,
    },
    /// Lagoon kept part of a refused definition.
    DeleteLeftover {
        id: i64,
        target: Target,
    },
    /// A replacement was added elsewhere, and the old task remains.
    DeleteReplaced {
        name: String,
        added: i64,
        old: i64,
        target: Target,
        /// The scope of the old task in words.
        scope: String,
    },
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hint::Text(text) | Hint::FixAuthorities(text) => f.write_str(text),
            Hint::FixCertificate(CertificateError::UnknownIssuer) => f.write_str(
                "to trust its authority, name a PEM file with `tasks context add … --ca-file FILE` \
                 or in SSL_CERT_FILE",
            ),
            Hint::FixCertificate(CertificateError::CaUsedAsEndEntity) => f.write_str(
                "give the server a certificate of its own (CA:FALSE), and trust the authority with \
                 `tasks context add … --ca-file FILE` or SSL_CERT_FILE",
            ),
            Hint::FixCertificate(CertificateError::Other) => f.write_str(
                "check that the certificate is for this address and that this machine's clock is right",
            ),
            Hint::ListRuns => {
                f.write_str("Lagoon keeps runs for a limited time; to list them: tasks runs")
            }
            Hint::PrintLog(id) => write!(f, "to print it again: tasks logs {id}"),
            Hint::ListTasks => f.write_str("to list tasks: tasks list"),
            Hint::ListProjects => f.write_str("to list projects: tasks projects"),
            Hint::CancelRun { id, status } => write!(
                f,
                "run {id} ({status}) was created and may never start; to cancel it: tasks cancel {id}"
            ),
            Hint::SkipPreflight => f.write_str("pass --no-preflight to start it anyway"),
            Hint::NameEnvironmentOrId => {
                f.write_str("name the environment with -e, or use the task's id")
            }
            Hint::RepeatFlag { flag, names } => {
                let flag = flag.to_string();
                let words = names.iter().flat_map(|name| [&flag, name]);
                write!(f, "{flag} takes one name; repeat it for several: {}", suggestion(words))
            }
            Hint::SeparateRuns(runs) => {
                write!(f, "separate runs with spaces: {}", suggestion(runs))
            }
            Hint::LatestOfTask(task) => {
                let words = ["--latest", "--task", task];
                write!(f, "to select the newest run of a task: {}", suggestion(words))
            }
            Hint::GiveValue => f.write_str("pass each value with -a NAME=VALUE"),
            Hint::ChooseIfRunning => {
                f.write_str("to allow this, pass --if-running start, skip or wait")
            }
            Hint::SkipMissing => {
                f.write_str("pass --skip-missing to skip targets without the task or service")
            }
            Hint::WithoutLiveLog => f.write_str("omit --live always to read the log from the API"),
            Hint::ReplaceFile => f.write_str("pass --force to replace it"),
            Hint::DownloadElsewhere => {
                f.write_str("wait for it to finish, or download to another folder with --to DIR")
            }
            Hint::ListFiles { run, file } => write!(
                f,
                "`{file}` may have been uploaded; to check: tasks files list {run}"
            ),
            Hint::NameTaskFile => f.write_str("name the file or folder with -f FILE"),
            Hint::UseTaskFile => f.write_str("to use it anyway, name it with -f FILE"),
            Hint::ExportTasks => f.write_str(
                "or start from the existing tasks: mkdir -p .lagoon && tasks export -p PROJECT > .lagoon/tasks.yml",
            ),
            Hint::DiffAgain => f.write_str("compare again: tasks diff"),
            Hint::DeleteUnseen { id } => write!(
                f,
                "sign in as a user who can see it, or delete it as a platform owner: tasks delete \
                 id:{id} --unlisted"
            ),
            Hint::DeleteUnlisted { id, name, why } => write!(
                f,
                "`{name}` (id {id}) {why}; to delete it: tasks delete id:{id} --unlisted"
            ),
            Hint::DeleteLeftover { id, target } => {
                write!(f, "delete it before you retry: {}", deletion(*id, target))
            }
            Hint::DeleteReplaced {
                name,
                added,
                old,
                target,
                scope,
            } => write!(
                f,
                "`{name}` was added (id {added}), but the old one of {scope} remains; to delete it: {}",
                deletion(*old, target)
            ),
        }
    }
}

impl Hint {
    /// True for "did you mean …?", after which the reason is likely a misspelled name.
    pub(crate) fn is_suggestion(&self) -> bool {
        matches!(self, Hint::Text(text) if text.starts_with("did you mean"))
    }

    /// For a text with commas: a name can contain one, so this is for names that were not found.
    pub(crate) fn each_name(flag: Flag, text: &str) -> Option<Hint> {
        let names = parts(text)?;
        Some(Hint::RepeatFlag { flag, names })
    }
}

/// The parts of a list in one word.
fn parts(text: &str) -> Option<Vec<String>> {
    let parts = text.split([',', ';']).map(str::trim);
    let parts: Vec<String> = parts.filter(|p| !p.is_empty()).map(str::to_owned).collect();
    (parts.len() > 1).then_some(parts)
}

impl<T: Into<String>> From<T> for Hint {
    fn from(text: T) -> Hint {
        Hint::Text(text.into())
    }
}

fn deletion(id: i64, target: &Target) -> String {
    let words = ["tasks".to_owned(), "delete".to_owned(), format!("id:{id}")];
    suggestion(words.into_iter().chain(target_flags(target)))
}

/// The flags that select a scope.
pub(crate) fn target_flags(target: &Target) -> Vec<String> {
    let words: &[&str] = match target {
        Target::Environment {
            project,
            environment,
        } => &["-p", project, "-e", environment],
        Target::Project(project) => &["-p", project],
        Target::Group(group) => &["--group", group],
        Target::System(_) => &["--scope", "system"],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The flag with the invalid value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    Project,
    Environment,
    Status,
    Mine,
    Name,
    File,
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Flag::Project => "-p",
            Flag::Environment => "-e",
            Flag::Status => "--status",
            Flag::Mine => "--mine",
            Flag::Name => "--name",
            Flag::File => "--file",
        })
    }
}
