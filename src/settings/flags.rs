//! The global flags.

#[cfg(feature = "sandbox")]
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::{FORMATS, MARKDOWN, SettingsError, parse_limit, parse_size};

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Flags {
    /// Select a project
    #[arg(short = 'p', long, value_name = "NAME", help_heading = TARGET_OPTIONS)]
    pub project: Vec<String>,
    /// Select an environment
    #[arg(short = 'e', long, value_name = "NAME", help_heading = TARGET_OPTIONS)]
    pub environment: Vec<String>,
    /// Select a Lagoon; `sandbox` is built in
    #[arg(short = 'l', long, value_name = "NAME", help_heading = TARGET_OPTIONS)]
    pub context: Option<String>,
    /// Set the output format
    #[arg(short = 'o', long, value_name = "FORMAT", help_heading = TARGET_OPTIONS,
          value_parser = PossibleValuesParser::new(formats()))]
    pub output: Option<String>,
    /// Filter the JSON result; strings are printed without quotes
    #[arg(long, value_name = "EXPR", help_heading = GLOBAL_OPTIONS)]
    pub jq: Option<String>,
    /// Answer yes to all confirmations
    #[arg(short = 'y', long, help_heading = GLOBAL_OPTIONS)]
    pub yes: bool,
    /// Never prompt; a missing value is an error
    #[arg(long, help_heading = GLOBAL_OPTIONS)]
    pub no_input: bool,
    /// Print only the result, warnings and errors
    #[arg(short = 'q', long, help_heading = GLOBAL_OPTIONS)]
    pub quiet: bool,
    /// Print requests and timings on stderr
    #[arg(short = 'v', long, help_heading = GLOBAL_OPTIONS)]
    pub verbose: bool,
    /// Limit the time of a request, including retries [default: 30s]
    #[arg(long, value_name = "TIME", help_heading = GLOBAL_OPTIONS, value_parser = parse_limit)]
    pub request_timeout: Option<Duration>,
    /// Limit the size of a response [default: 256MiB]
    #[arg(long, value_name = "SIZE", help_heading = GLOBAL_OPTIONS, value_parser = parse_size)]
    pub max_response: Option<u64>,
    /// Sign in to the sandbox with this role [default: maintainer]
    #[cfg(feature = "sandbox")]
    #[arg(long = "as", value_name = "ROLE", help_heading = SANDBOX_OPTIONS,
          value_parser = PossibleValuesParser::new(super::ROLES))]
    pub role: Option<String>,
    /// Complete sandbox runs without executing anything
    #[cfg(feature = "sandbox")]
    #[arg(long, help_heading = SANDBOX_OPTIONS)]
    pub simulate: bool,
    /// Execute sandbox runs in the checkout's compose project
    #[cfg(feature = "sandbox")]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, help_heading = SANDBOX_OPTIONS)]
    pub compose: Option<Option<PathBuf>>,
}

/// `markdown` is for `diff` only, which may follow the flag, so it is accepted and not shown.
fn formats() -> Vec<PossibleValue> {
    let shown = FORMATS.map(PossibleValue::new).into_iter();
    shown
        .chain([PossibleValue::new(MARKDOWN).hide(true)])
        .collect()
}

/// The headings of the global flags in the help.
pub(crate) const TARGET_OPTIONS: &str = "Target options";
pub(crate) const GLOBAL_OPTIONS: &str = "Global options";
pub(crate) const SANDBOX_OPTIONS: &str = "Sandbox options";

/// The values after the subcommand replace those before it.
fn any(further: Vec<String>, before: Vec<String>) -> Vec<String> {
    if further.is_empty() { before } else { further }
}

impl Flags {
    /// True with --compose.
    pub(super) fn rehearses(&self) -> bool {
        #[cfg(feature = "sandbox")]
        return self.compose.is_some();
        #[cfg(not(feature = "sandbox"))]
        false
    }

    pub(crate) fn require_single(&self) -> Result<(), SettingsError> {
        let given = [
            ("--project", &self.project),
            ("--environment", &self.environment),
        ];
        for (flag, values) in given {
            if values.len() > 1 {
                let times = match values.len() {
                    2 => "twice".to_owned(),
                    many => format!("{many} times"),
                };
                return Err(SettingsError::usage(format!(
                    "{flag} was given {times}; this command takes one"
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
            #[cfg(feature = "sandbox")]
            compose: further.compose.or(self.compose),
        }
    }
}
