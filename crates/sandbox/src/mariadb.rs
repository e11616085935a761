//! The refusals of the database behind a Lagoon: its rules for each column, and its messages with
//! the statement at the end (as seen on Lagoon 2.33.1, MariaDB in strict mode, statements by knex).

use async_graphql::MaybeUndefined;

use super::failure::Failure;
use super::instant;

/// How much of a statement is repeated in a message.
const REPEATED: usize = 256;

/// One column of a table.
pub(super) struct Column {
    name: &'static str,
    kind: Kind,
    nullable: bool,
    has_default: bool,
}

enum Kind {
    /// At most so many characters.
    Varchar(usize),
    /// At most 65,535 bytes.
    Text,
    /// Times.
    DateTime,
    /// Whatever GraphQL has checked already.
    Checked,
}

/// A table, with the name it has in messages.
pub(super) struct Table {
    name: &'static str,
    columns: &'static [Column],
}

/// A value as it goes into a statement.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Not given: the column's default.
    Default,
    Null,
    Text(String),
    Int(i64),
    Bool(bool),
}

macro_rules! column {
    ($name:literal, $kind:expr, null) => {
        Column {
            name: $name,
            kind: $kind,
            nullable: true,
            has_default: true,
        }
    };
    ($name:literal, $kind:expr, default) => {
        Column {
            name: $name,
            kind: $kind,
            nullable: false,
            has_default: true,
        }
    };
    ($name:literal, $kind:expr, needed) => {
        Column {
            name: $name,
            kind: $kind,
            nullable: false,
            has_default: false,
        }
    };
}

/// Definitions.
pub(super) static DEFINITION: Table = Table {
    name: "advanced_task_definition",
    columns: &[
        column!("admin_only_view", Kind::Checked, default),
        column!("command", Kind::Text, null),
        column!("confirmation_text", Kind::Varchar(2000), null),
        column!("deploy_token_injection", Kind::Checked, default),
        column!("description", Kind::Text, needed),
        column!("group_name", Kind::Varchar(300), null),
        column!("image", Kind::Varchar(2000), null),
        column!("name", Kind::Varchar(300), needed),
        column!("project_key_injection", Kind::Checked, default),
        column!("service", Kind::Varchar(100), null),
        column!("system_wide", Kind::Checked, default),
        column!("type", Kind::Varchar(100), needed),
    ],
};

/// Arguments of definitions.
pub(super) static ARGUMENT: Table = Table {
    name: "advanced_task_definition_argument",
    columns: &[
        column!("default_value", Kind::Text, null),
        column!("display_name", Kind::Varchar(500), null),
        column!("name", Kind::Varchar(300), needed),
        column!("optional", Kind::Checked, default),
    ],
};

/// Runs.
pub(super) static TASK: Table = Table {
    name: "task",
    columns: &[
        column!("command", Kind::Text, needed),
        column!("completed", Kind::DateTime, null),
        column!("created", Kind::DateTime, default),
        column!("environment", Kind::Checked, needed),
        column!("name", Kind::Varchar(100), needed),
        column!("remote_id", Kind::Varchar(50), null),
        column!("service", Kind::Varchar(100), needed),
        column!("source_user", Kind::Varchar(300), null),
        column!("started", Kind::DateTime, null),
        column!("status", Kind::Checked, default),
    ],
};

