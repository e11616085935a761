//! Consent to commands.

use crate::engine::consent::{came_with_seed, consent, needs_consent};
use crate::store::Store;

#[test]
fn is_needed_once_and_not_for_the_seeds_commands() {
    let store = Store::open_memory(&|tx| came_with_seed(tx, "yarn audit")).unwrap();
    assert!(!needs_consent(&store, "yarn audit").unwrap());
    assert!(needs_consent(&store, "yarn audit; rm -rf ~").unwrap());
    consent(&store, "yarn audit; rm -rf ~").unwrap();
    consent(&store, "yarn audit; rm -rf ~").unwrap();
    assert!(!needs_consent(&store, "yarn audit; rm -rf ~").unwrap());
}
