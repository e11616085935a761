//! Consent to commands.

use crate::engine::consent::{consent, needs_consent};
use crate::store::Store;

#[test]
fn consent_is_needed_once_and_not_for_seeded_commands() {
    let fill = |tx: &rusqlite::Transaction<'_>| {
        tx.execute(
            "INSERT INTO known_command VALUES ('yarn audit', 'seed')",
            [],
        )?;
        Ok(())
    };
    let store = Store::open_memory(&fill).unwrap();
    assert!(!needs_consent(&store, "yarn audit").unwrap());
    assert!(needs_consent(&store, "yarn audit; rm -rf ~").unwrap());
    consent(&store, "yarn audit; rm -rf ~").unwrap();
    consent(&store, "yarn audit; rm -rf ~").unwrap();
    assert!(!needs_consent(&store, "yarn audit; rm -rf ~").unwrap());
}
