//! Events that change the state, and effects that the changes have.

use std::path::PathBuf;

use crate::domain::place::view::EnvironmentView;
use crate::domain::{Definition, Environment, Project, Run};
use crate::ops::launch::Launch;
use crate::ops::launch::start::StartedRun;
use crate::ops::runs::cancel::CancelOutcome;
use crate::terminal::input::Input;

#[derive(Debug)]
pub(crate) enum Event {
    Input(Input),
    /// A second has passed.
    Tick,
    News(Box<News>),
    /// A signal has arrived.
    Stop,
}

/// A failure in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub text: String,
    pub hints: Vec<String>,
}

impl Trouble {
    pub(crate) fn new(text: impl Into<String>) -> Trouble {
        Trouble {
            text: text.into(),
            hints: Vec::new(),
        }
    }
}

/// Results of background work.
#[derive(Debug)]
pub(crate) enum News {
    Projects(Result<Vec<Project>, Trouble>),
    /// Of the project with this name.
    Environments(String, Result<Vec<Environment>, Trouble>),
    /// The newest runs of the environments of the project with this name.
    Runs(String, Vec<Run>),
    /// Reading them failed and will be repeated.
    RunsFailed(String, Trouble),
    /// Of the environment with this id.
    Tasks(i64, Result<Box<EnvironmentView>, Trouble>),
    /// All runs of the environment with this id.
    AllRuns(i64, Result<Vec<Run>, Trouble>),
    /// A run that was read.
    Run(Run),
    Log(i64, LogNews),
    /// Runs in progress of the project with this name, while those of all projects are read.
    Active(String, Result<Vec<Run>, Trouble>),
    /// All projects were read.
    ActiveRead,
    Prepared(Result<Box<Prepared>, Trouble>),
    Started {
        launch: Box<Launch>,
        line: String,
        result: Result<StartedRun, Trouble>,
    },
    CancelSent(Run, Result<CancelOutcome, Trouble>),
    /// The paths that a download of the run's files would replace.
    Existing(Run, Result<Vec<PathBuf>, Trouble>),
    Downloading(String),
    Downloaded(Result<Vec<PathBuf>, Trouble>),
    Opened(Result<(), Trouble>),
}

#[derive(Debug)]
pub(crate) enum LogNews {
    /// More of the log; a part before it may have been left out.
    Piece {
        text: String,
        is_cut: bool,
    },
    Note(String),
    /// Reading failed and will be repeated.
    Retrying(String),
    /// No more follows.
    End,
    Failed(Trouble),
}

/// A start that was checked, or the form that it needs.
#[derive(Debug)]
pub(crate) enum Prepared {
    Launch {
        launch: Box<Launch>,
        /// To be answered with yes before the start.
        questions: Vec<String>,
        /// Messages about the start.
        notes: Vec<String>,
        line: String,
        /// The id of the run that is repeated.
        rerun_of: Option<i64>,
    },
    /// The values of a rerun are unknown.
    Form {
        environment: Environment,
        definition: Box<Definition>,
        note: String,
    },
}

/// A start that was requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    Task {
        environment: Environment,
        definition: Box<Definition>,
        values: Vec<(String, String)>,
        line: String,
    },
    Command {
        environment: Environment,
        service: String,
        command: String,
        line: String,
    },
    Rerun {
        run: Run,
        line: String,
    },
}

/// Work outside the state.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    LoadProjects,
    /// Reads the environments of this project and watches its runs; ends watching another one.
    Open(String),
    Close,
    /// Ends reading those of another environment.
    LoadTasks(Environment),
    LoadAllRuns(Environment),
    /// Reads or follows the log of this run; ends following another one.
    ShowLog(Run),
    HideLog,
    /// Reads the runs in progress of these projects, again and again.
    WatchActive(Vec<Project>),
    EndActive,
    Prepare(Request),
    /// With its command line. Sent once.
    Start(Box<Launch>, String),
    Cancel(Run),
    /// Looks for existing files before a download.
    FindExisting(Run),
    Download {
        run: Run,
        is_replacing: bool,
    },
    Browse(String),
    Copy(String),
    Quit,
}
