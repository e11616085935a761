//! The flags of everything that waits for runs.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::ops::wait::Limits;
use crate::settings::parse_limit;

/// How long to wait, and what an interrupt means.
#[derive(Debug, Clone, Args)]
pub struct WaitFlags {
    /// How long to wait for the end [default: no limit]
    #[arg(long, value_name = "TIME", value_parser = parse_limit)]
    pub timeout: Option<Duration>,
    /// How long to wait for the start
    #[arg(long, value_name = "TIME", value_parser = parse_limit, default_value = "15m")]
    pub start_timeout: Duration,
    /// What Ctrl-C does to a run that is waited for
    #[arg(long, value_enum, value_name = "WHAT", default_value = "leave")]
    pub on_interrupt: OnInterrupt,
}

/// What Ctrl-C does to a run that is waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OnInterrupt {
    /// It goes on
    #[default]
    Leave,
    /// It is cancelled
    Cancel,
}

impl WaitFlags {
    /// The limits that the flags say.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            timeout: self.timeout,
            start_timeout: self.start_timeout,
        }
    }
}
