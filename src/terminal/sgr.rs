//! Select Graphic Rendition: the parameters of a terminal's colours.

const HIDDEN: u8 = 8;

/// The parameters that do not hide text; `None` if nothing is left.
///
/// Ambiguous parameters are left out: the `8` of an incomplete `38;5` would be part of a colour
/// here and hide text there.
pub(super) fn visible(parameters: &str) -> Option<String> {
    let all: Vec<&str> = parameters.split(';').collect();
    let mut kept = Vec::new();
    let mut rest = all.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let length = if is_extended_colour(first) {
            length_of_colour(rest)
        } else {
            usize::from(is_visible(first))
        };
        kept.extend_from_slice(&rest[..length]);
        rest = if length == 0 { after } else { &rest[length..] };
    }
    (!kept.is_empty()).then(|| kept.join(";"))
}

/// Foreground, background or underline, with the colour in further parameters.
fn is_extended_colour(parameter: &str) -> bool {
    matches!(number(parameter), Some(38 | 48 | 58))
}

/// The number of parameters of `38;5;N` or `38;2;R;G;B`; 0 if it is neither.
fn length_of_colour(parameters: &[&str]) -> usize {
    let length = match parameters.get(1).and_then(|kind| number(kind)) {
        Some(5) => 3,
        Some(2) => 5,
        _ => return 0,
    };
    let colour = parameters.get(..length).unwrap_or_default();
    if !colour.is_empty() && colour.iter().all(|part| number(part).is_some()) {
        length
    } else {
        0
    }
}

/// With colons, a parameter is a colour (`38:5:N`, `38:2::R:G:B`) or a kind of underline (`4:3`).
fn is_visible(parameter: &str) -> bool {
    let parts: Option<Vec<u8>> = parameter.split(':').map(number).collect();
    match parts.as_deref() {
        Some([single]) => *single != HIDDEN,
        Some([38 | 48 | 58, 5, _] | [38 | 48 | 58, 2, _, _, _, ..] | [4, 0..=5]) => true,
        _ => false,
    }
}

/// An empty parameter is 0; none exceeds 255.
fn number(parameter: &str) -> Option<u8> {
    if parameter.is_empty() {
        return Some(0);
    }
    parameter.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn concealed_text_becomes_visible_and_colours_stay() {
        for (parameters, expected) in [
            ("8", None),
            ("008", None),
            ("8;8", None),
            ("1;8;31", Some("1;31")),
            ("0;8", Some("0")),
            (";8", Some("")),
            ("", Some("")),
            ("28", Some("28")),
            ("38;5;8", Some("38;5;8")),
            ("38;5;8;8", Some("38;5;8")),
            ("48;2;8;8;8;8;1", Some("48;2;8;8;8;1")),
            ("38;2;8;8;8", Some("38;2;8;8;8")),
            ("38:5:8", Some("38:5:8")),
            ("38:2:8:8:8", Some("38:2:8:8:8")),
            ("38:2::8:8:8;8", Some("38:2::8:8:8")),
            ("4:3;8", Some("4:3")),
            ("8:1", None),
            ("4:8", None),
            // More than 255: a terminal that keeps 8 bits would read 8.
            ("264", None),
            // Incomplete colours, which terminals read in different ways.
            ("38;8", None),
            ("38;5", Some("5")),
            ("38;8;5;38;5;8", Some("5;38;5;8")),
            ("38:5;8;38;5;8", Some("38;5;8")),
            ("38;5:8", None),
        ] {
            assert_eq!(visible(parameters).as_deref(), expected, "{parameters}");
        }
    }

    /// True if a terminal would hide text: `8` alone, outside a complete colour.
    fn hides(parameters: &str) -> bool {
        let complete =
            regex::Regex::new("(^|;)0*[345]8;(0*5;[0-9]*|0*2;[0-9]*;[0-9]*;[0-9]*)").unwrap();
        complete
            .replace_all(parameters, "$1")
            .split(';')
            .any(|parameter| parameter.parse() == Ok(HIDDEN))
    }

    proptest! {
        #[test]
        fn no_sequence_conceals_text(parameters in prop::collection::vec("8|38|48|5|2|0|1|31||38:5:8|08", 0..9)) {
            let shown = visible(&parameters.join(";")).unwrap_or_default();
            prop_assert!(!hides(&shown), "{}", shown);
            prop_assert_eq!(visible(&shown).unwrap_or_default(), shown);
        }
    }
}
