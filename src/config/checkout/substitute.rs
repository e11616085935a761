//! Variables in a compose file, as Compose substitutes them: `$NAME`, `${NAME}`, `${NAME:-default}`
//! and `${NAME-default}`, which can be nested, also `:?`, `?`, `:+` and `+`. `$$` is a literal `$`.

/// The value of a variable, if it is set.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Adds the names of variables without a value to `missing`.
pub(super) fn substitute(text: &str, value: Lookup<'_>, missing: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let name = leading_name(after);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(inner) = after.strip_prefix('{').and_then(inside_braces) {
            out.push_str(&braced(inner, value, missing));
            rest = &after[inner.len() + 2..];
        } else if name.is_empty() {
            out.push('$');
            rest = after;
        } else {
            out.push_str(&or_missing(value(name), name, missing));
            rest = &after[name.len()..];
        }
    }
    out.push_str(rest);
    out
}

/// The text between `${` and its `}`.
fn braced(inner: &str, value: Lookup<'_>, missing: &mut Vec<String>) -> String {
    let name = leading_name(inner);
    let rest = &inner[name.len()..];
    let (needs_text, rest) = match rest.strip_prefix(':') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let given = value(name).filter(|value| !needs_text || !value.is_empty());
    let mut chars = rest.chars();
    match (chars.next(), given) {
        (Some('-'), None) => substitute(chars.as_str(), value, missing),
        (Some('+'), None) => String::new(),
        (Some('+'), Some(_)) => substitute(chars.as_str(), value, missing),
        (Some('-' | '?'), Some(given)) => given,
        (None, given) if !needs_text => or_missing(given, name, missing),
        (Some('?'), None) => or_missing(None, name, missing),
        // This is not a form of Compose.
        _ => or_missing(None, inner, missing),
    }
}

fn or_missing(value: Option<String>, name: &str, missing: &mut Vec<String>) -> String {
    value.unwrap_or_else(|| {
        let name = name.to_owned();
        if !missing.contains(&name) {
            missing.push(name);
        }
        String::new()
    })
}

fn inside_braces(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(&text[..at]),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The name at the beginning of the text; empty without one.
pub(super) fn leading_name(text: &str) -> &str {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return "";
    }
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !is_in_name(c)).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Option<String> {
        match name {
            "SHOP" => Some("shop".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn variables_are_substituted_as_in_compose() {
        for (text, expected) in [
            ("shop", "shop"),
            ("$SHOP", "shop"),
            ("a-${SHOP}-b", "a-shop-b"),
            ("${SHOP:-x}${SHOP-x}", "shopshop"),
            ("${GONE:-x}", "x"),
            ("${GONE-x}", "x"),
            ("${EMPTY:-x}", "x"),
            ("${EMPTY-x}.", "."),
            ("${GONE:-${SHOP}-x}", "shop-x"),
            ("${GONE:-${ALSO:-y}}", "y"),
            ("${SHOP:?needed}", "shop"),
            ("${SHOP:+x}${GONE+y}", "x"),
            ("$$SHOP $${SHOP}", "$SHOP ${SHOP}"),
            ("$ $1 ${", "$ $1 ${"),
        ] {
            let mut missing = Vec::new();
            assert_eq!(substitute(text, &value, &mut missing), expected, "{text}");
            assert_eq!(missing, [""; 0], "{text}");
        }
    }

    #[test]
    fn variables_without_a_value_are_named_once() {
        for (text, names) in [
            ("$GONE-${GONE}", &["GONE"][..]),
            ("${GONE:?needed}", &["GONE"]),
            ("${A:-${B}}$C", &["B", "C"]),
            ("${SHOP/x}", &["SHOP/x"]),
            ("${GONE:}", &["GONE:"]),
        ] {
            let mut missing = Vec::new();
            substitute(text, &value, &mut missing);
            assert_eq!(missing, names, "{text}");
        }
    }
}
