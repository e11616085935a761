//! Ctrl-C, SIGTERM, SIGHUP and SIGQUIT.
//!
//! A separate thread listens for signals, because a prompt blocks the main one. A command that must
//! print or save something claims the next signal; otherwise the process ends.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::clock::{sleep, timeout};
use crate::error::{Error, Kind};

/// The process is ended if the main thread does not react to a signal in this time.
const GRACE: Duration = Duration::from_millis(500);

/// The limit for the work before the end: a stream or a file that it writes can be blocked.
const LAST_WORK: Duration = Duration::from_secs(2);

/// The delay between the end of a prompt and its signal.
const SHORTLY: Duration = Duration::from_millis(50);

pub(crate) type GiveUp = fn(u8);

#[derive(Clone)]
pub(crate) struct Interrupts {
    state: Arc<State>,
}

struct State {
    /// The number of signals, and the last one.
    signals: watch::Sender<(u32, Kind)>,
    claims: AtomicUsize,
    /// The number of values of [`Ignored`].
    ignores: AtomicUsize,
    noticed: AtomicBool,
    /// The work to do before a signal ends the process.
    before_exit: OnceLock<Box<dyn Fn(Kind) + Send + Sync>>,
}

/// The right to handle the next signal, until drop.
pub(crate) struct Claim {
    state: Arc<State>,
}

/// Ctrl-C is ignored until drop, because it is for another program at the terminal.
pub(crate) struct Ignored {
    state: Arc<State>,
}

impl Drop for Ignored {
    fn drop(&mut self) {
        self.state.ignores.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Interrupts {
    /// Does not listen. For tests.
    pub(crate) fn none() -> Interrupts {
        let (signals, _) = watch::channel((0, Kind::Interrupted));
        Interrupts {
            state: Arc::new(State {
                signals,
                claims: AtomicUsize::new(0),
                ignores: AtomicUsize::new(0),
                noticed: AtomicBool::new(false),
                before_exit: OnceLock::new(),
            }),
        }
    }

    /// Listens. `give_up` is called if the main thread does not react, for example during a prompt.
    pub(crate) fn listen(give_up: GiveUp) -> Interrupts {
        let interrupts = Self::none();
        let listener = interrupts.clone();
        let (ready, listening) = mpsc::channel();
        // Without the thread, signals have the system's default effect.
        let _ = std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || listener.receive(give_up, &ready));
        // Before that, a signal would end the process without restoring the terminal. An error: no thread.
        let _ = listening.recv();
        interrupts
    }

    fn receive(&self, give_up: GiveUp, ready: &mpsc::Sender<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let Ok(mut incoming) = Incoming::open() else {
                return;
            };
            let _ = ready.send(());
            while let Some(kind) = incoming.next().await {
                if kind == Kind::Interrupted && self.state.ignores.load(Ordering::SeqCst) > 0 {
                    continue;
                }
                self.signal(kind);
                let state = self.state.clone();
                tokio::spawn(async move {
                    sleep(GRACE).await;
                    let count = state.signals.borrow().0;
                    if state.is_unclaimed(count) && !state.noticed.load(Ordering::SeqCst) {
                        crate::terminal::restore();
                        if state.before_exit.get().is_some() {
                            let state = state.clone();
                            let work = tokio::task::spawn_blocking(move || {
                                if let Some(work) = state.before_exit.get() {
                                    work(kind);
                                }
                            });
                            let _ = timeout(LAST_WORK, work).await;
                        }
                        give_up(kind.exit_code());
                    }
                });
            }
        });
    }

    /// Sets the work to do before a signal ends the process without the main thread.
    pub(crate) fn before_exit(&self, work: impl Fn(Kind) + Send + Sync + 'static) {
        let _ = self.state.before_exit.set(Box::new(work));
    }

    pub(crate) fn signal(&self, kind: Kind) {
        self.state.noticed.store(false, Ordering::SeqCst);
        self.state
            .signals
            .send_modify(|(count, last)| (*count, *last) = (*count + 1, kind));
    }

    pub(crate) fn claim(&self) -> Claim {
        self.state.claims.fetch_add(1, Ordering::SeqCst);
        Claim {
            state: self.state.clone(),
        }
    }

    pub(crate) fn ignore_ctrl_c(&self) -> Ignored {
        self.state.ignores.fetch_add(1, Ordering::SeqCst);
        Ignored {
            state: self.state.clone(),
        }
    }

    /// Replaces the error of an interrupted prompt, which can arrive before its signal does.
    pub(crate) async fn explain(&self, error: Error) -> Error {
        if error.kind != Kind::Interrupted {
            return error;
        }
        match timeout(SHORTLY, self.state.wait(|_| true)).await {
            Ok(kind) => Error { kind, ..error },
            Err(_) => error,
        }
    }

    /// Waits for an unclaimed signal, or for the second one.
    pub(crate) async fn unclaimed(&self) -> Kind {
        self.state
            .wait(|count| self.state.is_unclaimed(count))
            .await
    }
}

