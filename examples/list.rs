//! Lists the tasks of an environment with their arguments.
//!
//! The token is read from standard input. With a sandbox that listens on port 3000
//! (`tasks sandbox serve --port 3000`):
//!
//! ```sh
//! tasks sandbox token | cargo run --example list -- http://127.0.0.1:3000/graphql lagoon-demo main
//! ```

use std::error::Error;
use std::io::{Write, read_to_string, stdin};

use lagoon_tasks::client::Client;

/// Writes one line for each task to `output`.
pub(crate) async fn list(
    client: &Client,
    project: &str,
    environment: &str,
    output: &mut (dyn Write + Send),
) -> Result<(), Box<dyn Error>> {
    let environment = client.environment(project, environment).await?;
    for task in environment.tasks().await? {
        let arguments = task.arguments().iter().map(|argument| {
            if argument.is_required() {
                argument.name.clone()
            } else {
                format!("[{}]", argument.name)
            }
        });
        let arguments: Vec<String> = arguments.collect();
        writeln!(output, "{} {}", task.name(), arguments.join(" "))?;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::disallowed_methods, reason = "an example prints its result")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, project, environment] = arguments.as_slice() else {
        return Err("arguments: ADDRESS PROJECT ENVIRONMENT".into());
    };
    let token = read_to_string(stdin())?;
    let client = Client::builder(address).token(token.trim()).build()?;
    list(&client, project, environment, &mut std::io::stdout()).await
}
