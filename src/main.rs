//! The program `tasks`: completion, a runtime, an exit code.

use std::process::ExitCode;

use clap_complete::CompleteEnv;
use clap_complete::env::{EnvCompleter, Shells};
use lagoon_tasks::internal as tasks;

fn main() -> ExitCode {
    #[cfg(feature = "sandbox")]
    {
        use lagoon_sandbox::engine::runner;
        let mut args = std::env::args_os().skip(1);
        if args.next().is_some_and(|first| first == runner::SUBCOMMAND) {
            return runner::main(args);
        }
    }
    if let Some(code) = tasks::serve_sign_in_page(std::env::args_os().skip(1)) {
        return code;
    }
    // Ends the process when a shell asks for candidates.
    let shells = tasks::shells();
    let shells = shells.each_ref().map(|shell| shell as &dyn EnvCompleter);
    CompleteEnv::with_factory(tasks::command)
        .shells(Shells(&shells))
        .complete();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return ExitCode::FAILURE;
    };
    #[allow(
        clippy::exit,
        clippy::disallowed_methods,
        reason = "main ends the process"
    )]
    let give_up = |code: u8| std::process::exit(code.into());
    let code = runtime.block_on(tasks::run(std::env::args_os().collect(), give_up));
    // A thread that still waits for stdin must not keep the process.
    runtime.shutdown_background();
    ExitCode::from(code)
}
