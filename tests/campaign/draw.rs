//! Random scenarios and faults, drawn from a seed.

use std::time::Duration;

use crate::support::proxy::{Fault, ReceivedRequest};
use crate::support::shuffle;

/// The started subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Invoke,
    Wait,
    Exec,
}

/// The other user who starts the same run at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rival {
    None,
    /// The same user, on another machine: nothing tells the two runs apart.
    TheSameUser,
    /// Another process of the same user on this machine.
    ThisMachine,
    SomebodyElse,
}

/// One invocation of the campaign.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) seed: u64,
    pub(super) command: Command,
    pub(super) rival: Rival,
    /// Time during which connections are refused at first.
    pub(super) shut_for: Duration,
    /// Probability of a fault per request, in percent.
    likely: u32,
    may_hang: bool,
}

impl Case {
    pub(super) fn draw(seed: u64) -> Case {
        let mut rng = fastrand::Rng::with_seed(seed);
        Case {
            seed,
            command: match rng.u32(0..10) {
                0..6 => Command::Invoke,
                6..8 => Command::Exec,
                _ => Command::Wait,
            },
            rival: match rng.u32(0..10) {
                0..7 => Rival::None,
                7 => Rival::ThisMachine,
                8 => Rival::TheSameUser,
                _ => Rival::SomebodyElse,
            },
            shut_for: match rng.u32(0..10) {
                0 => Duration::from_millis(300),
                _ => Duration::ZERO,
            },
            likely: rng.u32(10..70),
            may_hang: rng.u32(0..10) == 0,
        }
    }

    pub(super) fn network(&self) -> Network {
        Network {
            rng: fastrand::Rng::with_seed(!self.seed),
            likely: self.likely,
            hangs: usize::from(self.may_hang),
            left: 3,
            mutated: false,
            happened: Vec::new(),
        }
    }
}

/// The purpose of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Before anything is changed.
    Before,
    Mutation,
    /// Looking for a run whose answer was lost, or reading one that is waited for.
    After,
    /// Push, which is only ever a hint.
    Push,
}

/// The fate of a request, in the terms of the judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Nothing,
    /// Its answer comes twice.
    Twice,
    /// It reached Lagoon, and the reply to the request before it is heard first.
    Stale,
    /// It reached Lagoon, and its reply is longer than its limit.
    Endless,
    /// It did not reach Lagoon, and the client cannot detect that.
    Gone,
    /// It reached Lagoon, and no whole answer came back.
    Lost,
    /// It reached Lagoon, and its answer cannot be read.
    Unreadable,
    /// A gateway answered in its place: it will pass.
    Gateway,
    /// Too many requests: it was not carried out.
    TooMany,
    /// A server's own failure.
    Broken,
    /// The token was refused.
    Unauthorized,
    /// It reached Lagoon, and a gateway answered that there are too many requests.
    TooManyAfter,
    /// It reached Lagoon, and a gateway answered that the token is refused.
    UnauthorizedAfter,
    /// The answer leads somewhere else.
    Redirected,
    /// It did not reach Lagoon, and there is no reply.
    Hang,
    /// It reached Lagoon, and there is no reply in time.
    HangAfter,
}

impl Met {
    /// True if Lagoon received the request.
    pub(super) fn reached(self) -> bool {
        matches!(
            self,
            Met::Nothing
                | Met::Twice
                | Met::Stale
                | Met::Endless
                | Met::Lost
                | Met::Unreadable
                | Met::HangAfter
                | Met::TooManyAfter
                | Met::UnauthorizedAfter
        )
    }

    /// True if a query with such a reply is sent again before the reply is believed.
    pub(super) fn is_doubtful(self) -> bool {
        matches!(
            self,
            Met::Unauthorized | Met::Broken | Met::Redirected | Met::Unreadable
        )
    }

    /// A refusal with these bytes that does not keep the request from Lagoon.
    fn carried_out(self, bytes: String) -> (Met, Fault) {
        match self {
            Met::TooMany => (Met::TooManyAfter, Fault::Substituted(bytes)),
            Met::Unauthorized => (Met::UnauthorizedAfter, Fault::Substituted(bytes)),
            other => (other, Fault::Answered(bytes)),
        }
    }

