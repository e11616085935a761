//! A reply with one value that is too long for memory.

use crate::clock::{Instant, timeout_at};
use crate::lagoon::LagoonError;
use crate::lagoon::reply::is_json;
use crate::lagoon::transport::attempt::{HttpResponse, head_of};
use crate::lagoon::transport::extract::{Extractor, Part, ValueKind};
use crate::lagoon::transport::limit::values_in;
use crate::lagoon::transport::request::EncodedRequest;
use crate::lagoon::transport::tie::{ReplyOrigin, Tie};
use crate::lagoon::transport::{TimeLimit, Transport};
use crate::lagoon::{Effect, Measure};

/// Receives a value as it arrives: pieces of a text, or elements as JSON.
pub(crate) trait Receiver: Send {
    /// The value begins, perhaps not for the first time: a reply that breaks off is requested again.
    fn begin(&mut self) -> Result<(), LagoonError>;

    fn write(&mut self, piece: &str) -> Result<(), LagoonError>;
}

pub(crate) struct Streamed<'a> {
    pub kind: ValueKind,
    /// The names of the objects around the value, and its own name.
    pub path: &'static [&'static str],
    /// Checks the reply up to the value. A value after anything else stays in the reply.
    pub is_expected: &'a (dyn Fn(&[u8]) -> bool + Sync),
    pub receiver: &'a mut dyn Receiver,
}

/// In bytes; a packed reply arrives in smaller pieces.
const PIECE: usize = 64 * 1024;

impl Transport {
    /// Sends a query once. The time that the receiver takes does not count.
    pub(super) async fn attempt_streamed(
        &self,
        token: &str,
        request: EncodedRequest,
        value: &mut Streamed<'_>,
        limit: &mut TimeLimit,
        observed: &mut Option<Box<dyn Send>>,
    ) -> Result<HttpResponse, LagoonError> {
        let EncodedRequest { body, tie } = request;
        let failure = |error: &reqwest::Error| LagoonError::unanswered(self.address(), error);
        let timed_out = LagoonError::timed_out(self.address(), limit.whole);
        let most = self.most(Effect::Query, tie.as_ref());
        let sent = timeout_at(limit.until, self.post(token, body, tie.as_ref())?).await;
        let sent = sent.map_err(|_| timed_out.clone())?;
        let mut response = sent.map_err(|error| failure(&error))?;
        let mut answer = head_of(&response);
        let has_value = answer.status == 200 && is_json(&answer.content_type);
        let mut extractor = Extractor::new(value.kind, value.path);
        let mut ready = String::new();
        let mut values = 0;
        loop {
            let piece = timeout_at(limit.until, response.chunk()).await;
            let piece = piece.map_err(|_| timed_out.clone())?;
            let Some(piece) = piece.map_err(|error| failure(&error))? else {
                break;
            };
            answer.length += piece.len() as u64;
            if answer.length > most.bytes() {
                return Err(most.exceeded(self.address(), Measure::Bytes));
            }
            let mut piece = &piece[..];
            while let Some(part) = extractor.next(&mut piece) {
                match part {
                    Part::Begin if has_value && value.is_of(tie.as_ref(), &extractor.so_far()) => {
                        extractor.take(&mut piece);
                        // The value appears instead of a message that the request takes long.
                        drop(observed.take());
                        value.receiver.begin()?;
                    }
                    Part::Begin => extractor.keep(&mut piece),
                    Part::Text(part) => ready.push_str(&part),
                    Part::Element(element) => {
                        values += values_in(element.as_bytes());
                        value.receiver.write(&element)?;
                    }
                }
            }
            if most.is_exceeded_by_values(values) {
                return Err(most.exceeded(self.address(), Measure::Values));
            }
            if ready.len() >= PIECE {
                pass(&mut ready, value, limit)?;
            }
        }
        pass(&mut ready, value, limit)?;
        answer.body = extractor.finish();
        if most.has_too_many_values(&answer.body) {
            return Err(most.exceeded(self.address(), Measure::Values));
        }
        self.check_origin(answer, tie.as_ref())
    }
}

impl Streamed<'_> {
    fn is_of(&self, tie: Option<&Tie>, so_far: &[u8]) -> bool {
        let is_tied = tie.is_some_and(|tie| tie.origin(so_far) == ReplyOrigin::ThisRequest);
        is_tied && (self.is_expected)(so_far)
    }
}

fn pass(
    ready: &mut String,
    value: &mut Streamed<'_>,
    limit: &mut TimeLimit,
) -> Result<(), LagoonError> {
    let begun = Instant::now();
    if !ready.is_empty() {
        value.receiver.write(ready)?;
        ready.clear();
    }
    *limit = limit.without(begun);
    Ok(())
}
