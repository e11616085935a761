//! One execution of a task.

#[cfg(feature = "cli")]
pub(crate) mod file_name;
pub(crate) mod files;
#[cfg(feature = "cli")]
pub(crate) mod live;
#[cfg(feature = "cli")]
pub(crate) mod page;
#[cfg(feature = "cli")]
pub(crate) mod recorded;
#[cfg(feature = "cli")]
pub(crate) mod reference;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use serde_json::{Value, json};
use smol_str::SmolStr;

use super::place::Environment;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Completed,
    Failed,
    Cancelled,
    /// In progress: new, queued, pending or running.
    Going,
    /// A status this program does not know; treated as in progress.
    Unknown,
}

/// Including those of old rows (seen on Lagoon 2.33.1).
#[cfg(feature = "cli")]
pub(crate) const STATUSES: [&str; 10] = [
    "new",
    "queued",
    "pending",
    "running",
    "active",
    "complete",
    "succeeded",
    "failed",
    "error",
    "cancelled",
];

impl Outcome {
    pub const WORDS: [&str; 5] = ["completed", "failed", "cancelled", "going", "unknown"];

    pub fn word(self) -> &'static str {
        match self {
            Outcome::Completed => "completed",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::Going => "going",
            Outcome::Unknown => "unknown",
        }
    }

    /// Old rows have `active`, `succeeded` and `error` (seen on Lagoon 2.33.1).
    pub fn of(status: &str) -> Self {
        match status.to_ascii_lowercase().as_str() {
            "complete" | "succeeded" => Outcome::Completed,
            "failed" | "error" => Outcome::Failed,
            "cancelled" => Outcome::Cancelled,
            "new" | "queued" | "pending" | "running" | "active" => Outcome::Going,
            _ => Outcome::Unknown,
        }
    }

    pub fn is_finished(self) -> bool {
        matches!(
            self,
            Outcome::Completed | Outcome::Failed | Outcome::Cancelled
        )
    }
}

/// Short texts are stored inline, because lists can be long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: i64,
    pub name: SmolStr,
    pub task_name: SmolStr,
    pub status: SmolStr,
    pub service: Option<SmolStr>,
    pub created: Option<SmolStr>,
    pub started: Option<SmolStr>,
    pub completed: Option<SmolStr>,
    /// `None` if the reply did not include it. Shared by the runs of one reply.
    pub environment: Option<Arc<Environment>>,
    /// The email address of the user who started it, if the reply included it.
    pub user: Option<SmolStr>,
}

/// A run with its command line, which identifies it after a lost reply.
#[derive(Debug, Clone)]
pub(crate) struct RecentRun {
    pub run: Run,
    /// As recorded by Lagoon.
    pub command: SmolStr,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Log<T> {
    /// The run has written nothing, or Lagoon has no log yet.
    Empty,
    /// Includes the banner.
    Text(T),
    /// Lagoon's message.
    Unavailable(String),
}

impl Run {
    pub fn outcome(&self) -> Outcome {
        Outcome::of(&self.status)
    }

    pub(crate) fn has_started(&self) -> bool {
        self.outcome().is_finished()
            || self.started.is_some()
            || matches!(
                self.status.to_ascii_lowercase().as_str(),
                "running" | "active"
            )
    }

    #[cfg(feature = "cli")]
    pub(crate) fn length(&self) -> Option<std::time::Duration> {
        let started = moment(self.started.as_deref()?)?;
        let completed = moment(self.completed.as_deref()?)?;
        completed.duration_since(started).try_into().ok()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!(self)
    }
}

/// Lagoon's field names, and `outcome` beside `status`.
impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = |text: &Option<SmolStr>| text.as_deref().and_then(rfc3339);
        let mut fields = serializer.serialize_struct("Run", 10)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("taskName", &self.task_name)?;
        fields.serialize_field("status", &self.status)?;
        fields.serialize_field("outcome", self.outcome().word())?;
        fields.serialize_field("service", &self.service)?;
        fields.serialize_field("created", &time(&self.created))?;
        fields.serialize_field("started", &time(&self.started))?;
        fields.serialize_field("completed", &time(&self.completed))?;
        fields.serialize_field("environment", &self.environment.as_deref())?;
        fields.end()
    }
}

/// Parses Lagoon's time format, `YYYY-MM-DD hh:mm:ss` in UTC without a zone, or RFC 3339.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    // The format is checked first, because failed parsing is slow and a listing has several times
    // per run.
    let is_lagoons = text.len() == 19 && text.as_bytes()[10] == b' ' && !text.contains('+');
    if !is_lagoons && let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil: DateTime = text.parse().ok()?;
    if civil.year() <= 0 {
        return None;
    }
    TimeZone::UTC.to_timestamp(civil).ok()
}

/// Converts a time to RFC 3339 in UTC with whole seconds; `None` if it cannot be parsed.
pub(crate) fn rfc3339(text: &str) -> Option<String> {
    let whole = Timestamp::from_second(moment(text)?.as_second()).ok()?;
    Some(whole.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_status_has_an_outcome() {
        for (status, outcome) in [
            ("new", Outcome::Going),
            ("queued", Outcome::Going),
            ("pending", Outcome::Going),
            ("running", Outcome::Going),
            ("active", Outcome::Going),
            ("complete", Outcome::Completed),
            ("succeeded", Outcome::Completed),
            ("failed", Outcome::Failed),
            ("error", Outcome::Failed),
            ("cancelled", Outcome::Cancelled),
            ("hibernating", Outcome::Unknown),
            ("", Outcome::Unknown),
        ] {
            assert_eq!(Outcome::of(status), outcome, "{status}");
            assert_eq!(
                outcome.is_finished(),
                ["complete", "succeeded", "failed", "error", "cancelled"].contains(&status)
            );
        }
    }

    #[test]
    fn times_without_a_zone_are_utc() {
        assert_eq!(
            rfc3339("2026-11-22 07:13:02").as_deref(),
            Some("2026-11-22T07:13:02Z")
        );
        for (text, at) in [
            ("2026-11-22T07:13:02", "2026-11-22T07:13:02Z"),
            ("2026-11-22T07:13:02.5Z", "2026-11-22T07:13:02Z"),
            ("2026-11-22 07:13:02.5", "2026-11-22T07:13:02Z"),
            ("2026-11-22T07:13:02+02:00", "2026-11-22T05:13:02Z"),
            ("2026-11-22 07+02:00", "2026-11-22T05:00:00Z"),
        ] {
            assert_eq!(rfc3339(text).as_deref(), Some(at), "{text}");
        }
        assert_eq!(rfc3339("0000-00-00 00:00:00"), None);
        assert_eq!(rfc3339("nonsense"), None);
    }
}
