//! A compose file with variables and the `.env` file beside it: the project is a name, and no value of the
//! `.env` file is repeated.

use std::cell::OnceCell;

use lagoon_tasks::internal::project_of;
use tempfile::TempDir;

const SECRET: &str = "s3cret value";

/// The two files, with a zero between them.
pub(super) fn check(bytes: &[u8]) {
    thread_local! {
        static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (compose, dot_env) = text.split_once('\0').unwrap_or((text, ""));
    FOLDER.with(|folder| {
        let folder = folder
            .get_or_init(|| TempDir::new().expect("a folder"))
            .path();
        let write =
            |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file");
        write(".lagoon.yml", "docker-compose-yaml: docker-compose.yml\n");
        write("docker-compose.yml", compose);
        write(".env", &format!("SECRET={SECRET}\n{dot_env}"));
        let (project, notes) = project_of(folder);
        if let Some(project) = project {
            assert!(
                !project.is_empty() && !project.contains(SECRET),
                "{project:?}"
            );
        } else {
            assert!(!notes.is_empty());
        }
        for note in notes {
            assert!(
                !note.contains(SECRET) || compose.contains(SECRET),
                "{note:?}"
            );
        }
    });
}
