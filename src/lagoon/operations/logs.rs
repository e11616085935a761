//! Logs, which may be very long.

use graphql_client::GraphQLQuery;

use super::fields::same;
use super::{int, operations};
use crate::domain::run::Log;
use crate::lagoon::reply;
use crate::lagoon::transport::extract::ValueKind;
use crate::lagoon::transport::streamed::{Receiver, Streamed};
use crate::lagoon::{Effect, Lagoon, LagoonError};

operations! {
    RunLog: "graphql/runs/run_log.graphql",
}

/// Lagoon's text for a log that it cannot load (seen on Lagoon 2.33.1).
const LOG_ERROR: &str = "There was an error loading the logs";

/// In bytes, of Lagoon's message.
const LONGEST_MESSAGE: usize = 500;

impl Lagoon {
    /// Passes the log on as it arrives. `None` if there is no such run.
    pub(crate) async fn run_log(
        &self,
        id: i64,
        receiver: &mut dyn Receiver,
    ) -> Result<Option<Log<()>>, LagoonError> {
        let body = RunLog::build_query(run_log::Variables { id: int(id)? });
        let mut log = LogReceiver {
            receiver,
            state: LogState::Absent,
        };
        let is_expected = |so_far: &[u8]| is_log_of(id, so_far);
        let streamed = Streamed {
            kind: ValueKind::Text,
            path: &["data", "taskById", "logs"],
            is_expected: &is_expected,
            receiver: &mut log,
        };
        let (name, query, patience) = (body.operation_name, body.query, self.patience);
        let sent = self
            .transport
            .send::<_, run_log::ResponseData>(
                name,
                Effect::Query,
                query,
                &body.variables,
                patience,
                Some(streamed),
            )
            .await?;
        let Some(found) = sent.whole()?.task_by_id else {
            return Ok(None);
        };
        same("run", id, found.id)?;
        log.finish(found.logs).map(Some)
    }
}

/// The reply up to the log is about this run and has no errors.
fn is_log_of(id: i64, so_far: &[u8]) -> bool {
    let reply = reply::read::<run_log::ResponseData>("", 200, "application/json", so_far);
    let found = reply.and_then(reply::Reply::whole).ok();
    found.and_then(|data| data.task_by_id?.id) == Some(id)
}

/// Tells a log from Lagoon's message that it cannot load it.
struct LogReceiver<'a> {
    receiver: &'a mut dyn Receiver,
    state: LogState,
}

enum LogState {
    Absent,
    /// The beginning, while it can be either.
    Undecided(String),
    Log,
    Message(String),
}

impl Receiver for LogReceiver<'_> {
    fn begin(&mut self) -> Result<(), LagoonError> {
        self.state = LogState::Undecided(String::new());
        self.receiver.begin()
    }

    fn write(&mut self, piece: &str) -> Result<(), LagoonError> {
        match &mut self.state {
            LogState::Absent | LogState::Log => self.receiver.write(piece),
            LogState::Undecided(beginning) => {
                beginning.push_str(piece);
                if beginning.starts_with(LOG_ERROR) {
                    self.state = LogState::Message(std::mem::take(beginning));
                    return Ok(());
                }
                if LOG_ERROR.starts_with(beginning.as_str()) {
                    return Ok(());
                }
                let beginning = std::mem::take(beginning);
                self.state = LogState::Log;
                self.receiver.write(&beginning)
            }
            LogState::Message(message) => {
                if message.len() < LONGEST_MESSAGE {
                    message.push_str(piece);
                }
                Ok(())
            }
        }
    }
}

impl LogReceiver<'_> {
    /// `logs` is the text if it was not passed on.
    fn finish(mut self, logs: Option<String>) -> Result<Log<()>, LagoonError> {
        let Some(logs) = logs else {
            return Ok(Log::Empty);
        };
        if !logs.is_empty() {
            self.begin()?;
            self.write(&logs)?;
        }
        match self.state {
            LogState::Absent => Ok(Log::Empty),
            LogState::Undecided(all) if all.is_empty() => Ok(Log::Empty),
            LogState::Undecided(all) => self.receiver.write(&all).map(|()| Log::Text(())),
            LogState::Log => Ok(Log::Text(())),
            LogState::Message(message) => {
                let line = message.lines().next().unwrap_or_default();
                Ok(Log::Unavailable(line.to_owned()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Default)]
    struct Received(String);

    impl Receiver for Received {
        fn begin(&mut self) -> Result<(), LagoonError> {
            self.0.clear();
            Ok(())
        }

        fn write(&mut self, piece: &str) -> Result<(), LagoonError> {
            self.0.push_str(piece);
            Ok(())
        }
    }

    fn received(pieces: &[&str], logs: Option<&str>) -> (Log<()>, String) {
        let mut received = Received::default();
        let mut log = LogReceiver {
            receiver: &mut received,
            state: LogState::Absent,
        };
        if !pieces.is_empty() {
            log.begin().expect("begin");
        }
        for piece in pieces {
            log.write(piece).expect("write");
        }
        let end = log.finish(logs.map(str::to_owned)).expect("finish");
        (end, received.0)
    }

    #[test]
    fn a_text_is_a_log_or_a_message() {
        let log = |text: &str| (Log::Text(()), text.to_owned());
        let none = |log| (log, String::new());
        assert_eq!(received(&["There was"], Some("")), log("There was"));
        assert_eq!(received(&["There was", " a"], Some("")), log("There was a"));
        let lost = Log::Unavailable(format!("{LOG_ERROR}: no such key"));
        let message = [LOG_ERROR, ": no such", " key\nat S3"];
        assert_eq!(received(&message, Some("")), none(lost));
        assert_eq!(received(&[""], Some("")), none(Log::Empty));
        assert_eq!(received(&[], Some("")), none(Log::Empty));
        assert_eq!(received(&[], None), none(Log::Empty));
        // The text was left in the reply.
        assert_eq!(received(&[], Some("a")), log("a"));
    }

    #[test]
    fn only_a_reply_about_the_run_has_its_log() {
        let reply = |id, errors: &str| {
            format!("{{{errors}\"data\":{{\"taskById\":{{\"id\":{id},\"logs\":\"\"}}}}}}")
        };
        assert!(is_log_of(7, reply("7", "").as_bytes()));
        assert!(!is_log_of(7, reply("8", "").as_bytes()));
        assert!(!is_log_of(7, reply("null", "").as_bytes()));
        let errors = "\"errors\":[{\"message\":\"x\"}],";
        assert!(!is_log_of(7, reply("7", errors).as_bytes()));
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_are_the_same_log(
            start in "|There was an error loading the logs|There was an error loading",
            rest in "[:a \n]{0,12}",
            at in prop::collection::vec(0usize..60, 0..5),
        ) {
            let text = format!("{start}{rest}");
            let mut cuts: Vec<usize> = at.into_iter().filter(|at| *at <= text.len()).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&str> = cuts.windows(2).map(|cut| &text[cut[0]..cut[1]]).collect();
            prop_assert_eq!(received(&pieces, Some("")), received(&[&text], Some("")));
        }
    }
}