impl Claim {
    pub(crate) async fn signalled(&self) -> Kind {
        self.state.wait(|_| true).await
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.state.claims.fetch_sub(1, Ordering::SeqCst);
    }
}

impl State {
    fn is_unclaimed(&self, count: u32) -> bool {
        count > 1 || self.claims.load(Ordering::SeqCst) == 0
    }

    async fn wait(&self, mine: impl Fn(u32) -> bool) -> Kind {
        let mut signals = self.signals.subscribe();
        let found = signals
            .wait_for(|(count, _)| *count > 0 && mine(*count))
            .await;
        match found.map(|signal| signal.1) {
            Ok(kind) => {
                self.noticed.store(true, Ordering::SeqCst);
                kind
            }
            // Unreachable, because `self` owns the sender.
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(unix)]
struct Incoming {
    interrupt: Signal,
    terminate: Signal,
    /// `None` if the signal was ignored at the start, as by `nohup`.
    hang_up: Option<Signal>,
    quit: Option<Signal>,
}

#[cfg(unix)]
impl Incoming {
    fn open() -> std::io::Result<Incoming> {
        let unless_ignored = |kind: SignalKind| {
            let is_ignored = is_ignored(kind.as_raw_value());
            (!is_ignored).then(|| signal(kind)).transpose()
        };
        Ok(Incoming {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: unless_ignored(SignalKind::hangup())?,
            quit: unless_ignored(SignalKind::quit())?,
        })
    }

    async fn next(&mut self) -> Option<Kind> {
        tokio::select! {
            _ = self.interrupt.recv() => Some(Kind::Interrupted),
            _ = self.terminate.recv() => Some(Kind::Terminated),
            () = received(&mut self.hang_up) => Some(Kind::Terminated),
            () = received(&mut self.quit) => Some(Kind::Terminated),
        }
    }
}

#[cfg(unix)]
async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Only Linux reports ignored signals. Elsewhere, a process whose stderr is no terminal may have
/// been started by `nohup`.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    if cfg!(not(target_os = "linux")) {
        return !console::user_attended_stderr();
    }
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        ignored_signals(&status).is_some_and(|all| all >> (signal - 1) & 1 == 1)
    })
}

#[cfg(unix)]
fn ignored_signals(status: &str) -> Option<u128> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))?;
    u128::from_str_radix(line.trim(), 16).ok()
}

#[cfg(not(unix))]
struct Incoming;

#[cfg(not(unix))]
impl Incoming {
    fn open() -> std::io::Result<Incoming> {
        Ok(Incoming)
    }

    async fn next(&mut self) -> Option<Kind> {
        tokio::signal::ctrl_c().await.ok()?;
        Some(Kind::Interrupted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    const SHORT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn an_unclaimed_signal_ends_the_command() {
        let interrupts = Interrupts::none();
        assert!(timeout(SHORT, interrupts.unclaimed()).await.is_err());
        interrupts.signal(Kind::Terminated);
        assert_eq!(interrupts.unclaimed().await, Kind::Terminated);
    }

    #[tokio::test]
    async fn an_interrupted_prompt_reports_the_signal() {
        let interrupts = Interrupts::none();
        let ended = || Error::new(Kind::Interrupted, "interrupted");
        assert_eq!(interrupts.explain(ended()).await.kind, Kind::Interrupted);
        interrupts.signal(Kind::Terminated);
        assert_eq!(interrupts.explain(ended()).await.kind, Kind::Terminated);
        let other = interrupts.explain(Error::usage("no")).await;
        assert_eq!(other.kind, Kind::Usage);
    }

    #[cfg(unix)]
    #[test]
    fn ignored_signals_are_read_from_process_status() {
        let status = "Name:\ttasks\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored_signals(status), Some(0x1001));
        assert_eq!(ignored_signals("Name:\ttasks\n"), None);
    }

    #[tokio::test]
    async fn a_claimed_signal_is_delivered_to_its_claim_once() {
        let interrupts = Interrupts::none();
        let claim = interrupts.claim();
        interrupts.signal(Kind::Interrupted);
        assert_eq!(claim.signalled().await, Kind::Interrupted);
        assert!(timeout(SHORT, interrupts.unclaimed()).await.is_err());
        interrupts.signal(Kind::Interrupted);
        assert_eq!(interrupts.unclaimed().await, Kind::Interrupted);
    }
}
