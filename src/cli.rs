//! The command line: global flags, the list of commands, dispatch and the exit code.
//!
//! To add a command, add a variant to [`Command`] and a line to [`dispatch`]; its group in the help
//! is in `cli::help`.

mod choose;
mod globals;
mod habits;
mod help;
mod hints;
mod place_need;
mod reports;
mod several;
mod usage;

use crate::commands::scope;
use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::app::{App, GiveUp, Interrupts, finish, print};
use crate::commands::{self, topics};
use crate::error::{Error, Kind};
use crate::secret::conceal_recognized;
use crate::settings::{Env, Flags, Settings, SettingsError, is_structured};
use crate::terminal::{ColorChoice, Ui, UiOptions};
use choose::choose_context;
use globals::Globals;
use hints::Kept;
use place_need::place_need;
use several::Several;

/// Define, list, invoke and follow tasks on Lagoon
#[derive(Debug, Parser)]
#[command(name = "tasks", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
#[allow(clippy::large_enum_variant, reason = "there is one of it")]
enum Command {
    #[command(visible_alias = "ls")]
    List(commands::list::ListArgs),
    Show(commands::show::ShowArgs),
    Define(commands::define::DefineArgs),
    Update(commands::update::UpdateArgs),
    Delete(commands::delete::DeleteArgs),
    Export(commands::export::ExportArgs),
    Diff(commands::diff::DiffArgs),
    Apply(commands::apply::ApplyArgs),
    Lint(commands::lint::LintArgs),
    #[command(visible_alias = "run")]
    Invoke(commands::invoke::InvokeArgs),
    Exec(commands::exec::ExecArgs),
    Rerun(commands::rerun::RerunArgs),
    Runs(commands::runs::RunsArgs),
    Status(commands::status::StatusArgs),
    Logs(commands::logs::LogsArgs),
    Wait(commands::wait::WaitArgs),
    Cancel(commands::cancel::CancelArgs),
    Files(commands::files::FilesArgs),
    #[cfg(feature = "ui")]
    Ui(commands::ui::UiArgs),
    Login(commands::login::LoginArgs),
    Logout(commands::logout::LogoutArgs),
    Whoami(commands::whoami::WhoamiArgs),
    Context(commands::context::Context),
    Projects(commands::projects::ProjectsArgs),
    Environments(commands::environments::EnvironmentsArgs),
    #[cfg(feature = "sandbox")]
    Sandbox(commands::sandbox::Sandbox),
    Doctor(commands::doctor::DoctorArgs),
    Api(commands::api::ApiArgs),
    #[cfg(feature = "mcp")]
    Mcp(commands::mcp::McpArgs),
    Completions(commands::completions::Completions),
    Man(commands::man::ManArgs),
    #[command(hide = true, about = "Exit codes")]
    ExitCodes,
    #[command(hide = true, about = "Environment variables")]
    Environment,
    #[command(hide = true, about = "Output formats")]
    Formatting,
    #[command(hide = true, about = "Options that every command accepts")]
    GlobalOptions,
}

async fn dispatch(command: Command, app: &App) -> Result<(), Error> {
    match command {
        Command::List(args) => commands::list::run(args, app).await,
        Command::Show(args) => commands::show::run(args, app).await,
        Command::Define(args) => commands::define::run(args, app).await,
        Command::Update(args) => commands::update::run(args, app).await,
        Command::Delete(args) => commands::delete::run(args, app).await,
        Command::Export(args) => commands::export::run(args, app).await,
        Command::Diff(args) => commands::diff::run(args, app).await,
        Command::Apply(args) => commands::apply::run(args, app).await,
        Command::Lint(args) => commands::lint::run(&args, app),
        Command::Invoke(args) => commands::invoke::run(args, app).await,
        Command::Exec(args) => commands::exec::run(args, app).await,
        Command::Rerun(args) => commands::rerun::run(args, app).await,
        Command::Runs(args) => commands::runs::run(args, app).await,
        Command::Status(args) => commands::status::run(args, app).await,
        Command::Logs(args) => commands::logs::run(args, app).await,
        Command::Wait(args) => commands::wait::run(args, app).await,
        Command::Cancel(args) => commands::cancel::run(args, app).await,
        Command::Files(args) => commands::files::run(args, app).await,
        #[cfg(feature = "ui")]
        Command::Ui(args) => commands::ui::run(args, app).await,
        Command::Login(args) => commands::login::run(args, app).await,
        Command::Logout(args) => commands::logout::run(args, app).await,
        Command::Whoami(args) => commands::whoami::run(args, app).await,
        Command::Context(args) => commands::context::run(args, app).await,
        Command::Projects(args) => commands::projects::run(args, app).await,
        Command::Environments(args) => commands::environments::run(args, app).await,
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => commands::sandbox::run(args, app).await,
        Command::Doctor(args) => commands::doctor::run(args, app).await,
        Command::Api(args) => commands::api::run(args, app).await,
        #[cfg(feature = "mcp")]
        Command::Mcp(args) => commands::mcp::run(args, app).await,
        Command::Completions(args) => commands::completions::run(&args, app, &shells()),
        Command::Man(args) => commands::man::run(&args, app, self::command(), &topics::ALL),
        Command::ExitCodes => print(&app.ui, &help::topic(topics::EXIT_CODES, &app.ui)),
        Command::Environment => print(&app.ui, &help::topic(topics::ENVIRONMENT, &app.ui)),
        Command::Formatting => print(&app.ui, &help::topic(topics::FORMATTING, &app.ui)),
        Command::GlobalOptions => print(&app.ui, &help::topic(topics::GLOBAL_OPTIONS, &app.ui)),
    }
}

