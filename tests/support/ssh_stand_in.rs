//! A stand-in for the system's `ssh`: it prints the token that a file holds, and notes how it was
//! called. How the real one behaves is another subject.

use super::home::Home;
use super::process::Invocation;
use super::ssh::{script, with_bin};

/// The stand-in in a home.
pub(crate) struct SshStandIn {
    home: Home,
}

impl SshStandIn {
    /// Gives this token to every key.
    pub(crate) fn new(home: &Home, token: &str) -> SshStandIn {
        let folder = home.path("ssh").display().to_string();
        // One line a call, so that calls at the same time do not mix.
        let lines = format!(
            "printf '%s\\n' \"$*\" >> '{folder}/calls'\nenv >> '{folder}/variables'\n\
             {{ tr '\\0' ' ' < /proc/$PPID/cmdline || ps -ww -o args= -p $PPID; }} 2>/dev/null >> '{folder}/parents'\n\
             for word; do case $word in *guest*) guest=.guest ;; esac; done\n\
             cat '{folder}/words' >&2\ncat \"{folder}/token$guest\"\nexit $(cat '{folder}/status')"
        );
        script(home, "ssh", &lines);
        for (file, text) in [
            ("calls", ""),
            ("words", ""),
            ("status", "0"),
            ("token", token),
        ] {
            home.write(&format!("ssh/{file}"), text);
        }
        SshStandIn { home: home.clone() }
    }

    /// Gives another token from now on.
    pub(crate) fn set_token(&self, token: &str) {
        self.home.write("ssh/token", token);
    }

    /// Gives this token to keys whose path says `guest`.
    pub(crate) fn set_guest_token(&self, token: &str) {
        self.home.write("ssh/token.guest", token);
    }

    /// Gives no token, but these words on stderr and this exit status.
    pub(crate) fn refuse(&self, words: &str, status: i32) {
        self.home.write("ssh/token", "");
        self.home.write("ssh/words", words);
        self.home.write("ssh/status", status.to_string());
    }

    /// The arguments of each call.
    pub(crate) fn calls(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.home.path("ssh/calls")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The variables of all calls.
    pub(crate) fn variables(&self) -> String {
        std::fs::read_to_string(self.home.path("ssh/variables")).unwrap()
    }

    /// The command lines of its calls.
    pub(crate) fn parents(&self) -> String {
        std::fs::read_to_string(self.home.path("ssh/parents")).unwrap()
    }

    /// `tasks` finds it before the real one.
    pub(crate) fn with(&self, invocation: Invocation) -> Invocation {
        with_bin(&self.home, invocation)
    }
}
