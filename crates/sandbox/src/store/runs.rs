//! What an executor writes about a run: each change of status, with its time and an event.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Store, StoreError};

/// A status as the server writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// The row exists.
    New,
    /// Waiting for its turn.
    Queued,
    /// A pod is being made.
    Pending,
    /// The command runs.
    Running,
    /// Over: exit status 0.
    Complete,
    /// Over: any other end.
    Failed,
    /// Over: somebody, or the time limit, stopped it.
    Cancelled,
}

impl Status {
    /// The server's word.
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

    /// Whether nothing follows.
    #[must_use]
    fn is_over(self) -> bool {
        over(self.word())
    }
}

/// Whether nothing follows a status in the server's words, those of old rows included.
pub(crate) fn over(word: &str) -> bool {
    matches!(
        word,
        "complete" | "succeeded" | "failed" | "error" | "cancelled"
    )
}

/// Who has a run: the row's `executing`, which is 0 before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hands {
    /// A process that holds the run's lock file locked.
    Runner = 1,
    /// An executor in process, which nobody can see the end of.
    InProcess = 2,
}

/// What a runner is told when it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Go on.
    Go,
    /// Somebody asked for the end of this run.
    Cancel,
    /// The row is gone, or is not this runner's any more: nothing is left to write.
    Gone,
}

impl Store {
    /// Gives the run to an executor. False when there is no such run, or it was given away before.
    pub(crate) fn hand_over(&self, id: i64, to: Hands) -> Result<bool, StoreError> {
        self.write(|tx| {
            let rows = tx.execute(
                "UPDATE task SET executing = ?2 WHERE id = ?1 AND executing = 0",
                params![id, to as i64],
            )?;
            Ok(rows == 1)
        })
    }

    /// Moves a run that was handed over to `status`. `remote` is its executor's mark, which becomes
    /// the run's `remoteId`. False when the run is gone or has another executor's mark.
    pub(crate) fn move_run(
        &self,
        id: i64,
        remote: &str,
        status: Status,
    ) -> Result<bool, StoreError> {
        self.write(|tx| Ok(move_run(tx, id, Some(remote), status)?))
    }

    /// Moves any run to `status`, whoever has it. False when there is no such run.
    pub(crate) fn force_run(&self, id: i64, status: Status) -> Result<bool, StoreError> {
        self.write(|tx| Ok(move_run(tx, id, None, status)?))
    }

    /// Asks for the end of a run: its executor will see it, if it has or gets one.
    pub(crate) fn request_cancel(&self, id: i64) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute("UPDATE task SET cancel_requested = 1 WHERE id = ?1", [id])?;
            Ok(())
        })
    }

    /// What the executor with the mark `remote` is to do with the run.
    pub(crate) fn order(&self, id: i64, remote: &str) -> Result<Order, StoreError> {
        self.read(|connection| Ok(order(connection, id, remote)?))
    }
}

fn order(connection: &Connection, id: i64, remote: &str) -> rusqlite::Result<Order> {
    let cancel = connection
        .query_row(
            "SELECT cancel_requested FROM task
             WHERE id = ?1 AND executing <> 0 AND (remote_id IS NULL OR remote_id = ?2)",
            params![id, remote],
            |row| row.get::<_, bool>(0),
        )
        .optional()?;
    Ok(match cancel {
        None => Order::Gone,
        Some(true) => Order::Cancel,
        Some(false) => Order::Go,
    })
}

/// `executor` is the mark that the run must not contradict; none moves any run.
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
            status.is_over()
        ],
    )?;
    if rows == 1 {
        tell(tx, id)?;
    }
    Ok(rows == 1)
}

/// Tells those who subscribed that the run changed.
pub(crate) fn tell(tx: &Transaction<'_>, id: i64) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO event (environment, task, at)
         SELECT environment, id, datetime('now') FROM task WHERE id = ?1",
        [id],
    )?;
    Ok(())
}
