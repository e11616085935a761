//! Starting runs, waiting for them and printing their logs, for every command that does so.

mod confirm;
mod dry_run;
mod flags;
mod interrupt;
mod log;
mod progress;
mod results;
mod start;
mod targets;
mod trouble;
mod watch;

pub use flags::{LiveFlags, StartFlags, WaitFlags};
pub use interrupt::unless_interrupted;
pub use log::LogOut;
pub use start::Start;
pub use targets::BulkFlags;
pub use trouble::Trouble;
pub use watch::{Lines, Watch, unknown_cancel};
