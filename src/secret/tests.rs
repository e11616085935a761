use proptest::prelude::*;

use super::*;

const TOKEN: &str = "eyJzZWNyZXQ.mQ4b-1_x8kqZp0WvT7sYd.Jd93kLs0aPqWe";

fn known(texts: &[&str]) -> Known {
    let mut known = Known::default();
    texts.iter().for_each(|text| known.add(text.as_bytes()));
    known
}

fn mask(known: &Known, text: &str) -> String {
    let mut out = Vec::new();
    known.replace(
        text.as_bytes(),
        &known.runs(text.as_bytes()),
        text.len(),
        &mut out,
    );
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn a_secret_is_masked_at_any_position() {
    let known = known(&[TOKEN]);
    for (text, expected) in [
        (format!("Bearer {TOKEN}\n"), "Bearer ***\n"),
        (TOKEN.to_owned(), "***"),
        (format!("a {TOKEN} b {TOKEN}"), "a *** b ***"),
        (format!("{TOKEN}{TOKEN}"), "***"),
        (format!("cut: {}…", &TOKEN[..20]), "cut: ***…"),
        (format!("{}\n{}", &TOKEN[..20], &TOKEN[20..]), "***\n***"),
        (
            format!("short: {}", &TOKEN[..15]),
            &format!("short: {}", &TOKEN[..15]),
        ),
        (String::new(), ""),
    ] {
        assert_eq!(mask(&known, &text), expected, "{text}");
    }
}

#[test]
fn short_texts_are_not_masked() {
    let known = known(&["0123456789abcde"]);
    assert_eq!(mask(&known, "0123456789abcde"), "0123456789abcde");
    assert!(known.words.is_empty());
}

#[test]
fn a_secret_escaped_in_json_is_masked() {
    conceal("q\"uo\\ted/secret<of>16");
    for text in [
        "q\"uo\\ted/secret<of>16",
        "q\\\"uo\\\\ted/secret<of>16",
        "q\\\"uo\\\\ted\\/secret<of>16",
    ] {
        assert_eq!(masked(&format!("[{text}]")), "[***]");
    }
}

/// Cuts the token into pieces of 9 bytes.
fn split_by(separator: &str) -> String {
    let pieces: Vec<&str> = (0..TOKEN.len())
        .step_by(9)
        .map(|at| &TOKEN[at..TOKEN.len().min(at + 9)])
        .collect();
    pieces.join(separator)
}

#[test]
fn a_secret_with_invisible_characters_is_masked() {
    let known = known(&[TOKEN]);
    for separator in [
        "\u{1b}[31;1m",
        "\u{1b}[m\u{1b}(B",
        "\u{1b}[2K",
        "\u{9b}0m",
        "\u{1b}]8;;http://example.com/\u{7}",
        "\u{1b}]8;;http://example.com/\u{1b}\\",
        "\u{200b}",
        "\u{ad}\u{feff}",
        "\u{301}",
        "\u{e0041}",
        "\0",
        // In the forms of JSON, YAML and our own tables.
        "\\u001b[31m",
        "\\\\u001b[31m",
        "\\u001B[1m\\u200b",
        "\\udb40\\udc41",
        "\\e[31m",
        "\\x1B[31m",
        "\\u{1b}[31m",
        "\\u{e0041}",
    ] {
        let text = format!("a {} b", split_by(separator));
        let shown = mask(&known, &text);
        let colours: String = colours(text.as_bytes())
            .map(|colour| String::from_utf8_lossy(colour))
            .collect();
        assert_eq!(shown, format!("a ***{colours} b"), "{separator:?}");
    }
    // Visible characters separate.
    for separator in ["\n", " ", "\t", "\\n", "\\", "[31m"] {
        let text = split_by(separator);
        assert_eq!(mask(&known, &text), text);
    }
}

#[test]
fn a_secret_written_with_escapes_is_masked() {
    let known = known(&[TOKEN, "base64/of/a/key/with/slashes"]);
    let escaped: String = TOKEN
        .chars()
        .enumerate()
        .map(|(at, c)| match at % 3 {
            0 => format!("\\u{:04x}", u32::from(c)),
            1 => format!("\\U{:08X}", u32::from(c)),
            _ => format!("\\\\x{:02x}", u32::from(c)),
        })
        .collect();
    assert_eq!(mask(&known, &format!("\"{escaped}\"\n")), "\"***\"\n");
    let mixed = "base64\\/of/a\\/key/with\\/slashes";
    assert_eq!(mask(&known, &format!("\"{mixed}\"")), "\"***\"");
    // A text without a secret is unchanged.
    let other = r"C:\users\x1b \u00e9 \u{} \e[0m \ud83d\ude00 \uzzzz \";
    assert_eq!(mask(&known, other), other);
    // Even if the sequence that contains the secret is invisible.
    let hidden = format!("\u{1b}]8;;http://x/?{TOKEN}\u{7}");
    assert!(!mask(&known, &hidden).contains(&TOKEN[..SHORTEST]));
    let unfinished = format!("\u{1b}]{TOKEN}");
    assert_eq!(mask(&known, &unfinished), "\u{1b}]***");
}

#[test]
fn buffered_output_is_limited() {
    conceal(TOKEN);
    let mut masker = Masker::default();
    let text = format!("{}{}", &TOKEN[..20], "\u{200b}".repeat(MOST_HELD));
    let mut out = masker.feed(text.as_bytes()).into_owned();
    assert!(masker.held.is_empty());
    out.extend(masker.finish());
    assert!(out.starts_with(b"***"));
}

#[test]
fn an_old_token_stays_masked() {
    let old = Secret::new("old-token-9f8e7d6c5b4a".to_owned());
    drop(old.clone());
    let _new = Secret::new("new-token-1a2b3c4d5e6f".to_owned());
    assert_eq!(masked(&format!("{} {old}", old.expose())), "*** ***");
}

#[test]
fn values_are_compared_with_secrets_of_any_length() {
    conceal("");
    conceal("sesame-1");
    assert!(!is_registered("") && is_registered("sesame-1") && !is_registered("sesame"));
    assert_eq!(masked("sesame-1"), "sesame-1");
}

#[test]
fn complete_lines_are_not_buffered() {
    conceal(TOKEN);
    let mut masker = Masker::default();
    assert_eq!(&*masker.feed(b"a line\n"), b"a line\n");
    assert_eq!(&*masker.feed(format!("{TOKEN}\n").as_bytes()), b"***\n");
    assert_eq!(&*masker.feed(TOKEN.as_bytes()), b"***");
    assert!(masker.held.is_empty());
}

proptest! {
    #[test]
    fn printable_text_ends_at_the_first_other_byte(
        text in "[ -~]{0,30}",
        rest in proptest::collection::vec(any::<u8>(), 0..12),
    ) {
        let bytes = [text.as_bytes(), &rest].concat();
        let is_other = |byte: &u8| !(b' '..=b'~').contains(byte) || *byte == b'\\';
        let expected = bytes.iter().position(is_other).unwrap_or(bytes.len());
        prop_assert_eq!(printable_length(&bytes), expected);
    }

    #[test]
    fn masking_is_independent_of_chunk_boundaries(
        texts in proptest::collection::vec(
            prop_oneof!["[a-z \n]{0,20}", Just(TOKEN.to_owned()), Just(TOKEN[5..30].to_owned()),
                        Just(TOKEN[..9].to_owned()), Just("\u{1b}[31m".to_owned()),
                        Just("\\u001b[1m\\\\u200b".to_owned()), Just("\u{200b}".to_owned()),
                        Just(split_by("\u{1b}[m\u{200b}")), Just(split_by("\\u001b[0m"))],
            0..8,
        ),
        cuts in proptest::collection::vec(1..40_usize, 1..40),
    ) {
        conceal(TOKEN);
        let text = texts.concat();
        let mut masker = Masker::default();
        let (mut out, mut rest) = (Vec::new(), text.as_bytes());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at(rest.len().min(*cut));
            out.extend_from_slice(&masker.feed(piece));
            rest = after;
        }
        out.extend(masker.finish());
        let out = String::from_utf8(out).unwrap();
        let visible = out.replace("\u{1b}[31m", "").replace("\u{1b}[m", "").replace('\u{200b}', "");
        let visible = visible.replace("\\u001b[1m\\\\u200b", "").replace("\\u001b[0m", "");
        for piece in TOKEN.as_bytes().windows(SHORTEST) {
            let piece = std::str::from_utf8(piece).unwrap();
            prop_assert!(!out.contains(piece) && !visible.contains(piece), "{}", out);
        }
        // Nothing else is changed.
        let plain = |text: &str| text.replace("***", "");
        let whole = masked(&text);
        prop_assert_eq!(plain(&out), plain(&whole));
    }

    #[test]
    fn fragments_of_a_secret_are_masked(start in 0..30_usize, length in 16..60_usize, before in "[ -~]{0,20}") {
        let known = known(&[TOKEN]);
        let piece = &TOKEN[start..TOKEN.len().min(start + length)];
        prop_assume!(piece.len() >= SHORTEST);
        let out = mask(&known, &format!("{before}{piece}"));
        prop_assert!(!out.contains(piece), "{}", out);
    }

    #[test]
    fn masking_never_panics(secret in ".{0,40}", text in ".{0,60}") {
        let known = known(&[&secret]);
        let _ = mask(&known, &text);
        let _ = known.scan(text.as_bytes(), false);
    }
}
