//! `tasks files`: list, download and upload the files of a run.

mod report;

use crate::app::{App, print};
use crate::commands::report::ResultPrinter;
use crate::commands::scope;
use crate::commands::select::runs::{names_place, require_place};
use crate::commands::select::{OneRun, RunUse};
use crate::domain::{Run, RunRef};
use crate::error::{Error, Hint, quoted_list};
use crate::ops;
use crate::ops::runs::files::{self, Fetch, LocalFile, TransferWatcher};
use crate::ops::runs::history;
use crate::settings::TargetSetting;
use crate::terminal::{Progress, Stream, StreamError};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use report::{FileList, TransferredFile, Transfers};

/// List, download and upload the files of a run
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # List the files of a run
  tasks files list 1234
  # Download all files of a run
  tasks files get 1234
  # Upload a file to a run
  tasks files put 1234 report.json")]
pub(crate) struct FilesArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(ListArgs),
    Get(GetArgs),
    Put(PutArgs),
}

/// List the files of a run
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # List the files of a run
  tasks files list 1234
  # List the files of the last run that this machine started
  tasks files list --last
  # Print only the names
  tasks files list 1234 -o name
  # Print the files with their download addresses
  tasks files list 1234 --url -o json")]
struct ListArgs {
    #[command(flatten)]
    run: OneRun,
    /// Show signed addresses, which allow downloads for 5 minutes
    #[arg(long)]
    url: bool,
}

/// Download files of a run
///
/// Downloads all files unless FILE is given. Existing files are kept unless --force is given.
/// Files are never written outside the target folder.
///
/// An interrupted download is retried. If it still fails, the partial file is kept next to the target
/// as `.NAME.tasks-partial`, and the same command resumes it if the file has not changed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Download all files of a run
  tasks files get 1234
  # Download the matching files to a folder
  tasks files get 1234 '*.sql.gz' -O backup
  # Start a task, wait for it and download its files
  tasks invoke 'DB dump' -e main --wait | tasks files get - -O backup
  # Write one file to stdout
  tasks files get 1234 report.json -O - | jq .total")]
struct GetArgs {
    #[command(flatten)]
    run: OneRun,
    /// File name or pattern (`*`, `?`)
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// Write the files to this folder; `-` writes one to stdout
    #[arg(long = "to", short = 'O', value_name = "DIR", default_value = ".")]
    to: PathBuf,
    /// Replace existing files
    #[arg(long)]
    force: bool,
}

/// Upload files to a run
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  # Upload a file
  tasks files put 1234 report.json
  # Upload two files, replacing files of the same names
  tasks files put 1234 dump.sql.gz notes.txt --force")]
struct PutArgs {
    #[command(flatten)]
    run: OneRun,
    /// File to upload
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Replace files of the same name
    #[arg(long)]
    force: bool,
}

impl FilesArgs {
    /// True if project and environment decide which run is selected.
    pub(crate) fn needs_place(&self, can_prompt: bool) -> bool {
        let (Command::List(ListArgs { run, .. })
        | Command::Get(GetArgs { run, .. })
        | Command::Put(PutArgs { run, .. })) = &self.command;
        run.needs_place(can_prompt)
    }
}

pub(crate) async fn run(args: FilesArgs, app: &App) -> Result<(), Error> {
    match args.command {
        Command::List(args) => list(args, app).await,
        Command::Get(args) => get(args, app).await,
        Command::Put(args) => put(args, app).await,
    }
}

async fn list(args: ListArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan_with(app, &["name"])?;
    if let Some(word) = args.run.first_word() {
        return Err(Error::conflict(
            "--last or --latest",
            format!("the run `{word}`"),
        ));
    }
    let run = id_of(app, &args.run).await?;
    let listed = files::list(app.lagoon().await?, run).await?;
    answer.print(&FileList {
        run,
        files: listed,
        with_url: args.url,
    })
}

async fn get(args: GetArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan_with(app, &["name"])?;
    let run = id_of(app, &args.run).await?;
    let lagoon = app.lagoon().await?;
    let files = files::list(lagoon, run).await?;
    if files.is_empty() {
        return Err(Error::not_found(report::no_files(run)));
    }
    let first = args.run.first_word().map(str::to_owned);
    let wanted: Vec<String> = first.into_iter().chain(args.files).collect();
    let local = files::local_names(&files);
    let files = files::select(run, files, &wanted)?;
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let clock = ops::clock();
    let progress = TransferProgress::start(app);
    if args.to == Path::new("-") {
        let [name] = names.as_slice() else {
            return Err(Error::usage(format!(
                "only one file can be written to stdout, but several are selected: {}",
                quoted_list(&names)
            )));
        };
        let mut fetch = Fetch::new(lagoon, &clock, &progress, run, files);
        return match fetch.copy(name, &mut Stdout(app)).await {
            // The output is closed: exit quietly.
            Err(error) if is_closed(&error) => Ok(()),
            other => other.map(|_| ()),
        };
    }
    let paths = files::places(&args.to, &files, &local, args.force)?;
    std::fs::create_dir_all(&args.to)
        .map_err(|e| Error::failed(format!("cannot create {}", args.to.display())).because(e))?;
    for (name, path) in names.iter().zip(&paths) {
        if path.file_name().is_none_or(|kept| kept != name.as_str()) {
            app.ui
                .warn(&format!("`{name}` is saved as {}", path.display()));
        }
    }
    let mut fetch = Fetch::new(lagoon, &clock, &progress, run, files);
    let mut saved = Vec::new();
    let save_all = async {
        for (name, path) in names.iter().zip(&paths) {
            let file = fetch.save(name, path, args.force).await?;
            saved.push(TransferredFile::new(file.name, &file.path, file.bytes));
        }
        Ok(())
    };
    let end = save_all.await;
    progress.progress.finish();
    print_files(app, &answer, "saved", saved).and(end)
}