/// Answers a line that is only `--version` or `--help` without parsing it, which would take most of the time.
fn answer_early(args: &[OsString], env: &Env) -> Option<u8> {
    let [_, word] = args else {
        return None;
    };
    let ui = || ui(env, &Flags::default(), ColorChoice::default());
    let (ui, text) = match word.to_str()? {
        "--version" | "-V" => (ui(), format!("tasks {}\n", env!("CARGO_PKG_VERSION"))),
        "--help" | "-h" => {
            let ui = ui();
            let text = help::overview(command_of(args), &ui);
            (ui, text)
        }
        _ => return None,
    };
    Some(finish_early(&ui, false, print(&ui, &text)))
}

/// The whole command line.
pub fn command() -> clap::Command {
    built(&|_| true)
}

/// The part of the command line that these arguments need: building the rest would dominate the
/// start-up time.
fn command_of(args: &[OsString]) -> clap::Command {
    let is_on_line = |c: &clap::Command| {
        args.iter()
            .filter_map(|word| word.to_str())
            .any(|word| c.get_name() == word || c.get_all_aliases().any(|alias| alias == word))
    };
    built(&is_on_line)
}

fn built(is_wanted: &dyn Fn(&clap::Command) -> bool) -> clap::Command {
    let root = globals::with_repeatable_switches(Cli::command());
    help::with_placeholders(globals::on_commands(root, is_wanted))
}

pub fn shells() -> [commands::completions::Shell; 6] {
    commands::completions::shells(|| help::with_topics(command()))
}

/// Runs the command line and returns the exit code. `give_up` ends the process if a signal arrives
/// and nothing else handles it.
pub async fn run(args: Vec<OsString>, give_up: GiveUp) -> u8 {
    // Errors repeat misplaced arguments, which could be secrets.
    let words = args.iter().filter_map(|word| word.to_str());
    words.for_each(conceal_recognized);
    let env = match Env::read() {
        Ok(env) => env,
        Err(error) => {
            let ui = Ui::new(UiOptions::default());
            let json = usage::asks_for_json(&args, None);
            return finish_early(&ui, json, Err(Error::usage(error.to_string())));
        }
    };
    let json = usage::asks_for_json(&args, env.output.as_deref());
    if let Some(code) = answer_early(&args, &env) {
        return code;
    }
    let (globals, command) = match parse(&args) {
        Ok(parsed) => parsed,
        Err(Stop::Clap(error)) if error.kind() == ErrorKind::MissingSubcommand && !json => {
            // The help of the group.
            let args = [args, vec!["--help".into()]].concat();
            let ui = ui(&env, &Flags::default(), usage::color(&args));
            return match parse(&args) {
                Err(stop) => stop_early(stop, &args, &ui, json),
                Ok(_) => 0,
            };
        }
        Err(stop) => {
            let ui = ui(&env, &Flags::default(), usage::color(&args));
            return stop_early(stop, &args, &ui, json);
        }
    };
    let ui = ui(&env, &globals.flags, globals.color.unwrap_or_default());
    let Some(command) = command else {
        return finish_early(
            &ui,
            json,
            print(&ui, &help::overview(command_of(&args), &ui)),
        );
    };
    let settings = match settings(&globals.flags, &env, &command) {
        Ok(settings) => settings,
        Err(error) => return finish_early(&ui, json, Err(error.into())),
    };
    let json = settings.wants_json_errors();
    let interrupts = Interrupts::listen(give_up);
    let mut app = App::new(ui, settings, interrupts.clone());
    if let Err(error) = reports::plan(&command, &mut app, &interrupts) {
        return finish_early(&app.ui, json, Err(error));
    }
    let result = tokio::select! {
        result = async {
            let context = choose_context(&mut app, &globals.flags, &env, &command)?;
            Kept::of(context, &app.settings, &command).add_to_messages(&app.ui);
            carry_out(command, &mut app).await
        } => result,
        kind = interrupts.unclaimed() => Err(Error::new(kind, kind.word())),
    };
    app.finish_renewals().await;
    // The last write can fail, too.
    let result = match app.conclude(result.and(finish(&app.ui))) {
        Ok(()) => Ok(()),
        Err(error) => Err(app.with_pages(interrupts.explain(error).await)),
    };
    finish_early(&app.ui, json, reports::write(&app, result))
}

