//! Help topics: `tasks help TOPIC`.

/// The name and text of each topic. The first line is the title.
pub(crate) const ALL: [(&str, &str); 4] = [
    ("global-options", GLOBAL_OPTIONS),
    ("exit-codes", EXIT_CODES),
    ("environment", ENVIRONMENT),
    ("formatting", FORMATTING),
];

pub(crate) const GLOBAL_OPTIONS: &str = "\
Options that every command accepts

Give them before or after the command. They take precedence over environment
variables (see `tasks help environment`). A command without a use for -p or -e
ignores them, and its help does not show them.

Target options:
  -p, --project <NAME>      Select a project; by default it is detected from
                            the checkout
  -e, --environment <NAME>  Select an environment by its name, or by the safe
                            name or namespace that only it has; repeat -p and
                            -e for several (invoke, exec, runs and
                            wait --active)
  -l, --context <NAME>      Select a Lagoon by the name of its context;
                            `sandbox` is built in
  -o, --output <FORMAT>     Set the output format: table, tsv, json, jsonl,
                            yaml, csv, name, id; for diff also markdown. The
                            help of a command shows the formats it accepts
                            [default: table at a terminal, otherwise tsv]

Output:
      --jq <EXPR>           Filter the JSON result; strings are printed without
                            quotes
  -q, --quiet               Print only the result, warnings and errors
  -v, --verbose             Print requests and timings on stderr
      --color <WHEN>        Use colour: auto, always, never [default: auto]
  -h, --help                Print help; -h prints a summary

Prompts:
  -y, --yes                 Answer yes to all confirmations
      --no-input            Never prompt; a missing value is an error

Connection:
      --request-timeout <TIME>
                            Limit the time of a request, including retries
                            [default: 30s]
      --max-response <SIZE>
                            Limit the size of a response [default: 256MiB]

Only with the context `sandbox`:
      --as <ROLE>           Sign in to the sandbox with this role: guest,
                            reporter, developer, maintainer, owner, outsider,
                            platform-viewer, platform-owner
                            [default: maintainer]
      --simulate            Complete sandbox runs without executing anything
      --compose[=FILE]      Execute sandbox runs in the checkout's compose
                            project, with its tasks

Example:
  # List the tasks of an environment of another Lagoon as JSON
  tasks list -l acme -p shop -e main -o json
";

pub(crate) const EXIT_CODES: &str = "\
Exit codes

   0  success
   1  refused by Lagoon, or failed otherwise
   2  usage error: an invalid flag, argument or file; a value or a
      confirmation is missing and there is no terminal to prompt on
   3  the run failed
   4  not signed in, or not allowed
   5  not found: a context, project, environment, task or run
   6  the run was cancelled
   7  Lagoon is unreachable or did not answer in time, or the outcome is
      unknown
   8  the run was still in progress at the timeout
   9  diff: there are changes
  10  the run never started
 130  interrupted (Ctrl-C, except in `runs --watch` and `sandbox serve`, which
      end with 0)
 143  terminated (SIGTERM, SIGHUP, SIGQUIT)

Only commands that wait for a run (wait, --wait, --follow) exit with 3, 6, 8 or
10. With several runs, the exit code is 0 if all completed, and otherwise the
first of 3, 6, 10, 8, 7, 4, 5, 1 that applies.

exec --exit-status exits with the exit code of the command instead, which can be
any of the above. stderr then has a note with the code, and no error. A line
that begins with error: is about tasks itself, whose codes stay as listed. If
the log does not tell the exit code, it is 3.

If the output cannot be written (for example, because the disk is full) or --jq
fails, the exit code is that of the operation, or 1 if it succeeded. The ids of
the runs are then printed on stderr. A closed pipe (tasks runs | head) is not
an error. A descriptor that is closed at startup (>&-) is treated as /dev/null.

Example:
  # Distinguish success from a failed run
  tasks invoke \"Run yarn audit\" -e main --wait
  case $? in 0) echo \"no problems\" ;; 3) echo \"the run failed\" ;; esac
";

pub(crate) const ENVIRONMENT: &str = "\
Environment variables

