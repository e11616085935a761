//! The global flags.

use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::{FORMATS, MARKDOWN, SettingsError, parse_limit, parse_size};

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Flags {
    /// The Lagoon to talk to; `sandbox` is the built-in one
    #[arg(short = 'l', long, value_name = "NAME", help_heading = WHERE)]
    pub context: Option<String>,
    /// The project
    #[arg(short = 'p', long, value_name = "NAME", help_heading = WHERE)]
    pub project: Vec<String>,
    /// The environment
    #[arg(short = 'e', long, value_name = "NAME", help_heading = WHERE)]
    pub environment: Vec<String>,
    /// Format of the answer: table at a terminal, tsv elsewhere
    #[arg(short = 'o', long, value_name = "FORMAT", help_heading = HOW,
          value_parser = PossibleValuesParser::new(formats()))]
    pub output: Option<String>,
    /// Filter the JSON answer; strings are printed bare
    #[arg(long, value_name = "EXPR", help_heading = HOW)]
    pub jq: Option<String>,
    /// Take every confirmation as given
    #[arg(short = 'y', long, help_heading = HOW)]
    pub yes: bool,
    /// Never ask: a missing value is an error
    #[arg(long, help_heading = HOW)]
    pub no_input: bool,
    /// Say nothing but the answer, warnings and errors
    #[arg(short = 'q', long, help_heading = HOW)]
    pub quiet: bool,
    /// Show requests and timings on stderr
    #[arg(short = 'v', long, help_heading = HOW)]
    pub verbose: bool,
    /// Limit for one request, retries included [default: 30s]
    #[arg(long, value_name = "TIME", help_heading = HOW, value_parser = parse_limit)]
    pub request_timeout: Option<Duration>,
    /// Maximum size of a response [default: 256MiB]
    #[arg(long, value_name = "SIZE", help_heading = HOW, value_parser = parse_size)]
    pub max_response: Option<u64>,
    /// Sign in to the sandbox as this role [default: maintainer]
    #[cfg(feature = "sandbox")]
    #[arg(long = "as", value_name = "ROLE", help_heading = SANDBOX,
          value_parser = PossibleValuesParser::new(super::ROLES))]
    pub role: Option<String>,
    /// Complete runs in the sandbox without executing anything
    #[cfg(feature = "sandbox")]
    #[arg(long, help_heading = SANDBOX)]
    pub simulate: bool,
}

/// `markdown` is for `diff` only, which may follow the flag, so it is accepted and not shown.
fn formats() -> Vec<PossibleValue> {
    let shown = FORMATS.map(PossibleValue::new).into_iter();
    shown
        .chain([PossibleValue::new(MARKDOWN).hide(true)])
        .collect()
}

const WHERE: &str = "Where";
const HOW: &str = "How";
#[cfg(feature = "sandbox")]
const SANDBOX: &str = "With the context `sandbox` only";

/// The values after the subcommand replace those before it.
fn any(further: Vec<String>, before: Vec<String>) -> Vec<String> {
    if further.is_empty() { before } else { further }
}

impl Flags {
    pub(crate) fn require_single(&self) -> Result<(), SettingsError> {
        let given = [
            ("--project", &self.project),
            ("--environment", &self.environment),
        ];
        for (flag, values) in given {
            if values.len() > 1 {
                return Err(SettingsError::usage(format!(
                    "{flag} is given {} times, and this command is about one",
                    values.len()
                ))
                .hint("`invoke`, `exec` and `runs` take several"));
            }
        }
        Ok(())
    }

    #[must_use]
    pub(crate) fn and(self, further: Flags) -> Flags {
        Flags {
            context: further.context.or(self.context),
            project: any(further.project, self.project),
            environment: any(further.environment, self.environment),
            output: further.output.or(self.output),
            jq: further.jq.or(self.jq),
            yes: further.yes || self.yes,
            no_input: further.no_input || self.no_input,
            quiet: further.quiet || self.quiet,
            verbose: further.verbose || self.verbose,
            request_timeout: further.request_timeout.or(self.request_timeout),
            max_response: further.max_response.or(self.max_response),
            #[cfg(feature = "sandbox")]
            role: further.role.or(self.role),
            #[cfg(feature = "sandbox")]
            simulate: further.simulate || self.simulate,
        }
    }
}