async fn put(args: PutArgs, app: &App) -> Result<(), Error> {
    let answer = ResultPrinter::plan_with(app, &["name"])?;
    let first = args.run.first_word().map(PathBuf::from);
    let paths: Vec<PathBuf> = first.into_iter().chain(args.files).collect();
    if paths.is_empty() {
        return Err(Error::not_given("file")
            .hint("name the files after the run: tasks files put RUN FILE…"));
    }
    let locals: Vec<LocalFile> = files::locals(&paths)?;
    app.require_explicit(&[TargetSetting::Context])?;
    let run = find(app, &args.run, RunUse::Upload).await?;
    let lagoon = app.lagoon().await?;
    if !args.force {
        let there = files::list(lagoon, run.id).await?;
        let both = |local: &&LocalFile| there.iter().any(|file| file.name == local.name);
        if let Some(local) = locals.iter().find(both) {
            return Err(Error::usage(format!(
                "run {} already has a file `{}`",
                run.id, local.name
            ))
            .hint(Hint::ReplaceFile));
        }
    }
    if let Some(environment) = &run.environment {
        app.ui.note(&scope::banner(app, &environment.label())?);
    }
    let clock = ops::clock();
    let progress = TransferProgress::start(app);
    let mut sent = Vec::new();
    let send_all = async {
        for local in &locals {
            files::put(lagoon, &clock, &progress, run.id, local, args.force).await?;
            let (name, path) = (local.name.clone(), &local.path);
            sent.push(TransferredFile::new(name, path, local.bytes));
        }
        Ok(())
    };
    let end = send_all.await;
    progress.progress.finish();
    print_files(app, &answer, "uploaded", sent).and(end)
}

fn print_files(
    app: &App,
    answer: &ResultPrinter,
    done: &str,
    files: Vec<TransferredFile>,
) -> Result<(), Error> {
    if files.is_empty() {
        return Ok(());
    }
    let files = Transfers(files);
    if answer.is_for_people() {
        return print(&app.ui, &files.lines(done));
    }
    answer.print_done(&files)
}

async fn find(app: &App, named: &OneRun, of: RunUse) -> Result<Run, Error> {
    let named = named.resolve(app, of).await?;
    let run = history::find(app.lagoon().await?, &named).await?;
    require_place(app, &run, of)?;
    Ok(run)
}

/// The run's id. An id alone needs no request.
async fn id_of(app: &App, named: &OneRun) -> Result<i64, Error> {
    let run = named.resolve(app, RunUse::Read).await?;
    match run {
        RunRef::Id(id) if !names_place(app) => Ok(id),
        _ => {
            let run = history::find(app.lagoon().await?, &run).await?;
            require_place(app, &run, RunUse::Read)?;
            Ok(run.id)
        }
    }
}

struct TransferProgress<'a> {
    app: &'a App,
    progress: Box<dyn Progress>,
}

impl TransferProgress<'_> {
    fn start(app: &App) -> TransferProgress<'_> {
        let progress = app.ui.progress();
        progress.start("transferring files", None);
        TransferProgress { app, progress }
    }
}

impl Drop for TransferProgress<'_> {
    fn drop(&mut self) {
        self.progress.finish();
    }
}

impl TransferWatcher for TransferProgress<'_> {
    fn moved(&self, name: &str, bytes: u64, of: Option<u64>) {
        let of = of.map_or(String::new(), |of| format!(" of {}", report::size(of)));
        self.progress
            .update(&format!("{name}: {}{of}", report::size(bytes)));
    }

    fn interrupted(&self, name: &str, bytes: u64, error: &Error) {
        self.app.ui.note(&format!(
            "`{name}`: interrupted after {}, retrying: {error}",
            report::size(bytes)
        ));
    }
}

/// Unmasked stdout.
struct Stdout<'a>(&'a App);

impl std::io::Write for Stdout<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.ui.unmasked().write(Stream::Out, bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(StreamError::Closed) => Err(std::io::ErrorKind::BrokenPipe.into()),
            Err(StreamError::Io(error)) => Err(error),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn is_closed(error: &Error) -> bool {
    error
        .source
        .as_deref()
        .and_then(|source| source.downcast_ref::<std::io::Error>())
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
