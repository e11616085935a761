//! The checkout around the current folder, and the reasons for not using its files.

use super::App;
use crate::config::Checkout;
use crate::error::quoted_list;
use crate::regular_file::Owners;
use crate::settings::{process_variable, sudo_user};

impl App {
    /// Read on first use from the files around the current folder.
    pub(crate) fn checkout(&self) -> &Checkout {
        self.checkout.get_or_init(|| {
            let here = std::env::current_dir();
            let found = here.map_or_else(
                |_| Checkout::default(),
                |here| {
                    let owners = Owners::current(sudo_user(), &here);
                    Checkout::read(&here, &owners, &process_variable)
                },
            );
            for note in found.notes.iter().chain(&found.branch_note) {
                self.ui.trace(note);
            }
            found
        })
    }

    /// Records remotes, without credentials, whose project Lagoon does not show.
    pub(crate) fn set_unknown_remotes(&self, remotes: Vec<String>) {
        // The project is looked up once.
        let _ = self.unknown_remotes.set(remotes);
    }

    pub(crate) fn unknown_remotes(&self) -> Option<String> {
        Some(match self.unknown_remotes.get()?.as_slice() {
            [] => return None,
            [one] => format!("no project that you can see has the git remote {one}"),
            several => format!(
                "no project that you can see has one of the git remotes {}",
                quoted_list(several)
            ),
        })
    }

    /// The reasons for a project that was not inferred from the checkout.
    pub(crate) fn unused_checkout(&self) -> Vec<String> {
        let checkout = self.checkout();
        let notes = checkout.notes.iter().cloned();
        let missing = checkout.missing.clone();
        notes.chain(missing).chain(self.unknown_remotes()).collect()
    }
}
