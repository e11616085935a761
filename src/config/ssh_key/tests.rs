use proptest::prelude::*;

use super::*;

const PEM: &str = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\
    DEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\nMIIEpAIBAAKCAQEAy+/abc==\n\
    -----END RSA PRIVATE KEY-----\n";

fn parse(text: &str) -> SshKey {
    SshKey::read(text, Path::new(""))
}

fn text_of(text: &str) -> String {
    match parse(text).usable() {
        Ok(UsableKey::Text(text)) => text,
        Ok(UsableKey::File(_)) => panic!("taken for a path: {text:?}"),
        Err(error) => panic!("{error}: {text:?}"),
    }
}

/// Every form in which users write a key into a variable or setting.
fn forms(pem: &str) -> Vec<String> {
    let trimmed = pem.trim_end();
    let base64 = base64::engine::general_purpose::STANDARD.encode(pem);
    let wrapped = super::wrapped(&base64).join("\n");
    let mut forms = vec![pem.to_owned(), trimmed.to_owned()];
    for newline in ["\r\n", "\\n", "\\r\\n", "\\\\n", " ", "\r", "\n  "] {
        forms.push(pem.replace('\n', newline));
        forms.push(trimmed.replace('\n', newline));
    }
    forms.extend([base64.trim_end_matches('=').to_owned(), base64, wrapped]);
    let quoted = |form: &String| {
        [
            format!("\"{form}\""),
            format!("'{form}'\n"),
            format!(" {form} "),
        ]
    };
    let quoted: Vec<String> = forms.iter().flat_map(quoted).collect();
    forms.extend(quoted);
    forms
}

#[test]
fn key_headers_are_kept_in_every_form() {
    for form in forms(PEM) {
        assert_eq!(text_of(&form), PEM, "{form:?}");
    }
}

#[test]
fn paths_are_recognized_and_shown() {
    for path in [
        "/a key",
        "~/.ssh/id",
        "./id",
        "../keys/id",
        "\"/quoted/id\"",
        " /id\n",
    ] {
        let key = parse(path);
        let shown = path.trim().trim_matches('"');
        assert_eq!(key.shown(), shown);
        assert!(!key.is_secret() && format!("{key:?}").contains(shown));
    }
    let folder = Path::new("/conf");
    assert_eq!(SshKey::parse("./id", folder).shown(), "/conf/id");
    assert_eq!(SshKey::parse("~/id", folder).shown(), "~/id");
    assert!(parse(&format!("/{}", "a".repeat(LONGEST_PATH))).is_secret());
    assert!(parse("/a\nb").is_secret());
}

#[test]
fn a_bare_name_is_a_path_if_the_file_exists() {
    let folder = tempfile::tempdir().unwrap();
    let key = SshKey::parse("id_ci", folder.path());
    assert!(key.usable().is_err() && key.is_secret());
    std::fs::write(folder.path().join("id_ci"), "k").unwrap();
    assert!(key.usable() == Ok(UsableKey::File(folder.path().join("id_ci"))));
    assert!(!key.is_secret());
}

#[test]
fn invalid_keys_are_described() {
    let body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ";
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    for (text, form) in [
        ("", "empty"),
        (body, "one line of base64"),
        (&format!("{body}\n{body}"), "several lines of base64"),
        (&PEM[..90], "incomplete"),
        (&PEM[40..], "without its first line"),
        (&base64(&PEM[..90]), "incomplete"),
        ("ssh-ed25519 AAAA me@here", "a public key"),
        ("PuTTY-User-Key-File-3: ssh-ed25519", "puttygen"),
        ("a b: c", "one line of text"),
        ("a: b\nc", "several lines of text"),
    ] {
        let error = parse(text).usable().err().unwrap().to_string();
        assert!(error.contains(form), "{text:?}: {error}");
        assert!(error.contains(&format!("({} bytes", text.len())), "{error}");
    }
}

fn any_pem() -> impl Strategy<Value = String> {
    let labels = [
        "OPENSSH PRIVATE KEY",
        "RSA PRIVATE KEY",
        "PRIVATE KEY",
        "EC PRIVATE KEY",
    ];
    let line = "[A-Za-z0-9+/]{64}";
    let last = "[A-Za-z0-9+/]{16,60}={0,2}";
    let body = (proptest::collection::vec(line, 0..30), last);
    (proptest::sample::select(labels.to_vec()), body).prop_map(|(label, (lines, last))| {
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        format!("-----BEGIN {label}-----\n{lines}{last}\n-----END {label}-----\n")
    })
}

/// True if a text has any 16 bytes of the key's body.
fn shows(text: &str, pem: &str) -> bool {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let body: Vec<u8> = lines.collect::<String>().into_bytes();
    body.windows(16)
        .any(|piece| text.contains(std::str::from_utf8(piece).unwrap()))
}

proptest! {
    #[test]
    fn a_key_is_read_in_every_form(pem in any_pem()) {
        for form in forms(&pem) {
            prop_assert_eq!(text_of(&form), pem.as_str(), "{:?}", form);
            let key = parse(&form);
            prop_assert!(key.is_secret());
            let shown = format!("{key:?} {}", key.shown());
            prop_assert!(!shows(&shown, &pem));
        }
    }

    #[test]
    fn no_part_of_a_key_is_printed(
        pem in any_pem(), form in 0..60_usize, start in 0..200_usize, end in 0..200_usize,
    ) {
        let forms = forms(&pem);
        let form = &forms[form % forms.len()];
        let part = &form[start.min(form.len())..];
        let part = &part[..part.len().saturating_sub(end)];
        prop_assume!(!is_path(unquoted(part)));
        let key = parse(part);
        let shown = format!("{key:?} {}", key.shown());
        prop_assert!(!shows(&shown, &pem), "{:?}", part);
    }

    #[test]
    fn key_parsing_never_panics(text in ".{0,300}") {
        let key = parse(&text);
        if key.is_secret() && text.len() > 60 {
            prop_assert!(!key.shown().contains(&text));
        }
    }
}
