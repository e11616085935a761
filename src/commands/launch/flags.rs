//! The flags of everything that waits for runs.

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::commands::flags::spelled;
use crate::error::Error;
use crate::ops::runs::wait::Limits;
use crate::settings::{parse_limit, spell_duration};

/// How long to wait, and what an interrupt means.
#[derive(Debug, Clone, Args)]
pub struct WaitFlags {
    /// How long to wait for the end [default: no limit]
    #[arg(long, value_name = "TIME", value_parser = parse_limit)]
    pub timeout: Option<Duration>,
    /// How long to wait for the start [default: 15m]
    #[arg(long, value_name = "TIME", value_parser = parse_limit)]
    pub start_timeout: Option<Duration>,
    /// What Ctrl-C does to a run that is waited for [default: leave]
    #[arg(long, value_enum, value_name = "WHAT")]
    on_interrupt: Option<OnInterrupt>,
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
    /// The flags that were given, for a line that does the same.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(limit) = self.timeout {
            words.push(format!("--timeout={}", spell_duration(limit)));
        }
        if let Some(limit) = self.start_timeout {
            words.push(format!("--start-timeout={}", spell_duration(limit)));
        }
        if let Some(what) = self.on_interrupt {
            words.push(format!("--on-interrupt={}", spelled(what)));
        }
        words
    }

    /// Refuses them where nothing is waited for; `remedy` is what to add to the line then.
    ///
    /// # Errors
    /// Wrong use.
    pub fn require_none(&self, remedy: &str) -> Result<(), Error> {
        let given = [
            (self.timeout.is_some(), "--timeout"),
            (self.start_timeout.is_some(), "--start-timeout"),
            (self.on_interrupt.is_some(), "--on-interrupt"),
        ];
        match given.iter().find(|(is_given, _)| *is_given) {
            Some((_, flag)) => Err(Error::usage(format!(
                "{flag} is about waiting, and nothing is waited for"
            ))
            .hint(remedy)),
            None => Ok(()),
        }
    }

    /// What Ctrl-C does.
    #[must_use]
    pub fn on_interrupt(&self) -> OnInterrupt {
        self.on_interrupt.unwrap_or_default()
    }

    /// The limits that the flags say.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            timeout: self.timeout,
            start_timeout: self.start_timeout.unwrap_or(usual.start_timeout),
        }
    }
}
