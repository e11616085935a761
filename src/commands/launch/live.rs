//! Whether a log is followed over ssh, as it is written.

use clap::{Args, ValueEnum};

use crate::app::App;
use crate::ops::runs::follow::{Live, LiveMode};

/// Where the lines come from while a log is followed.
#[derive(Debug, Clone, Args)]
pub struct LiveFlags {
    /// Whether a log that is followed comes over ssh, as it is written
    #[arg(
        long = "live",
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        requires = "follow"
    )]
    pub live: LiveWord,
}

/// Whether a log is followed over ssh.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LiveWord {
    /// Where the cluster allows it; else what Lagoon's API has so far
    #[default]
    Auto,
    /// Over ssh, or not at all
    Always,
    /// What Lagoon's API has so far
    Never,
}

impl LiveFlags {
    /// What the flags and the settings say.
    #[must_use]
    pub fn live(&self, app: &App) -> Live {
        Live {
            mode: match self.live {
                LiveWord::Auto => LiveMode::Auto,
                LiveWord::Always => LiveMode::Always,
                LiveWord::Never => LiveMode::Never,
            },
            key: app.ssh_key(),
        }
    }
}
