//! Changes of a run by its executor.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Store, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    New,
    Queued,
    Pending,
    Running,
    Complete,
    Failed,
    Cancelled,
}

impl Status {
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::New => "new",
            Status::Queued => "queued",
            Status::Pending => "pending",
            Status::Running => "running",
            Status::Complete => "complete",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    #[must_use]
    fn is_finished(self) -> bool {
        over(self.word())
    }
}

/// Recognizes final statuses, including those of old rows.
pub(crate) fn over(word: &str) -> bool {
    matches!(
        word,
        "complete" | "succeeded" | "failed" | "error" | "cancelled"
    )
}

/// The executor of a run, in the column `executing`; 0 before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunExecutor {
    /// A process that keeps the run's lock file locked.
    Runner = 1,
    /// An executor in process, whose end cannot be detected.
    InProcess = 2,
}

/// The order to a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunnerOrder {
    Go,
    Cancel,
    /// The row is gone or belongs to another runner; nothing is left to write.
    Gone,
}

impl Store {
    /// False if there is no such run or it was handed over before.
    pub(crate) fn hand_over(&self, id: i64, to: RunExecutor) -> Result<bool, StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "UPDATE task SET executing = ?2 WHERE id = ?1 AND executing = 0",
                params![id, to as i64],
            )?;
            Ok(rows == 1)
        })
    }

    /// `remote` becomes the run's `remoteId`. False if the run is gone or has another one.
    pub(crate) fn move_run(
        &self,
        id: i64,
        remote: &str,
        status: Status,
    ) -> Result<bool, StoreError> {
        self.write(|tx| Ok(move_run(tx, id, Some(remote), status)?))
    }

    /// Changes the status of any run. False if there is no such run.
    pub(crate) fn force_run(&self, id: i64, status: Status) -> Result<bool, StoreError> {
        self.write(|tx| Ok(move_run(tx, id, None, status)?))
    }

    pub(crate) fn request_cancel(&self, id: i64) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute("UPDATE task SET cancel_requested = 1 WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    pub(crate) fn order(&self, id: i64, remote: &str) -> Result<RunnerOrder, StoreError> {
        self.read(|connection| Ok(order(connection, id, remote)?))
    }
}

fn order(connection: &Connection, id: i64, remote: &str) -> rusqlite::Result<RunnerOrder> {
    let cancel = connection
        .query_row(
            "SELECT cancel_requested FROM task
             WHERE id = ?1 AND executing <> 0 AND (remote_id IS NULL OR remote_id = ?2)",
            params![id, remote],
            |row| row.get::<_, bool>(0),
        )
        .optional()?;
    Ok(match cancel {
        None => RunnerOrder::Gone,
        Some(true) => RunnerOrder::Cancel,
        Some(false) => RunnerOrder::Go,
    })
}

/// A run with another `remoteId` than `executor` is not changed. `None` changes any run.
fn move_run(
    tx: &Transaction<'_>,
    id: i64,
    executor: Option<&str>,
    status: Status,
) -> rusqlite::Result<bool> {
    let rows = tx.execute(
        "UPDATE task SET status = ?3, remote_id = coalesce(remote_id, ?2),
           started = CASE WHEN ?4 THEN datetime('now') ELSE started END,
           completed = CASE WHEN ?5 THEN datetime('now') ELSE completed END
         WHERE id = ?1
           AND (?2 IS NULL OR (executing <> 0 AND (remote_id IS NULL OR remote_id = ?2)))",
        params![
            id,
            executor,
            status.word(),
            status == Status::Running,
            status.is_finished()
        ],
    )?;
    if rows == 1 {
        add_event(tx, id)?;
    }
    Ok(rows == 1)
}

pub(crate) fn add_event(tx: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO event (environment, task, at)
         SELECT environment, id, datetime('now') FROM task WHERE id = ?1",
        [id],
    )?;
    Ok(())
}