impl Table {
    /// Checks a row that is to be inserted. Columns are looked at in the statement's order, and the
    /// first that is wrong is the one that is told.
    ///
    /// # Errors
    ///
    /// The database's message.
    pub(super) fn insert(&self, mut cells: Vec<(&'static str, Cell)>) -> Result<(), Failure> {
        cells.sort_by_key(|(name, _)| *name);
        self.check(&cells, || self.insert_statement(&cells))
    }

    /// Checks a change of the row `id`; what is not given stays.
    ///
    /// # Errors
    ///
    /// The database's message, or knex's when there is nothing to change.
    pub(super) fn update(&self, id: i32, cells: &[(&'static str, Cell)]) -> Result<(), Failure> {
        let given: Vec<_> = cells
            .iter()
            .filter(|(_, cell)| *cell != Cell::Default)
            .cloned()
            .collect();
        if given.is_empty() {
            let names: Vec<_> = cells.iter().map(|(name, _)| camel_case(name)).collect();
            return Err(Failure::new(format!(
                "Empty .update() call detected! Update data does not contain any values to update. \
                 This will result in a faulty query. Table: {}. Columns: {}.",
                self.name,
                names.join(",")
            )));
        }
        self.check(&given, || self.update_statement(id, &given))
    }

    /// The message for a row whose key is there already.
    pub(super) fn duplicate(
        &self,
        mut cells: Vec<(&'static str, Cell)>,
        key: &str,
        value: &str,
    ) -> Failure {
        cells.sort_by_key(|(name, _)| *name);
        refuse(
            1062,
            "23000",
            &format!("Duplicate entry '{value}' for key '{key}'"),
            &self.insert_statement(&cells),
        )
    }

    fn check(
        &self,
        cells: &[(&'static str, Cell)],
        statement: impl Fn() -> String,
    ) -> Result<(), Failure> {
        for (name, cell) in cells {
            let Some(column) = self.columns.iter().find(|column| column.name == *name) else {
                continue;
            };
            if let Some((number, state, message)) = column.refusal(self.name, cell) {
                return Err(refuse(number, state, &message, &statement()));
            }
        }
        Ok(())
    }

    fn insert_statement(&self, cells: &[(&'static str, Cell)]) -> String {
        let names: Vec<_> = cells.iter().map(|(name, _)| format!("`{name}`")).collect();
        let values: Vec<_> = cells.iter().map(|(_, cell)| cell.literal()).collect();
        format!(
            "insert into `{}` ({}) values ({})",
            self.name,
            names.join(", "),
            values.join(", ")
        )
    }

    fn update_statement(&self, id: i32, cells: &[(&'static str, Cell)]) -> String {
        let sets: Vec<_> = cells
            .iter()
            .map(|(name, cell)| format!("`{name}` = {}", cell.literal()))
            .collect();
        format!(
            "update `{}` set {} where `id` = {id}",
            self.name,
            sets.join(", ")
        )
    }
}

impl Column {
    fn refusal(&self, table: &str, cell: &Cell) -> Option<(u16, &'static str, String)> {
        let text = match cell {
            Cell::Default if !self.has_default => {
                let message = format!("Field '{}' doesn't have a default value", self.name);
                return Some((1364, "HY000", message));
            }
            Cell::Null if !self.nullable => {
                let message = format!("Column '{}' cannot be null", self.name);
                return Some((1048, "23000", message));
            }
            Cell::Text(text) => text,
            _ => return None,
        };
        let place = format!("`infrastructure`.`{table}`.`{}` at row 1", self.name);
        if let Kind::DateTime = self.kind {
            return instant::stored(text).is_none().then(|| {
                let message = format!("Incorrect datetime value: '{text}' for column {place}");
                (1292, "22007", message)
            });
        }
        if let Some(at) = first_of_four_bytes(text) {
            let bytes = printable(&text.as_bytes()[at..]);
            let message = format!("Incorrect string value: '{bytes}' for column {place}");
            return Some((1366, "22007", message));
        }
        let too_long = match self.kind {
            Kind::Varchar(characters) => text.chars().count() > characters,
            Kind::Text => text.len() > 65_535,
            Kind::DateTime | Kind::Checked => false,
        };
        too_long.then(|| {
            let message = format!("Data too long for column '{}' at row 1", self.name);
            (1406, "22001", message)
        })
    }
}

impl Cell {
    fn literal(&self) -> String {
        match self {
            Cell::Default => "DEFAULT".to_owned(),
            Cell::Null => "NULL".to_owned(),
            Cell::Int(number) => number.to_string(),
            Cell::Bool(value) => value.to_string(),
            Cell::Text(text) => quote(text),
        }
    }
}

impl From<MaybeUndefined<String>> for Cell {
    fn from(value: MaybeUndefined<String>) -> Cell {
        match value {
            MaybeUndefined::Undefined => Cell::Default,
            MaybeUndefined::Null => Cell::Null,
            MaybeUndefined::Value(text) => Cell::Text(text),
        }
    }
}

impl From<MaybeUndefined<i32>> for Cell {
    fn from(value: MaybeUndefined<i32>) -> Cell {
        match value {
            MaybeUndefined::Undefined => Cell::Default,
            MaybeUndefined::Null => Cell::Null,
            MaybeUndefined::Value(number) => Cell::Int(number.into()),
        }
    }
}

impl From<MaybeUndefined<bool>> for Cell {
    fn from(value: MaybeUndefined<bool>) -> Cell {
        match value {
            MaybeUndefined::Undefined => Cell::Default,
            MaybeUndefined::Null => Cell::Null,
            MaybeUndefined::Value(value) => Cell::Bool(value),
        }
    }
}

/// The message for a statement that the database's connector gives.
pub(super) fn refuse(number: u16, state: &str, message: &str, statement: &str) -> Failure {
    refuse_with(number, state, message, statement, "{}")
}

/// The same, for a statement with placeholders: `parameters` as the connector writes them.
pub(super) fn refuse_with(
    number: u16,
    state: &str,
    message: &str,
    statement: &str,
    parameters: &str,
) -> Failure {
    let mut repeated = statement.to_owned();
    if statement.chars().count() <= REPEATED {
        repeated = format!("{statement} - parameters:{parameters}");
    }
    if repeated.chars().count() > REPEATED {
        repeated = repeated
            .chars()
            .take(REPEATED)
            .chain("...".chars())
            .collect();
    }
    // Which of the pool's connections it was means nothing to anybody.
    let connection = fastrand::u8(3..80);
    Failure::new(format!(
        "(conn:{connection}, no: {number}, SQLState: {state}) {message}\nsql: {repeated}"
    ))
}

/// The refusal to compare a text with a column, whose character set has at most three bytes for a
/// character; `None` if the text can be compared.
pub(super) fn incomparable(text: &str, statement: impl FnOnce() -> String) -> Option<Failure> {
    first_of_four_bytes(text)?;
    let message = "Illegal mix of collations (utf8mb3_general_ci,IMPLICIT) and \
                   (utf8mb4_general_ci,COERCIBLE) for operation '='";
    Some(refuse(1267, "HY000", message, &statement()))
}

/// The position of the first character that takes four bytes.
fn first_of_four_bytes(text: &str) -> Option<usize> {
    text.find(|character: char| character.len_utf8() == 4)
}

/// A column by its name in the code, which is what the query builder was given.
fn camel_case(column: &str) -> String {
    let mut words = column.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        name.push_str(&first.to_uppercase());
        name.push_str(rest);
    }
    name
}

/// A text in a statement, as the query builder writes it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars() {
        match character {
            '\0' => quoted.push_str("\\0"),
            '\u{8}' => quoted.push_str("\\b"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\u{1a}' => quoted.push_str("\\Z"),
            '"' | '\'' | '\\' => quoted.extend(['\\', character]),
            _ => quoted.push(character),
        }
    }
    quoted.push('\'');
    quoted
}

/// The first six bytes of a text, those that are no printable ASCII in hexadecimal.
fn printable(bytes: &[u8]) -> String {
    let mut shown = String::new();
    for byte in bytes.iter().take(6) {
        match byte {
            0x20..=0x7e => shown.push(char::from(*byte)),
            _ => shown.push_str(&format!("\\x{byte:02X}")),
        }
    }
    if bytes.len() > 6 {
        shown.push_str("...");
    }
    shown
}
