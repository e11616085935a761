//! Starting runs, waiting for them and printing their logs, for every command that does so.

pub mod bulk;
pub mod flags;
pub mod interrupt;
pub mod live;
pub mod log;
pub mod logs;
pub mod start;
pub mod trouble;
pub mod watch;

pub use flags::{OnInterrupt, WaitFlags};
pub use interrupt::unless_interrupted;
pub use live::LiveFlags;
pub use log::LogOut;
pub use trouble::Trouble;
pub use watch::{Lines, Watch, unknown_cancel};
