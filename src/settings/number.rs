//! Whole numbers on the command line.

use std::ops::RangeInclusive;

/// A parser that names the accepted numbers in its error.
pub(crate) fn number<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text: &str| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        let number = number.and_then(|number: u64| T::try_from(number).ok());
        number.ok_or_else(|| match (range.start(), range.end()) {
            (least, &u64::MAX) => format!("expected a whole number, {least} or more"),
            (least, most) => format!("expected a whole number from {least} to {most}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_the_range_are_refused_with_the_range() {
        assert_eq!(number::<u8>(1..=9)("9"), Ok(9));
        for text in ["0", "10", "-1", "abc", "", "1.5", "99999999999999999999"] {
            let error = number::<u8>(1..=9)(text).unwrap_err();
            assert_eq!(error, "expected a whole number from 1 to 9", "{text}");
        }
        let error = number::<u64>(0..=u64::MAX)("x").unwrap_err();
        assert_eq!(error, "expected a whole number, 0 or more");
    }
}
