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
fn a_secret_is_masked_wherever_it_is() {
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
fn short_texts_are_no_secrets() {
    let known = known(&["0123456789abcde"]);
    assert_eq!(mask(&known, "0123456789abcde"), "0123456789abcde");
    assert!(known.words.is_empty());
}

#[test]
fn a_secret_is_masked_as_json_writes_it() {
    conceal("q\"uo\\ted/secret<of>16");
    for text in [
        "q\"uo\\ted/secret<of>16",
        "q\\\"uo\\\\ted/secret<of>16",
        "q\\\"uo\\\\ted\\/secret<of>16",
    ] {
        assert_eq!(masked(&format!("[{text}]")), "[***]");
    }
}

#[test]
fn an_old_token_stays_masked() {
    let old = Secret::new("old-token-9f8e7d6c5b4a".to_owned());
    drop(old.clone());
    let _new = Secret::new("new-token-1a2b3c4d5e6f".to_owned());
    assert_eq!(masked(&format!("{} {old}", old.expose())), "*** ***");
}

#[test]
fn a_value_is_compared_with_secrets_of_any_length() {
    conceal("");
    conceal("sesame-1");
    assert!(!is_registered("") && is_registered("sesame-1") && !is_registered("sesame"));
    assert_eq!(masked("sesame-1"), "sesame-1");
}

#[test]
fn nothing_is_held_back_after_a_line() {
    conceal(TOKEN);
    let mut masker = Masker::default();
    assert_eq!(&*masker.feed(b"a line\n"), b"a line\n");
    assert_eq!(&*masker.feed(format!("{TOKEN}\n").as_bytes()), b"***\n");
    assert_eq!(&*masker.feed(TOKEN.as_bytes()), b"***");
    assert!(masker.held.is_empty());
}

proptest! {
    #[test]
    fn pieces_make_no_difference(
        texts in proptest::collection::vec(
            prop_oneof!["[a-z \n]{0,20}", Just(TOKEN.to_owned()), Just(TOKEN[5..30].to_owned()),
                        Just(TOKEN[..9].to_owned())],
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
        for piece in TOKEN.as_bytes().windows(SHORTEST) {
            prop_assert!(!out.contains(std::str::from_utf8(piece).unwrap()), "{}", out);
        }
        // Nothing else is changed.
        let plain = |text: &str| text.replace("***", "");
        let whole = masked(&text);
        prop_assert_eq!(plain(&out), plain(&whole));
    }

    #[test]
    fn no_piece_of_a_secret_passes(start in 0..30_usize, length in 16..60_usize, before in "[ -~]{0,20}") {
        let known = known(&[TOKEN]);
        let piece = &TOKEN[start..TOKEN.len().min(start + length)];
        prop_assume!(piece.len() >= SHORTEST);
        let out = mask(&known, &format!("{before}{piece}"));
        prop_assert!(!out.contains(piece), "{}", out);
    }

    #[test]
    fn any_bytes_are_survived(secret in ".{0,40}", text in ".{0,60}") {
        let known = known(&[&secret]);
        let _ = mask(&known, &text);
        let _ = known.open_end(text.as_bytes());
    }
}
