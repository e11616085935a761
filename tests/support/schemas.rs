//! GraphQL schemas and documents, and the questions that tests ask of them.
//!
//! Ours is `graphql/schema.graphql`; the sandbox prints its own; those of Lagoon's releases are
//! read from the folder that `LAGOON_SCHEMAS` names.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, LazyLock, Mutex};

use apollo_compiler::Schema;
use apollo_compiler::executable::{ExecutableDocument, Selection};
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use regex::Regex;

/// A release of Lagoon, as in `2.15.4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u32, u32, u32);

/// The oldest release that is supported.
pub(crate) const FLOOR: Version = Version(2, 15, 4);

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<u32> = text
            .split('.')
            .map(|part| part.parse().map_err(|_| format!("no version: `{text}`")))
            .collect::<Result<_, _>>()?;
        match numbers[..] {
            [major, minor, patch] => Ok(Version(major, minor, patch)),
            _ => Err(format!("no version: `{text}`")),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The schema of one release of Lagoon.
pub(crate) struct Release {
    pub(crate) version: Version,
    pub(crate) schema: Valid<Schema>,
}

/// One file under `graphql/` with an operation.
pub(crate) struct Document {
    /// Relative to `graphql/`.
    pub(crate) name: String,
    pub(crate) source: String,
    /// The release it starts with: its first line's `# since 2.18.0`, else the floor.
    pub(crate) since: Version,
}

/// The folder of our schema and operations.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql")
}

/// Our own schema.
pub(crate) fn ours() -> &'static Valid<Schema> {
    static OURS: LazyLock<Valid<Schema>> = LazyLock::new(|| {
        let path = folder().join("schema.graphql");
        parse_schema(&read(&path), &path).unwrap()
    });
    &OURS
}

/// The sandbox's.
pub(crate) fn sandbox() -> &'static Valid<Schema> {
    static SANDBOX: LazyLock<Valid<Schema>> = LazyLock::new(|| {
        let sdl = lagoon_sandbox::Sandbox::sdl();
        parse_schema(&sdl, Path::new("sandbox.graphql")).unwrap()
    });
    &SANDBOX
}

/// The releases in the folder that `LAGOON_SCHEMAS` names, oldest first; none when it is unset.
pub(crate) fn releases() -> &'static [Release] {
    static RELEASES: LazyLock<Vec<Release>> = LazyLock::new(|| match folder_of_releases() {
        Some(folder) => read_releases(&folder).unwrap(),
        None => Vec::new(),
    });
    &RELEASES
}

/// The folder in `LAGOON_SCHEMAS`; without it, prints the skipped checks on stderr.
pub(crate) fn folder_of_releases() -> Option<PathBuf> {
    let folder = std::env::var_os("LAGOON_SCHEMAS").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: Lagoon's own schemas, LAGOON_SCHEMAS is not set");
    }
    folder
}

/// Every release in a folder. A folder without any is an error: the caller asked for a check.
pub(crate) fn read_releases(folder: &Path) -> Result<Vec<Release>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("LAGOON_SCHEMAS={}: {error}", folder.display()))?;
    let mut releases = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.extension().is_none_or(|suffix| suffix != "graphql") {
            continue;
        }
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("");
        releases.push(Release {
            version: stem.trim_start_matches('v').parse()?,
            schema: parse_schema(&read(&path), &path)?,
        });
    }
    if releases.is_empty() {
        return Err(format!(
            "LAGOON_SCHEMAS={} holds no *.graphql",
            folder.display()
        ));
    }
    releases.sort_by_key(|release| release.version);
    Ok(releases)
}

/// A schema from its text.
pub(crate) fn parse_schema(source: &str, path: &Path) -> Result<Valid<Schema>, String> {
    // async-graphql prints the built-in directives with the rest.
    Schema::builder()
        .ignore_builtin_redefinitions()
        .parse(source, path)
        .build()
        .map_err(|error| error.to_string())?
        .validate()
        .map_err(|error| error.to_string())
}

/// Every operation under `graphql/`.
pub(crate) fn documents() -> Vec<Document> {
    let mut found = Vec::new();
    let root = folder();
    for path in super::source::files_under(&root, "graphql") {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        if name != "schema.graphql" && name != "fragments.graphql" {
            let source = read(&path);
            let since = since(&source).unwrap_or_else(|error| panic!("{name}: {error}"));
            found.push(Document {
                name,
                source,
                since,
            });
        }
    }
    found
}

/// The release that a document's first line names, else the floor.
pub(crate) fn since(source: &str) -> Result<Version, String> {
    match source.lines().next().unwrap_or("").strip_prefix("# since ") {
        Some(rest) => {
            let version: Version = rest
                .split([' ', ';', ':', ','])
                .next()
                .unwrap_or("")
                .parse()?;
            if version <= FLOOR {
                return Err(format!(
                    "`since {version}` is no guard: the floor is {FLOOR}"
                ));
            }
            Ok(version)
        }
        None => Ok(FLOOR),
    }
}