Flags take precedence over variables, and variables over the configuration
file. A variable that is set but empty is an error, except TASKS_PAGER.

  TASKS_CONTEXT      Context (-l)
  TASKS_PROJECT      Project (-p)
  TASKS_ENVIRONMENT  Environment (-e)
  TASKS_OUTPUT       Output format (-o)
  TASKS_MAX_RESPONSE
                     Maximum size of a response, such as 64M or 1GiB
                     (--max-response; default 256MiB)
  TASKS_API          Address of a Lagoon API. Overrides TASKS_CONTEXT and the
                     current context. With -l, TASKS_API and its TASKS_TOKEN
                     are ignored
  TASKS_TOKEN        Token for TASKS_API or, if that is not set, for the context
                     from -l or TASKS_CONTEXT. It is sent nowhere else
  TASKS_SSH_KEY      Private key for ssh (default: as ssh chooses): a path that
                     begins with /, ~/, ./ or ../, or the key itself, as PEM
                     (also in quotes, or with \\n or spaces for newlines)
                     or in base64
  TASKS_SSH_HOST, TASKS_SSH_PORT
                     ssh host that issues tokens, for the same Lagoon as
                     TASKS_TOKEN
  TASKS_PAGER        Pager for `logs` at a terminal (default $PAGER, otherwise
                     less). If it is empty or cat, no pager is used
  TASKS_VAR_*        Values for task files, and for variables in x-lagoon-project
                     of a compose file. `from_env` may read only these and
                     the variables from --allow-env

  XDG_CONFIG_HOME    lagoon-tasks/config.toml has the contexts
                     (default ~/.config)
  XDG_STATE_HOME     Files in lagoon-tasks: tokens, last (the run that --last
                     selects), claims (the runs started here in the last day)
                     and complete (names for completion, kept for a minute)
                     (default ~/.local/state)
  XDG_DATA_HOME      lagoon-tasks/sandbox has the data of the sandbox
                     (default ~/.local/share)
  LAGOON_CONFIG_FILE, LAGOONCONFIG
                     File of the `lagoon` CLI, whose contexts are available in
                     tasks, too (default ~/.lagoon.yml). It is never changed
  LAGOON_CONFIG_API_HOST, LAGOON_CONFIG_TOKEN_HOST, LAGOON_CONFIG_TOKEN_PORT
                     Set in Lagoon's pods. They define the context lagoon-pod,
                     which is used if there is no other
  LAGOON_PROJECT, LAGOON_GIT_BRANCH, LAGOON_ENVIRONMENT
                     Set in Lagoon's pods. Used if nothing else selects the
                     project and the environment
  NO_COLOR           Use no colour (--color never)
  CLICOLOR_FORCE     Use colour even without a terminal
  TERM, COLUMNS      Type and width of the terminal
  PAGER, LESS        Pager and its options (default for LESS: FRX)
  TZ                 Time zone of --since and --until
  CI                 Never prompt (--no-input)
  HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR
                     Proxies and certificates for all connections. An unusable
                     value is an error. Connections to this machine never use a
                     proxy

If the command line does not name the project, it is detected from .lagoon.yml:
x-lagoon-project in its compose file, with variables from .env, else its own key
`project`. Otherwise it comes from the git remotes, then from the context. The
environment is detected from the git branch. Detected values are reported on
stderr.

To change anything without a terminal, name the environment with -e or its
variable, and the project with -p, its variable or .lagoon.yml. If there are
several contexts, name the context, too.

Example:
  # Use a Lagoon without a context, as in a pipeline
  TASKS_API=https://api.example.com/graphql TASKS_TOKEN=\"$(cat token)\" \\
    tasks list -p shop -e main
";

pub(crate) const FORMATTING: &str = "\
Output formats

The result is printed on stdout, everything else on stderr.

  -o table  A table for people; the default at a terminal
  -o tsv    One line per item with tab-separated fields, without a header or
            colour; times are in UTC. Columns and their order do not change.
            Tab, newline and backslash are written as \\t, \\n and \\\\.
            The default without a terminal
  -o json   An object for a single item, an array for a list
  -o jsonl  The same data as JSON Lines, one item per line
  -o yaml   The same data as YAML
  -o csv    Comma-separated fields with a header
  -o name   Names, one per line
  -o id     Ids, one per line

With --wait -o jsonl, each run is printed when it ends; with wait -o jsonl
--changes, each change of status is printed.

--jq EXPR filters the JSON result and prints strings without quotes. If it
fails, the unfiltered result is printed as JSON.

With json, jsonl, yaml and --jq, an error is the last line of stderr:
  {\"error\": {\"kind\", \"message\", \"hints\", \"exitCode\", \"runs\"}}

Later releases may add JSON fields but never rename them.

Examples:
  # Print only the names of the tasks
  tasks list -p shop -e main -o name
  # Print the names of the COMMAND tasks
  tasks list -p shop -e main --jq '.[] | select(.type == \"COMMAND\") | .name'
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn every_exit_code_is_documented() {
        for kind in Kind::ALL {
            let line = format!("{:>4}  ", kind.exit_code());
            assert!(EXIT_CODES.contains(&line), "{kind:?}");
        }
    }

    #[test]
    fn every_format_is_documented() {
        for format in crate::settings::FORMATS {
            assert!(FORMATTING.contains(&format!("  -o {format}")), "{format}");
        }
    }
}
