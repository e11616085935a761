//! Help topics: `tasks help TOPIC`.

/// The name and text of each topic. The first line is the title.
pub(crate) const ALL: [(&str, &str); 3] = [
    ("exit-codes", EXIT_CODES),
    ("environment", ENVIRONMENT),
    ("formatting", FORMATTING),
];

pub(crate) const EXIT_CODES: &str = "\
Exit codes of tasks

   0  done
   1  refused by Lagoon, or failed otherwise
   2  wrong use: a flag, an argument, a file; a value is missing and nobody
      can be asked; or something was not confirmed
   3  the run failed
   4  not signed in, or not allowed
   5  not found: a context, project, environment, task or run
   6  the run was cancelled
   7  Lagoon cannot be reached, does not answer in time, or the outcome is
      unknown
   8  the run was still going when the time was up
   9  diff: there are changes
  10  the run never started
 130  interrupted (Ctrl-C)
 143  terminated (SIGTERM, SIGHUP, SIGQUIT)

3, 6, 8 and 10 come only from waiting for a run (wait, --wait, --follow).

Of several runs: 0 only when all of them completed, else the first that
applies of 3, 6, 10, 8, 7, 4, 5, 1.

If the output cannot be written (a full disk, say) or --jq fails, the exit
code is that of the operation, or 1 if that would be 0. The ids of the runs
are then on stderr. A closed pipe (tasks runs | head) is not a failure. A
descriptor closed at startup (>&-) is treated as /dev/null.

Example:
  tasks invoke \"Run yarn audit\" -e main --wait
  case $? in 0) echo fine ;; 3) echo \"it ran and failed\" ;; esac
";

pub(crate) const ENVIRONMENT: &str = "\
Environment variables of tasks

A flag holds before its variable, a variable before the configuration file.
A variable that is set but empty is an error.

  TASKS_CONTEXT      the Lagoon to talk to (-l)
  TASKS_PROJECT      the project (-p)
  TASKS_ENVIRONMENT  the environment (-e)
  TASKS_OUTPUT       the format of answers (-o)
  TASKS_MAX_RESPONSE the maximum size of a response, such as 64M or 1GiB
                     (--max-response; default 256MiB)
  TASKS_API          the address of a Lagoon API, instead of a context
  TASKS_TOKEN        the token for TASKS_API; without TASKS_API, for the
                     context that is named with -l or TASKS_CONTEXT. It is
                     sent nowhere else
  TASKS_SSH_KEY      the private key for ssh (default: what ssh itself takes):
                     a path that begins with /, ~/, ./ or ../, or the key
                     itself: PEM (quotes, and \\n or spaces instead of newlines,
                     are accepted), or the file in base64
  TASKS_SSH_HOST, TASKS_SSH_PORT
                     where tokens are given out over ssh, for the same Lagoon
                     as TASKS_TOKEN

  TASKS_VAR_*        values for task files: `from_env` may read only these and
                     the variables given with --allow-env

A context that is named on the line makes TASKS_API and what belongs to it
irrelevant.

  XDG_CONFIG_HOME    lagoon-tasks/config.toml in it holds the contexts
                     (default ~/.config)
  XDG_STATE_HOME     lagoon-tasks/tokens in it holds their tokens
                     (default ~/.local/state)
                     lagoon-tasks/last is the run that --last means,
                     lagoon-tasks/claims marks the runs that were started
                     here, for a day, and lagoon-tasks/complete keeps names
                     for completion, for a minute
  XDG_DATA_HOME      lagoon-tasks/sandbox in it holds the sandbox
                     (default ~/.local/share)
  LAGOON_CONFIG_FILE, LAGOONCONFIG
                     the file of the lagoon CLI, whose contexts are known
                     here, too (default ~/.lagoon.yml); it is only read
  LAGOON_CONFIG_API_HOST, LAGOON_CONFIG_TOKEN_HOST, LAGOON_CONFIG_TOKEN_PORT
                     Lagoon's own pods have them: there the context
                     lagoon-pod is known, and used when there is no other
  NO_COLOR           no colour, as --color never does
  CLICOLOR_FORCE     colour even where stdout is no terminal
  TERM, COLUMNS      the terminal's kind and width
  CI                 never ask, as --no-input does
  HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR
                     proxies and certificates for all connections; an unusable
                     value is an error. Connections to this machine never use a
                     proxy

  LAGOON_PROJECT, LAGOON_GIT_BRANCH, LAGOON_ENVIRONMENT
                     set by Lagoon in its pods: where one is, when nothing
                     else says

What the line does not say comes from where one is, and is told on stderr: the
project from .lagoon.yml and the compose file that it names (x-lagoon-project),
else from the git remote, else from the context; the environment from the git
branch.

To change anything without a terminal, what decides where it goes must be
said: the environment with a flag or a variable, the project with one or by
.lagoon.yml, and the context too when there is more than one.

Example:
  TASKS_API=https://api.example.com/graphql TASKS_TOKEN=\"$(cat token)\" \\
    tasks list -p shop -e main
";

pub(crate) const FORMATTING: &str = "\
Formats of answers

The answer is on stdout, everything else on stderr.

  -o table  for people; the default at a terminal
  -o tsv    one line each, fields separated by tabs, no header, no colour,
            times in UTC; columns and their order do not change; tab, newline
            and backslash are written \\t, \\n and \\\\. The default elsewhere
  -o json   an object for one thing, an array for a listing
  -o jsonl  the same, one element a line
  -o yaml   the same
  -o csv    with a header
  -o name   names, one a line
  -o id     ids, one a line

With --wait, -o jsonl prints each run when it ends; wait -o jsonl --changes
prints each change of status.

--jq EXPR filters the JSON answer and prints strings bare. If it fails, the
unfiltered result is printed as JSON.

With json, jsonl, yaml and --jq an error is the last line of stderr:
  {\"error\": {\"kind\", \"message\", \"hints\", \"exitCode\", \"runs\"}}

Fields of the JSON may be added in a later release, never renamed.

Examples:
  tasks list -p shop -e main -o name
  tasks list -p shop -e main --jq '.[] | select(.type == \"COMMAND\") | .name'
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn every_exit_code_is_explained() {
        for kind in Kind::ALL {
            let line = format!("{:>4}  ", kind.exit_code());
            assert!(EXIT_CODES.contains(&line), "{kind:?}");
        }
    }

    #[test]
    fn every_format_is_explained() {
        for format in crate::settings::FORMATS {
            assert!(FORMATTING.contains(&format!("  -o {format}")), "{format}");
        }
    }
}