/// The errors of a document in a schema; empty if it is valid.
pub(crate) fn validate(schema: &Valid<Schema>, source: &str) -> Result<(), String> {
    parse(schema, source).map(|_| ())
}

fn parse(schema: &Valid<Schema>, source: &str) -> Result<Valid<ExecutableDocument>, String> {
    ExecutableDocument::parse_and_validate(schema, source, "document.graphql")
        .map_err(|error| error.to_string())
}

/// Lagoon's requirements of a document beyond the specification, and graphql_client's of a file: one named
/// operation, in front of its fragments, with a field first.
pub(crate) fn check_form(schema: &Valid<Schema>, source: &str) -> Result<(), String> {
    let document = parse(schema, source)?;
    if let Some(operation) = document.operations.anonymous.as_ref() {
        return Err(format!("the {} has no name", operation.operation_type));
    }
    let [operation] = document.operations.named.values().collect::<Vec<_>>()[..] else {
        return Err(format!(
            "{} operations, one is meant",
            document.operations.named.len()
        ));
    };
    let first_word = source
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .find_map(|line| line.split_whitespace().next());
    if first_word != Some(operation.operation_type.name()) {
        return Err(String::from("the operation stands after something else"));
    }
    match operation.selection_set.selections.first() {
        Some(Selection::Field(_)) => Ok(()),
        _ => Err(String::from("the first selection is no field")),
    }
}

/// True if a server with this schema accepts these variables, coerced as the specification says:
/// unknown keys and enum values, integers beyond 32 bits, missing values and `null` where none may
/// be are refused. So are variables that the operation does not declare, which a server ignores.
pub(crate) fn validate_variables(
    schema: &Valid<Schema>,
    source: &str,
    variables: &serde_json::Value,
) -> Result<(), String> {
    coerce_variables(schema, &parse(schema, source)?, variables)
}

fn coerce_variables(
    schema: &Valid<Schema>,
    document: &Valid<ExecutableDocument>,
    variables: &serde_json::Value,
) -> Result<(), String> {
    let operation = document
        .operations
        .get(None)
        .map_err(|error| format!("{error:?}"))?;
    let values: JsonMap = match variables {
        serde_json::Value::Null => JsonMap::new(),
        value => serde_json::from_value(value.clone()).map_err(|error| error.to_string())?,
    };
    for name in values.keys() {
        if !operation
            .variables
            .iter()
            .any(|variable| variable.name == name.as_str())
        {
            return Err(format!("the operation has no variable ${}", name.as_str()));
        }
    }
    coerce_variable_values(schema, operation, &values)
        .map(|_| ())
        .map_err(|error| error.message().to_string())
}

/// A document as one of the schemas that it may be sent to reads it.
struct ParsedDocument {
    schema: &'static Valid<Schema>,
    /// `ours`, or the release.
    name: String,
    document: Valid<ExecutableDocument>,
}

/// Checks a request against every schema that a Lagoon it may be sent to could have: ours, and
/// those of the releases from the document's own on.
pub(crate) fn validate_request(source: &str, variables: &serde_json::Value) -> Result<(), String> {
    /// Tests send the same few documents thousands of times, and reading one takes milliseconds.
    static ACCEPTED: LazyLock<Mutex<HashMap<String, Arc<[ParsedDocument]>>>> =
        LazyLock::new(Mutex::default);
    let source = with_the_same_tie(source);
    let known = ACCEPTED.lock().unwrap().get(&source).cloned();
    let accepted = match known {
        Some(accepted) => accepted,
        None => {
            let accepted: Arc<[ParsedDocument]> = accept(&source)?.into();
            let mut all = ACCEPTED.lock().unwrap();
            all.insert(source.clone(), Arc::clone(&accepted));
            accepted
        }
    };
    for ParsedDocument {
        schema,
        name,
        document,
    } in accepted.iter()
    {
        coerce_variables(schema, document, variables)
            .map_err(|error| format!("schema {name}: {error}\n{variables}\n{source}"))?;
    }
    Ok(())
}

fn accept(source: &str) -> Result<Vec<ParsedDocument>, String> {
    let since = since(source)?;
    let releases = releases()
        .iter()
        .filter(|release| release.version >= since)
        .map(|release| (release.version.to_string(), &release.schema));
    std::iter::once((String::from("ours"), ours()))
        .chain(releases)
        .map(|(name, schema)| {
            let document = parse(schema, source)
                .map_err(|error| format!("schema {name}: {error}\n{source}"))?;
            Ok(ParsedDocument {
                schema,
                name,
                document,
            })
        })
        .collect()
}

/// The document with the same alias in each request where the program puts a random one.
fn with_the_same_tie(source: &str) -> String {
    static TIE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\btie_[0-9a-f]{16}:").unwrap());
    TIE.replace(source, "tie:").into_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
