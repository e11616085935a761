//! Keys in variables: every form of a key yields the same text, and an error shows no part of the value.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lagoon_tasks::internal::key_text;

/// In characters; shorter parts are in an error by chance.
const PART: usize = 12;

pub(super) fn check(bytes: &[u8]) {
    let Ok(given) = std::str::from_utf8(bytes) else {
        return;
    };
    match key_text(given) {
        Ok(None) => {}
        Ok(Some(pem)) => {
            assert!(
                pem.starts_with("-----BEGIN ") && pem.ends_with("-----\n"),
                "{pem:?}"
            );
            forms(&pem);
        }
        Err(error) => {
            let shown = error.to_string();
            let characters: Vec<char> = given.chars().collect();
            for part in characters.windows(PART) {
                let part: String = part.iter().collect();
                assert!(
                    !shown.contains(&part) || is_fixed(&part),
                    "{part:?} in {shown:?}"
                );
            }
        }
    }
}

fn forms(pem: &str) {
    let base64 = STANDARD.encode(pem);
    for form in [
        pem.to_owned(),
        format!("\"{pem}\""),
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\r\n"),
        pem.trim_end().to_owned(),
        base64.trim_end_matches('=').to_owned(),
        base64,
    ] {
        assert_eq!(
            key_text(&form).ok().flatten().as_deref(),
            Some(pem),
            "{form:?}"
        );
    }
}

/// A part of the words of every error.
fn is_fixed(part: &str) -> bool {
    [
        "",
        "x",
        "ssh-",
        "-----BEGIN ",
        "PuTTY-User-Key-File",
        "a\nb",
        "-----END ",
    ]
    .iter()
    .filter_map(|value| key_text(value).err())
    .any(|error| error.to_string().contains(part))
}
