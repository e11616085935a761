//! Invokes a task, waits for the end of its run and prints the log.
//!
//! The token is read from standard input. With a sandbox that listens on port 3000
//! (`tasks sandbox serve --port 3000`):
//!
//! ```sh
//! tasks sandbox token | cargo run --example invoke_and_wait -- \
//!     http://127.0.0.1:3000/graphql lagoon-demo main 'Run yarn audit'
//! ```
//!
//! Further words are values of the task's arguments: `NAME=VALUE`.

use std::error::Error;
use std::io::{Write, read_to_string, stdin};
use std::time::Duration;

use lagoon_tasks::client::{Client, Outcome, Task};

/// Starts a task, waits for an hour at most, and writes the run's log to `output`.
pub(crate) async fn invoke_and_wait(
    task: &Task,
    values: &[String],
    output: &mut (dyn Write + Send),
) -> Result<Outcome, Box<dyn Error>> {
    let mut invocation = task.invoke();
    for value in values {
        let (name, value) = value.split_once('=').ok_or("a value is NAME=VALUE")?;
        invocation = invocation.value(name, value);
    }
    let mut run = invocation.start().await?;
    let outcome = run.wait(Some(Duration::from_secs(60 * 60))).await?;
    write!(output, "{}", run.log().await?)?;
    writeln!(
        output,
        "run {} of {}: {}",
        run.id(),
        run.task(),
        run.status()
    )?;
    Ok(outcome)
}

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::disallowed_methods, reason = "an example prints its result")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, project, environment, task, values @ ..] = arguments.as_slice() else {
        return Err("arguments: ADDRESS PROJECT ENVIRONMENT TASK [NAME=VALUE]...".into());
    };
    let token = read_to_string(stdin())?;
    let client = Client::builder(address).token(token.trim()).build()?;
    let environment = client.environment(project, environment).await?;
    let task = environment.task(task).await?;
    match invoke_and_wait(&task, values, &mut std::io::stdout()).await? {
        Outcome::Completed => Ok(()),
        _ => Err("the run did not complete".into()),
    }
}