    /// True if a query then has a usable reply.
    pub(super) fn is_heard(self) -> bool {
        matches!(self, Met::Nothing | Met::Twice)
    }
}

/// The faults of one invocation, in the order in which its requests come.
pub(super) struct Network {
    rng: fastrand::Rng,
    likely: u32,
    hangs: usize,
    /// Number of remaining faults; after them, every request succeeds.
    left: usize,
    mutated: bool,
    pub(super) happened: Vec<(Role, Met)>,
}

impl Network {
    pub(super) fn next(&mut self, request: &ReceivedRequest) -> (Role, Fault) {
        let role = if request.head.contains("/graphql/stream") || request.body.is_empty() {
            Role::Push
        } else if request.body.contains("\"mutation ") {
            self.mutated = true;
            Role::Mutation
        } else if self.mutated {
            Role::After
        } else {
            Role::Before
        };
        if role == Role::Push {
            return (role, Fault::Refused);
        }
        let (met, fault) = if self.left > 0 && self.rng.u32(0..100) < self.likely {
            self.left -= 1;
            match self.fault() {
                (met, Fault::Answered(bytes)) if role == Role::Mutation && self.rng.bool() => {
                    met.carried_out(bytes)
                }
                other => other,
            }
        } else if self.rng.bool() {
            (Met::Nothing, shuffle::fault(self.rng.u64(..)))
        } else {
            (Met::Nothing, Fault::None)
        };
        self.happened.push((role, met));
        (role, fault)
    }

    fn fault(&mut self) -> (Met, Fault) {
        if self.hangs > 0 {
            self.hangs -= 1;
            return if self.rng.bool() {
                (Met::Hang, Fault::Silence)
            } else {
                (Met::HangAfter, Fault::Late(Duration::from_secs(30)))
            };
        }
        let gateway = |status| Fault::answered(status, "text/html", "<html>try later</html>");
        match self.rng.u32(0..24) {
            0 => (Met::Gone, Fault::Refused),
            1 | 2 => (Met::Gone, Fault::ResetBefore),
            3 | 4 => (Met::Lost, Fault::ResponseLost),
            5 => (Met::Lost, Fault::ResponseCut(self.rng.usize(1..200))),
            6 | 7 => (Met::Lost, Fault::ResetAfter(self.rng.usize(0..200))),
            8 => (Met::Unreadable, Fault::Shortened),
            9 => (Met::Unreadable, Fault::Damaged),
            10 => (Met::Unreadable, Fault::Typed("text/html; charset=utf-8")),
            11 => (Met::Twice, Fault::Twice),
            12 => (
                Met::Nothing,
                Fault::Late(Duration::from_millis(self.rng.u64(1..300))),
            ),
            13 => (Met::Gateway, gateway("502 Bad Gateway")),
            14 => (Met::Gateway, gateway("503 Service Unavailable")),
            15 => (Met::Gateway, gateway("504 Gateway Timeout")),
            16 => (
                Met::TooMany,
                Fault::Answered(
                    "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\
                     connection: close\r\n\r\n"
                        .to_owned(),
                ),
            ),
            17 => (
                Met::Broken,
                Fault::answered(
                    "500 Internal Server Error",
                    "text/html",
                    "<html>oops</html>",
                ),
            ),
            18 => (
                Met::Unauthorized,
                Fault::answered(
                    "401 Unauthorized",
                    "application/json",
                    r#"{"errors":[{"message":"Unauthorized - Legacy token invalid: jwt expired"}]}"#,
                ),
            ),
            19 | 20 => (Met::Stale, Fault::Stale),
            21 => (Met::Endless, Fault::Endless),
            22 => (Met::Endless, Fault::Packed),
            _ => (
                Met::Redirected,
                Fault::redirected("http://127.0.0.1:9/graphql"),
            ),
        }
    }
}
