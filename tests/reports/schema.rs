//! The JUnit format: a check of elements and attributes here, and `junit.xsd` for `xmllint`.

use std::path::Path;
use std::process::Command;

use regex::Regex;

use crate::support::tool;

/// A test case of a report.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) class: String,
    pub(crate) name: String,
    /// `passed`, or the element and its type: `failure run-failed`.
    pub(crate) verdict: String,
    /// The message and the text of this element.
    pub(crate) about: String,
}

impl Case {
    /// Class, name and verdict.
    pub(crate) fn brief(&self) -> String {
        format!("{}: {}: {}", self.class, self.name, self.verdict)
    }
}

/// Parents, and the attributes that an element must and may have.
const ELEMENTS: [(&str, &str, &str, &str); 7] = [
    (
        "testsuites",
        "",
        "tests failures errors",
        "name skipped time timestamp",
    ),
    (
        "testsuite",
        "testsuites",
        "name tests failures errors",
        "skipped time timestamp",
    ),
    ("testcase", "testsuite", "name classname", "time"),
    ("failure", "testcase", "message type", ""),
    ("error", "testcase", "message type", ""),
    ("skipped", "testcase", "message", ""),
    ("system-out", "testcase", "", ""),
];

/// Checks a report, and gives its cases.
#[track_caller]
pub(crate) fn cases(xml: &str) -> Vec<Case> {
    let is_valid = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(is_valid), "{xml:?}");
    let body = xml
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
        .expect(xml);
    let tag = Regex::new(r#"<(/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)\s*(/?)>|([^<]+)"#).unwrap();
    let attribute = Regex::new(r#" ([a-z]+)="([^"]*)""#).unwrap();
    let mut open: Vec<String> = Vec::new();
    let mut found: Vec<Case> = Vec::new();
    let mut counts = Vec::new();
    let mut at = 0;
    for part in tag.captures_iter(body) {
        let whole = part.get(0).unwrap();
        assert_eq!(whole.start(), at, "{xml}");
        at = whole.end();
        if let Some(text) = part.get(5) {
            let is_text = open
                .last()
                .is_some_and(|name| ["failure", "error"].contains(&&**name));
            if is_text {
                found
                    .last_mut()
                    .unwrap()
                    .about
                    .push_str(&unescaped(text.as_str()));
            }
            let has_text = is_text || open.last().is_some_and(|name| name == "system-out");
            assert!(has_text || text.as_str().trim().is_empty(), "{xml}");
            continue;
        }
        let name = &part[2];
        if &part[1] == "/" {
            assert_eq!(open.pop().as_deref(), Some(name), "{xml}");
            continue;
        }
        let element = ELEMENTS.iter().find(|element| element.0 == name);
        let (_, parent, must, may) = element.unwrap_or_else(|| panic!("<{name}>\n{xml}"));
        assert_eq!(open.last().map_or("", String::as_str), *parent, "{xml}");
        let given = attribute.captures_iter(&part[3]);
        let given: Vec<(String, String)> =
            given.map(|a| (a[1].to_owned(), unescaped(&a[2]))).collect();
        let value = |wanted: &str| {
            let (_, value) = given.iter().find(|(name, _)| name == wanted)?;
            Some(value.clone())
        };
        for wanted in must.split_whitespace() {
            assert!(value(wanted).is_some(), "<{name}> without {wanted}\n{xml}");
        }
        for (given, value) in &given {
            let is_known = must
                .split(' ')
                .chain(may.split(' '))
                .any(|known| known == given);
            assert!(is_known, "<{name} {given}>\n{xml}");
            if given == "time" {
                assert!(value.parse::<f64>().unwrap() >= 0.0, "{xml}");
            }
        }
        match name {
            "testsuites" | "testsuite" => counts.push(
                ["tests", "failures", "errors", "skipped"]
                    .map(|count| value(count).unwrap().parse::<usize>().unwrap()),
            ),
            "testcase" => found.push(Case {
                class: value("classname").unwrap(),
                name: value("name").unwrap(),
                verdict: "passed".to_owned(),
                about: String::new(),
            }),
            "failure" | "error" | "skipped" => {
                let case = found.last_mut().unwrap();
                assert_eq!(case.verdict, "passed", "two results\n{xml}");
                let kind = value("type").map_or(String::new(), |kind| format!(" {kind}"));
                case.verdict = format!("{name}{kind}");
                case.about = value("message").unwrap() + "\n";
            }
            _ => {}
        }
        if &part[4] != "/" {
            open.push(name.to_owned());
        }
    }
    assert!(at == body.len() && open.is_empty(), "{xml}");
    let count = |element: &str| {
        let verdicts = found
            .iter()
            .map(|case| case.verdict.split(' ').next().unwrap());
        verdicts.filter(|verdict| *verdict == element).count()
    };
    let expected = [
        found.len(),
        count("failure"),
        count("error"),
        count("skipped"),
    ];
    assert_eq!(counts, [expected, expected], "{xml}");
    found
}

fn unescaped(text: &str) -> String {
    let bare = Regex::new("&(lt|gt|amp|quot|apos|#x?[0-9A-Fa-f]+);").unwrap();
    assert!(!bare.replace_all(text, "").contains('&'), "{text}");
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#10;", "\n")
        .replace("&amp;", "&")
}

/// Validates a file against `junit.xsd`, if `xmllint` is installed.
#[track_caller]
pub(crate) fn validate(file: &Path) {
    cases(&std::fs::read_to_string(file).unwrap());
    if !tool::have("xmllint") {
        return;
    }
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reports/junit.xsd");
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", schema])
        .arg(file)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
}

#[test]
#[should_panic(expected = "<testcase> without classname")]
fn a_report_without_a_class_is_refused() {
    cases(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites tests=\"1\" failures=\"0\" errors=\"0\" \
         skipped=\"0\"><testsuite name=\"a\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\
         <testcase name=\"a\"/></testsuite></testsuites>",
    );
}