/// Adds hints about roles and the network to an error.
async fn carry_out(command: Command, app: &mut App) -> Result<(), Error> {
    #[cfg(feature = "ui")]
    if matches!(command, Command::Ui(_)) {
        commands::ui::require_terminal(app)?;
    }
    let need = place_need(&command, app.ui.can_prompt());
    let is_diagnosis = matches!(command, Command::Doctor(_));
    // The user's own request may be about anything.
    let is_own_request = matches!(command, Command::Api(_));
    let several = Several::of(&command);
    let result = match scope::locate(app, need).await {
        Ok(()) => match rehearse(&command, app).await {
            Ok(()) => dispatch(command, app).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => Ok(()),
        Err(error) if is_diagnosis => Err(error),
        Err(error) if is_own_request => Err(app.explain_network(error)),
        Err(error) => {
            let error = several.explain(error);
            let error = scope::explain_refusal(app, error, need).await;
            Err(app.explain_network(error))
        }
    }
}

/// Before a command that reads tasks, applies the task files of a checkout that is rehearsed.
async fn rehearse(command: &Command, app: &App) -> Result<(), Error> {
    #[cfg(feature = "sandbox")]
    match command {
        Command::List(_) | Command::Show(_) | Command::Invoke(_) | Command::Rerun(_) => {
            commands::apply::rehearse(app).await?;
        }
        #[cfg(feature = "ui")]
        Command::Ui(_) => commands::apply::rehearse(app).await?,
        #[cfg(feature = "mcp")]
        Command::Mcp(_) => commands::apply::rehearse(app).await?,
        _ => {}
    }
    let _ = (command, app);
    Ok(())
}

fn settings(flags: &Flags, env: &Env, command: &Command) -> Result<Settings, SettingsError> {
    if !Several::of(command).places {
        flags.require_single()?;
    }
    let settings = Settings::resolve(flags, env)?;
    #[cfg(feature = "sandbox")]
    if !matches!(command, Command::Sandbox(_)) {
        settings.require_sandbox_for_its_flags()?;
    }
    Ok(settings)
}

enum Stop {
    /// Help, version or a usage error.
    Clap(Box<clap::Error>),
    Error(Error),
}

fn parse(args: &[OsString]) -> Result<(Globals, Option<Command>), Stop> {
    let clap = |e| Stop::Clap(Box::new(e));
    let matches = command_of(args).try_get_matches_from(args).map_err(clap)?;
    let cli = Cli::from_arg_matches(&matches).map_err(clap)?;
    let globals = globals::collect(cli.globals, &matches).map_err(Stop::Error)?;
    if let Some(Command::Invoke(invoke)) = &cli.command
        && let Some(number) = invoke.bare_number()
    {
        habits::refuse_bare_number(args, number).map_err(Stop::Error)?;
    }
    Ok((globals, cli.command))
}

fn stop_early(stop: Stop, args: &[OsString], ui: &Ui, json: bool) -> u8 {
    match stop {
        Stop::Clap(error) if !error.use_stderr() => {
            let text = help::text(&error.render(), || command_of(args), ui);
            finish_early(ui, false, print(ui, &text))
        }
        Stop::Clap(error) => {
            let known = habits::error(&error, args);
            let error = known.unwrap_or_else(|| usage::error(&error, args, command_of(args)));
            finish_early(ui, json, Err(error))
        }
        Stop::Error(error) => finish_early(ui, json, Err(error)),
    }
}

/// Prints the error at the end of stderr and returns the exit code.
fn finish_early(ui: &Ui, json: bool, result: Result<(), Error>) -> u8 {
    // An error of the command takes precedence over one of its output.
    let finished = finish(ui);
    let Err(mut error) = result.and(finished) else {
        return 0;
    };
    if let Some(option) = ui.prompts_disabled_by() {
        error = error.without_prompts(option);
    }
    if json {
        let hints = error.hint_texts().into_iter();
        error.hints = hints.map(|hint| ui.completed(&hint).into()).collect();
        ui.error_json(&error.to_json());
    } else if error.kind == Kind::Changes || error.exit_status.is_some() {
        // The requested information, not a failure.
        ui.note(&error.to_string());
    } else {
        ui.error_text(&error.to_string(), &error.hint_texts());
    }
    // Flushes the message.
    let _ = finish(ui);
    error.exit_code()
}

fn ui(env: &Env, flags: &Flags, color: ColorChoice) -> Ui {
    Ui::new(UiOptions {
        color,
        no_color: env.no_color,
        force_color: env.clicolor_force,
        dumb: env.term.as_deref() == Some("dumb"),
        columns: env.columns,
        utf8: env.utf8,
        quiet: flags.quiet,
        verbose: flags.verbose,
        no_input: flags.no_input,
        ci: env.ci,
        pager: env.pager.clone(),
        has_less_options: env.has_less_options,
        tmux: env.tmux,
    })
}
